"""Draws of the study logits from their exact conditional law, given draws of the parameters.

Where a study has several possible tables, one is drawn first, with its probability given the draw
of the parameters.

An independence Metropolis chain per draw and study. The proposal is a bivariate t law at the
conditional mode, which bounds the importance ratio (the target has normal tails); the chain goes on
until the chance that a study's chain has never moved off its first proposal is negligible.
"""

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from metadx.engines.conditional import Modes
from metadx.engines.likelihood import Hyper, IntegratedLikelihood, Remainders
from metadx.estimands.links import to_logit

type FloatArray = NDArray[np.float64]

_DF = 8.0
_MIN_STEPS = 3
_MAX_STEPS = 60
_STUCK = 1e-3  # largest allowed chance, by study, that a chain never accepted a step
_CELLS_AT_ONCE = 8_000


def draw_study_logits(
    likelihood: IntegratedLikelihood, hyper: Hyper, rng: np.random.Generator
) -> FloatArray:
    """Draw logit sens and logit spec of every study, once per draw of the parameters.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
        Of N studies.
    hyper : Hyper
        S draws.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (S, N, 2)
        Logits of sens and spec whatever the link; an empty arm is drawn from its law given the
        other arm.

    References
    ----------
    Tierney L. Markov chains for exploring posterior distributions. Ann Stat 1994;22:1701-1728
    (independence chains).
    """
    draws, counts = hyper.rho.size, likelihood.counts
    out = np.empty((draws, likelihood.nodes.size, 2))
    step = max(1, _CELLS_AT_ONCE // counts.tp.size)
    for first in range(0, draws, step):
        part = slice(first, min(first + step, draws))
        modes = likelihood.modes(hyper.rows(part))
        picked = None
        if counts.tables is not None:
            picked = counts.tables.draw(likelihood.by_row(hyper.rows(part)), rng)
            modes = Modes(*(_picked(getattr(modes, x.name), picked) for x in fields(modes)))
        out[part] = _metropolis(likelihood.remainders(modes, picked), modes, rng)
    return to_logit(out, likelihood.link)


def _picked(values: FloatArray, rows: NDArray[np.intp]) -> FloatArray:
    """Keep, draw by draw, the rows that were drawn: the one table a study has there."""
    return np.take_along_axis(values, rows, axis=1)


def _metropolis(beyond: Remainders, modes: Modes, rng: np.random.Generator) -> FloatArray:
    sens, spec, ratio = _propose(beyond, modes, rng)
    never_moved = np.ones(sens.shape[1])
    for step in range(_MAX_STEPS):
        new_sens, new_spec, new_ratio = _propose(beyond, modes, rng)
        accept = new_ratio + rng.standard_exponential(ratio.shape) > ratio
        np.copyto(sens, new_sens, where=accept)
        np.copyto(spec, new_spec, where=accept)
        np.copyto(ratio, new_ratio, where=accept)
        never_moved *= 1 - accept.mean(axis=0)
        if step + 1 >= _MIN_STEPS and never_moved.max() < _STUCK:
            break
    return np.stack([sens, spec], axis=2)


def _propose(
    beyond: Remainders, modes: Modes, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw values (S, N) on the scale of the link with the log ratio of target to proposal.

    Up to a constant.
    """
    # Radius of a bivariate t law in closed form: P(r² > x) = (1 + x/df)^(-df/2).
    energy = rng.standard_exponential(modes.sens.shape)
    square = _DF * np.expm1((2 / _DF) * energy)
    radius = np.sqrt(square)
    angle = rng.random(modes.sens.shape)
    angle *= 2 * np.pi
    z1, z2 = radius * np.cos(angle), radius * np.sin(angle)
    d1 = modes.l11 * z1
    d0 = modes.l21 * z1 + modes.l22 * z2
    ratio = (1 + 2 / _DF) * energy - 0.5 * square
    for part in beyond(d1, d0):
        ratio += part
    return modes.sens + d1, modes.spec + d0, ratio
