"""Integrals by brute force, written without the engine's own formulas."""

from typing import Any

import numpy as np
from scipy.special import gammaln, log_ndtr

from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper
from metadx.engines.link_likelihood import likelihood_of
from metadx.studies.accuracy import AccuracyTable


def one_study(tp: int, fp: int, fn: int, tn: int) -> AccuracyTable:
    return AccuracyTable.from_counts(["only"], [tp], [fp], [fn], [tn])


def hyper_of(mu: Any, tau: Any, rho: Any) -> Hyper:
    """Hyper-parameters of one or several draws, from anything that broadcasts."""
    mu, tau = np.atleast_2d(np.asarray(mu, float)), np.atleast_2d(np.asarray(tau, float))
    return Hyper.of(mu, tau, np.atleast_1d(np.asarray(rho, float)))


def log_binomial(y: int, n: int, eta: Any, link: str = "logit") -> Any:
    choose = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
    if link == "logit":
        return choose + y * eta - n * np.logaddexp(0, eta)
    if link == "probit":
        return choose + y * log_ndtr(eta) + (n - y) * log_ndtr(-eta)
    rate = np.exp(np.minimum(eta, 300.0))
    hit = np.where(rate < 1e-12, eta, np.log(-np.expm1(-np.maximum(rate, 1e-300))))
    return choose + y * hit - (n - y) * rate


def conditional_grid(
    study: tuple[int, int, int, int],
    hyper: tuple[Any, Any, float],
    points: int = 1201,
    link: str = "logit",
) -> tuple[Any, Any, Any, float]:
    """A dense grid over (z1, z2), zoomed to where the integrand of one study lives.

    Returns sens (points, 1) and spec (points, points) on the scale of the link, the log integrand
    and the log of the area of a cell; the trapezoid rule on it is accurate far beyond any tolerance
    used here.
    """
    tp, fp, fn, tn = study
    (m1, m0), (t1, t0), rho = hyper
    left = np.sqrt((1 - rho) * (1 + rho))
    box = [(-64.0, 64.0), (-64.0, 64.0)]

    def at(z1: Any, z2: Any) -> tuple[Any, Any, Any]:
        a = m1 + t1 * z1
        b = m0 + t0 * (rho * z1 + left * z2)
        prior = -0.5 * (z1**2 + z2**2) - np.log(2 * np.pi)
        told = log_binomial(tp, tp + fn, a, link) + log_binomial(tn, tn + fp, b, link)
        return a, b, prior + told

    for _ in range(60):
        axes = [np.linspace(*side, 81) for side in box]
        _, _, values = at(axes[0][:, None], axes[1][None, :])
        alive = values > values.max() - 45
        shrunk = []
        for axis, other in ((0, 1), (1, 0)):
            rows = np.flatnonzero(alive.any(axis=other))
            step = axes[axis][1] - axes[axis][0]
            shrunk.append((axes[axis][rows[0]] - step, axes[axis][rows[-1]] + step))
        before, box = box, shrunk
        if all((b[1] - b[0]) > 0.9 * (a[1] - a[0]) for a, b in zip(before, box, strict=True)):
            break
    axes = [np.linspace(*side, points) for side in box]
    a, b, values = at(axes[0][:, None], axes[1][None, :])
    cell = float(np.log((axes[0][1] - axes[0][0]) * (axes[1][1] - axes[1][0])))
    return a, b, values, cell


def brute_force(
    study: tuple[int, int, int, int], hyper: tuple[Any, Any, float], link: str = "logit"
) -> float:
    """Log of the integrated likelihood of one study (tp, fp, fn, tn)."""
    _, _, values, cell = conditional_grid(study, hyper, link=link)
    top = values.max()
    return float(top + np.log(np.exp(values - top).sum()) + cell)


def integrated(
    study: tuple[int, int, int, int], hyper: Hyper, nodes: int, link: Any = "logit"
) -> Any:
    """What the engine makes of one study, shape (S,)."""
    counts = Counts.from_table(one_study(*study))
    return likelihood_of(counts, nodes, link=link).by_study(hyper)[:, 0]
