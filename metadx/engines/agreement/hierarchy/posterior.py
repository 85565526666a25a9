"""The posterior of what rows share, in the unconstrained coordinates that are sampled.

The same model as `metadx.builders.ordinal_rows` states in PyMC; a test holds the two equal. It is
written out because it is so small that compiling its graph takes ten times as long as sampling it.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.builders.ordinal_rows import Hierarchy
from metadx.cards.agreement_card import AgreementCard
from metadx.cards.priors import Exponential, HalfNormal, HalfStudentT
from metadx.engines.agreement.hierarchy.kernel import (
    EXPONENTIAL,
    HALF_NORMAL,
    HALF_STUDENT,
    compiled_kernels,
)
from metadx.engines.agreement.hierarchy.splines import RowSplines

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]
type Spread = HalfNormal | HalfStudentT | Exponential


class OutOfRangeError(ArithmeticError):
    """A leap so far that numbers overflow: the sampler takes it as a divergence and goes on."""

    is_recoverable = True


@dataclass(frozen=True, eq=False)
class RowPosterior:
    """The posterior over unconstrained coordinates u, shape (D,).

    In this order: mu, beta_part, log standard deviations of the K factors, standardised effects
    of all their levels, log odds of lambda; those the model has.

    Parameters
    ----------
    hierarchy : Hierarchy
    splines : RowSplines
    real, spreads, share, means, level : ndarray
        As of `prior_density` and `add_rows`.
    factor : ndarray of int, shape (E,)
        Factor of each level.
    """

    hierarchy: Hierarchy
    splines: RowSplines
    real: FloatArray
    means: FloatArray
    spreads: FloatArray
    level: IntArray
    share: FloatArray
    factor: IntArray

    @property
    def size(self) -> int:
        """Number of coordinates D."""
        share = self.hierarchy.shape.share_nodes > 0
        return len(self.real) + len(self.spreads) + self.factor.size + share

    @property
    def centre(self) -> FloatArray:
        """A point where the prior is dense, shape (D,)."""
        start = np.zeros(self.size)
        start[: len(self.real)] = self.real[:, 0]
        first = len(self.real)
        start[first : first + len(self.spreads)] = math.log(0.2)
        return start

    def log_density(self, u: FloatArray) -> tuple[float, FloatArray]:
        """Return log posterior density (up to a constant) and gradient (D,) at one point.

        Raises
        ------
        OutOfRangeError
            Where numbers would overflow.
        """
        prior_density, add_rows = compiled_kernels()
        gradient = np.empty(self.size)
        value = prior_density(u, gradient, self.real, self.spreads, self.share)
        if math.isfinite(value):
            splines = self.splines
            value += add_rows(
                u, gradient, self.means, self.level, splines.grid, splines.coefficients
            )
        if not math.isfinite(value):
            raise OutOfRangeError
        return value, gradient

    def unpack(self, u: FloatArray) -> dict[str, FloatArray]:
        """Give the draws their names.

        Parameters
        ----------
        u : ndarray, shape (..., D)

        Returns
        -------
        dict of str to ndarray
            ``z`` (..., R); ``mu``, ``beta_part``, ``sd_`` of each factor and ``lambda`` (...);
            the effects of each factor (..., levels).
        """
        n_real, n_sd = len(self.real), len(self.spreads)
        found = {"mu": u[..., 0]}
        if n_real > 1:
            found["beta_part"] = u[..., 1]
        sds = np.exp(u[..., n_real : n_real + n_sd])
        raw = u[..., n_real + n_sd : n_real + n_sd + self.factor.size]
        effects = sds[..., self.factor] * raw
        for place, (factor, _) in enumerate(self.hierarchy.shape.levels):
            found[f"sd_{factor}"] = sds[..., place]
            found[factor] = effects[..., self.factor == place]
        if self.hierarchy.shape.share_nodes:
            found["lambda"] = 1 / (1 + np.exp(-u[..., -1]))
        z = u[..., :n_real] @ self.means
        for level in self.level.T:
            z += np.where(level >= 0, effects[..., level], 0.0)
        return found | {"z": z}


def row_posterior(hierarchy: Hierarchy, splines: RowSplines, card: AgreementCard) -> RowPosterior:
    """Put the posterior of a hierarchy over rows together.

    Parameters
    ----------
    hierarchy : Hierarchy
    splines : RowSplines
        Of the log-likelihoods of the rows.
    card : AgreementCard
        Gives the priors.

    Returns
    -------
    RowPosterior
    """
    parameters, shape = card.parameters, hierarchy.shape
    names = ("mu", "beta_part") if shape.parts else ("mu",)
    priors = [getattr(parameters, name).prior for name in names]
    means = [np.ones(shape.rows), hierarchy.part][: len(names)]
    level = np.full((shape.rows, len(shape.levels)), -1, dtype=np.int64)
    factor: list[int] = []
    for place, (name, size) in enumerate(shape.levels):
        has = hierarchy.weight[name] > 0
        level[has, place] = hierarchy.index[name][has] + len(factor)
        factor += [place] * size
    spreads = [_coded(getattr(parameters, f"sd_{name}").prior) for name, _ in shape.levels]
    share = parameters.lambda_.prior
    return RowPosterior(
        hierarchy,
        splines,
        real=np.array([(prior.mean, prior.sd) for prior in priors]),
        means=np.array(means),
        spreads=np.array(spreads).reshape(-1, 3),
        level=level,
        share=np.array([share.a, share.b] if shape.share_nodes else []),
        factor=np.array(factor, dtype=np.int64),
    )


def _coded(prior: Spread) -> tuple[float, float, float]:
    """Write a prior as numbers: family, precision or rate, degrees of freedom."""
    if isinstance(prior, HalfNormal):
        return HALF_NORMAL, 1 / prior.sd**2, 0.0
    if isinstance(prior, Exponential):
        return EXPONENTIAL, prior.rate, 0.0
    return HALF_STUDENT, 1 / prior.sd**2, prior.df
