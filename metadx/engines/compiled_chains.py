"""NUTS over a compiled PyMC model: 4 chains, checked, with smaller steps where a check fails."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import NutsChecks
from metadx.engines.checks import nuts_checks
from metadx.engines.result import Check
from metadx.engines.settings import CHAINS
from metadx.errors import FitError

if TYPE_CHECKING:
    import xarray as xr

type FloatArray = NDArray[np.float64]
type Ladder = Sequence[tuple[float, int]]

TUNE = 1000
LEAST_PER_CHAIN = 1000  # compiling costs more than sampling, and the checks need draws
LADDER: Ladder = ((0.9, 1), (0.98, 2), (0.995, 4))  # target acceptance; how many times the draws


@dataclass(frozen=True, eq=False)
class Chains:
    """Draws of 4 chains, as many as asked for.

    Parameters
    ----------
    variables : mapping of str to ndarray, shape (chains, draws, ...)
    checks : tuple of Check
        Of the whole run.
    ess : float
        Least bulk effective sample size of the whole run.
    """

    variables: Mapping[str, FloatArray]
    checks: tuple[Check, ...]
    ess: float


def compile_model(model: Any) -> Any:  # noqa: ANN401 - PyMC and nutpie ship no types
    """Compile a PyMC model for `sample_chains`.

    Parameters
    ----------
    model : pymc.Model

    Returns
    -------
    nutpie.CompiledModel
    """
    import nutpie

    return nutpie.compile_pymc_model(model)


def sample_chains(
    compiled: Any,  # noqa: ANN401 - nutpie ships no types
    limits: NutsChecks,
    names: Sequence[str],
    *,
    draws: int,
    seed: int,
    ladder: Ladder = LADDER,
    options: Mapping[str, Any] | None = None,
    turn: Callable[["xr.Dataset"], "xr.Dataset"] | None = None,
) -> Chains:
    """Sample; where a check fails, take smaller steps and more draws.

    At least 1,000 draws a chain are made, and as many as asked for are kept, evenly spaced.

    Parameters
    ----------
    compiled : nutpie.CompiledModel
    limits : NutsChecks
        Thresholds of the card.
    names : sequence of str
        Variables the checks look at.
    draws : int
        Draws of each chain to keep.
    seed : int
    ladder : sequence of (float, int)
        Target acceptance and how many times the draws, one pair for each try.
    options : mapping or None
        Further arguments of ``nutpie.sample``.
    turn : callable or None
        Applied to the draws (chain, draw, ...) before they are checked: for a posterior that is
        its own mirror image, of which the chains may have seen either side.

    Returns
    -------
    Chains
        Of the run with the fewest failed checks.

    Raises
    ------
    FitError
        If the sampler cannot start.

    References
    ----------
    Hoffman MD, Gelman A. The No-U-Turn sampler. J Mach Learn Res 2014;15:1593-1623.
    """
    best: tuple[int, xr.DataTree, tuple[Check, ...]] | None = None
    for target, longer in ladder:
        tree = _run(compiled, max(draws, LEAST_PER_CHAIN) * longer, target, seed, options)
        if turn is not None:
            tree["posterior"] = turn(tree["posterior"].to_dataset())
        checks = nuts_checks(tree, limits, names)
        failed = sum(not check.passed for check in checks)
        if best is None or failed < best[0]:
            best = (failed, tree, checks)
        if failed == 0:
            break
    if best is None:
        raise FitError("no run of the sampler was asked for")
    _, tree, checks = best
    posterior = tree["posterior"].to_dataset()
    kept = np.linspace(0, posterior.sizes["draw"] - 1, draws).round().astype(np.int64)
    return Chains(
        {str(name): posterior[name].to_numpy()[:, kept] for name in posterior},
        checks,
        next(check.value for check in checks if check.name == "ess_bulk"),
    )


def _run(
    compiled: Any,  # noqa: ANN401
    draws: int,
    target: float,
    seed: int,
    options: Mapping[str, Any] | None,
) -> "xr.DataTree":
    import nutpie

    settings = {
        "draws": draws,
        "tune": TUNE,
        "chains": CHAINS,
        "seed": seed,
        "target_accept": target,
        "save_warmup": False,
        "progress_bar": False,
    }
    try:
        tree: xr.DataTree = nutpie.sample(compiled, **settings | dict(options or {}))
    except RuntimeError as error:
        raise FitError(f"NUTS could not start: {str(error).splitlines()[0]}") from error
    return tree
