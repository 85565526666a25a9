"""A new review: its folder with a study table and a `review.toml` to be filled in."""

import csv
import datetime
import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from metadx.errors import DataError
from metadx.resources import data_dir
from metadx.studies.agreement_review import load_agreement
from metadx.studies.cells import tidy
from metadx.studies.problems import name_text
from metadx.studies.read import file_bytes, sheet_rows
from metadx.studies.review import list_datasets, load_review
from metadx.studies.review_kind import bare_kind, review_kind
from metadx.studies.scaffold_text import accuracy_toml, agreement_toml, toml_text
from metadx.studies.study_table import REVIEW_FILE
from metadx.studies.workbook import ZIP

ACCURACY_HEADER = "study,year,tp,fp,fn,tn\n"
AGREEMENT_HEADER = (
    "finding,rater_a,rater_b,n,kappa,kappa_lower,kappa_upper,kappa_weights,spearman,note\n"
)
_COPIED = (".csv", ".tsv", ".xlsx", ".toml")

type Kind = Literal["accuracy", "agreement"]


def new_review(
    folder: str | Path,
    *,
    title: str = "",
    kind: Kind = "accuracy",
    source: str | Path | None = None,
    label: Sequence[str] | None = None,
    scale: Sequence[str] | None = None,
) -> tuple[str, ...]:
    """Make the folder of a new review; what is there already is never changed.

    Parameters
    ----------
    folder : str or Path
        The folder to make.
    title : str
        Title of the review; empty for the name of the folder, or that of the copied review.
    kind : {"accuracy", "agreement"}
        What the review is about; with a `source` that decides.
    source : str, Path or None
        What to begin with: a shipped review or the folder of one, which is copied; or a table,
        whose columns are declared as they look; the sheet of a workbook becomes a CSV, to which
        studies can be added. None begins with a header and no study.
    label : sequence of str or None
        Columns of a table that make the study label together.
    scale : sequence of str or None
        Categories of a table of agreement, the lowest first; None for whole numbers in its cells.

    Returns
    -------
    tuple of str
        Names of the files made.

    Raises
    ------
    DataError
        If the folder exists, cannot be made, or the source cannot be used.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     new_review(Path(place) / "my-review", title="My review")
    ('review.toml', 'studies.csv')
    """
    folder = Path(folder)
    if folder.exists() or folder.is_symlink():
        raise DataError(f"{folder}: exists already and is left as it is; give a new name.")
    origin = None if source is None else _found(source)
    copied = origin is not None and origin.is_dir()
    title = tidy(title) or ("" if copied else name_text(folder.resolve().name))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = folder.parent / f".{folder.name}.new-{os.urandom(4).hex()}"
        stage.mkdir()
        try:
            if origin is None:
                _begin(stage, title, kind)
            elif copied:
                _copy_review(origin, stage, title)
            else:
                _from_table(origin, stage, title, label, scale)
            _check(stage, readable=origin is not None)
            names = tuple(sorted(file.name for file in stage.iterdir()))
            stage.rename(folder)
        except BaseException:
            shutil.rmtree(stage, ignore_errors=True)
            raise
    except OSError as error:
        raise DataError(f"{folder}: cannot be made ({error.strerror or error}).") from error
    return names


def _found(source: str | Path) -> Path:
    path = Path(source)
    if not path.exists() and str(source) in list_datasets():
        path = data_dir() / str(source)
    if path.name == REVIEW_FILE and path.is_file():
        path = path.parent
    if not path.exists():
        raise DataError(
            f"{source}: there is no such file or folder, and no shipped review of that name; "
            "`metadx datasets` lists them."
        )
    return path


def _begin(stage: Path, title: str, kind: Kind) -> None:
    if kind == "accuracy":
        text, table, header = accuracy_toml(title, year=_year()), "studies.csv", ACCURACY_HEADER
    else:
        text, table, header = agreement_toml(title, year=_year()), "agreement.csv", AGREEMENT_HEADER
    _write(stage / table, header)
    _write(stage / REVIEW_FILE, text)


def _year() -> int:
    return datetime.datetime.now(datetime.UTC).year


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8", newline="\n")


def _copy_review(origin: Path, stage: Path, title: str) -> None:
    if not (origin / REVIEW_FILE).is_file():
        raise DataError(
            f"{origin}: is no review, for it has no {REVIEW_FILE}; give the path of its table."
        )
    for file in sorted(origin.iterdir()):
        if file.suffix.lower() in _COPIED and file.is_file() and not file.name.startswith("."):
            shutil.copyfile(file, stage / file.name)
    if title:
        file = stage / REVIEW_FILE
        text = file.read_text(encoding="utf-8-sig")
        new, done = re.subn(
            r"(?m)^([ \t]*title[ \t]*=[ \t]*)\".*\"[ \t]*$",
            lambda found: found[1] + toml_text(title),
            text,
            count=1,
        )
        if not done:
            raise DataError(f"{origin / REVIEW_FILE}: its title stands in no line of its own.")
        _write(file, new)


def _from_table(
    origin: Path,
    stage: Path,
    title: str,
    label: Sequence[str] | None,
    scale: Sequence[str] | None,
) -> None:
    ending = origin.suffix.lower() if origin.suffix.lower() in _COPIED[:3] else ".csv"
    if review_kind(origin) == "agreement":
        table = load_agreement(origin, scale=scale).table
        text = agreement_toml(title, year=_year(), table=table)
        shutil.copyfile(origin, stage / f"{bare_kind(origin)}{ending}")
    else:
        columns = load_review(origin, label=label).table.covariates
        names = tuple(label) if label else None
        text = accuracy_toml(title, year=_year(), label=names, covariates=columns)
        if file_bytes(origin).startswith(ZIP):
            _workbook_as_text(origin, stage / "studies.csv")
        else:
            shutil.copyfile(origin, stage / f"studies{ending}")
    _write(stage / REVIEW_FILE, text)


def _workbook_as_text(origin: Path, file: Path) -> None:
    """Write the sheet of a workbook as CSV, cell by cell: `metadx add` changes no workbook."""
    rows = sheet_rows(file_bytes(origin), origin.name)
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(row for row in rows if any(row))


def _check(stage: Path, *, readable: bool) -> None:
    """Make sure that what was made can be read, as far as there is something to read."""
    from metadx.studies.review_file import read_review_file

    form = read_review_file(stage / REVIEW_FILE)
    if readable:
        if form.review.kind == "agreement":
            load_agreement(stage)
        else:
            load_review(stage)
