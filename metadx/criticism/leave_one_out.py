"""Leave-one-out prediction of each study: from the draws at hand, or by a refit without it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metadx.criticism.refit import LeftOut, predict_left_out
from metadx.engines.fit import Fit
from metadx.engines.pareto import smooth

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]

#: Tail shape above which a study is fitted without, not reweighted (Vehtari et al. 2024).
REFIT_ABOVE = 0.7


@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """How well each study is predicted by the others.

    Parameters
    ----------
    elpd : ndarray, shape (N,)
        Log predictive density of the study's counts given all other studies, for a new study's
        random effects.
    pareto_k : ndarray, shape (N,)
        Tail shape of the weights; above 0.7 only a refit can be trusted.
    log_density : ndarray, shape (N,)
        The same given all studies, its own among them.
    refitted : ndarray of int
        Rows of the studies whose `elpd` comes from a fit without them.
    """

    elpd: FloatArray
    pareto_k: FloatArray
    log_density: FloatArray
    refitted: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    @property
    def total(self) -> float:
        """Sum of the log predictive densities of all studies."""
        return float(self.elpd.sum())

    @property
    def se(self) -> float:
        """Standard error of the total over studies; NaN for one study."""
        return sum_error(self.elpd)

    @property
    def effective_parameters(self) -> float:
        """What the studies' own counts add to their prediction, p_loo."""
        return float((self.log_density - self.elpd).sum())

    @property
    def doubtful(self) -> IntArray:
        """Rows of the studies whose `elpd` cannot be trusted: a heavy tail and no refit."""
        return np.setdiff1d(np.flatnonzero(~(self.pareto_k <= REFIT_ABOVE)), self.refitted)


def leave_one_out(
    fit: Fit, *, refit: bool = False, without: Sequence[LeftOut] | None = None
) -> LeaveOneOut:
    """Estimate the leave-one-out predictive density of every study.

    The likelihood has the random effects integrated out; with effects left in, the weights of
    nearly every study fail. With the marginal engine the raw proposals are reweighted, by their
    posterior weight and by the study's inverse likelihood together: resampled draws hold
    duplicates, which would hide a heavy tail.

    Parameters
    ----------
    fit : Fit
        Of N studies.
    refit : bool
        Fit again without each study whose tail shape is above 0.7: a twentieth of a second each
        where the marginal engine can answer.
    without : sequence of LeftOut, optional
        Refits made already, by `metadx.criticism.refit.refits`: those whose checks passed are
        taken before another is made.

    Returns
    -------
    LeaveOneOut

    Raises
    ------
    FitError
        If no engine can answer without a study.

    References
    ----------
    Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using leave-one-out
    cross-validation and WAIC. Stat Comput 2017;27:1413-1432.
    Vehtari A, Simpson D, Gelman A, Yao Y, Gabry J. Pareto smoothed importance sampling.
    J Mach Learn Res 2024;25(72):1-58 (the limit of the tail shape).

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = metadx.leave_one_out(fit, refit=True)
    >>> fit.table.study[int(found.elpd.argmin())]
    'Cassel 2001'
    """
    if fit.proposals is not None:
        log_weights = fit.proposals.log_weights
        keep = np.isfinite(log_weights)
        log_weights = log_weights[keep]
        log_likelihood = fit.proposals.log_likelihood[keep]
    else:
        log_likelihood = fit.log_likelihood.reshape(-1, fit.table.n_studies)
        log_weights = np.zeros(log_likelihood.shape[0])
    posterior = smooth(log_weights).weights
    elpd, pareto_k, log_density = np.empty((3, fit.table.n_studies))
    for i in range(fit.table.n_studies):
        own = np.ascontiguousarray(log_likelihood[:, i])
        smoothed = smooth(log_weights - own)
        top = own.max()
        density = np.exp(own - top)
        elpd[i] = top + np.log(smoothed.weights @ density)
        log_density[i] = top + np.log(posterior @ density)
        pareto_k[i] = smoothed.pareto_k
    found = LeaveOneOut(elpd, pareto_k, log_density)
    if not refit or not found.doubtful.size:
        return found
    refitted = found.doubtful
    known = {
        left.study: left.elpd
        for left in without or ()
        if not left.failed and np.isfinite(left.elpd)
    }
    for study in refitted.tolist():
        elpd[study] = known[study] if study in known else predict_left_out(fit, study)
    return LeaveOneOut(elpd, pareto_k, log_density, refitted)


def sum_error(by_study: FloatArray) -> float:
    """Return the standard error of a sum over N studies; NaN for one study.

    Parameters
    ----------
    by_study : ndarray, shape (N,)

    Examples
    --------
    >>> round(sum_error(np.array([-1.0, -3.0])), 9)
    2.0
    """
    size = by_study.size
    return sqrt(size) * float(by_study.std(ddof=1)) if size > 1 else float("nan")
