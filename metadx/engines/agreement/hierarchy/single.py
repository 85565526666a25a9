"""The posterior of a row that stands alone: two numbers, drawn from a fine grid."""

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import AgreementCard
from metadx.engines.agreement.hierarchy.splines import RowSplines

type FloatArray = NDArray[np.float64]

_Z_CELLS, _SHARE_CELLS = 1600, 100


def draw_single(
    splines: RowSplines, card: AgreementCard, size: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray | None]:
    """Draw z, and lambda where it matters, of one row.

    Parameters
    ----------
    splines : RowSplines
        Of the one row.
    card : AgreementCard
        Priors of ``single`` and ``lambda``.
    size : int
        Number S of draws.
    rng : numpy.random.Generator

    Returns
    -------
    z : ndarray, shape (S,)
    lam : ndarray, shape (S,), or None
        Independent draws: the middles of the cells of the grid by their posterior, moved evenly
        within their cell.
    """
    # On the grid of the likelihood only: nothing is known of it beyond.
    low = splines.grid[0]
    high = low + splines.grid[1] * splines.coefficients.shape[1]
    width = (high - low) / _Z_CELLS
    z: FloatArray = np.linspace(low + width / 2, high - width / 2, _Z_CELLS)
    parameters = card.parameters
    log_prior = parameters.single.prior.log_density(z)
    if splines.share_nodes == 1:
        log_posterior = splines.values(z[:, None])[:, 0] + log_prior
        place = _draw_places(log_posterior, size, rng)
        return z[place] + width * (rng.random(size) - 0.5), None
    half = 0.5 / _SHARE_CELLS
    lam: FloatArray = np.linspace(half, 1 - half, _SHARE_CELLS)
    by_share = [splines.values(z[:, None], np.full(z.size, share))[:, 0] for share in lam]
    log_posterior = np.stack(by_share, axis=1) + log_prior[:, None]
    log_posterior += parameters.lambda_.prior.log_density(lam)
    place, share = np.divmod(_draw_places(log_posterior.ravel(), size, rng), _SHARE_CELLS)
    moved = lam[share] + (rng.random(size) - 0.5) / _SHARE_CELLS
    return z[place] + width * (rng.random(size) - 0.5), moved


def _draw_places(
    log_posterior: FloatArray, size: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw places of a flat grid by their log posterior; stratified, then shuffled."""
    below = np.cumsum(np.exp(log_posterior - log_posterior.max()))
    even = (np.arange(size) + rng.random(size)) / size
    places: NDArray[np.int64] = np.searchsorted(below, even * below[-1])
    rng.shuffle(places)
    return places
