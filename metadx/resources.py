"""Find the cards and the reviews that ship with metadx, in a checkout or in an installed wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _shipped(installed: str, checkout: str) -> Path:
    inside = _PACKAGE / installed
    return inside if inside.is_dir() else _PACKAGE.parent / checkout


def models_dir() -> Path:
    """Return the folder of the model cards.

    Returns
    -------
    Path
        ``metadx/_models`` in an installed wheel, ``models`` in a checkout.

    Examples
    --------
    >>> (models_dir() / "bivariate-binomial.toml").is_file()
    True
    """
    return _shipped("_models", "models")


def data_dir() -> Path:
    """Return the folder of the shipped reviews.

    Returns
    -------
    Path
        ``metadx/_data`` in an installed wheel, ``data`` in a checkout.

    Examples
    --------
    >>> (data_dir() / "anti-ccp" / "studies.csv").is_file()
    True
    """
    return _shipped("_data", "data")
