"""Whether a path holds a review of accuracy or of agreement, found out without reading it all."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from metadx.errors import DataError
from metadx.resources import data_dir
from metadx.studies.agreement_sheet import KEYS, SheetKind, reserved
from metadx.studies.cells import is_missing, tidy
from metadx.studies.delimited import rows_from_text
from metadx.studies.headers import fold, role_of
from metadx.studies.problems import name_text
from metadx.studies.read import file_bytes
from metadx.studies.uncertain import ALTERNATIVES
from metadx.studies.workbook import ZIP, rows_from_workbook

type ReviewKind = Literal["accuracy", "agreement"]

_ENDINGS = (".csv", ".tsv", ".xlsx")
TABLES: Mapping[SheetKind, tuple[str, ...]] = {
    "ratings": tuple(f"ratings{end}" for end in _ENDINGS),
    "agreement": tuple(f"agreement{end}" for end in _ENDINGS),
    "margins": tuple(f"margins{end}" for end in _ENDINGS),
    "quartiles": tuple(f"quartiles{end}" for end in _ENDINGS),
}
"""Names of the tables of a review folder."""

_MOST_VALUES = 20


def review_kind(path: str | Path) -> ReviewKind:
    """Tell what a path holds, as far as can be told without reading all of it.

    Parameters
    ----------
    path : str or Path
        A review folder, a bare table, or the name of a shipped review.

    Returns
    -------
    {"accuracy", "agreement"}
        A folder is what its ``review.toml`` says, or by the names of its tables; a bare table is of
        agreement where no header is a count of accuracy and its columns are ratings or printed
        figures. Whatever cannot be read is "accuracy": reading it will say what is wrong.

    Examples
    --------
    >>> review_kind("ild-agreement"), review_kind("telomerase")
    ('agreement', 'accuracy')
    """
    file = Path(path)
    if not file.exists() and file.name == str(path):
        file = data_dir() / file
    if file.name == "review.toml":
        file = file.parent
    try:
        return _folder_kind(file) if file.is_dir() else _table_kind(file)
    except (DataError, OSError):
        return "accuracy"


def _folder_kind(folder: Path) -> ReviewKind:
    form = folder / "review.toml"
    if form.is_file():
        try:
            head = tomllib.loads(form.read_bytes().decode("utf-8-sig")).get("review")
        except ValueError:
            return "accuracy"
        told = head.get("kind") if isinstance(head, dict) else None
        return "agreement" if told == "agreement" else "accuracy"
    names = {file.name for file in folder.iterdir()}
    if names & {f"studies{end}" for end in _ENDINGS}:
        return "accuracy"
    own = names & {*TABLES["ratings"], *TABLES["agreement"]}
    return "agreement" if own else "accuracy"


def _filled_lines(file: Path) -> list[list[str]]:
    data, source = file_bytes(file), name_text(file.name)
    if data.startswith(ZIP):
        lines = rows_from_workbook(data, source=source, is_table=lambda header: len(header) > 1)
    else:
        lines = rows_from_text(data, source=source)
    return [line for line in lines if any(map(str.strip, line))]


def _table_kind(file: Path) -> ReviewKind:
    lines = _filled_lines(file)
    if len(lines) < 2:
        return "accuracy"
    header = [tidy(cell) for cell in lines[0]]
    if any(map(_is_of_accuracy, header)):
        return "accuracy"
    if is_printed(header) or _are_ratings(header, lines[1:]):
        return "agreement"
    return "accuracy"


def _is_of_accuracy(header: str) -> bool:
    folded = fold(header)
    role = role_of(header)
    return (
        (role is not None and role != "study")
        or folded.startswith("reported")
        or (folded == ALTERNATIVES)
    )


def is_printed(header: Sequence[str]) -> bool:
    """Tell whether a header is that of printed figures of agreement.

    Examples
    --------
    >>> is_printed(["finding", "n", "Kappa"]), is_printed(["case", "A", "B"])
    (True, False)
    """
    folded = {fold(name) for name in header}
    return "n" in folded and bool(folded & {"kappa", "spearman"})


def _are_ratings(header: Sequence[str], lines: Sequence[Sequence[str]]) -> bool:
    """Tell whether the columns beside the reserved ones share a few values, as ratings do."""
    columns = [
        {tidy(line[j]) for line in lines if j < len(line) and not is_missing(line[j])}
        for j, name in enumerate(header)
        if name and not reserved(name)
    ]
    if len(columns) < 2 or len(set().union(*columns)) > _MOST_VALUES:
        return False
    keys = [j for j, name in enumerate(header) if fold(name) in KEYS]
    named = {tuple(line[j] for j in keys if j < len(line)) for line in lines}
    if keys and len(lines) > 1 and len(named) == len(lines):
        # One line a study is a table of studies, whatever its columns are called.
        return False
    return all(
        any(own & other for other in columns if other is not own) or not own for own in columns
    )


def bare_kind(file: Path) -> SheetKind:
    """Tell whether a table alone holds ratings or printed figures.

    Parameters
    ----------
    file : Path

    Returns
    -------
    {"ratings", "agreement"}

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    lines = _filled_lines(file)
    return "agreement" if lines and is_printed(lines[0]) else "ratings"
