"""Designs whose coefficients the studies cannot tell apart are refused, in words."""

from collections import Counter
from itertools import product

import numpy as np
from numpy.typing import NDArray

from metadx.designs.columns import LevelColumns, Values, level_texts
from metadx.designs.margins import Terms
from metadx.designs.parse import term_text
from metadx.errors import DataError
from metadx.studies.problems import listed

type FloatArray = NDArray[np.float64]

_TOLERANCE = 1e-7
"""Share of a column's length that earlier columns must leave over, lest it follow from them."""


def refuse_unsound(
    terms: Terms, values: Values, group_sizes: NDArray[np.int64], group: str, about: str
) -> None:
    """Refuse a design that is empty somewhere, collinear or saturated.

    Parameters
    ----------
    terms : Terms
        Of one margin.
    values : mapping of str to ndarray, shape (N,)
        Covariates of the studies.
    group_sizes : ndarray of int, shape (N,)
        Participants of each study who tell of this margin.
    group : str
        What they are called, such as "diseased participants".
    about : str
        The formula, used in messages.

    Raises
    ------
    DataError
        If an interaction has a combination of levels that no study has, there are not more studies
        than coefficients, or one effect follows from others; counted over all studies, then over
        those that have such participants.
    """
    if not terms.terms:
        return
    _refuse_empty_cells(terms, values, about)
    studies = len(group_sizes)
    matrix = terms.matrix(values, studies, symmetric=False)
    names = ("the mean", *terms.effects())
    _refuse_saturated(matrix, about, "")
    _refuse_collinear(matrix, names, about, "")
    known = matrix[group_sizes > 0]
    if len(known) < studies:
        among = f" among the {len(known)} studies with {group}"
        _refuse_saturated(known, about, among)
        _refuse_collinear(known, names, about, among)


def _refuse_empty_cells(terms: Terms, values: Values, about: str) -> None:
    for term in terms.terms:
        columns = [c for f in term if isinstance(c := terms.columns[f], LevelColumns)]
        if len(columns) < 2:
            continue
        seen = Counter(zip(*(level_texts(values[c.name]) for c in columns), strict=True))
        empty = [
            " and ".join(f"{c.name} = {level}" for c, level in zip(columns, cell, strict=True))
            for cell in product(*(c.levels for c in columns))
            if cell not in seen
        ]
        if empty:
            raise DataError(
                f"{about}: the interaction {term_text(term)} needs every combination of levels, "
                f"but no study has {listed(empty, 4)}. Leave the interaction out (write + for *), "
                "or merge levels."
            )


def _refuse_saturated(matrix: FloatArray, about: str, among: str) -> None:
    studies, coefficients = matrix.shape
    if coefficients >= studies:
        raise DataError(
            f"{about}: {coefficients} coefficients (the mean is one) but {studies} "
            f"{'study' if studies == 1 else 'studies'}{among}; with no study left over, nothing "
            "tells how much studies differ. Take covariates out, or merge levels."
        )


def _refuse_collinear(matrix: FloatArray, names: tuple[str, ...], about: str, among: str) -> None:
    kept: list[int] = []
    for column in range(matrix.shape[1]):
        now = matrix[:, column]
        length = float(np.linalg.norm(now))
        if not length:
            raise DataError(
                f"{about}: no study{among} has {names[column]}; leave it out, or merge levels."
            )
        weights = np.linalg.lstsq(matrix[:, kept], now, rcond=None)[0] if kept else np.zeros(0)
        rest = now - matrix[:, kept] @ weights
        if float(np.linalg.norm(rest)) > _TOLERANCE * length:
            kept.append(column)
            continue
        sources = [
            names[place]
            for place, weight in zip(kept, weights, strict=True)
            if place and abs(weight) * float(np.linalg.norm(matrix[:, place])) > 1e-6 * length
        ]
        told = (
            f"{names[column]} follows from {listed(sources, 6)}"
            if sources
            else f"{names[column]} does not differ between studies"
        )
        raise DataError(
            f"{about}: {told}{among}, so their effects cannot be told apart. Take one of them "
            "out, or merge levels."
        )
