"""Studies left out by reweighting the fit of all, where the weights can be trusted."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Design
from metadx.engines.fit import Fit
from metadx.engines.importance import resample
from metadx.engines.pareto import smooth
from metadx.engines.result import Check, EngineResult
from metadx.engines.settings import CHAINS, FitSettings
from metadx.studies.accuracy import AccuracyTable

#: Studies above which a fit without each of them takes longer than all the rest.
MOST_REFITTED = 100
_PARETO_K, _SHARE = 0.7, 0.5  # worst tail shape; least effective draws for each draw wanted


def is_slow(fit: Fit) -> bool:
    """Tell whether fitting again without each study would keep the reader waiting.

    The rule knows the model and the number of studies and no clock, so that the same review has
    the same figures everywhere.

    Parameters
    ----------
    fit : Fit

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("telomerase")
    >>> is_slow(metadx.fit(review, draws=400))
    False
    >>> is_slow(metadx.fit(review, "bivariate-t", draws=400))
    True
    """
    return fit.df is not None or fit.table.n_studies > MOST_REFITTED


def reweight(
    fit: Fit, gone: NDArray[np.intp], others: tuple[AccuracyTable, Design], settings: FitSettings
) -> tuple[Fit, float] | None:
    """Take the raw proposals of a fit to the posterior without some of its studies.

    Their posterior weights are divided by the likelihood of these studies, and the quotient is
    smoothed. The proposals are drawn for the posterior of all studies, so this is exact up to its
    Monte Carlo error, and that is only known to be small where the weights have a light tail.

    Parameters
    ----------
    fit : Fit
    gone : ndarray of int
        Rows of the studies to be left out.
    others : tuple of AccuracyTable and Design
        Of the other studies.
    settings : FitSettings
        How many draws are wanted, and their seed.

    Returns
    -------
    tuple of Fit and float, or None
        The posterior without them, and their log predictive density given the others. None where
        the fit has no proposals or failed a check, where the tail shape of the weights is above
        0.7, or where fewer draws are effective than half of those wanted.

    References
    ----------
    Vehtari A, Simpson D, Gelman A, Yao Y, Gabry J. Pareto smoothed importance sampling.
    J Mach Learn Res 2024;25(72):1-58.
    """
    raw = fit.proposals
    if raw is None or not fit.passed:
        return None
    usable = np.flatnonzero(np.isfinite(raw.log_weights))
    own = raw.log_likelihood[np.ix_(usable, gone)].sum(axis=1)
    log_weights = raw.log_weights[usable]
    smoothed = smooth(log_weights - own)
    total = settings.draws_per_chain * CHAINS
    least = _SHARE * total
    if not (smoothed.pareto_k <= _PARETO_K and smoothed.ess >= least):
        return None
    picked = resample(smoothed.weights, total, np.random.default_rng(settings.seed))
    rows = usable[picked]
    top = own.max()
    elpd = float(top + np.log(smoothed.weights @ np.exp(own - top)))
    whole = fit.engine.log_evidence
    report = replace(
        fit.engine,
        pareto_k=smoothed.pareto_k,
        ess=smoothed.ess,
        seconds=0.0,
        log_evidence=None if whole is None else whole - elpd,
    )
    checks = (
        Check("pareto_k", smoothed.pareto_k, _PARETO_K, passed=True),
        Check("ess", smoothed.ess, least, passed=True),
        *(check for check in fit.result.checks if check.name not in ("pareto_k", "ess")),
    )
    shape = (CHAINS, settings.draws_per_chain)
    result = EngineResult(
        coefficients=raw.coefficients[rows].reshape(*shape, -1),
        tau=raw.tau[rows].reshape(*shape, 2),
        rho=raw.rho[rows].reshape(shape),
        study_logits=None,
        log_likelihood=np.zeros((*shape, 0)),
        sample_stats={},
        proposals=None,
        report=report,
        checks=checks,
        df=None if raw.df is None else raw.df[rows].reshape(shape),
    )
    table, design = others
    return replace(fit, table=table, design=design, settings=settings, result=result), elpd
