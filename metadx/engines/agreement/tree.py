"""An agreement fit as an xarray DataTree, laid out so that all of ArviZ works on it."""

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from metadx.builders.ordinal_rows import row_hierarchy
from metadx.engines.agreement.record import to_record

if TYPE_CHECKING:
    import xarray as xr

    from metadx.engines.agreement.result import AgreementFit

FORMAT = "metadx/agreement-fit/1"
EFFECT = "effect_"
_LIBRARIES = ("metadx", "numpy", "scipy", "xarray", "pymc", "nutpie", "arviz")
_DRAWS = ("chain", "draw")


def build_agreement_tree(fit: "AgreementFit") -> "xr.DataTree":
    """Lay a fit out in groups.

    Parameters
    ----------
    fit : AgreementFit

    Returns
    -------
    xarray.DataTree
        ``posterior`` (z, cells, kappa_coded and accuracy_factor by row; mu, lambda and whatever
        else rows share; ``effect_`` of each factor; loadings of three or more readers),
        ``posterior_predictive`` and ``observed_data`` (kappa by row), ``constant_data`` (n) and
        ``record`` (long arrays of the table and its audit). The attributes hold the card, the
        table, the audit, settings, checks, notes and versions.
    """
    import xarray as xr

    record = to_record((fit.table, fit.audit))
    row = _coords(fit, "row")
    printed = [row.kappa.value if row.kappa else np.nan for row in fit.table.rows]
    groups = {
        "posterior": _posterior(fit),
        "observed_data": xr.Dataset({"kappa": ("row", printed)}, row),
        "constant_data": xr.Dataset({"n": ("row", [row.n for row in fit.table.rows])}, row),
        "record": xr.Dataset(
            {
                name: ([f"{name}_{place}" for place in range(array.ndim)], array)
                for name, array in record.arrays.items()
            }
        ),
    }
    if fit.predicted_kappa.size:
        predicted = {"kappa": ((*_DRAWS, "row"), fit.predicted_kappa)}
        groups["posterior_predictive"] = xr.Dataset(predicted, _coords(fit, *_DRAWS, "row"))
    tree = xr.DataTree.from_dict(groups)
    tree.attrs.update(_attributes(fit), record=json.dumps(record.plain))
    return tree


def _coords(fit: "AgreementFit", *names: str) -> dict[str, Any]:
    chains, draws = fit.z.shape[:2]
    known: dict[str, Any] = {
        "chain": np.arange(chains),
        "draw": np.arange(draws),
        "row": np.array(fit.table.labels, dtype=object),
        "category_a": list(fit.table.categories),
        "category_b": list(fit.table.categories),
    }
    return {name: known[name] for name in names}


def _posterior(fit: "AgreementFit") -> "xr.Dataset":
    import xarray as xr

    by_row = (*_DRAWS, "row")
    scale = {"units": "atanh(r / r_max)"}
    variables: dict[str, Any] = {
        "z": (by_row, fit.z, scale),
        "cells": ((*by_row, "category_a", "category_b"), fit.cells, {"units": "probability"}),
        "kappa_coded": (by_row, fit.kappa_coded),
        "accuracy_factor": (by_row, fit.accuracy_factor),
    }
    variables |= {name: (_DRAWS, draws) for name, draws in fit.hyper.items()}
    for name, draws in fit.effects.items():
        variables[f"{EFFECT}{name}"] = ((*_DRAWS, f"{name}_level"), draws, scale)
    coords = _coords(fit, *_DRAWS, "row", "category_a", "category_b")
    levels = row_hierarchy(fit.table, 0).names | {"row": fit.table.labels}
    coords |= {f"{name}_level": list(levels[name]) for name in fit.effects}
    if fit.loadings is not None:
        variables["loadings"] = ((*_DRAWS, "rater"), fit.loadings, {"units": "correlation"})
        coords["rater"] = list(fit.table.ratings[0].raters)
    return xr.Dataset(variables, coords)


def _attributes(fit: "AgreementFit") -> dict[str, str]:
    said = to_record((fit.settings, fit.engine, fit.checks, fit.notes, fit.evidence))
    return {
        "format": FORMAT,
        "title": fit.title,
        "synthetic": json.dumps(fit.synthetic),
        "synthetic_note": fit.synthetic_note,
        "card": fit.card.text,
        "card_source": fit.card.source,
        "card_sha256": fit.card.sha256,
        "data_source": fit.table.source,
        "data_sha256": fit.table.sha256,
        "seed": str(fit.seed),
        "said": json.dumps(said.plain),
        "versions": json.dumps({name: version(name) for name in _LIBRARIES}),
    }
