"""The kinds of study that a design tells apart: levels, and values of continuous covariates."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Kind, Value
from metadx.designs.model import Model

type FloatArray = NDArray[np.float64]


def all_kinds(model: Model) -> tuple[Kind, ...]:
    """Return a kind for each level of each covariate, and for three values of continuous ones.

    A continuous covariate is shown at its quartiles over the studies, rounded to the precision of
    the data, or at its values where it has no more than three.

    Parameters
    ----------
    model : Model

    Returns
    -------
    tuple of Kind
        By covariate in the order of the table, then by level or value.
    """
    kinds = []
    for name in model.covariates:
        levels = model.levels(name)
        for value in _shown(model, name, levels):
            kinds.append(model.kind({name: value}, covariate=name))
    return tuple(kinds)


def _shown(model: Model, name: str, levels: tuple[str, ...] | None) -> Iterable[Value]:
    values = model.values[name]
    if values.dtype.kind != "f":
        return levels or ()
    numbers = values.astype(np.float64)
    distinct = np.unique(numbers)
    if levels is not None or len(distinct) <= 3:
        return [float(value) for value in distinct]
    return quartiles(numbers)


def quartiles(values: FloatArray) -> tuple[float, ...]:
    """Return the lower quartile, median and upper quartile, rounded like the values.

    Parameters
    ----------
    values : ndarray, shape (N,)

    Returns
    -------
    tuple of float
        Whole numbers where all values are; otherwise rounded to about a twentieth of their
        standard deviation. Those that fall together are given once.

    Examples
    --------
    >>> quartiles(np.array([2001.0, 2004.0, 2007.0, 2009.0, 2012.0, 2015.0]))
    (2005.0, 2008.0, 2011.0)
    """
    found = np.quantile(values, (0.25, 0.5, 0.75))
    decimals = 0
    if not np.all(values == np.rint(values)):
        decimals = int(np.ceil(-np.log10(np.std(values) / 20)))
    rounded = np.clip(np.round(found, decimals), values.min(), values.max())
    return tuple(dict.fromkeys(rounded.tolist()))
