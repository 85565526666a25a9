"""The marginal engine: random effects integrated out, the rest explored by importance sampling."""

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.designs.design import Design
from metadx.engines.coordinates import Conditional
from metadx.engines.counts import Counts
from metadx.engines.importance import WeightedSample, pilot_sample, resample, sample
from metadx.engines.likelihood import BASE_NODES, Hyper
from metadx.engines.mode import Mode, find_mode
from metadx.engines.model_likelihood import draw_effects, model_likelihood
from metadx.engines.pareto import smooth
from metadx.engines.proposals import Proposal
from metadx.engines.refinement import NodePlan, plan_nodes
from metadx.engines.result import Check, EngineReport, EngineResult, Proposals
from metadx.engines.settings import CHAINS, FitSettings
from metadx.engines.t_draws import draw_df
from metadx.engines.t_likelihood import TLikelihood, grid_error
from metadx.engines.target import LOG_TAU, Posterior, crude_start
from metadx.studies.accuracy import AccuracyTable

type FloatArray = NDArray[np.float64]

_PILOT = (250, 1000)  # least and most draws of the first round; otherwise a quarter of all
_LEAST_MAIN = 500
_FAR_POINTS = 16
_MODE_NODES = 9  # values and gradients that agree well enough for the search to end


def fit_marginal(
    table: AccuracyTable, card: Card, settings: FitSettings, design: Design | None = None
) -> EngineResult:
    """Fit a model by integration and importance sampling.

    The degrees of freedom of t effects are summed out, and drawn afterwards for every proposal
    from their law given it, so that proposals and degrees together have the weights of the former.

    Parameters
    ----------
    table : AccuracyTable
        N studies.
    card : Card
    settings : FitSettings
    design : Design or None
        What the means depend on; None for one mean a margin.

    Returns
    -------
    EngineResult
        4 chains of independent draws; the chains exist so that all of ArviZ works.

    Raises
    ------
    FitError
        If no mode can be found or no proposal has weight.

    References
    ----------
    Pinheiro JC, Bates DM. Approximations to the log-likelihood function in the nonlinear
    mixed-effects model. J Comput Graph Stat 1995;4:12-35 (adaptive Gauss-Hermite quadrature).
    Vehtari A, Simpson D, Gelman A, Yao Y, Gabry J. Pareto smoothed importance sampling.
    J Mach Learn Res 2024;25(72):1-58.
    """
    began = time.perf_counter()
    sampler_rng, effects_rng, df_rng = np.random.default_rng(settings.seed).spawn(3)
    counts = Counts.from_table(table)
    design = design or Design.without_covariates(table.n_studies)
    posterior = Posterior.of(model_likelihood(counts, card, design=design), card, design)
    searched = posterior.with_likelihood(model_likelihood(counts, card, _MODE_NODES, design))
    mode = find_mode(searched.gradient, crude_start(posterior.likelihood))
    posterior = _restart_at(posterior, mode)
    total = settings.draws_per_chain * CHAINS
    pilot_size = int(np.clip(total // 4, *_PILOT))
    pilot = pilot_sample(mode, pilot_size, sampler_rng)
    evaluated = posterior.log_density(pilot[1])
    far = _far_points(posterior, mode, pilot, evaluated[0])
    plan = plan_nodes(posterior.likelihood, far)
    posterior = posterior.with_likelihood(posterior.likelihood.with_nodes(plan.nodes))
    if isinstance(posterior.likelihood, TLikelihood):
        plan = replace(plan, error=plan.error + grid_error(posterior.likelihood, far))
    weighted = sample(
        posterior.log_density,
        pilot,
        max(total - pilot_size, _LEAST_MAIN),
        Conditional.at(posterior, mode.location),
        sampler_rng,
        evaluated=_refined(posterior, pilot[1], evaluated),
    )
    rows = resample(weighted.smoothed.weights, total, sampler_rng)
    raw = posterior.constrain(weighted.theta)
    by_study = weighted.log_likelihood
    if isinstance(posterior.likelihood, TLikelihood):
        raw, by_study = draw_df(posterior.likelihood.grid, raw, by_study, df_rng)
    proposals = Proposals(
        raw.coefficients, raw.tau, raw.rho, weighted.log_weights, by_study, raw.df
    )
    logits = None
    if settings.wants_effects(table.n_studies):
        logits = draw_effects(posterior.likelihood, raw.rows(rows), effects_rng)
    report = EngineReport(
        "marginal",
        weighted.smoothed.pareto_k,
        weighted.smoothed.ess,
        int(plan.nodes.max()),
        time.perf_counter() - began,
        weighted.log_evidence,
    )
    return _result(proposals, rows, logits, report, _checks(weighted, plan, card))


def _restart_at(posterior: Posterior, mode: Mode) -> Posterior:
    """Seek conditional modes from those at the posterior mode from now on."""
    modes = posterior.likelihood.modes(posterior.constrain(mode.location[None]))
    return posterior.with_likelihood(
        posterior.likelihood.started_at((modes.sens[0], modes.spec[0]))
    )


def _far_points(
    posterior: Posterior, mode: Mode, pilot: tuple[Proposal, FloatArray], density: FloatArray
) -> Hyper:
    """Take the mode and pilot draws spread over the posterior, picked by weight, not by chance."""
    law, theta = pilot
    weights = smooth(density - law.log_density(law.coordinates.forward(theta))).weights
    by_tau = np.argsort(theta[:, LOG_TAU].sum(axis=1))
    levels = (np.arange(_FAR_POINTS) + 0.5) / _FAR_POINTS
    rows = np.minimum(np.searchsorted(np.cumsum(weights[by_tau]), levels), by_tau.size - 1)
    return posterior.constrain(np.vstack([mode.location, theta[by_tau[rows]]]))


def _refined(
    posterior: Posterior, theta: FloatArray, evaluated: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Integrate again the studies whose nodes have changed since the pilot was evaluated."""
    density, by_study = evaluated
    studies = np.flatnonzero(posterior.likelihood.nodes > BASE_NODES)
    rows = np.flatnonzero(np.isfinite(density))
    if studies.size:
        part = posterior.with_likelihood(posterior.likelihood.take(studies))
        again = part.by_study(theta[rows])
        place = np.ix_(rows, *(range(n) for n in by_study.shape[1:-1]), studies)
        if by_study.ndim == 2:
            density[rows] += (again - by_study[place]).sum(axis=1)
            by_study[place] = again
        else:
            density[rows] -= posterior.log_likelihood(by_study[rows])
            by_study[place] = again
            density[rows] += posterior.log_likelihood(by_study[rows])
    return density, by_study


def _checks(weighted: WeightedSample, plan: NodePlan, card: Card) -> tuple[Check, ...]:
    limits = card.checks.marginal
    pareto_k, ess = weighted.smoothed.pareto_k, weighted.smoothed.ess
    enough = plan.error <= limits.quadrature_error_max
    return (
        Check("pareto_k", pareto_k, limits.pareto_k_max, pareto_k < limits.pareto_k_max),
        Check("ess", ess, limits.ess_min, ess >= limits.ess_min),
        Check("quadrature_error", plan.error, limits.quadrature_error_max, enough),
    )


def _result(
    raw: Proposals,
    rows: NDArray[np.intp],
    logits: FloatArray | None,
    report: EngineReport,
    checks: tuple[Check, ...],
) -> EngineResult:
    shape = (CHAINS, rows.size // CHAINS)
    return EngineResult(
        raw.coefficients[rows].reshape(*shape, -1),
        raw.tau[rows].reshape(*shape, 2),
        raw.rho[rows].reshape(shape),
        None if logits is None else logits.reshape(*shape, -1, 2),
        raw.log_likelihood[rows].reshape(*shape, -1),
        {},
        raw,
        report,
        checks,
        None if raw.df is None else raw.df[rows].reshape(shape),
    )
