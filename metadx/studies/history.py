"""What became of a study table: a dated line for each of its states, kept beside it.

A table and its history are two files, which no system changes in one step. So the new lines are
written down first; whoever comes next after a kill finds out by the hash of the table whether the
study is in it, and completes or drops them.
"""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadx import __version__
from metadx.errors import DataError
from metadx.studies.addition import Addition, sha256_of
from metadx.studies.delimited import rows_from_text
from metadx.studies.problems import listed, quoted
from metadx.studies.read import file_bytes
from metadx.studies.replace_file import replace_file
from metadx.studies.text_form import form_of, with_row

ESTIMANDS = ("sens", "spec", "lr_pos", "lr_neg", "tau_sens", "tau_spec")
"""What the history keeps of each answer: median and limits."""

COLUMNS = (
    *("when", "event", "study", "tp", "fp", "fn", "tn", "values", "by", "source", "n_studies"),
    *("model", "prob"),
    *(f"{name}{part}" for name in ESTIMANDS for part in ("", "_lower", "_upper")),
    *("metadx", "sha256"),
)


@dataclass(frozen=True)
class Answer:
    """What a fit said of one state of a table.

    Parameters
    ----------
    model : str
        Id of the model card.
    prob : float
        Level of the limits.
    estimands : mapping of str to (float, float, float)
        Median and limits, by the names of `ESTIMANDS`; what is not identified is left out.
    """

    model: str
    prob: float
    estimands: Mapping[str, tuple[float, float, float]]


def history_of(table: Path) -> Path:
    """Return the file that holds the history of a study table.

    Parameters
    ----------
    table : Path

    Examples
    --------
    >>> history_of(Path("my-review/studies.csv")).as_posix()
    'my-review/history/studies-history.csv'
    """
    table = table.resolve() if table.is_symlink() else table
    stem = table.stem if table.suffix.lower() == ".csv" else table.name
    return table.parent / "history" / f"{stem}-history.csv"


def added_studies(table: Path) -> frozenset[str]:
    """Return the labels of the studies that were added to a table, as its history has it.

    Parameters
    ----------
    table : Path

    Returns
    -------
    frozenset of str
        Empty where there is no history, or none of metadx.
    """
    history = history_of(table)
    if not history.is_file():
        return frozenset()
    try:
        headers, body = _read(history)
    except DataError:
        return frozenset()
    event, study = headers.index("event"), headers.index("study")
    return frozenset(line[study].strip() for line in body if line[event].strip() == "added")


def write_addition(
    addition: Addition,
    *,
    present: Answer | None = None,
    extended: Answer | None = None,
    by: str = "",
    source: str = "",
) -> Path:
    """Write the table with its new study, and its history; to be called in one's turn.

    Parameters
    ----------
    addition : Addition
    present, extended : Answer or None
        What fits said without and with the study; None where nothing was fitted.
    by, source : str
        Who adds the study and where its counts come from.

    Returns
    -------
    Path
        The history.

    Raises
    ------
    DataError
        If the table has been changed since the addition was prepared, the history is none of
        metadx, or the disk refuses; the table is then as it was.
    """
    file, history = addition.file, history_of(addition.file)
    if file_bytes(file) != addition.before:
        raise DataError(
            f"{file}: was changed by another program meanwhile, so nothing was added; try again."
        )
    lines = _lines(addition, _last_sha256(history), present=present, extended=extended)
    lines[-1] |= {"by": by, "source": source}
    try:
        history.parent.mkdir(exist_ok=True)
        pending = {
            "before": sha256_of(addition.before),
            "after": sha256_of(addition.content),
            "lines": lines,
        }
        replace_file(_pending_of(history), json.dumps(pending, ensure_ascii=False).encode())
        replace_file(file, addition.content)
    except OSError as error:
        _pending_of(history).unlink(missing_ok=True)
        raise DataError(
            f"{file}: the study cannot be written ({error.strerror or error}); the table is as it "
            "was. Make room, or close the file where it is open."
        ) from error
    try:
        settle(file)
    except OSError as error:
        raise DataError(
            f"{file}: the study was added, but its history cannot be written "
            f"({error.strerror or error}); the next `metadx add` completes it."
        ) from error
    return history


def settle(table: Path) -> None:
    """Complete what a killed process left half done; to be called in one's turn.

    Parameters
    ----------
    table : Path
        The study table.

    Raises
    ------
    DataError
        If the history is none of metadx.
    """
    history = history_of(table)
    pending = _pending_of(history)
    if not pending.is_file():
        return
    try:
        left = json.loads(pending.read_bytes())
        known = left["before"], left["after"]
        lines: list[dict[str, str]] = left["lines"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{pending}: holds what an interrupted addition left, and is damaged; look whether the "
            "last study is in the table, then delete the file."
        ) from error
    now = sha256_of(file_bytes(table))
    if now != known[0] and _last_sha256(history) != known[1]:
        if now != known[1]:
            # Changed by hand since: what was written cannot be told from what was not.
            lines[-1]["event"] = "cut off"
        replace_file(history, _extended(history, lines))
    pending.unlink()


def _pending_of(history: Path) -> Path:
    return history.with_name(f".{history.stem}.pending.json")


def _lines(
    addition: Addition, last: str | None, *, present: Answer | None, extended: Answer | None
) -> list[dict[str, str]]:
    """Describe the new state, and the one before it where the history does not know it."""
    lines: list[dict[str, str]] = []
    if addition.present is not None and last != (before := sha256_of(addition.before)):
        event = "changed by hand" if last else "start"
        state = _state(event, addition.present.table.n_studies, before, present)
        lines.append(state)
    table = addition.extended.table
    state = _state("added", table.n_studies, sha256_of(addition.content), extended)
    values = {
        name: value
        for name, column in table.covariates.items()
        if (value := column.values[-1]) is not None and value == value  # noqa: PLR0124 - not nan
    }
    counts = {name: str(value) for name, value in addition.counts.items()}
    told = "; ".join(f"{name} = {_number(value)}" for name, value in values.items())
    return [*lines, state | counts | {"study": addition.study, "values": told}]


def _number(value: object) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"


def _state(event: str, n_studies: int, sha256: str, answer: Answer | None) -> dict[str, str]:
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    state = {"when": now.replace("+00:00", "Z"), "event": event, "n_studies": str(n_studies)}
    if answer is not None:
        state |= {"model": answer.model, "prob": repr(answer.prob)}
        for name, numbers in answer.estimands.items():
            parts = zip(("", "_lower", "_upper"), numbers, strict=True)
            state |= {f"{name}{part}": repr(float(number)) for part, number in parts}
    return state | {"metadx": __version__, "sha256": sha256}


def _last_sha256(history: Path) -> str | None:
    """Return the hash of the last state; None where there is no history yet."""
    if not history.is_file():
        return None
    headers, body = _read(history)
    return body[-1][headers.index("sha256")].strip() if body else None


def _read(history: Path) -> tuple[list[str], list[list[str]]]:
    lines = rows_from_text(file_bytes(history), source=str(history))
    filled = [line for line in lines if any(map(str.strip, line))]
    headers = [cell.strip() for cell in filled[0]] if filled else []
    lacking = [name for name in COLUMNS if name not in headers]
    if lacking:
        raise DataError(
            f"{history}: is no history of metadx, for it has no column {listed(lacking, 5)}; "
            f"rename it, and a new one begins. Its header: {quoted(', '.join(headers))}."
        )
    width = len(headers)
    return headers, [[*line, *[""] * width][:width] for line in filled[1:]]


def _extended(history: Path, lines: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the history with further lines, in the form that a spreadsheet may have given it."""
    if history.is_file():
        content = file_bytes(history)
        headers = [cell.strip() for cell in form_of(content, source=str(history)).headers]
    else:
        headers, content = list(COLUMNS), f"{','.join(COLUMNS)}\n".encode()
    for line in lines:
        cells = [str(line.get(name, "")) for name in headers]
        content, _ = with_row(content, cells, source=str(history))
    return content
