"""Read a saved fit back, of whichever kind it is."""

from pathlib import Path

from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.store import load_agreement_fit
from metadx.engines.agreement.tree import FORMAT as AGREEMENT
from metadx.engines.fit import Fit
from metadx.errors import DataError


def load_fit(path: str | Path) -> Fit | AgreementFit:
    """Read back a fit of accuracy or of agreement.

    Parameters
    ----------
    path : str or Path
        A file written by `Fit.save` or `AgreementFit.save`, such as ``fit.nc`` of a result.

    Returns
    -------
    Fit or AgreementFit
        Equal to the one that was saved, bit for bit.

    Raises
    ------
    DataError
        If the file is missing, is no NetCDF file or holds no fit of metadx.

    Examples
    --------
    >>> import metadx
    >>> metadx.load_fit("nowhere.nc")
    Traceback (most recent call last):
        ...
    metadx.errors.DataError: nowhere.nc: there is no such file.
    """
    if _mark(Path(path)) == AGREEMENT:
        return load_agreement_fit(path)
    return Fit.load(path)


def _mark(file: Path) -> object:
    """Read what a file says of its kind, without its draws."""
    import xarray as xr

    if not file.is_file():
        raise DataError(f"{file}: there is no such file.")
    try:
        with xr.open_dataset(file, engine="h5netcdf") as root:
            return root.attrs.get("format")
    except (OSError, ValueError) as error:
        raise DataError(f"{file}: not a NetCDF file ({error}).") from error
