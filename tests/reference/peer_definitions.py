"""Where two programs print one name for two quantities: how far apart the quantities are.

A cause is given only where it was shown: the printed value is computed again from the peer's own
estimates by the formula that is said to be in its code.
"""

from dataclasses import dataclass
from math import log, sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.heterogeneity import zhou_dendukuri_i2
from metadx.estimands.regions import ellipse, region_area
from metadx.estimands.sroc import auc, partial_auc, sroc_curve
from metadx.studies.accuracy import AccuracyTable
from tests.reference.peers import PeerTable

type FloatArray = NDArray[np.float64]
type Cause = Literal[
    "sum over 99 points divided by 99, not by the width",
    "the same sum, over a range cut at 0.01 and 0.99",
    "squared standard error in place of tau squared, columns of the test in place of the arms",
    "chi-squared in place of F",
    "unexplained",
]
SHOWN = 1e-6  # how closely a printed value must be computed again for its cause to count as shown


@dataclass(frozen=True)
class DefinitionGap:
    """One quantity under two definitions, from the same estimates.

    Parameters
    ----------
    group, dataset, quantity : str
    theirs : float
        What the peer prints.
    by_formula : float
        The quantity by its published formula.
    difference : float
    cause : str
    """

    group: str
    dataset: str
    quantity: str
    theirs: float
    by_formula: float
    difference: float
    cause: Cause


def definition_gaps(place: PeerTable, table: AccuracyTable) -> list[DefinitionGap]:
    """Compare what can be compared on one table."""
    gaps = []
    mada = place.found.get("mada_reml")
    if mada is not None:
        gaps += [_i2(place, mada, table), *_areas(place, mada, table)]
    return [*gaps, *_region(place)]


def _gap(place: PeerTable, what: str, theirs: float, right: float, cause: Cause) -> DefinitionGap:
    return DefinitionGap(place.group, place.dataset, what, theirs, right, theirs - right, cause)


def _parameters(found: Any) -> tuple[FloatArray, FloatArray, FloatArray]:
    mu = np.array([[found["mu_sens"], found["mu_spec"]]])
    tau = np.array([[found["tau_sens"], found["tau_spec"]]])
    return mu, tau, np.array([found["rho"]])


def _i2(place: PeerTable, found: Any, table: AccuracyTable) -> DefinitionGap:
    mu, tau, rho = _parameters(found)
    right = zhou_dendukuri_i2(mu, tau, rho, table.n_diseased, table.n_nondiseased).joint
    printed = found["printed"]["i2_zhou_dendukuri"]
    error = np.array([[found["se_mu_sens"], found["se_mu_spec"]]])
    columns = (np.asarray(table.tp) + table.fp, np.asarray(table.tn) + table.fn)
    # A column of 0 divides by zero there, which makes the index 0.
    empty = any((column == 0).any() for column in columns)
    miscoded = 0.0 if empty else zhou_dendukuri_i2(mu, error, rho, *columns).joint[0]
    shown = abs(miscoded - printed) < SHOWN
    cause: Cause = (
        "squared standard error in place of tau squared, columns of the test in place of the arms"
        if shown
        else "unexplained"
    )
    return _gap(place, "I² of Zhou and Dendukuri, joint", printed, float(right[0]), cause)


def _areas(place: PeerTable, found: Any, table: AccuracyTable) -> list[DefinitionGap]:
    mu, tau, _ = _parameters(found)
    printed = found["printed"]
    fp, people = np.asarray(table.fp), table.n_nondiseased
    rates = fp[people > 0] / people[people > 0]
    low, high = float(rates.min()), float(rates.max())
    whole = _gap(
        place,
        "AUC",
        printed["auc"],
        float(auc(mu, tau)[0]),
        "sum over 99 points divided by 99, not by the width"
        if abs(_short_sum(mu, tau, 0.01, 0.99) - printed["auc"]) < SHOWN
        else "unexplained",
    )
    cut = _short_sum(mu, tau, max(low, 0.01), min(high, 0.99))
    part = _gap(
        place,
        "pAUC over the observed range",
        printed["pauc"],
        float(partial_auc(mu, tau, low, high)[0]),
        "the same sum, over a range cut at 0.01 and 0.99"
        if abs(cut - printed["pauc"]) < SHOWN
        else "unexplained",
    )
    return [whole, part]


def _short_sum(mu: FloatArray, tau: FloatArray, low: float, high: float) -> float:
    """Trapezoids over 99 points divided by 99: there are 98 of them."""
    height = sroc_curve(mu, tau, np.linspace(low, high, 99))[0]
    return float(((height[1:] + height[:-1]) / 2).sum() / 99)


def _region(place: PeerTable) -> list[DefinitionGap]:
    """Area of the 95 % prediction region, from the maximum-likelihood estimates."""
    found = place.found["quadrature"]
    mu, tau, rho = _parameters(found)
    errors = [found[name] for name in ("se_mu_sens", "se_mu_spec", "cov_mu")]
    if place.n_studies < 4 or None in errors or tau.max() > 5:
        return []
    sens, spec, cross = errors[0] ** 2, errors[1] ** 2, errors[2]
    between = rho[0] * tau[0].prod()
    cov = np.array([[sens, cross], [cross, spec]])
    cov = cov + np.array([[tau[0, 0] ** 2, between], [between, tau[0, 1] ** 2]])
    chi, f = _constants(place.n_studies)
    outline = ellipse(mu[0], cov) - mu[0]
    unit = sqrt(-2 * log(0.05))  # of a 95 % ellipse of a normal law
    areas = [region_area(mu[0] + outline * (constant / unit)) for constant in (chi, f)]
    return [_gap(place, "area of the prediction region", *areas, "chi-squared in place of F")]


def _constants(n_studies: int) -> tuple[float, float]:
    """Return the radii sqrt(chi²_2) and sqrt(2 F_{2, K-2}) at 95 %."""
    rest = n_studies - 2
    # The F law with 2 and m degrees of freedom has the upper tail (1 + 2 x / m)^(-m / 2).
    f = rest / 2 * (0.05 ** (-2 / rest) - 1)
    return sqrt(-2 * log(0.05)), sqrt(2 * f)
