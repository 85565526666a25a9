"""A fit as an xarray DataTree, laid out so that all of ArviZ works on it."""

import json
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from metadx.builders.bivariate import MARGINS, coefficient_names
from metadx.estimands.logistic import expit
from metadx.studies.covariates import Categorical

if TYPE_CHECKING:
    import xarray as xr

    from metadx.engines.fit import Fit

FORMAT = "metadx/fit/2"
_LIBRARIES = ("metadx", "numpy", "xarray", "pymc", "nutpie", "arviz")


def build_tree(fit: "Fit") -> "xr.DataTree":
    """Lay a fit out in groups.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    xarray.DataTree
        ``posterior`` (mu, tau, rho, of t effects nu, with covariates beta by effect; study_logit,
        sens and spec of each study; all but these three on the scale of the link), with
        covariates ``design`` (coefficients as the model has them),
        ``log_likelihood`` (``table``: by study, random effects integrated out),
        ``observed_data``, ``constant_data`` (group sizes and covariates), ``sample_stats`` (NUTS)
        and ``proposals`` (marginal engine: raw draws and log weights).
    """
    import xarray as xr

    groups = {
        "posterior": _posterior(fit),
        "log_likelihood": xr.Dataset(
            {"table": (("chain", "draw", "study"), fit.log_likelihood)}, _coords(fit, "study")
        ),
        "observed_data": _by_study(fit, {"tp": fit.table.tp, "tn": fit.table.tn}),
        "constant_data": _by_study(fit, _constants(fit)),
    }
    if fit.result.sample_stats:
        groups["sample_stats"] = xr.Dataset(
            {name: (("chain", "draw"), x) for name, x in fit.result.sample_stats.items()},
            _coords(fit),
        )
    if fit.design.has_covariates:
        coefficients = (("chain", "draw", "coefficient"), fit.coefficients)
        groups["design"] = xr.Dataset({"coefficients": coefficients}, _coords(fit, "coefficient"))
    if fit.proposals is not None:
        groups["proposals"] = _proposals(fit)
    tree = xr.DataTree.from_dict(groups)
    tree.attrs.update(_attributes(fit))
    return tree


def _coords(fit: "Fit", *extra: str) -> dict[str, Any]:
    chains, draws = fit.rho.shape
    coords: dict[str, Any] = {"chain": np.arange(chains), "draw": np.arange(draws)}
    labels = {
        "study": np.array(fit.table.study, dtype=object),
        "margin": list(MARGINS),
        "effect": list(fit.effect_names),
        "coefficient": list(coefficient_names(fit.design)),
    }
    return coords | {name: labels[name] for name in extra}


def _posterior(fit: "Fit") -> "xr.Dataset":
    import xarray as xr

    dims = ("chain", "draw", "margin")
    logit, own_scale = {"units": "logit"}, {"units": fit.card.card.link}
    variables: dict[str, Any] = {
        "mu": (dims, fit.intercepts, own_scale),
        "tau": (dims, fit.tau, own_scale),
        "rho": (dims[:2], fit.rho, {"units": "correlation"}),
    }
    if fit.df is not None:
        variables["nu"] = (dims[:2], fit.df, {"units": "count"})
    if fit.design.has_covariates:
        variables["beta"] = ((*dims[:2], "effect"), fit.effects, own_scale)
    if fit.study_logits is not None:
        variables["study_logit"] = (("chain", "draw", "study", "margin"), fit.study_logits, logit)
        probability = {"units": "probability", "target": "the study's own accuracy"}
        for margin, name in enumerate(MARGINS):
            own = expit(fit.study_logits[..., margin])
            variables[name] = (("chain", "draw", "study"), own, probability)
    effect = ("effect",) if fit.design.has_covariates else ()
    return xr.Dataset(variables, _coords(fit, "study", "margin", *effect))


def _constants(fit: "Fit") -> dict[str, Any]:
    """Give group sizes and covariates; the attribute ``covariates`` holds the latter's own names.

    A name of a covariate may be taken already or hold a slash, which no NetCDF variable may.
    """
    constants = {"n_diseased": fit.table.n_diseased, "n_nondiseased": fit.table.n_nondiseased}
    for header, covariate in fit.table.covariates.items():
        name = header.replace("/", "_")
        while name in constants or name == "study":
            name += "_"
        constants[name] = _values(covariate)
    return constants


def _by_study(fit: "Fit", values: dict[str, Any]) -> "xr.Dataset":
    import xarray as xr

    study = _coords(fit, "study")["study"]
    return xr.Dataset({name: ("study", x) for name, x in values.items()}, {"study": study})


def _values(covariate: Any) -> Any:  # noqa: ANN401
    if isinstance(covariate, Categorical):
        return np.array([value or "" for value in covariate.values], dtype=object)
    return covariate.values


def _proposals(fit: "Fit") -> "xr.Dataset":
    import xarray as xr

    raw, labels = fit.proposals, _coords(fit, "margin", "study", "coefficient")
    assert raw is not None
    df = {} if raw.df is None else {"nu": ("proposal", raw.df)}
    return xr.Dataset(
        {
            "coefficients": (("proposal", "coefficient"), raw.coefficients),
            "tau": (("proposal", "margin"), raw.tau),
            "rho": ("proposal", raw.rho),
            "log_weight": ("proposal", raw.log_weights),
            "log_likelihood": (("proposal", "study"), raw.log_likelihood),
            **df,
        },
        {name: labels[name] for name in ("margin", "study", "coefficient")},
    )


def _attributes(fit: "Fit") -> dict[str, str]:
    covariates = [
        {"kind": type(c).__name__, **_plain(asdict(c))} for c in fit.table.covariates.values()
    ]
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
        "covariates": json.dumps(covariates),
        "alternatives": json.dumps({i: x.tolist() for i, x in fit.table.alternatives.items()}),
        "recovered": json.dumps(fit.table.recovered),
        "clashes": json.dumps(fit.table.clashes),
        "counted": fit.table.counted,
        "formulas": json.dumps([fit.design.sens.formula, fit.design.spec.formula]),
        "dropped": json.dumps(fit.dropped),
        "settings": json.dumps(asdict(fit.settings)),
        "engine": json.dumps(asdict(fit.engine)),
        "checks": json.dumps([asdict(check) for check in fit.checks]),
        "versions": json.dumps({name: version(name) for name in _LIBRARIES}),
    }


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """Turn arrays into lists; a missing number becomes null."""
    return {
        name: [None if np.isnan(x) else float(x) for x in value]
        if isinstance(value, np.ndarray)
        else value
        for name, value in fields.items()
    }
