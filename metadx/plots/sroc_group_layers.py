"""The numbers a summary ROC plot of several levels draws, before anything is drawn."""

from dataclasses import dataclass

import numpy as np

from metadx.estimands.logistic import FloatArray, IntArray
from metadx.plots.effect_words import region_words
from metadx.plots.fitted import CountTable, effects_of
from metadx.plots.levels import Level, Levels, some_rows
from metadx.plots.sroc_layers import (
    SrocCurve,
    hsroc,
    logit_limits,
    observed_fpr,
    placed_studies,
    region_outlines,
)

MOST_WITH_PREDICTION = 3  # levels: the prediction regions of more cover each other
MOST_WITH_REGIONS = 6  # levels: so do the credible regions


@dataclass(frozen=True, eq=False)
class LevelLayers:
    """What the plot shows of one level, on the probability scale, in the order (sens, spec).

    Parameters
    ----------
    label : str
        The level.
    n_studies : int
        Number of its studies, those with an empty arm included.
    studies : ndarray, shape (n, 2)
        Observed (sens, spec) of its studies that have both arms.
    participants : ndarray, shape (n,)
        Their numbers of participants.
    summary : ndarray, shape (3, 2)
        Median study: lower limit, median, upper limit; nan for a margin that is not identified.
    credible, prediction : ndarray, shape (P, 2), or None
        Outlines of the regions.
    curve : SrocCurve or None
        Summary ROC curve over the false-positive rates above 0 that its own studies observed; over
        those of all studies where it has none, being a chosen value of a continuous covariate.
    identified : bool
        Whether sens and spec are both identified; nothing is drawn of a level without.
    region_words : str
        What the regions are, for the caption.
    """

    label: str
    n_studies: int
    studies: FloatArray
    participants: IntArray
    summary: FloatArray
    credible: FloatArray | None
    prediction: FloatArray | None
    curve: SrocCurve | None
    identified: bool
    region_words: str = region_words(None)


@dataclass(frozen=True, eq=False)
class SrocGroupLayers:
    """Everything that a summary ROC plot of several levels shows.

    Parameters
    ----------
    levels : tuple of LevelLayers
        In the order of the legend.
    rest : ndarray, shape (n, 2)
        Observed (sens, spec) of the studies of no level.
    rest_participants : ndarray, shape (n,)
        Their numbers of participants.
    not_shown : tuple of str
        Studies with an empty arm.
    crowded : bool
        Whether regions are left out for the number of levels.
    counted : str
        What the studies count, in the plural.
    """

    levels: tuple[LevelLayers, ...]
    rest: FloatArray
    rest_participants: IntArray
    not_shown: tuple[str, ...]
    crowded: bool
    counted: str

    @property
    def participants(self) -> IntArray:
        """Participants of all studies drawn."""
        parts = [level.participants for level in self.levels]
        return np.concatenate([*parts, self.rest_participants])


def sroc_group_layers(
    levels: Levels,
    table: CountTable,
    *,
    prob: float = 0.95,
    regions: bool | None = None,
    prediction: bool | None = None,
    curve: bool = True,
) -> SrocGroupLayers:
    """Compute what a summary ROC plot of several levels shows.

    Parameters
    ----------
    levels : Levels
        The levels.
    table : CountTable
        All studies.
    prob : float, default 0.95
        Level of the regions and of the limits of the summaries.
    regions : bool, optional
        Whether to show the regions; by default with up to 6 levels, of every level but those
        with less than 3 studies that have both arms.
    prediction : bool, optional
        Whether the prediction region is among them; by default with up to 3 levels.
    curve : bool, default True
        Whether to show the curves.

    Returns
    -------
    SrocGroupLayers
    """
    count = len(levels.levels)
    crowded = regions is None and not prediction and count > MOST_WITH_REGIONS
    regions = False if crowded else regions
    if prediction is None:
        prediction = count <= MOST_WITH_PREDICTION
    rest, rest_participants, _ = placed_studies(some_rows(table, levels.rest))
    return SrocGroupLayers(
        levels=tuple(
            _level(one, table, prob=prob, regions=regions, prediction=prediction, curve=curve)
            for one in levels.levels
        ),
        rest=rest,
        rest_participants=rest_participants,
        not_shown=placed_studies(table)[2],
        crowded=crowded,
        counted=table.counted,
    )


def _level(
    level: Level,
    table: CountTable,
    *,
    prob: float,
    regions: bool | None,
    prediction: bool,
    curve: bool,
) -> LevelLayers:
    group = level.group
    studies, participants, _ = placed_studies(level.table)
    known = all(level.identified)
    outlines: tuple[FloatArray | None, FloatArray | None] = (None, None)
    if known and (not level.few if regions is None else regions):
        outlines = region_outlines(
            group.mu,
            group.tau,
            group.rho,
            prob,
            effects=effects_of(group),
            new_logits=group.new_logits,
        )
    # A rate of 0 is 0 on the scale of the figure only: there the curve runs off to sens 0.
    some = level.table if len(level.rows) else table
    positive = some_rows(some, np.flatnonzero(some.fp))
    span = observed_fpr(positive) if known and curve else None
    return LevelLayers(
        label=level.name,
        n_studies=len(level.rows),
        studies=studies,
        participants=participants,
        summary=logit_limits(group.mu, prob, level.identified),
        credible=outlines[0],
        prediction=outlines[1] if prediction else None,
        curve=hsroc(group.mu, group.tau, span, prob, effects_of(group)),
        region_words=region_words(effects_of(group)),
        identified=known,
    )
