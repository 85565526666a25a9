"""Save and load an agreement fit: one NetCDF file that holds everything."""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from metadx.cards.agreement_card import parse_agreement_card
from metadx.engines.agreement.record import Record, from_record
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.tree import EFFECT, FORMAT
from metadx.errors import DataError

if TYPE_CHECKING:
    import xarray as xr

_BY_ROW = ("z", "cells", "kappa_coded", "accuracy_factor")


def save_agreement_fit(fit: AgreementFit, path: Path) -> Path:
    """Write beside the target, then move: a failed write never eats the old file.

    Parameters
    ----------
    fit : AgreementFit
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
    tree = fit.tree
    small = {"zlib": True, "complevel": 1}  # lists of cross-tables shrink to a twentieth
    encoding = {"/record": {str(name): small for name in tree["record"].data_vars}}
    try:
        tree.to_netcdf(beside, engine="h5netcdf", encoding=encoding)
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def load_agreement_fit(path: str | Path) -> AgreementFit:
    """Read an agreement fit back.

    Parameters
    ----------
    path : str or Path
        A file written by `AgreementFit.save`.

    Returns
    -------
    AgreementFit
        Equal to the one that was saved, bit for bit.

    Raises
    ------
    DataError
        If the file is missing, is no NetCDF file or holds no agreement fit.

    Examples
    --------
    >>> import metadx
    >>> metadx.load_agreement_fit("nowhere.nc")
    Traceback (most recent call last):
        ...
    metadx.errors.DataError: nowhere.nc: there is no such file.
    """
    import xarray as xr

    file = Path(path)
    if not file.is_file():
        raise DataError(f"{path}: there is no such file.")
    try:
        with xr.open_datatree(file, engine="h5netcdf") as opened:
            tree = opened.load()
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a NetCDF file ({error}).") from error
    if tree.attrs.get("format") != FORMAT:
        found = tree.attrs.get("format", "no format mark")
        raise DataError(
            f"{path}: not an agreement fit that this version reads ({found}; wanted {FORMAT})."
        )
    try:
        return _fit_of(tree)
    except KeyError as error:
        raise DataError(f"{path}: the fit is incomplete: {error.args[0]} is missing.") from error


def _fit_of(tree: "xr.DataTree") -> AgreementFit:
    attrs = tree.attrs
    arrays = {str(name): x.to_numpy() for name, x in tree["record"].data_vars.items()}
    table, audit = from_record(Record(json.loads(attrs["record"]), arrays))
    settings, engine, checks, notes, evidence = from_record(Record(json.loads(attrs["said"])))
    draws = {str(name): x.to_numpy() for name, x in tree["posterior"].data_vars.items()}
    loadings = draws.pop("loadings", None)
    effects = {name: draws.pop(name) for name in [*draws] if name.startswith(EFFECT)}
    by_row = {name: draws.pop(name) for name in _BY_ROW}
    predicted = {}
    if "posterior_predictive" in tree:
        predicted["predicted_kappa"] = tree["posterior_predictive"]["kappa"].to_numpy()
    return AgreementFit(
        table=table,
        audit=audit,
        card=parse_agreement_card(str(attrs["card"]), str(attrs["card_source"])),
        settings=settings,
        hyper=draws,
        engine=engine,
        checks=checks,
        effects={name.removeprefix(EFFECT): x for name, x in effects.items()},
        loadings=loadings,
        evidence=evidence,
        notes=notes,
        title=str(attrs["title"]),
        synthetic=bool(json.loads(attrs["synthetic"])),
        synthetic_note=str(attrs["synthetic_note"]),
        **by_row,
        **predicted,
    )
