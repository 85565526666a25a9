"""Which file of a review holds its studies."""

from pathlib import Path

from metadx.errors import DataError
from metadx.studies.problems import listed

REVIEW_FILE = "review.toml"
_ENDINGS = (".csv", ".tsv", ".xlsx")


def study_table_of(path: str | Path) -> Path:
    """Return the file that holds the studies of a review.

    Parameters
    ----------
    path : str or Path
        A review folder or its ``review.toml``; or a bare table, which is the file itself.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If a folder has none, or more than one that may be meant.

    Examples
    --------
    >>> from metadx.resources import data_dir
    >>> study_table_of(data_dir() / "anti-ccp").name
    'studies.csv'
    """
    path = Path(path)
    if path.name == REVIEW_FILE and path.is_file():
        path = path.parent
    if path.is_dir():
        return table_in(path, any_name=not (path / REVIEW_FILE).is_file())
    return path


def table_in(folder: Path, *, any_name: bool = False) -> Path:
    """Find the study table of a folder.

    Parameters
    ----------
    folder : Path
    any_name : bool
        Whether a table of any name will do where none has the usual one.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If there is none, or more than one.
    """
    found = [folder / f"studies{end}" for end in _ENDINGS if (folder / f"studies{end}").is_file()]
    if not found and any_name:
        # Names that begin with ~$ or a dot are lock files and leftovers of other programs.
        found = sorted(
            file
            for file in folder.iterdir()
            if file.suffix.lower() in _ENDINGS and not file.name.startswith(("~$", "."))
        )
    if len(found) == 1:
        return found[0]
    if found:
        raise DataError(
            f"{folder}: found {listed([file.name for file in found])}; keep one study table."
        )
    raise DataError(
        f"{folder}: there is no study table; wanted studies.csv, studies.tsv or studies.xlsx."
    )
