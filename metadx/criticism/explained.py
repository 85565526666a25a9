"""How much of the differences between studies a covariate explains."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.fit import Fit

type FloatArray = NDArray[np.float64]
type Pair = tuple[float, float]
#: Median and equal-tailed 95 % limits.
type Interval = tuple[float, float, float]

_LEVELS = (0.5, 0.025, 0.975)


@dataclass(frozen=True)
class Explained:
    """Heterogeneity with covariates beside that without; pairs are (sens, spec).

    Parameters
    ----------
    tau, tau_without : pair of float
        Posterior medians of the standard deviations between studies, logit scale.
    share : pair of float
        1 minus the ratio of the posterior medians of tau²; below 0 where the covariates leave
        more heterogeneity than there was, NaN where the card says that studies do not differ.
    smaller : pair of float
        Probability that tau is smaller with the covariates than without, of two draws taken
        independently from the two posteriors: 0.5 where nothing changes.
    rho, rho_without : tuple of float
        Median and 95 % limits of the correlation.
    """

    tau: Pair
    tau_without: Pair
    share: Pair
    smaller: Pair
    rho: Interval
    rho_without: Interval


def explained(with_it: Fit, without: Fit) -> Explained:
    """Compare the heterogeneity of two fits of the same studies.

    The two posteriors belong to two models, so there is no joint law from which a posterior of
    the share could be had: the share is a ratio of two medians, without an interval, and how sure
    it is to be above 0 is told by `Explained.smaller`.

    Parameters
    ----------
    with_it : Fit
        With covariates.
    without : Fit
        Without.

    Returns
    -------
    Explained

    References
    ----------
    Thompson SG, Higgins JPT. How should meta-regression analyses be undertaken and interpreted?
    Stat Med 2002;21:1559-1573 (1 - tau²/tau0²; there of point estimates).

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("anti-ccp")
    >>> assay, alone = (
    ...     metadx.fit(review, sens=formula, draws=1000) for formula in ("~ generation", "~ 1")
    ... )
    >>> [round(share, 1) + 0.0 for share in explained(assay, alone).share]
    [0.3, 0.0]
    """
    tau, before = (fit.tau.reshape(-1, 2) for fit in (with_it, without))
    left, all_of_it = (np.median(draws, axis=0) for draws in (tau, before))
    with np.errstate(invalid="ignore"):  # 0 / 0 where studies do not differ
        sens, spec = 1 - (left / all_of_it) ** 2
    return Explained(
        tau=(float(left[0]), float(left[1])),
        tau_without=(float(all_of_it[0]), float(all_of_it[1])),
        share=(float(sens), float(spec)),
        smaller=(_smaller(tau[:, 0], before[:, 0]), _smaller(tau[:, 1], before[:, 1])),
        rho=_interval(with_it.rho),
        rho_without=_interval(without.rho),
    )


def _smaller(first: FloatArray, second: FloatArray) -> float:
    """Return the share of all pairs in which the first is smaller; ties count one half."""
    ordered = np.sort(second)
    above = second.size - np.searchsorted(ordered, first, side="right")
    level = np.searchsorted(ordered, first, side="right") - np.searchsorted(ordered, first)
    return float((above + 0.5 * level).mean() / second.size)


def _interval(draws: FloatArray) -> Interval:
    median, lower, upper = np.quantile(draws, _LEVELS)
    return float(median), float(lower), float(upper)
