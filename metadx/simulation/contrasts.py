"""One replication of a study of contrasts: a simulated review with a covariate, and its intervals.

Every prior of the coefficients that is tried sees the same reviews, and so does maximum likelihood.
"""

from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.cards.load import LoadedCard
from metadx.designs.design import Design
from metadx.engines.maximum_likelihood import maximum_likelihood
from metadx.engines.target import SCALES
from metadx.errors import FitError
from metadx.simulation.contrast_truth import quantities, true_means, truth_of_contrasts
from metadx.simulation.covariates import draw_levels, draw_numbers
from metadx.simulation.coverage import fit_quietly, moved_to
from metadx.simulation.design import ContrastCell, ContrastsDesign
from metadx.simulation.judged import judge_interval, judge_values
from metadx.simulation.laws import draw_effects
from metadx.simulation.load import LoadedDesign
from metadx.simulation.tables import draw_arms, draw_table
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical

type FloatArray = NDArray[np.float64]
type Json = dict[str, Any]
type Judged = dict[str, list[float]]

PEER = "maximum likelihood"
_NAME = "x"
_FORMULA = f"~ {_NAME}"


def contrasts_replication(
    loaded: LoadedDesign[ContrastsDesign], cell: int, replication: int
) -> Json:
    """Fit one simulated review and judge its intervals under every prior that is tried.

    Parameters
    ----------
    loaded : LoadedDesign
    cell, replication : int

    Returns
    -------
    dict
        "methods": by name of the prior what `judge_values` gives, and `PEER` where maximum
        likelihood was asked and had an answer; "fell_back", "failed_checks" and "refitted" say how.
    """
    design = loaded.design
    described = design.cells[cell]
    table, for_fit = simulated_review(design, cell, replication)
    seed = int(for_fit.generate_state(1)[0])
    rng = np.random.default_rng(for_fit.spawn(1)[0])
    (widest, first), *narrower = candidates(loaded, described).items()
    fitted = fit_quietly(table, first, design.draws, seed, _FORMULA)
    rows = _rows(table, fitted.design)
    found = {widest: _judged(described, rows, fitted.coefficients, design.prob)}
    refitted = []
    for name, card in narrower:
        moved = moved_to(fitted, card, rng)
        if moved is None:
            refitted.append(name)
            fit = fit_quietly(table, card, design.draws, seed, _FORMULA)
            coefficients = fit.coefficients
        else:
            coefficients = moved.coefficients
        found[name] = _judged(described, rows, coefficients, design.prob)
    if replication < design.peer_replications:
        answer = _by_likelihood(described, table, fitted.design, rows, design.prob)
        if answer is not None:
            found[PEER] = answer
    return {
        "methods": found,
        "fell_back": fitted.engine.fell_back is not None,
        "failed_checks": not fitted.passed,
        "refitted": refitted,
    }


def simulated_review(
    design: ContrastsDesign, cell: int, replication: int
) -> tuple[AccuracyTable, np.random.SeedSequence]:
    """Make the simulated review of one replication.

    Parameters
    ----------
    design : ContrastsDesign
    cell, replication : int

    Returns
    -------
    AccuracyTable
        With one covariate.
    numpy.random.SeedSequence
        What is left of the replication's randomness: for fitting.
    """
    seeds = np.random.SeedSequence(design.seed, spawn_key=(cell, replication))
    for_data, for_fit = seeds.spawn(2)
    rng = np.random.default_rng(for_data)
    described = design.cells[cell]
    sizes = draw_arms(design.arms[described.arms], described.studies, rng)
    effects = draw_effects(described, described.studies, rng)
    shifts = true_means(described) - true_means(described)[0]
    if described.levels:
        levels = draw_levels(_NAME, described.levels, rng)
        effects = effects + shifts[_places(levels)]
        return draw_table(effects, sizes, rng, {_NAME: levels}), for_fit
    numbers = draw_numbers(_NAME, described.studies, rng)
    effects = effects + 0.5 * (numbers.values[:, None] + 1) * shifts[1]
    return draw_table(effects, sizes, rng, {_NAME: numbers}), for_fit


def candidates(loaded: LoadedDesign[ContrastsDesign], cell: ContrastCell) -> dict[str, LoadedCard]:
    """Return the card under every prior that is tried in a cell, by name, the widest first.

    Parameters
    ----------
    loaded : LoadedDesign
    cell : ContrastCell

    Returns
    -------
    dict of str to LoadedCard
    """
    spreads = sorted(getattr(loaded.design.candidates, cell.prior), reverse=True)
    return {prior_name(sd): _with_prior(loaded.card, cell.prior, sd) for sd in spreads}


def prior_name(sd: float) -> str:
    """Name a prior of coefficients.

    Examples
    --------
    >>> prior_name(1.5)
    'Normal(0, 1.5)'
    """
    return f"Normal(0, {sd:g})"


def _with_prior(loaded: LoadedCard, which: str, sd: float) -> LoadedCard:
    card = loaded.card
    beta = card.parameters.beta
    assert beta is not None  # refused when the design was loaded
    prior = getattr(beta, which).model_copy(update={"sd": sd})
    parameters = card.parameters.model_copy(update={"beta": beta.model_copy(update={which: prior})})
    return replace(loaded, card=card.model_copy(update={"parameters": parameters}))


def _places(levels: Categorical) -> list[int]:
    return [levels.levels.index(str(value)) for value in levels.values]


def _rows(table: AccuracyTable, design: Design) -> tuple[FloatArray, FloatArray]:
    """Return the rows of the two designs, one for each kind of study."""
    covariate = table.covariates[_NAME]
    if isinstance(covariate, Categorical):
        places = _places(covariate)
        first = [places.index(place) for place in range(len(covariate.levels))]
        return design.sens.matrix[first], design.spec.matrix[first]
    both = np.array([[1.0, -1.0], [1.0, 1.0]])  # the numbers were drawn standardised
    return both, both


def _judged(
    cell: ContrastCell, rows: tuple[FloatArray, FloatArray], coefficients: FloatArray, prob: float
) -> Judged:
    flat = coefficients.reshape(-1, coefficients.shape[-1])
    split = rows[0].shape[1]
    means = np.stack([rows[0] @ flat[:, :split].T, rows[1] @ flat[:, split:].T], axis=-1)
    draws = {quantity.name: quantity.value(means) for quantity in quantities(cell)}
    return judge_values(truth_of_contrasts(cell), draws, prob=prob)


def _by_likelihood(
    cell: ContrastCell,
    table: AccuracyTable,
    design: Design,
    rows: tuple[FloatArray, FloatArray],
    prob: float,
) -> Judged | None:
    """Judge Wald intervals around the maximum of the Laplace approximation; None without one."""
    try:
        found = maximum_likelihood(table, nodes=1, sens=_FORMULA, spec=_FORMULA)
    except FitError:
        return None
    covariance = found.covariance[:-SCALES, :-SCALES]
    if not np.isfinite(covariance).all():
        return None
    split = design.sens.size
    parts = (slice(0, split), slice(split, None))
    # Rows are in the coding of the model, estimates are reported against a reference level.
    told = [
        row @ np.linalg.inv(margin.to_effects)
        for row, margin in zip(rows, (design.sens, design.spec), strict=True)
    ]
    estimates = found.estimates[:-SCALES]
    means = np.stack([told[m] @ estimates[parts[m]] for m in (0, 1)], axis=-1)
    truth, away = truth_of_contrasts(cell), NormalDist().inv_cdf((1 + prob) / 2)
    judged = {}
    for quantity in quantities(cell):
        part = parts[quantity.margin]
        gradient = quantity.slope(means) @ told[quantity.margin]
        error = away * float(np.sqrt(gradient @ covariance[part, part] @ gradient))
        middle = float(quantity.value(means[:, None, :])[0])
        judged[quantity.name] = judge_interval(
            truth, quantity.name, middle - error, middle, middle + error, prob=prob
        )
    return judged
