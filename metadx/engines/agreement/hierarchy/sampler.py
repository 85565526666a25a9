"""Sample what the rows of an agreement table share: NUTS by nutpie, 4 chains, checked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import NutsChecks
from metadx.engines.agreement.hierarchy.posterior import RowPosterior
from metadx.engines.compiled_chains import Chains, Ladder, sample_chains

type FloatArray = NDArray[np.float64]

LADDER: Ladder = ((0.95, 1), (0.99, 1), (0.998, 4))
"""Target acceptance, and how many times the draws, of each try."""

# Steps scaled by the spread of the draws mix three times as well as by gradients: the logarithms of
# small standard deviations have long tails that gradients do not show. A function of Python holds
# one chain at a time, so that more threads would only wait for each other.
_OPTIONS = {"adaptation": "draw_diag", "cores": 1, "tune": 600}
_JITTER = 0.5  # of the starting points around the middle of the priors


def sample_shared(
    posterior: RowPosterior, limits: NutsChecks, *, draws: int, seed: int, ladder: Ladder = LADDER
) -> Chains:
    """Sample what rows share; where a check fails, take smaller steps and more draws.

    The density is that of `RowPosterior`, so that nothing is compiled for a new table.

    Parameters
    ----------
    posterior : RowPosterior
    limits : NutsChecks
        Thresholds of the card: for mu, beta_part, lambda, every standard deviation and every z.
    draws : int
        Draws of each chain to keep.
    seed : int
    ladder : sequence of (float, int)
        As of `sample_chains`.

    Returns
    -------
    Chains
        With the variables that `RowPosterior.unpack` names.

    Raises
    ------
    FitError
        If the sampler cannot start.
    """
    shapes = {name: x.shape for name, x in posterior.unpack(posterior.centre).items()}
    factors = {name for name, _ in posterior.hierarchy.shape.levels}
    checked = [name for name in shapes if name not in factors]
    model = _nutpie_model(posterior, shapes)
    return sample_chains(
        model, limits, checked, draws=draws, seed=seed, ladder=ladder, options=_OPTIONS
    )


def _nutpie_model(posterior: RowPosterior, shapes: dict[str, tuple[int, ...]]) -> Any:  # noqa: ANN401
    """Hand the density to nutpie as a function of Python."""
    from nutpie.compiled_pyfunc import from_pyfunc

    centre = posterior.centre

    def start(seed: int) -> FloatArray:
        rng = np.random.default_rng(seed)
        return centre + rng.uniform(-_JITTER, _JITTER, centre.size)

    def named(u: FloatArray) -> dict[str, FloatArray]:
        return {name: np.asarray(x) for name, x in posterior.unpack(u).items()}

    return from_pyfunc(
        posterior.size,
        lambda: posterior.log_density,
        lambda *_seeds: named,
        [np.dtype(np.float64)] * len(shapes),
        list(shapes.values()),
        list(shapes),
        make_initial_point_fn=start,
    )
