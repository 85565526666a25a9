"""Margins whose likelihood has no finite maximum, told from the counts alone."""

from dataclasses import dataclass, replace
from math import inf, log, nan
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metadx.engines.counts import Counts
from metadx.errors import FitError

type FloatArray = NDArray[np.float64]
type Kind = Literal["bounded", "empty", "edge", "all or nothing"]


@dataclass(frozen=True)
class MarginLimit:
    """How the likelihood of one margin behaves far out.

    Parameters
    ----------
    kind : {"bounded", "empty", "edge", "all or nothing"}
        "empty": no people. "edge": every person, or none, is classified correctly, so that it
        rises as the mean goes to ±inf. "all or nothing": every study is at one of the two edges
        and they differ, so that it rises as tau goes to inf. "bounded": anything else.
    mu, tau : float
        What mean and standard deviation tend to; NaN where the likelihood does not care.
    log_likelihood : float
        What the log-likelihood of the margin tends to.
    """

    kind: Kind
    mu: float = nan
    tau: float = nan
    log_likelihood: float = 0.0


def margin_limit(y: FloatArray, n: FloatArray) -> MarginLimit:
    """Find how the likelihood of a margin behaves far out.

    Parameters
    ----------
    y, n : ndarray, shape (N,)
        Correct results and group sizes; a study without people has n = 0.

    Returns
    -------
    MarginLimit

    Notes
    -----
    A binomial probability with 0 < y < n goes to 0 as its logit goes to ±inf, and so does its
    mean under a normal law that grows ever wider: one such study makes the margin bounded. With
    none, p^n ≤ p gives prod E[p^n_i] prod E[(1 - p)^n_j] ≤ E[p]^a (1 - E[p])^b for a studies at
    the one edge and b at the other. The right side is at most (a/(a + b))^a (b/(a + b))^b, which
    a law with all its mass at both ends attains: tau goes to inf with mu/tau fixed. (Where all
    groups are single persons every tau attains it too.)

    Examples
    --------
    >>> margin_limit(np.array([5.0, 0.0, 3.0]), np.array([5.0, 2.0, 3.0])).tau
    inf
    """
    y, n = y[n > 0], n[n > 0]
    if not n.size:
        return MarginLimit("empty")
    full, none = int((y == n).sum()), int((y == 0).sum())
    if full + none < n.size:
        return MarginLimit("bounded")
    if not (full and none):
        return MarginLimit("edge", mu=inf if full else -inf)
    value = full * log(full / n.size) + none * log(none / n.size)
    mu = nan if full == none else inf if full > none else -inf
    return MarginLimit("all or nothing", mu=mu, tau=inf, log_likelihood=value)


def margin_limits(counts: Counts) -> tuple[MarginLimit, MarginLimit]:
    """Return how the likelihood of sens and of spec behaves far out.

    Raises
    ------
    FitError
        If every table is all or nothing in a margin and some study has several: its limit is not
        worked out.
    """
    limits = (
        margin_limit(counts.tp, counts.n_diseased),
        margin_limit(counts.tn, counts.n_nondiseased),
    )
    if counts.tables is not None and any(limit.kind == "all or nothing" for limit in limits):
        raise FitError(
            "the likelihood has no finite maximum (every study has a sens or spec of 0 or 1) and "
            "some study has several possible tables; use the posterior, which needs no maximum."
        )
    return limits


def silenced(counts: Counts, limits: tuple[MarginLimit, MarginLimit]) -> Counts:
    """Return the counts without the people of margins that are not bounded."""
    nobody = np.zeros_like(counts.tp)
    sens, spec = (limit.kind == "bounded" for limit in limits)
    # The binomial coefficients of such a margin are all 1: `log_choose` stays as it is.
    if not sens:
        counts = replace(counts, tp=nobody, n_diseased=nobody)
    if not spec:
        counts = replace(counts, tn=nobody, n_nondiseased=nobody)
    return counts
