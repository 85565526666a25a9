"""`metadx add`: one more study for a review."""

import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from metadx.commands.ending import end_with_status, hand_over
from metadx.commands.inputs import (
    LabelOption,
    check_probabilities,
    given,
    label_columns,
    place_of,
    refuse_result,
)
from metadx.commands.options import refuse_agreement
from metadx.commands.output import page, show, show_bytes
from metadx.errors import DataError

if TYPE_CHECKING:
    from metadx.report.extending import Extension, FitOptions
    from metadx.studies.new_study import NewStudy

EPILOG = (
    "Exit status: 0 done and every check passed; 1 added, but a check of the fit failed; "
    "2 bad input or usage, 3 no engine could answer: nothing is written then."
)
ReviewArgument = Annotated[
    str, typer.Argument(metavar="REVIEW", help="Review folder, or CSV or TSV file.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="COLUMN=VALUE", help="Cell of a further column; repeatable."),
]


def add(
    review: ReviewArgument,
    *,
    study: Annotated[str, typer.Option(help='Label of the study: "Kim 2026".')],
    tp: Annotated[str | None, typer.Option(help="True positives.")] = None,
    fp: Annotated[str | None, typer.Option(help="False positives.")] = None,
    fn: Annotated[str | None, typer.Option(help="False negatives.")] = None,
    tn: Annotated[str | None, typer.Option(help="True negatives.")] = None,
    values: SetOption = None,
    label: LabelOption = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Add a study that looks like one that is there.")
    ] = False,
    by: Annotated[str, typer.Option(help="Who adds the study, for the history.")] = "",
    source: Annotated[str, typer.Option(help="Where its counts come from: DOI, page.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell all, write nothing.")] = False,
    no_fit: Annotated[bool, typer.Option("--no-fit", help="Check and add, fit nothing.")] = False,
    out: Annotated[str | None, typer.Option(help="Write the new result to this folder.")] = None,
    model: Annotated[str | None, typer.Option(help="Id of a model card, or its path.")] = None,
    prob: Annotated[float | None, typer.Option(help="Level of the intervals (0.95).")] = None,
    draws: Annotated[int, typer.Option(help="Posterior draws.")] = 4000,
    seed: Annotated[int | None, typer.Option(help="Seed of the random numbers (1).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Add a study: check it, say whether it is in line and what changes, keep a history."""
    from metadx.report.extending import FitOptions
    from metadx.studies.new_study import NewStudy

    if out is not None and (dry_run or no_fit):
        raise DataError("--out: there is no new result with --dry-run or --no-fit.")
    if prob is not None:
        check_probabilities(prob)
    target = None if out is None else given(out, "--out")
    where = _place(review, target)
    counts = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    told = {name: text for name, text in counts.items() if text is not None}
    found, made = _carried_out(
        where,
        NewStudy(study, told, dict(map(_value, values or ()))),
        label_columns(label),
        None if no_fit else FitOptions(model, prob, draws, seed),
        anyway=anyway,
        history=None if dry_run else {"by": by, "source": source},
    )
    _tell(found, made, review, target, as_json=as_json, quiet=quiet)


def _place(review: str, target: Path | None) -> Path:
    """Find the review, and refuse what cannot be added to or written to before anything is done."""
    from metadx.report.folder import check_target

    where = place_of(review) or Path(review)
    refuse_result(where)
    refuse_agreement(review, "add")
    if target is not None:
        check_target(target)
    return where


def _tell(
    found: dict[str, Any],
    made: "Extension",
    review: str,
    target: Path | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Print what was found, write the new result where asked, end with the status of the checks."""
    from metadx.report.summary import as_text
    from metadx.studies.problems import quoted_path

    text = as_text(found)
    if target is not None:
        command = f"metadx run {quoted_path(Path(review))}"
        hand_over(
            found,
            text,
            target,
            answer=lambda: _text(found, review, renew=False),
            write=lambda say: made.write(target, say, command=command),
            as_json=as_json,
            quiet=quiet,
        )
        return
    if as_json:
        show_bytes(text.encode())
    elif not quiet:
        show(_text(found, review, renew=True))
    end_with_status(found)


def _value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (equals and name.strip()):
        raise DataError(f"--set {text!r}: wanted COLUMN=VALUE, such as --set setting=screening.")
    return name.strip(), value.strip()


def _carried_out(
    where: Path,
    new: "NewStudy",
    label: Sequence[str] | None,
    options: "FitOptions | None",
    *,
    anyway: bool,
    history: Mapping[str, str] | None,
) -> "tuple[dict[str, Any], Extension]":
    """Check, fit and write in one's turn, so that nobody else adds to the table meanwhile."""
    from metadx.report.extending import Extension, extend
    from metadx.report.progress import progress
    from metadx.studies.append import prepare_addition, table_to_extend
    from metadx.studies.history import settle, write_addition
    from metadx.studies.replace_file import turn_at

    table = table_to_extend(where)
    with progress(sys.stderr) as say:
        wait = partial(say, "waiting for another addition to this table")
        with nullcontext() if history is None else turn_at(table, wait):
            if history is not None:
                settle(table)
            addition = prepare_addition(where, new, label=label, anyway=anyway)
            say("fitting")
            made = extend(addition, options) if options else Extension(addition)
            found = made.told()
            if history is not None:
                without, with_it = made.answers
                file = write_addition(
                    addition,
                    present=without,
                    extended=with_it,
                    by=history["by"],
                    source=history["source"],
                )
                found |= {"written": True, "history": str(file)}
    return found, made


def _text(found: Mapping[str, Any], review: str, *, renew: bool) -> str:
    from metadx.report.added import added_text
    from metadx.studies.problems import quoted_path

    text = added_text(found, page())
    if not found["written"]:
        return f"{text}\nNothing was written (--dry-run).\n"
    text += f"\nHistory of the table: {found['history']}.\n"
    if not renew:
        return text
    return f"{text}`metadx run {quoted_path(Path(review))}` renews its figures and report.\n"
