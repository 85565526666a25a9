"""Which studies tell of a level: those that have participants of the arm."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metadx.designs.columns import LevelColumns, level_texts
from metadx.designs.margins import Terms
from metadx.designs.model import Model

type Cell = Literal["tp", "fp", "fn", "tn"]


@dataclass(frozen=True, eq=False)
class Margin:
    """One margin of a model and the participants who tell of it.

    Parameters
    ----------
    name, short, people : str
        ``"sensitivity"``, ``"sens"``, ``"diseased participants"``, or those of specificity.
    terms : Terms
    sizes : ndarray of int, shape (N,)
        Participants of each study.
    right, wrong : str
        Names of the cells that count correct and wrong results.
    """

    name: str
    short: Literal["sens", "spec"]
    people: str
    terms: Terms
    sizes: NDArray[np.int64]
    right: Cell
    wrong: Cell


@dataclass(frozen=True, eq=False)
class Informative:
    """The studies that tell of one level in one margin.

    Parameters
    ----------
    margin : Margin
    name, level : str
        The covariate and its level.
    studies : int
        Studies with the level.
    rows : ndarray of int
        Those of them that have participants of the arm.
    """

    margin: Margin
    name: str
    level: str
    studies: int
    rows: NDArray[np.intp]

    @property
    def people(self) -> str:
        """What the participants are called."""
        return self.margin.people


def margins_of(model: Model) -> tuple[Margin, Margin]:
    """Return both margins of a model.

    Parameters
    ----------
    model : Model

    Returns
    -------
    tuple of Margin
        Sensitivity first.
    """
    table = model.table
    sick, well = f"diseased {table.counted}", f"non-diseased {table.counted}"
    return (
        Margin("sensitivity", "sens", sick, model.sens, table.n_diseased, "tp", "fn"),
        Margin("specificity", "spec", well, model.spec, table.n_nondiseased, "tn", "fp"),
    )


def informative_levels(model: Model) -> Iterator[Informative]:
    """Yield every level of the categorical terms of each margin with the studies that tell of it.

    Parameters
    ----------
    model : Model

    Yields
    ------
    Informative
        By covariate in the order of the table, then by level in the order of the studies, then by
        margin.
    """
    margins = margins_of(model)
    for name in model.covariates:
        inside = [margin for margin in margins if _as_levels(margin.terms, name)]
        if not inside:
            continue
        texts = level_texts(model.values[name])
        for level in dict.fromkeys(texts):
            alike = np.array([text == level for text in texts])
            for margin in inside:
                rows = np.flatnonzero(alike & (margin.sizes > 0))
                yield Informative(margin, name, level, int(alike.sum()), rows)


def _as_levels(terms: Terms, name: str) -> bool:
    return any(isinstance(c, LevelColumns) and c.name == name for c in terms.columns.values())
