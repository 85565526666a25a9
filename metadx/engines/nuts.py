"""The referee: the same model written in PyMC and sampled by nutpie."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metadx.builders.bivariate import build_bivariate
from metadx.builders.study_effects import Parametrisation
from metadx.cards.card import Card
from metadx.designs.design import Design
from metadx.engines.checks import nuts_checks
from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper
from metadx.engines.model_likelihood import model_likelihood
from metadx.engines.refinement import plan_nodes
from metadx.engines.result import Check, EngineReport, EngineResult
from metadx.engines.settings import CHAINS, FitSettings
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable

if TYPE_CHECKING:
    import xarray as xr

type FloatArray = NDArray[np.float64]

_TUNE = 1500
_LEAST_PER_CHAIN = 1000  # compiling costs far more than sampling, and checks need draws
_INFORMATIVE = 3.0  # information of an arm about its logit, median over studies
_DF_STREAM = 11  # keeps the draws of the degrees of freedom apart from the sampler's random stream
_STATS = ("diverging", "energy", "energy_error", "step_size", "n_steps")


def choose_parametrisation(table: AccuracyTable) -> Parametrisation:
    """Centre where the studies determine their own effects, not where they borrow them.

    The rule: centred when in both arms the median study carries an information n p (1 − p) of at
    least 3 about its logit (p with ½ added to both cells), more than its law given the others
    does at tau = 0.6; non-centred otherwise.

    Parameters
    ----------
    table : AccuracyTable

    Returns
    -------
    {"centred", "non-centred"}

    References
    ----------
    Papaspiliopoulos O, Roberts GO, Sköld M. A general framework for the parametrization of
    hierarchical models. Stat Sci 2007;22:59-73.
    """
    arms = ((table.tp, table.n_diseased), (table.tn, table.n_nondiseased))
    for hits, n in arms:
        p = (hits + 0.5) / (n + 1)
        if np.median(n * p * (1 - p)) < _INFORMATIVE:
            return "non-centred"
    return "centred"


def fit_nuts(
    table: AccuracyTable,
    card: Card,
    settings: FitSettings,
    design: Design | None = None,
    *,
    careful: bool = False,
    tries: int | None = None,
) -> EngineResult:
    """Fit a model by NUTS: nutpie, 4 chains.

    Where a check fails, smaller steps and then a longer run in the other parametrisation are
    tried; the try with the fewest failed checks is returned. There are at least 1,000 draws a
    chain, however few were asked for: the checks need them, and compiling costs more.

    Parameters
    ----------
    table : AccuracyTable
    card : Card
    settings : FitSettings
    design : Design or None
        What the means depend on; None for one mean a margin.
    careful : bool
        Begin with small steps: for a posterior that importance sampling could not cover.
    tries : int or None
        Give up after so many; None for all there are.

    Returns
    -------
    EngineResult

    Raises
    ------
    FitError
        If the sampler cannot start.

    References
    ----------
    Hoffman MD, Gelman A. The No-U-Turn sampler. J Mach Learn Res 2014;15:1593-1623.
    """
    began = time.perf_counter()
    design = design or Design.without_covariates(table.n_studies)
    first = choose_parametrisation(table)
    other: Parametrisation = "non-centred" if first == "centred" else "centred"
    ladder = [_Try(first, 0.99, 1), _Try("non-centred", 0.998, 1), _Try(other, 0.998, 4)]
    if careful:
        ladder = ladder[1:]
    best: tuple[int, _Try, xr.DataTree, tuple[Check, ...]] | None = None
    for attempt in ladder[:tries]:
        tree = _sample(table, card, settings, design, attempt)
        checks = nuts_checks(tree, card.checks.nuts, _sampled(card))
        failed = sum(not check.passed for check in checks)
        if best is None or failed < best[0]:
            best = (failed, attempt, tree, checks)
        if failed == 0:
            break
    assert best is not None  # the loop runs at least once
    _, attempt, tree, checks = best
    return _result(
        table,
        card,
        settings,
        design,
        tree=tree,
        checks=checks,
        parametrisation=attempt.parametrisation,
        began=began,
    )


@dataclass(frozen=True)
class _Try:
    """How to sample: a higher target means smaller steps; `longer` multiplies the draws."""

    parametrisation: Parametrisation
    target_accept: float
    longer: int


@contextmanager
def _quiet_pymc() -> Iterator[None]:
    """Keep PyMC's progress messages off the terminal; what matters is measured by our checks."""
    logger = logging.getLogger("pymc")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _sample(
    table: AccuracyTable,
    card: Card,
    settings: FitSettings,
    design: Design,
    attempt: _Try,
) -> "xr.DataTree":
    import pymc as pm

    with _quiet_pymc(), build_bivariate(table, card, attempt.parametrisation, design):
        try:
            tree: xr.DataTree = pm.sample(
                draws=max(settings.draws_per_chain, _LEAST_PER_CHAIN) * attempt.longer,
                tune=_TUNE,
                chains=CHAINS,
                random_seed=settings.seed,
                nuts_sampler="nutpie",
                nuts={"target_accept": attempt.target_accept},
                progressbar=False,
                quiet=True,
            )
        except RuntimeError as error:
            msg = f"NUTS could not start: {str(error).splitlines()[0]}"
            raise FitError(msg) from error
    return tree


def _sampled(card: Card) -> tuple[str, ...]:
    """Name the variables that are sampled; what the card takes as given is none of them."""
    scales = {"tau": card.parameters.tau, "rho": card.parameters.rho}
    return ("coefficients", *(name for name, parameter in scales.items() if not parameter.fixed))


def _result(
    table: AccuracyTable,
    card: Card,
    settings: FitSettings,
    design: Design,
    *,
    tree: "xr.DataTree",
    checks: tuple[Check, ...],
    parametrisation: Parametrisation,
    began: float,
) -> EngineResult:
    posterior = tree["posterior"].to_dataset()
    coefficients = posterior["coefficients"].transpose("chain", "draw", "coefficient").to_numpy()
    shape = coefficients.shape[:2]
    tau, rho = np.zeros((*shape, 2)), np.zeros(shape)
    if "tau" in posterior:
        tau = posterior["tau"].transpose("chain", "draw", "margin").to_numpy()
    if "rho" in posterior:
        rho = posterior["rho"].transpose("chain", "draw").to_numpy()
    dims = ("chain", "draw", "study", "margin")
    logits = posterior["study_logit"].transpose(*dims).to_numpy()
    hyper = Hyper.of(coefficients.reshape(rho.size, -1), tau.reshape(rho.size, -1), rho.ravel())
    if card.parameters.nu is not None:
        from metadx.engines.t_draws import draw_df_given_effects

        rng = np.random.default_rng([_DF_STREAM, settings.seed])
        hyper = draw_df_given_effects(card, design, hyper, logits.reshape(rho.size, -1, 2), rng)
    log_likelihood, nodes = _integrated_log_likelihood(table, card, design, hyper)
    stats = tree["sample_stats"].to_dataset()
    kept = {
        name: stats[name].transpose("chain", "draw").to_numpy() for name in _STATS if name in stats
    }
    ess = next(check.value for check in checks if check.name == "ess_bulk")
    seconds = time.perf_counter() - began
    return EngineResult(
        coefficients,
        tau,
        rho,
        logits if settings.wants_effects(table.n_studies) else None,
        log_likelihood.reshape(*shape, -1),
        kept,
        None,
        EngineReport("nuts", None, ess, nodes, seconds, parametrisation=parametrisation),
        checks,
        None if hyper.df is None else hyper.df.reshape(shape),
    )


def _integrated_log_likelihood(
    table: AccuracyTable, card: Card, design: Design, hyper: Hyper
) -> tuple[FloatArray, int]:
    """Integrate the random effects out at the draws, with the nodes each study needs there."""
    likelihood = model_likelihood(Counts.from_table(table), card, design=design)
    spread = np.linspace(0, hyper.rho.size - 1, 16).astype(int)
    rows = np.argsort(hyper.tau.sum(axis=1))[spread]
    plan = plan_nodes(likelihood, hyper.rows(rows))
    return likelihood.with_nodes(plan.nodes).by_study(hyper), int(plan.nodes.max())
