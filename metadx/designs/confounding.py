"""Levels that never come without a level of another covariate."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from metadx.designs.columns import level_texts
from metadx.designs.missing import NOT_REPORTED
from metadx.designs.model import Model
from metadx.studies.covariates import Categorical

_CHANCE = 0.1
"""Coincidences at least this likely, were studies shuffled, are not worth a sentence."""

_TOLD = 3
"""Coincidences told of one covariate; the least likely ones come first."""


@dataclass(frozen=True)
class Coincidence:
    """All studies with one level share a level of another covariate, which varies outside.

    Parameters
    ----------
    level : str
    other, shared : str
        The other covariate and the level that is shared.
    chance : float
        Probability of this, were the levels of the other covariate shuffled over the studies.
    """

    level: str
    other: str
    shared: str
    chance: float


def confounding(model: Model) -> tuple[str, ...]:
    """Say which levels of the covariates always come with a level of another covariate.

    Categorical covariates outside the formulas count as well. Those with almost a level for every
    study are left out, as are levels of a single study and coincidences that would be no surprise
    by chance, unless the two levels mark the very same studies.

    Parameters
    ----------
    model : Model

    Returns
    -------
    tuple of str
        Sentences without a full stop.
    """
    sentences = []
    for name in model.covariates:
        if model.levels(name) is None:
            continue
        found = sorted(_coincidences(model, name), key=lambda one: one.chance)[:_TOLD]
        by_level: dict[str, list[Coincidence]] = defaultdict(list)
        for one in found:
            by_level[one.level].append(one)
        for level, ones in by_level.items():
            shared = " and ".join(f"{one.other} = {one.shared}" for one in ones)
            others = " or ".join(one.other for one in ones)
            sentences.append(
                f"Every study with {name} = {level} has {shared}: what seems an effect of {name} "
                f"may be an effect of {others}"
            )
    return tuple(sentences)


def _coincidences(model: Model, name: str) -> list[Coincidence]:
    own = level_texts(model.values[name])
    found = []
    for other, covariate in model.table.covariates.items():
        crowded = isinstance(covariate, Categorical) and 2 * len(covariate.levels) > len(own)
        if other != name and isinstance(covariate, Categorical) and not crowded:
            for level in dict.fromkeys(own):
                found += _coincidence(level, own, other, covariate.values)
    return found


def _coincidence(
    level: str, own: Sequence[str], other: str, values: Sequence[str | None]
) -> list[Coincidence]:
    inside = [value for mine, value in zip(own, values, strict=True) if mine == level]
    # What was not reported explains nothing.
    known = [value for value in values if value not in {None, NOT_REPORTED}]
    shared = inside[0]
    if (
        len(inside) < 2
        or shared in {None, NOT_REPORTED}
        or set(inside) != {shared}
        or set(known) == {shared}
    ):
        return []
    k, same = len(inside), known.count(shared)
    chance = math.comb(same, k) / math.comb(len(known), k)
    # Where the two levels mark the same studies, nothing at all tells them apart.
    worth_saying = same == k or chance < _CHANCE
    return [Coincidence(level, other, shared, chance)] if worth_saying else []
