"""What a batch wrote: a line for each review, for spreadsheets and for programs."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from metadx.errors import DataError
from metadx.estimands.group import MARGINS_NEEDED, SINGLE
from metadx.report.reviews import is_review
from metadx.report.summary import Json
from metadx.runner.plan import Outcome

CSV, JSONL = "batch.csv", "batch.jsonl"
_ROWS = frozenset({"ppv", "npv", "ppv_new", "npv_new", "pauc_range"})  # no single quantities
_ESTIMANDS = tuple(name for name in MARGINS_NEEDED if name not in {*_ROWS, *SINGLE})
_PARAMETERS = ("mu[sens]", "mu[spec]", "tau[sens]", "tau[spec]", "rho")
_LIMITS = ("lower", "median", "upper")
_ABOUT = (
    *("review", "title", "synthetic", "n_studies", "n_diseased", "n_nondiseased", "model"),
    *("draws", "seed", "prob", "engine", "pareto_k", "ess", "passed", "failed_checks", "error"),
)
HEADER = (
    *_ABOUT,
    *(f"{name}_{limit}" for name in (*_ESTIMANDS, *_PARAMETERS) for limit in _LIMITS),
    *SINGLE,
)


def results_of(outcomes: Sequence[Outcome]) -> tuple[Json, ...]:
    """Return what was found of each review; an error of any kind is a result too.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of `metadx.report.batch.batch_plan`.
    """
    return tuple(
        outcome.value or {"review": outcome.key.rpartition(" ")[0], "error": outcome.error}
        for outcome in outcomes
    )


def check_target(folder: Path, reviews: Path) -> None:
    """Refuse a folder for the results that holds what they would spoil.

    Parameters
    ----------
    folder : Path
        Where the results shall be; need not exist.
    reviews : Path
        Folder of the reviews.

    Raises
    ------
    DataError
        If it is the folder of the reviews or a review itself, or has a ``batch.csv`` of another
        kind.
    """
    if folder.resolve() == reviews.resolve():
        raise DataError(f"{folder}: holds the reviews; give --out another folder.")
    if is_review(folder):
        raise DataError(f"{folder}: is a review; give --out another folder.")
    table = folder / CSV
    if table.is_file():
        with table.open("rb") as file:
            ours = file.readline().startswith(",".join(_ABOUT[:3]).encode())
        if not ours:
            msg = f"{table}: is no table of a batch, so it will not be replaced; give --out another"
            raise DataError(f"{msg} folder.")


def write_batch(folder: Path, results: Sequence[Json]) -> tuple[str, ...]:
    """Write the results of a batch, each file as a whole.

    Parameters
    ----------
    folder : Path
    results : sequence of dict

    Returns
    -------
    tuple of str
        Names of the files.
    """
    lines = (f"{json.dumps(one, ensure_ascii=False, allow_nan=False)}\n" for one in results)
    for name, text in ((CSV, batch_csv(results)), (JSONL, "".join(lines))):
        partial = folder / f".{name}.partial"
        # A path in a message need not be text: what is none is written as an escape.
        partial.write_bytes(text.encode(errors="backslashreplace"))
        partial.replace(folder / name)
    return CSV, JSONL


def batch_csv(results: Sequence[Json]) -> str:
    """Write the results of a batch as CSV text, a line for each review.

    Parameters
    ----------
    results : sequence of dict

    Returns
    -------
    str
        Cells of what is not identified stay empty, and all of them where there is an error.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER, lineterminator="\n")
    writer.writeheader()
    for one in results:
        writer.writerow({name: _cell(value) for name, value in _row(one)})
    return text.getvalue()


def _row(one: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "review", one["review"]
    if "error" in one:
        yield "error", one["error"]
        return
    yield from ((name, one[name]) for name in ("title", "synthetic", "passed"))
    yield from ((name, one["data"][name]) for name in ("n_studies", "n_diseased", "n_nondiseased"))
    yield from one["settings"].items()
    yield from {"model": one["model"]["id"], "engine": one["engine"]["name"]}.items()
    yield from ((name, one["engine"][name]) for name in ("pareto_k", "ess"))
    yield "failed_checks", " ".join(c["name"] for c in one["checks"] if not c["passed"])
    found = one["estimands"] | one["parameters"]
    for name in (*_ESTIMANDS, *_PARAMETERS):
        for limit in _LIMITS if found[name] else ():
            yield f"{name}_{limit}", found[name][limit]
    yield from ((name, found[name]) for name in SINGLE)


def _cell(value: Any) -> str:  # noqa: ANN401 - any plain value
    """Write a number in full, and yes or no as programs do."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return repr(value)
    return str(value)
