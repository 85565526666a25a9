"""A new study for a review: checked as if it stood in the table, then added to its file."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from metadx.errors import DataError
from metadx.resources import data_dir
from metadx.studies.accuracy import COUNTS, AccuracyTable
from metadx.studies.addition import Addition
from metadx.studies.cells import tidy
from metadx.studies.covariates import Categorical
from metadx.studies.delimited import rows_from_text
from metadx.studies.history import settle, write_addition
from metadx.studies.labels import join_label
from metadx.studies.new_study import NewStudy, TableColumns, cells_of
from metadx.studies.problems import listed, name_text, quoted
from metadx.studies.read import file_bytes
from metadx.studies.replace_file import turn_at
from metadx.studies.review import Review, load_review
from metadx.studies.study_table import REVIEW_FILE, study_table_of
from metadx.studies.text_form import form_of, with_row
from metadx.studies.workbook import ZIP


def table_to_extend(path: str | Path) -> Path:
    """Return the file that a study can be added to.

    Parameters
    ----------
    path : str or Path
        A review folder or a bare table.

    Returns
    -------
    Path

    Raises
    ------
    DataError
        If it ships with metadx, is a workbook, or is open in a spreadsheet program that says so.

    Examples
    --------
    >>> table_to_extend(data_dir() / "anti-ccp")
    Traceback (most recent call last):
        ...
    metadx.errors.DataError: anti-ccp ships with metadx and is not changed; ...
    """
    file = study_table_of(path)
    if not file.exists():
        raise DataError(f"{file}: there is no such file or folder; `metadx new` makes a review.")
    if file.resolve().is_relative_to(data_dir().resolve()):
        name = file.resolve().parent.name
        raise DataError(
            f"{name} ships with metadx and is not changed; copy it first, "
            f"`metadx new my-review --from {name}`, and add the study to the copy."
        )
    if file_bytes(file).startswith(ZIP):
        raise DataError(
            f"{file}: is a workbook; written by another program it could lose formulas, formats "
            "and charts, so metadx does not change it. Type the study into the workbook, or save "
            "its sheet as CSV (UTF-8) and add the study there."
        )
    if file.with_name(f".~lock.{file.name}#").exists():
        raise DataError(
            f"{file}: is open in LibreOffice, which would write over the new study when it saves; "
            f"close it there (if it is not open, delete .~lock.{file.name}#)."
        )
    return file


def prepare_addition(
    path: str | Path,
    new: NewStudy,
    *,
    label: Sequence[str] | None = None,
    anyway: bool = False,
) -> Addition:
    """Check a new study as if it stood in the table already; write nothing.

    Parameters
    ----------
    path : str or Path
        A review folder or a bare CSV or TSV file.
    new : NewStudy
    label : sequence of str or None
        As of `metadx.load_review`.
    anyway : bool
        Whether to take a study that looks like one that is there already.

    Returns
    -------
    Addition

    Raises
    ------
    DataError
        As of `table_to_extend` and `metadx.load_review`: whatever is wrong with the study is said
        as of a row of the table.
    """
    file = table_to_extend(path)
    before, source = file_bytes(file), name_text(file.name)
    form = form_of(before, source=source)
    if not form.headers:
        raise DataError(f"{source} is empty; wanted a header row: study, tp, fp, fn, tn.")
    present = load_review(path, label=label, content=before) if form.n_filled > 1 else None
    columns = _columns(Path(path), label)
    lines = [line for line in rows_from_text(before, source=source) if any(map(str.strip, line))]
    cells, empty = cells_of(new, form.headers, lines[1:], columns, source=source)
    _refuse_known(present, cells, form.headers, columns, new)
    content, row = with_row(before, cells, source=source)
    extended = load_review(path, label=label, content=content)
    remarks = _compared(present.table, extended.table, source) if present else ()
    if present and not anyway:
        _refuse_alike(present.table, extended.table)
    return Addition(file, row, before, content, present, extended, empty, remarks)


def _columns(path: Path, label: Sequence[str] | None) -> TableColumns:
    folder = path.parent if path.name == REVIEW_FILE else path
    asked = tuple(label) if label else None
    if not (folder / REVIEW_FILE).is_file():
        return TableColumns(label=asked)
    from metadx.studies.review_file import read_review_file

    told = read_review_file(folder / REVIEW_FILE).columns
    of_file = tuple(told.label) if told.label else None
    return TableColumns(told.roles(), tuple(told.entries()), asked or of_file)


def _refuse_known(
    present: Review | None,
    cells: Sequence[str],
    headers: Sequence[str],
    columns: TableColumns,
    new: NewStudy,
) -> None:
    """Say it in fewer words than the reader where a study is there already."""
    named = dict(zip(map(tidy, headers), cells, strict=True))
    with suppress(KeyError):  # a part of the label in other spelling: the reader will find it
        label = join_label([named[name] for name in columns.label]) if columns.label else new.label
        if present is not None and tidy(label) in present.table.study:
            table, place = present.table, present.table.study.index(tidy(label))
            known = ", ".join(f"{name} = {getattr(table, name)[place]}" for name in COUNTS)
            raise DataError(
                f"{table.source}: {quoted(label)} is there already ({known}); to add another "
                f'study give it a label of its own, such as "{tidy(label)}b"; to correct the one '
                "that is there, edit the file."
            )


def _refuse_alike(old: AccuracyTable, new: AccuracyTable) -> None:
    """Ask before a study is written that may be one of the table under another spelling."""
    from metadx.studies.cross_checks import bare_label

    label, counts = new.study[-1], [int(getattr(new, name)[-1]) for name in COUNTS]
    for place, known in enumerate(old.study):
        spelling = bare_label(known) == bare_label(label)
        same = counts == [int(getattr(old, name)[place]) for name in COUNTS]
        if spelling or (same and not new.alternatives):
            how = "a label that differs in spelling only from" if spelling else "the four counts of"
            raise DataError(
                f"{quoted(label)} has {how} {quoted(known)}, which is in {old.source} already; if "
                "it is another study, add it with --anyway."
            )


def _compared(old: AccuracyTable, new: AccuracyTable, source: str) -> tuple[str, ...]:
    """Make sure that nothing else has changed, and tell what is new about the columns."""
    same = new.study[:-1] == old.study and all(
        np.array_equal(getattr(new, name)[:-1], getattr(old, name)) for name in COUNTS
    )
    if not same:
        raise DataError(
            f"{source}: the table would not be read as before with the new row; add it by hand and "
            "look at the result with `metadx check`."
        )
    remarks: list[str] = []
    for name, was in old.covariates.items():
        now = new.covariates[name]
        if isinstance(now, Categorical) and isinstance(was, Categorical):
            remarks += _level_remarks(was, now)
        elif isinstance(now, Categorical):
            raise DataError(
                f"{source}: {name} = {quoted(now.values[-1])} is not a number, as it is in the "
                "other studies; write a number, or leave it out."
            )
    return tuple(remarks)


def _level_remarks(was: Categorical, now: Categorical) -> list[str]:
    value, remarks = now.values[-1], []
    if value is not None and value not in was.levels:
        near = get_close_matches(value, was.levels, n=1)
        hint = f"; did you mean {quoted(near[0])}?" if near else "."
        known = listed([quoted(level) for level in was.levels], 10)
        remarks.append(
            f"{was.name} = {quoted(value)}: no other study has this level (so far: {known}){hint}"
        )
    if was.reference != now.reference:
        remarks.append(
            f"{was.name}: the level that the others are compared with was {quoted(was.reference)} "
            f"and is now {quoted(now.reference)}, the most frequent; reference = ... under "
            f"[columns.{was.name}] in review.toml fixes it."
        )
    return remarks


def add_study(
    path: str | Path,
    study: str,
    *,
    tp: int | None = None,
    fp: int | None = None,
    fn: int | None = None,
    tn: int | None = None,
    values: Mapping[str, object] | None = None,
    label: Sequence[str] | None = None,
    anyway: bool = False,
    by: str = "",
    source: str = "",
) -> Addition:
    r"""Add a study to the table of a review, and a line to its history; nothing is fitted.

    The file stays as it is written (separator, encoding, quotation marks, line ends); the new row
    stands at its end. Killed at any moment, the table is the whole old or the whole new one, and
    whoever adds at the same time takes turns.

    Parameters
    ----------
    path : str or Path
        A review folder or a bare CSV or TSV file.
    study : str
        Label of the study.
    tp, fp, fn, tn : int or None
        Counts; None only where printed figures stand in for them.
    values : mapping of str to object, or None
        Cells of further columns, by header.
    label : sequence of str or None
        As of `metadx.load_review`.
    anyway : bool
        Whether to add a study with the four counts of another, or nearly its label.
    by, source : str
        Who adds the study and where its counts come from, for the history.

    Returns
    -------
    Addition

    Raises
    ------
    DataError
        If the study cannot stand in the table, or the file cannot be written; it is then as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "studies.csv"
    ...     _ = file.write_text("study,tp,fp,fn,tn\nLi 2001,20,5,4,60\n")
    ...     added = add_study(file, "Kim 2026", tp=31, fp=4, fn=2, tn=9)
    ...     text = file.read_text()
    >>> added.row, text.splitlines()[-1]
    (3, 'Kim 2026,31,4,2,9')
    """
    given = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    new = NewStudy(
        study,
        {name: str(value) for name, value in given.items() if value is not None},
        {name: str(value) for name, value in (values or {}).items()},
    )
    file = table_to_extend(path)
    with turn_at(file):
        settle(file)
        addition = prepare_addition(path, new, label=label, anyway=anyway)
        write_addition(addition, by=by, source=source)
    return addition
