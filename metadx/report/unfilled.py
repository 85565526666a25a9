"""What a review still lacks, and what to do next with a new one."""

from collections.abc import Sequence
from pathlib import Path

from metadx.errors import DataError
from metadx.report.layout import Page, paragraph, tone
from metadx.studies.problems import quoted_path
from metadx.studies.study_table import REVIEW_FILE

_NEEDED = (
    ("review", "question", "the question of the review, in one sentence"),
    ("review", "index_test", "the test whose accuracy is reviewed"),
    ("review", "target_condition", "what the test is to find"),
    ("review", "reference_standard", "how the truth was established"),
    ("review", "unit", "what is counted: patient, lesion, image"),
    ("source", "citation", "where the numbers come from"),
    ("source", "licence", "the licence of the data"),
    ("source", "transcription", "how the numbers were read and checked"),
)
_OF_ACCURACY = {"index_test", "target_condition", "reference_standard"}


def unfilled(path: str | Path) -> tuple[str, ...]:
    """Name what ``review.toml`` leaves empty of what a reader of the review needs to know.

    Parameters
    ----------
    path : str or Path
        A review folder; of any other path nothing is said.

    Returns
    -------
    tuple of str
        Such as ``"review.question: the question of the review, in one sentence"``.

    Examples
    --------
    >>> from metadx.resources import data_dir
    >>> unfilled(data_dir() / "anti-ccp")
    ()
    """
    folder = Path(path)
    file = folder if folder.name == REVIEW_FILE else folder / REVIEW_FILE
    if not file.is_file():
        return ()
    from metadx.studies.review_file import read_review_file

    try:
        form = read_review_file(file)
    except DataError:  # reading the review will say what is wrong
        return ()
    accuracy = form.review.kind == "accuracy"
    found = [
        f"{section}.{name}: {meaning}"
        for section, name, meaning in _NEEDED
        if (accuracy or name not in _OF_ACCURACY) and not getattr(getattr(form, section), name)
    ]
    if accuracy:
        found += [
            f"columns.{name}.meaning: what the column tells"
            for name, entry in form.columns.entries().items()
            if not entry.meaning
        ]
        if not form.analysis.prevalence:
            found.append("analysis.prevalence: prevalences at which predictive values are given")
    return tuple(found)


def unfilled_text(path: str | Path, page: Page) -> str:
    """Tell what a review still lacks; empty if nothing.

    Parameters
    ----------
    path : str or Path
        As of `unfilled`.
    page : Page

    Returns
    -------
    str
        Ends with a line feed unless empty.
    """
    found = unfilled(path)
    if not found:
        return ""
    title = tone(page, "Not filled in yet in review.toml", "bold")
    lines = [line for text in found for line in paragraph(page, text, first="- ")]
    return "\n".join([title, *lines, ""])


def made_text(folder: Path, names: Sequence[str], page: Page, *, begun: bool) -> str:
    """Tell what was made, and what to do next.

    Parameters
    ----------
    folder : Path
    names : sequence of str
        Names of the files made.
    page : Page
    begun : bool
        Whether there are studies in it already.

    Returns
    -------
    str
        Ends with a line feed.
    """
    where = quoted_path(folder)
    tables = [name for name in names if name != REVIEW_FILE]
    lines = paragraph(page, f"{folder}: made with {', '.join(names)}.")
    steps = [f"Fill in {folder / REVIEW_FILE}: every section says what it is for."]
    if tables == ["studies.csv"] and not begun:
        steps.append(
            f"Type the studies into {folder / 'studies.csv'}, or add them one by one: metadx add "
            f'{where} --study "Kim 2026" --tp 31 --fp 4 --fn 2 --tn 9'
        )
    elif not begun:
        steps.append(f"Type what the papers print into {folder / tables[0]}.")
    steps += [
        f"metadx check {where}   tells what is missing or odd.",
        f"metadx run {where}   pools the studies and writes figures and a report."
        if tables == ["studies.csv"] or begun
        else f"metadx run {where}   fits the agreement.",
    ]
    lines += [line for step in steps for line in paragraph(page, step, first="- ")]
    return "\n".join([*lines, ""])
