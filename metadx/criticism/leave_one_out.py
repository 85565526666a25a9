"""Leave-one-out prediction of each study from the draws at hand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.fit import Fit
from metadx.engines.pareto import smooth

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeaveOneOut:
    """How well each study is predicted by the others.

    Parameters
    ----------
    elpd : ndarray, shape (N,)
        Log predictive density of the study's counts given all other studies, for a new study's
        random effects.
    pareto_k : ndarray, shape (N,)
        Tail shape of the weights; above 0.7 the study must be refitted to be trusted.
    """

    elpd: FloatArray
    pareto_k: FloatArray


def leave_one_out(fit: Fit) -> LeaveOneOut:
    """Estimate the leave-one-out predictive density of every study.

    The likelihood has the random effects integrated out; with effects left in, the weights of
    nearly every study fail. With the marginal engine the raw proposals are reweighted, by their
    posterior weight and by the study's inverse likelihood together: resampled draws hold
    duplicates, which would hide a heavy tail.

    Parameters
    ----------
    fit : Fit
        Of N studies.

    Returns
    -------
    LeaveOneOut

    References
    ----------
    Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using leave-one-out
    cross-validation and WAIC. Stat Comput 2017;27:1413-1432.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> fit.table.study[int(metadx.leave_one_out(fit).elpd.argmin())]
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
    elpd = np.empty(fit.table.n_studies)
    pareto_k = np.empty(fit.table.n_studies)
    for i in range(fit.table.n_studies):
        own = np.ascontiguousarray(log_likelihood[:, i])
        smoothed = smooth(log_weights - own)
        top = own.max()
        elpd[i] = top + np.log(smoothed.weights @ np.exp(own - top))
        pareto_k[i] = smoothed.pareto_k
    return LeaveOneOut(elpd, pareto_k)
