"""One replication of a coverage study: a simulated review and the intervals it gives."""

import warnings
from typing import Any

import numpy as np

from metadx.cards.load import LoadedCard
from metadx.criticism.other_priors import Reweighted, reweight
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import Fit, fit
from metadx.errors import ConvergenceWarning, FitError
from metadx.simulation.design import CoverageDesign
from metadx.simulation.judged import judge_draws
from metadx.simulation.laws import Truth, draw_effects, truth_of
from metadx.simulation.load import LoadedDesign
from metadx.simulation.tables import draw_arms, draw_table
from metadx.studies.accuracy import AccuracyTable

type Json = dict[str, Any]

_TRUSTED_K, _TRUSTED_ESS = 0.7, 400.0  # of moved weights; below, the other card is fitted itself


def simulated_table(
    design: CoverageDesign, cell: int, replication: int
) -> tuple[AccuracyTable, np.random.SeedSequence]:
    """Make the simulated review of one replication.

    Parameters
    ----------
    design : CoverageDesign
    cell, replication : int

    Returns
    -------
    AccuracyTable
    numpy.random.SeedSequence
        What is left of the replication's randomness: for fitting.
    """
    seeds = np.random.SeedSequence(design.seed, spawn_key=(cell, replication))
    for_data, for_fit = seeds.spawn(2)
    rng = np.random.default_rng(for_data)
    described = design.cells[cell]
    sizes = draw_arms(design.arms[described.arms], described.studies, rng)
    return draw_table(draw_effects(described, described.studies, rng), sizes, rng), for_fit


def coverage_replication(loaded: LoadedDesign[CoverageDesign], cell: int, replication: int) -> Json:
    """Fit one simulated review and judge its intervals under every card.

    Parameters
    ----------
    loaded : LoadedDesign
    cell, replication : int

    Returns
    -------
    dict
        By card id what `judge_draws` gives; "fell_back", "failed_checks" and "refitted" say how.
    """
    design = loaded.design
    table, for_fit = simulated_table(design, cell, replication)
    truth = truth_of(design.cells[cell])
    seed = int(for_fit.generate_state(1)[0])
    rng = np.random.default_rng(for_fit.spawn(1)[0])
    fitted = fit_quietly(table, loaded.card, design.draws, seed)
    found: Json = {loaded.card.card.id: _judged(truth, fitted, design.prob)}
    refitted = []
    for other in loaded.others:
        if moved := moved_to(fitted, other, rng):
            found[other.card.id] = judge_draws(
                truth, moved.coefficients, moved.tau, moved.rho, prob=design.prob, rng=rng
            )
        else:
            refitted.append(other.card.id)
            found[other.card.id] = _judged(
                truth, fit_quietly(table, other, design.draws, seed), design.prob
            )
    return {
        "methods": found,
        "fell_back": fitted.engine.fell_back is not None,
        "failed_checks": not fitted.passed,
        "refitted": refitted,
    }


def moved_to(fitted: Fit, other: LoadedCard, rng: np.random.Generator) -> Reweighted | None:
    """Move the weights to another card; None where what comes out cannot be trusted.

    Parameters
    ----------
    fitted : Fit
    other : LoadedCard
    rng : numpy.random.Generator

    Returns
    -------
    Reweighted or None
    """
    if fitted.proposals is None:
        return None
    try:
        moved = reweight(fitted, other.card, rng)
    except FitError:  # the other card allows what this one does not
        return None
    return moved if moved.pareto_k < _TRUSTED_K and moved.ess >= _TRUSTED_ESS else None


def fit_quietly(
    table: AccuracyTable, card: LoadedCard, draws: int, seed: int, formula: str = NO_COVARIATES
) -> Fit:
    """Fit without warning of a failed check, which is counted.

    Parameters
    ----------
    table : AccuracyTable
    card : LoadedCard
    draws, seed : int
    formula : str
        Of both margins.

    Returns
    -------
    Fit
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # counted by the caller
        return fit(
            table, card, sens=formula, spec=formula, draws=draws, seed=seed, study_effects=False
        )


def _judged(truth: Truth, fitted: Fit, prob: float) -> dict[str, list[float]]:
    return judge_draws(
        truth,
        fitted.mu.reshape(-1, 2),
        fitted.tau.reshape(-1, 2),
        fitted.rho.ravel(),
        prob=prob,
        rng=fitted.new_study_rng(),
    )
