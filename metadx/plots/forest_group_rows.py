"""The rows of a coupled forest plot with a block for each level of a covariate."""

import numpy as np

from metadx.plots.captions import name_words, studies_words
from metadx.plots.fitted import CountTable, FittedReview
from metadx.plots.forest_rows import (
    NEW_LABEL,
    POOLED_LABEL,
    Block,
    ForestRows,
    ForestSort,
    lay_out,
    row_order,
)
from metadx.plots.intervals import IntervalKind
from metadx.plots.levels import Level, Levels, some_rows
from metadx.plots.sroc_layers import logit_limits, pooled_limits

LEVEL_LABEL = "Median study"
OVERALL = "All studies, without covariates"
_NOTHING = np.full((3, 2), np.nan)


def forest_group_rows(
    levels: Levels,
    pooled: FittedReview,
    table: CountTable,
    *,
    sort: ForestSort = "sens",
    interval: IntervalKind = "clopper-pearson",
    prob: float = 0.95,
) -> ForestRows:
    """Compute the rows of a coupled forest plot of several levels.

    Parameters
    ----------
    levels : Levels
        The levels, in the order of the blocks.
    pooled : FittedReview
        The same studies fitted without covariates, for the last rows.
    table : CountTable
        All studies.
    sort : {"sens", "spec", "study", "table"}
        Order of the studies within a level.
    interval : {"clopper-pearson", "wilson"}
        Method of the intervals of the studies.
    prob : float, default 0.95
        Level of all intervals.

    Returns
    -------
    ForestRows
    """
    blocks = [_block(level, sort, prob, levels.covariate) for level in levels.levels]
    if len(levels.rest):
        rest = levels.rest[row_order(some_rows(table, levels.rest), sort)]
        # Chosen values of a continuous covariate have no studies: then these are all there are.
        others = any(len(level.rows) for level in levels.levels)
        block = Block(("Other studies" if others else "Studies",), rest, (), _NOTHING, _NOTHING)
        blocks.insert(len(blocks) if others else 0, block)
    overall = Block(
        heading=(f"{OVERALL} ({studies_words(table.n_studies)})",),
        rows=np.array([], dtype=np.intp),
        labels=(POOLED_LABEL, NEW_LABEL),
        pooled=pooled_limits(table, pooled.mu.reshape(-1, 2), prob),
        new=pooled_limits(table, pooled.new_study_logits(), prob),
    )
    return lay_out(table, [*blocks, overall], interval=interval, prob=prob)


def _block(level: Level, sort: ForestSort, prob: float, covariate: str) -> Block:
    # "no" or "2" alone says nothing.
    kind = (f"{name_words(covariate)}:",) if covariate else ()
    counted = (f"({studies_words(len(level.rows))})",) if len(level.rows) else ()
    return Block(
        heading=(*kind, level.name, *counted),
        rows=level.rows[row_order(level.table, sort)],
        labels=(LEVEL_LABEL, NEW_LABEL),
        pooled=logit_limits(level.group.mu, prob, level.identified),
        new=logit_limits(level.group.new_logits, prob, level.identified),
    )
