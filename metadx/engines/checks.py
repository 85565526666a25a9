"""Convergence checks of a NUTS fit: nutpie makes none of its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from metadx.cards.card import NutsChecks
from metadx.engines.result import Check

if TYPE_CHECKING:
    import xarray as xr

NAMES = ("coefficients", "tau", "rho")


def nuts_checks(
    tree: "xr.DataTree", limits: NutsChecks, names: Sequence[str] = NAMES
) -> tuple[Check, ...]:
    """Measure what must hold before a fit by NUTS may be reported.

    Parameters
    ----------
    tree : xarray.DataTree
        With groups ``posterior`` and ``sample_stats``.
    limits : NutsChecks
        Thresholds of the card.
    names : sequence of str
        Variables to look at.

    Returns
    -------
    tuple of Check
        r-hat, bulk and tail effective sample size over these; divergences; E-BFMI.

    References
    ----------
    Vehtari A, Gelman A, Simpson D, Carpenter B, Bürkner P-C. Rank-normalization, folding, and
    localization: an improved R-hat. Bayesian Anal 2021;16:667-718.
    Betancourt M. Diagnosing suboptimal cotangent disintegrations in Hamiltonian Monte Carlo. 2016.
    """
    import arviz as az

    draws = tree["posterior"].to_dataset()[list(names)]

    def values(measured: "xr.Dataset") -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.concatenate([np.ravel(measured[name].values) for name in names])

    rhat = float(values(az.rhat(draws)).max())
    bulk = float(values(az.ess(draws, method="bulk")).min())
    tail = float(values(az.ess(draws, method="tail")).min())
    stats = tree["sample_stats"].to_dataset()
    divergences = int(stats["diverging"].sum())
    bfmi = _bfmi(np.asarray(stats["energy"].values, dtype=float))
    return (
        Check("rhat", rhat, limits.rhat_max, rhat <= limits.rhat_max),
        Check("ess_bulk", bulk, limits.ess_bulk_min, bulk >= limits.ess_bulk_min),
        Check("ess_tail", tail, limits.ess_tail_min, tail >= limits.ess_tail_min),
        Check(
            "divergences",
            divergences,
            limits.divergences_max,
            divergences <= limits.divergences_max,
        ),
        Check("bfmi", bfmi, limits.bfmi_min, bfmi >= limits.bfmi_min),
    )


def _bfmi(energy: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    """Return the least estimated Bayesian fraction of missing information over chains."""
    step = np.square(np.diff(energy, axis=1)).mean(axis=1)
    return float((step / energy.var(axis=1, ddof=1)).min())
