"""How the log-likelihood of each study changes with the means and scales of the study effects.

By Fisher's identity the gradient of an integrated log-likelihood is the conditional mean of the
gradient of log N(d; 0, Sigma). Without differences between studies there is nothing to integrate,
and it is the score of the counts themselves.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.t_likelihood import TLikelihood, log_mixtures

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Slopes:
    """The log-likelihood of each study and its derivatives, each (S, N).

    Parameters
    ----------
    log_integral : ndarray
        Of t-distributed effects zero: the studies are tied together by the degrees of freedom.
    mean_sens, mean_spec : ndarray
        With respect to the means of the two effects.
    log_tau_sens, log_tau_spec, atanh_rho : ndarray
    """

    log_integral: FloatArray
    mean_sens: FloatArray
    mean_spec: FloatArray
    log_tau_sens: FloatArray
    log_tau_spec: FloatArray
    atanh_rho: FloatArray


def normal_slopes(likelihood: IntegratedLikelihood, hyper: Hyper) -> Slopes:
    """Differentiate the log-likelihood under normal effects.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
        Of N studies.
    hyper : Hyper
        S draws with tau above 0; few, for all are integrated at the most nodes.

    Returns
    -------
    Slopes
    """
    moments = likelihood.moments(hyper)
    tau1, tau2, rho = hyper.tau[:, :1], hyper.tau[:, 1:], hyper.rho[:, None]
    left = hyper.one_minus_rho2[:, None]
    x, y = moments.sens / tau1, moments.spec / tau2
    xx, xy, yy = moments.sens2 / tau1**2, moments.cross / (tau1 * tau2), moments.spec2 / tau2**2
    return Slopes(
        moments.log_integral,
        (x - rho * y) / (left * tau1),
        (y - rho * x) / (left * tau2),
        -1 + (xx - rho * xy) / left,
        -1 + (yy - rho * xy) / left,
        rho + xy - rho * (xx - 2 * rho * xy + yy) / left,
    )


def slopes_without_effects(likelihood: IntegratedLikelihood, hyper: Hyper) -> Slopes:
    """Differentiate the log-likelihood of studies that all have one accuracy.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
    hyper : Hyper
        S draws with both tau 0.

    Returns
    -------
    Slopes
        Zero for the scales.
    """
    from metadx.engines.links import FARTHEST, arm_terms

    counts, link = likelihood.counts, likelihood.link
    by_row = likelihood.by_row(hyper)
    sens, spec = (
        np.broadcast_to(np.clip(mean, -FARTHEST[link], FARTHEST[link]), by_row.shape)
        for mean in likelihood.means(hyper)
    )
    score1 = arm_terms(counts.tp, counts.n_diseased - counts.tp, sens, link).score
    score0 = arm_terms(counts.tn, counts.n_nondiseased - counts.tn, spec, link).score
    if counts.tables is not None:
        shares = counts.tables.weights(by_row)
        score1, score0 = counts.tables.sums(shares * score1), counts.tables.sums(shares * score0)
        by_row = counts.tables.log_sums(by_row)
    nothing = np.zeros_like(by_row)
    return Slopes(by_row, score1, score0, nothing, nothing, nothing)


def t_slopes(likelihood: TLikelihood, hyper: Hyper) -> tuple[FloatArray, Slopes]:
    """Differentiate the log-likelihood under t effects, the degrees of freedom summed out.

    Parameters
    ----------
    likelihood : TLikelihood
    hyper : Hyper
        S draws with tau above 0; few.

    Returns
    -------
    ndarray, shape (S,)
        log sum over nu of p(nu) p(all counts | theta, nu).
    Slopes
        Averages over nu and over the normal laws of the mixture, each with its probability given
        the counts.
    """
    grid = likelihood.grid
    parts = [normal_slopes(likelihood.normal, hyper.scaled(float(x))) for x in grid.scales]
    values = np.stack([part.log_integral for part in parts])  # (K, S, N)
    by_df = log_mixtures(grid.log_weights, values)  # (J, S, N)
    joint = grid.log_prior[:, None] + by_df.sum(axis=2)  # (J, S)
    total = log_mixtures(np.zeros(grid.values.size), joint)
    of_df = np.exp(joint - total)
    # The probability that the effect of a study comes from each normal law, given nu; then over nu.
    of_law = np.zeros_like(values)
    for shares, inner, outer in zip(grid.log_weights, by_df, of_df, strict=True):
        of_law += outer[:, None] * np.exp(shares[:, None, None] + values - inner)
    averages = {
        field.name: (of_law * np.stack([getattr(part, field.name) for part in parts])).sum(axis=0)
        for field in fields(Slopes)
        if field.name != "log_integral"
    }
    return total, Slopes(np.zeros_like(values[0]), **averages)
