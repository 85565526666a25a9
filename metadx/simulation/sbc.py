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
from metadx.cards.load import LoadedCard
from metadx.designs.design import Design
from metadx.engines.counts import Counts
from metadx.engines.fit import Fit, fit
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.nuts import fit_nuts
from metadx.engines.settings import FitSettings
from metadx.errors import ConvergenceWarning
from metadx.estimands.accuracy import new_study_logits
from metadx.estimands.sroc import auc
from metadx.simulation.design import Group, SbcDesign
from metadx.simulation.load import LoadedDesign
from metadx.simulation.tables import draw_arms, draw_table
from metadx.studies.accuracy import AccuracyTable

type FloatArray = NDArray[np.float64]
type Json = dict[str, Any]

_NODES = 31  # for the log-likelihood of the truth


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
    hyper = draw_prior(loaded.card.card, 1, rng)
    logits = np.concatenate([_study_logits(hyper, rng) for _ in range(described.studies)])
    table = draw_table(logits, draw_arms(design.arms, described.studies, rng), rng)
    truth = {
        **_of_hyper(hyper, _study_logits(hyper, rng), _log_likelihood(table, hyper)),
        "logit_sens[1]": logits[:1, 0],
        "logit_spec[1]": logits[:1, 1],
    }
    draws = _of_fit(fitted := _fit(table, loaded.card, described, for_fit))
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


def _fit(
    table: AccuracyTable, card: LoadedCard, group: Group, seeds: np.random.SeedSequence
) -> Fit:
    seed = int(seeds.generate_state(1)[0])
    if group.engine == "nuts":
        # One try, though users get further ones where a check fails: a stricter test, at a third
        # of the time.
        settings = FitSettings("nuts", group.draws, seed, study_effects=True)
        design = Design.without_covariates(table.n_studies)
        return Fit(table, card, design, settings, fit_nuts(table, card.card, settings, tries=1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # counted by the caller
        return fit(
            table,
            card,
            engine=group.engine,
            draws=group.draws,
            seed=seed,
            study_effects=True,
        )


def draw_prior(card: Card, size: int, rng: np.random.Generator) -> Hyper:
    """Draw the parameters from the priors of a card.

    Parameters
    ----------
    card : Card
    size : int
    rng : numpy.random.Generator

    Returns
    -------
    Hyper
        `size` draws.
    """
    parameters = card.parameters
    mu, tau = (
        np.stack([prior.draw(rng, size) for prior in parameter.priors()], axis=1)
        for parameter in (parameters.mu, parameters.tau)
    )
    return Hyper.of(mu, tau, parameters.rho.priors()[0].draw(rng, size))


def _study_logits(hyper: Hyper, rng: np.random.Generator) -> FloatArray:
    return new_study_logits(hyper.coefficients, hyper.tau, hyper.rho, rng)


def _of_hyper(hyper: Hyper, new: FloatArray, log_likelihood: FloatArray) -> dict[str, FloatArray]:
    return {
        "mu[sens]": hyper.coefficients[:, 0],
        "mu[spec]": hyper.coefficients[:, 1],
        "tau[sens]": hyper.tau[:, 0],
        "tau[spec]": hyper.tau[:, 1],
        "rho": hyper.rho,
        "sens_new": new[:, 0],  # ranks are the same on the logit scale, and nothing rounds to 1
        "spec_new": new[:, 1],
        "auc": auc(hyper.coefficients, hyper.tau),
        "log_likelihood": log_likelihood,
    }


def _log_likelihood(table: AccuracyTable, hyper: Hyper) -> FloatArray:
    likelihood = IntegratedLikelihood.of(Counts.from_table(table), _NODES)
    return likelihood.by_study(hyper).sum(axis=1)


def _of_fit(fitted: Fit) -> dict[str, FloatArray]:
    hyper = Hyper.of(
        fitted.coefficients.reshape(-1, 2), fitted.tau.reshape(-1, 2), fitted.rho.ravel()
    )
    log_likelihood = fitted.log_likelihood.reshape(fitted.rho.size, -1).sum(axis=1)
    found = _of_hyper(hyper, fitted.new_study_logits(), log_likelihood)
    assert fitted.study_logits is not None  # asked for
    first = fitted.study_logits[..., 0, :].reshape(-1, 2)
    return {**found, "logit_sens[1]": first[:, 0], "logit_spec[1]": first[:, 1]}
