"""Values of covariates that a user asks for, checked against the studies of the fit."""

import difflib
import math
from collections.abc import Mapping

import numpy as np

from metadx.designs.columns import level_texts
from metadx.designs.design import Value
from metadx.designs.factors import unknown
from metadx.designs.model import Model
from metadx.errors import DataError
from metadx.studies.problems import listed, quoted


def check_values(model: Model, at: Mapping[str, Value]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Check the values that covariates are to be set to.

    Parameters
    ----------
    model : Model
    at : mapping of str to str or float
        Values by covariate; a number may be given as text.

    Returns
    -------
    values : dict of str to str or float
        In the order of the table.
    remarks : tuple of str
        Values beyond those of the studies, combinations of levels that no study has.

    Raises
    ------
    DataError
        If nothing is set, a name is no covariate of the formulas, or a value is no level or no
        number.
    """
    source = model.table.source
    if not at:
        raise DataError(f"{source}: no covariate is set; wanted one of {_known(model)}.")
    for name in at:
        if name not in model.table.covariates:
            raise unknown(name, model.table.covariates, source)
        if name not in model.covariates:
            raise DataError(
                f"{source}: {name} stands in neither formula, so results cannot depend on it; "
                f"wanted one of {_known(model)}."
            )
    checked = {name: _checked(model, name, at[name]) for name in model.covariates if name in at}
    return checked, (*_beyond(model, checked), *_unseen(model, checked))


def _known(model: Model) -> str:
    return listed(list(model.covariates))


def _checked(model: Model, name: str, value: Value) -> Value:
    levels = model.levels(name)
    numeric = model.values[name].dtype.kind == "f"
    source = model.table.source
    if numeric:
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise DataError(f"{source}: {name} = {quoted(value)} is not a number; write {name}=12.")
        value = number
    if levels is None:
        return value
    text = level_texts(np.array([value]))[0]
    if text in levels:
        return value if numeric else text
    near = difflib.get_close_matches(text.casefold(), [level.casefold() for level in levels], n=1)
    meant = [level for level in levels if near and level.casefold() == near[0]]
    ask = f" Did you mean {quoted(meant[0])}?" if meant and not numeric else ""
    raise DataError(
        f"{source}: {name} = {quoted(text)} is no level of a study of the fit; wanted one of "
        f"{listed([quoted(level) for level in levels])}.{ask}"
    )


def _beyond(model: Model, at: Mapping[str, Value]) -> list[str]:
    remarks = []
    for name, value in at.items():
        if model.levels(name) is not None:
            continue
        known = model.values[name].astype(np.float64)
        least, most = float(known.min()), float(known.max())
        if not least <= float(value) <= most:
            remarks.append(
                f"{name} = {value:.10g} lies beyond the studies, which have {least:.10g} to "
                f"{most:.10g}: the result extrapolates"
            )
    return remarks


def _unseen(model: Model, at: Mapping[str, Value]) -> list[str]:
    set_levels = {
        name: level_texts(np.array([value]))[0]
        for name, value in at.items()
        if model.levels(name) is not None
    }
    columns = [level_texts(model.values[name]) for name in set_levels]
    if not columns or tuple(set_levels.values()) in set(zip(*columns, strict=True)):
        return []
    cell = " and ".join(f"{name} = {level}" for name, level in set_levels.items())
    return [f"no study has {cell}: the result adds up the effects of each"]
