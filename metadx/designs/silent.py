"""Levels of which the counts say only that a margin is near its edge."""

from metadx.designs.informative import informative_levels
from metadx.designs.model import Model


def silent_levels(model: Model) -> list[str]:
    """Say which levels have nothing but correct, or nothing but wrong results in a margin.

    Their odds ratio against a level with both has no upper, or no lower, limit in the data. A cell
    that is 0 in every study of the table is left out: the fit says so of the whole margin.

    Parameters
    ----------
    model : Model

    Returns
    -------
    list of str
        Sentences without a full stop.
    """
    sentences = []
    for one in informative_levels(model):
        margin = one.margin
        for cell, edge in ((margin.right, 0), (margin.wrong, 1)):
            counts = getattr(model.table, cell)
            if one.rows.size and counts.any() and not counts[one.rows].any():
                sentences.append(
                    f"{cell} = 0 in every study with {one.name} = {one.level}: the data only say "
                    f"that {margin.short} there is near {edge}; how near, and the odds ratio, "
                    "follow the prior"
                )
    return sentences
