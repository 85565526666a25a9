"""One replication of simulation-based calibration: the rank of each truth in its posterior.

References
----------
Talts S, Betancourt M, Simpson D, Vehtari A, Gelman A. Validating Bayesian inference algorithms
with simulation-based calibration. arXiv:1804.06788, 2018.
Modrák M et al. Simulation-based calibration checking for Bayesian computation: the choice of test
quantities shapes sensitivity. Bayesian Anal 2025;20:461-488 (quantities that depend on the data,
such as the log-likelihood).
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.cards.coefficients import coefficient_priors
from metadx.designs.design import Design
from metadx.engines.fit import Fit, fit
from metadx.engines.likelihood import Hyper
from metadx.engines.nuts import fit_nuts
from metadx.engines.settings import FitSettings
from metadx.errors import ConvergenceWarning
from metadx.simulation.covariates import draw_levels, draw_numbers
from metadx.simulation.design import Group, SbcDesign, SimulatedCovariates
from metadx.simulation.load import LoadedDesign
from metadx.simulation.sbc_quantities import (
    kind_rows,
    log_likelihood_at,
    ranked,
    shown_kind,
    study_logits,
)
from metadx.simulation.tables import draw_arms, draw_table
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous

type FloatArray = NDArray[np.float64]
type Json = dict[str, Any]


def sbc_replication(loaded: LoadedDesign[SbcDesign], group: int, replication: int) -> Json:
    """Draw a truth from the priors, simulate a review, fit it and rank the truth.

    Parameters
    ----------
    loaded : LoadedDesign
    group, replication : int

    Returns
    -------
    dict
        "ranks" of each quantity among the design's number of draws, "inside" its interval or not,
        "fell_back" and "failed_checks" of the fit.
    """
    design = loaded.design
    described = design.groups[group]
    seeds = np.random.SeedSequence(design.seed, spawn_key=(group, replication))
    for_data, for_fit = seeds.spawn(2)
    rng = np.random.default_rng(for_data)
    covariates, regression = _covariates(design.covariates, described.studies, rng)
    hyper = draw_prior(loaded.card.card, 1, rng, regression)
    rows = zip(regression.sens.matrix, regression.spec.matrix, strict=True)
    logits = np.concatenate([study_logits(hyper, *row, rng) for row in rows])
    sizes = draw_arms(design.arms, described.studies, rng)
    table = draw_table(logits, sizes, rng, covariates)
    new = study_logits(hyper, *kind_rows(regression), rng)
    truth = {
        **ranked(hyper, regression, new, log_likelihood_at(table, hyper, regression)),
        "logit_sens[1]": logits[:1, 0],
        "logit_spec[1]": logits[:1, 1],
    }
    fitted = _fit(table, loaded, regression, described, for_fit)
    draws = _of_fit(fitted, regression)
    tail = (1 - design.prob) / 2
    kept = np.linspace(0, fitted.rho.size - 1, design.ranks).astype(np.intp)
    return {
        "ranks": {name: int((draws[name][kept] < truth[name]).sum()) for name in truth},
        "inside": {
            name: int(tail <= float((draws[name] < truth[name]).mean()) <= 1 - tail)
            for name in truth
        },
        "fell_back": fitted.engine.fell_back is not None,
        "failed_checks": not fitted.passed,
    }


def _covariates(
    described: SimulatedCovariates | None, studies: int, rng: np.random.Generator
) -> tuple[dict[str, Categorical | Continuous], Design]:
    """Draw the covariates of a review, which say what its means depend on."""
    if described is None:
        return {}, Design.without_covariates(studies)
    from metadx.designs.formula import build_design

    covariates: dict[str, Categorical | Continuous] = {
        "group": draw_levels("group", described.levels, rng),
        "dose": draw_numbers("dose", studies, rng),
    }
    # The design asks for a table; the counts, which are not drawn yet, do not enter it.
    sizes = np.ones((studies, 2), dtype=np.int64)
    empty = draw_table(np.zeros((studies, 2)), sizes, np.random.default_rng(0), covariates)
    return covariates, build_design(empty, sens=described.sens, spec=described.spec)


def _fit(
    table: AccuracyTable,
    loaded: LoadedDesign[SbcDesign],
    regression: Design,
    group: Group,
    seeds: np.random.SeedSequence,
) -> Fit:
    card = loaded.card
    seed = int(seeds.generate_state(1)[0])
    if group.engine == "nuts":
        # One try, though users get further ones where a check fails: a stricter test, at a third
        # of the time.
        settings = FitSettings("nuts", group.draws, seed, study_effects=True)
        result = fit_nuts(table, card.card, settings, regression, tries=1)
        return Fit(table, card, regression, settings, result)
    formulas = loaded.design.covariates
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # counted by the caller
        return fit(
            table,
            card,
            sens=formulas.sens if formulas else None,
            spec=formulas.spec if formulas else None,
            engine=group.engine,
            draws=group.draws,
            seed=seed,
            study_effects=True,
        )


def draw_prior(
    card: Card, size: int, rng: np.random.Generator, design: Design | None = None
) -> Hyper:
    """Draw the parameters from the priors of a card.

    Parameters
    ----------
    card : Card
    size : int
    rng : numpy.random.Generator
    design : Design or None
        None: without covariates.

    Returns
    -------
    Hyper
        `size` draws.
    """
    priors = coefficient_priors(card, design or Design.without_covariates(1))
    parameters = card.parameters
    coefficients, tau = (
        np.stack([prior.draw(rng, size) for prior in some], axis=1)
        for some in (priors, parameters.tau.priors())
    )
    return Hyper.of(coefficients, tau, parameters.rho.priors()[0].draw(rng, size))


def _of_fit(fitted: Fit, design: Design) -> dict[str, FloatArray]:
    coefficients = fitted.coefficients.reshape(fitted.rho.size, -1)
    hyper = Hyper.of(coefficients, fitted.tau.reshape(-1, 2), fitted.rho.ravel())
    log_likelihood = fitted.log_likelihood.reshape(fitted.rho.size, -1).sum(axis=1)
    kind = shown_kind(design)
    new = fitted.new_study_logits() if kind is None else fitted.group(kind).new_logits
    assert fitted.study_logits is not None  # asked for
    first = fitted.study_logits[..., 0, :].reshape(-1, 2)
    found = ranked(hyper, design, new, log_likelihood)
    return {**found, "logit_sens[1]": first[:, 0], "logit_spec[1]": first[:, 1]}
