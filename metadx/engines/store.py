"""Save and load a fit: one NetCDF file that holds everything."""

import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metadx.cards.load import parse_card
from metadx.engines.request import designed
from metadx.engines.result import Check, EngineReport, EngineResult, Proposals
from metadx.engines.settings import FitSettings
from metadx.engines.tree import FORMAT
from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous

if TYPE_CHECKING:
    import xarray as xr

    from metadx.engines.fit import Fit


def save_fit(fit: "Fit", path: Path) -> Path:
    """Write beside the target, then move: a failed write never eats the old file.

    Parameters
    ----------
    fit : Fit
    path : Path
        Missing folders are made.

    Returns
    -------
    Path
        The same path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=".nc", dir=path.parent)
    os.close(handle)
    beside = Path(name)
    try:
        fit.tree.to_netcdf(beside, engine="h5netcdf")
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def load_fit(path: Path) -> "Fit":
    """Read a fit back.

    Parameters
    ----------
    path : Path
        A file written by `save_fit`.

    Returns
    -------
    Fit
        Equal to the one that was saved, bit for bit.

    Raises
    ------
    DataError
        If the file is missing, is no NetCDF file or was not written by metadx.
    """
    import xarray as xr

    from metadx.engines.fit import Fit

    if not path.is_file():
        raise DataError(f"{path}: there is no such file.")
    try:
        with xr.open_datatree(path, engine="h5netcdf") as opened:
            tree = opened.load()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a NetCDF file ({error}).") from error
    if tree.attrs.get("format") != FORMAT:
        found = tree.attrs.get("format", "no format mark")
        raise DataError(f"{path}: not a fit that this version reads ({found}; wanted {FORMAT}).")
    attrs = tree.attrs
    try:
        sens, spec = json.loads(attrs["formulas"])
        table, design, _ = designed(_table(tree), sens=sens, spec=spec, missing=None)
        return Fit(
            table,
            parse_card(str(attrs["card"]), str(attrs["card_source"])),
            design,
            FitSettings(**json.loads(attrs["settings"])),
            _result(tree),
            title=str(attrs["title"]),
            synthetic=bool(json.loads(attrs["synthetic"])),
            dropped=tuple(json.loads(attrs["dropped"])),
            synthetic_note=str(attrs["synthetic_note"]),
        )
    except KeyError as error:
        raise DataError(f"{path}: the fit is incomplete: {error.args[0]} is missing.") from error


def _table(tree: "xr.DataTree") -> AccuracyTable:
    observed = tree["observed_data"].to_dataset()
    constant = tree["constant_data"].to_dataset()
    tp, tn = (observed[name].to_numpy().astype(np.int64) for name in ("tp", "tn"))
    fn = constant["n_diseased"].to_numpy().astype(np.int64) - tp
    fp = constant["n_nondiseased"].to_numpy().astype(np.int64) - tn
    covariates = {c["name"]: _covariate(c) for c in json.loads(tree.attrs["covariates"])}
    table = AccuracyTable.from_counts(
        [str(label) for label in observed["study"].to_numpy()],
        tp,
        fp,
        fn,
        tn,
        covariates=covariates,
        source=str(tree.attrs["data_source"]),
        sha256=str(tree.attrs["data_sha256"]),
        alternatives={int(i): x for i, x in json.loads(tree.attrs["alternatives"]).items()},
        recovered=tuple((a, b) for a, b in json.loads(tree.attrs["recovered"])),
        clashes=tuple((a, b) for a, b in json.loads(tree.attrs["clashes"])),
    )
    return replace(table, counted=str(tree.attrs.get("counted", table.counted)))


def _covariate(fields: dict[str, Any]) -> Categorical | Continuous:
    kind = fields.pop("kind")
    if kind == "Categorical":
        values, levels = tuple(fields.pop("values")), tuple(fields.pop("levels"))
        return Categorical(values=values, levels=levels, **fields)
    numbers = [np.nan if x is None else x for x in fields.pop("values")]
    return Continuous(values=np.array(numbers, dtype=float), **fields)


def _result(tree: "xr.DataTree") -> EngineResult:
    posterior = tree["posterior"].to_dataset()
    logits = posterior["study_logit"].to_numpy() if "study_logit" in posterior else None
    stats = tree["sample_stats"].to_dataset() if "sample_stats" in tree else {}
    proposals = None
    if "proposals" in tree:
        raw = tree["proposals"].to_dataset()
        proposals = Proposals(
            raw["coefficients"].to_numpy(),
            raw["tau"].to_numpy(),
            raw["rho"].to_numpy(),
            raw["log_weight"].to_numpy(),
            raw["log_likelihood"].to_numpy(),
            raw["nu"].to_numpy() if "nu" in raw else None,
        )
    coefficients = tree["design"]["coefficients"] if "design" in tree else posterior["mu"]
    return EngineResult(
        coefficients=coefficients.to_numpy(),
        tau=posterior["tau"].to_numpy(),
        rho=posterior["rho"].to_numpy(),
        study_logits=logits,
        log_likelihood=tree["log_likelihood"]["table"].to_numpy(),
        sample_stats={str(name): stats[name].to_numpy() for name in stats},
        proposals=proposals,
        report=EngineReport(**json.loads(tree.attrs["engine"])),
        checks=tuple(Check(**check) for check in json.loads(tree.attrs["checks"])),
        df=posterior["nu"].to_numpy() if "nu" in posterior else None,
    )
