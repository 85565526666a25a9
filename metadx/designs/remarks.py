"""What a reader of a meta-regression must know of its design."""

from itertools import combinations

import numpy as np

from metadx.designs.association import correlation_ratio, cramers_v
from metadx.designs.columns import level_texts
from metadx.designs.confounding import confounding
from metadx.designs.informative import Informative, informative_levels, margins_of
from metadx.designs.model import Model
from metadx.designs.silent import silent_levels
from metadx.studies.problems import listed

FEW_STUDIES = 3
"""Levels of a regression with fewer studies that have the arm are prior-led."""

_CLOSE = 0.8
"""Association of two covariates of one formula from which on they are said to go together."""

_PER_COEFFICIENT = 10
"""Studies per coefficient of a covariate below which the design is called thin."""


def design_remarks(model: Model) -> tuple[str, ...]:
    """Say what a reader must know of a design before believing its coefficients.

    Parameters
    ----------
    model : Model

    Returns
    -------
    tuple of str
        Sentences; empty where there is nothing to say.
    """
    remarks = [
        *_few_studies(model),
        *silent_levels(model),
        *confounding(model),
        *_close_pairs(model),
        *_few_values(model),
        *_thin(model),
    ]
    return tuple(f"{text}." for text in remarks)


def _few_studies(model: Model) -> list[str]:
    few = [one for one in informative_levels(model) if one.rows.size < FEW_STUDIES]
    # A level may be few in both margins: said once where all of its studies count.
    rare = list(dict.fromkeys(f"{one.name} = {one.level} ({_how_many(one)})" for one in few))
    if not rare:
        return []
    return [f"Prior-led, with fewer than {FEW_STUDIES} studies: {listed(rare, 8)}"]


def _how_many(one: Informative) -> str:
    people = "" if one.rows.size == one.studies else f" with {one.people}"
    return f"{_studies(one.rows.size)}{people}"


def _studies(number: int) -> str:
    return f"{number} {'study' if number == 1 else 'studies'}"


def _close_pairs(model: Model) -> list[str]:
    pairs = [
        f"{first} and {second} ({_association(model, first, second):.2f})"
        for first, second in combinations(model.covariates, 2)
        if any({first, second} <= terms.covariates for terms in (model.sens, model.spec))
        and _association(model, first, second) > _CLOSE
    ]
    if not pairs:
        return []
    return [
        f"Covariates that go together closely, on a scale from 0 to 1: {listed(pairs, 4)}; their "
        "effects can hardly be told apart"
    ]


def _association(model: Model, first: str, second: str) -> float:
    levels = [
        level_texts(model.values[name]) if model.levels(name) is not None else None
        for name in (first, second)
    ]
    one, two = (model.values[name] for name in (first, second))
    if levels[0] is not None and levels[1] is not None:
        return cramers_v(levels[0], levels[1])
    if levels[0] is not None:
        return correlation_ratio(levels[0], two.astype(np.float64))
    if levels[1] is not None:
        return correlation_ratio(levels[1], one.astype(np.float64))
    return abs(float(np.corrcoef(one.astype(np.float64), two.astype(np.float64))[0, 1]))


def _few_values(model: Model) -> list[str]:
    remarks = []
    for name in model.covariates:
        if model.levels(name) is None:
            distinct = level_texts(np.unique(model.values[name].astype(np.float64)))
            if len(distinct) <= 3:
                remarks.append(
                    f"{name} takes {len(distinct)} values only ({', '.join(distinct)}); C({name}) "
                    "would take them as levels"
                )
    return remarks


def _thin(model: Model) -> list[str]:
    thin: dict[str, list[str]] = {}
    for margin in margins_of(model):
        count, studies = len(margin.terms.effects()), int(np.count_nonzero(margin.sizes))
        if count and studies < _PER_COEFFICIENT * count:
            people = f" with {margin.people}" * (studies < model.table.n_studies)
            thin.setdefault(f"{_studies(studies)}{people}", []).append(f"{count} in {margin.name}")
    return [
        f"{studies} for covariate coefficients ({', '.join(counts)}): with fewer than "
        f"{_PER_COEFFICIENT} for each, expect wide intervals that lean on the prior"
        for studies, counts in thin.items()
    ]
