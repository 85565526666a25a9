"""Where a rater cuts the latent scale into categories: coordinates of the cut-points and their law.

Only categories that one of the two raters gave have cut-points: with K of them, theta holds the
first cut-point and the log gaps of the first rater, then of the second: D = 2 (K - 1) numbers with
independent normal priors. A category that nobody gave has probability 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import AgreementCard

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]

FARTHEST = 9.0  # latent standard deviations; nothing is left beyond


@dataclass(frozen=True, eq=False)
class CutLaw:
    """Prior of the cut-points of both raters in one row.

    Parameters
    ----------
    mean, sd : ndarray, shape (D,)
        Of the independent normal laws of theta.
    used : ndarray of int, shape (K,)
        Places on the full scale of the categories that have cut-points around them.
    n_categories : int
        Length of the full scale.
    """

    mean: FloatArray
    sd: FloatArray
    used: IntArray
    n_categories: int

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return self.mean.size

    def log_density(self, theta: FloatArray) -> FloatArray:
        """Return the log prior density of theta (..., D), shape (...)."""
        standard = (theta - self.mean) / self.sd
        constant = np.log(self.sd).sum() + 0.5 * self.size * np.log(2 * np.pi)
        return np.asarray(-0.5 * (standard * standard).sum(axis=-1) - constant)

    def on_full_scale(self, cells: FloatArray) -> FloatArray:
        """Put cells (..., K, K) of the used categories in their places, shape (..., C, C)."""
        if self.used.size == self.n_categories:
            return cells
        full = np.zeros((*cells.shape[:-2], self.n_categories, self.n_categories))
        full[..., self.used[:, None], self.used] = cells
        return full


def default_law(used: IntArray, n_categories: int, card: AgreementCard) -> CutLaw:
    """Return the prior of a row with margins or a cross-table.

    Parameters
    ----------
    used : ndarray of int, shape (K,)
        Places of the categories that one of the raters gave, ascending.
    n_categories : int
    card : AgreementCard

    Returns
    -------
    CutLaw
        D = 2 (K - 1).

    Examples
    --------
    >>> from metadx.cards.agreement_card import load_agreement_card
    >>> card = load_agreement_card("ordinal-agreement").card
    >>> default_law(np.array([0, 1, 2]), 5, card).sd.tolist()
    [1.5, 0.7, 1.5, 0.7]
    """
    first, gap = card.parameters.first_cut.prior, card.parameters.log_gap.prior
    gaps = max(used.size - 2, 0)
    both = 2 * (used.size > 1)  # one category alone needs no cut-point
    mean = np.tile([first.mean, *[gap.mean] * gaps], both)
    sd = np.tile([first.sd, *[gap.sd] * gaps], both)
    return CutLaw(mean, sd, used, n_categories)


def cuts_of(theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the cut-points of both raters.

    Parameters
    ----------
    theta : ndarray, shape (..., D)
        First cut-point and log gaps of the first rater, then of the second.

    Returns
    -------
    cuts_a, cuts_b : ndarray, shape (..., K - 1)
        Ascending, in latent standard deviations; none beyond 9.

    Examples
    --------
    >>> [cuts.tolist() for cuts in cuts_of(np.array([-1.0, 0.0, 0.5, 0.0]))]
    [[-1.0, 0.0], [0.5, 1.5]]
    """
    halves = np.split(theta, 2, axis=-1)
    cuts_a, cuts_b = (
        np.cumsum(
            np.concatenate([half[..., :1], np.exp(np.minimum(half[..., 1:], 5.0))], axis=-1), -1
        )
        for half in halves
    )
    return np.clip(cuts_a, -FARTHEST, FARTHEST), np.clip(cuts_b, -FARTHEST, FARTHEST)
