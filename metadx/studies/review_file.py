"""Read `review.toml` and say what is wrong with it, with the path into the document."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from metadx.errors import DataError
from metadx.studies.agreement_schema import (
    CorrectionEntry,
    FindingEntry,
    RaterEntry,
    ScaleSection,
)
from metadx.studies.problems import Problem, dotted, quoted, refuse_if_any
from metadx.studies.schema import (
    AnalysisSection,
    ColumnEntry,
    DecisionSection,
    PublishedEntry,
    ReviewFile,
    ReviewSection,
    SourceSection,
)

_KEYS_OF: Mapping[str, type[BaseModel]] = {
    "": ReviewFile,
    "review": ReviewSection,
    "source": SourceSection,
    "columns": ColumnEntry,
    "analysis": AnalysisSection,
    "decision": DecisionSection,
    "published": PublishedEntry,
    "scale": ScaleSection,
    "findings": FindingEntry,
    "raters": RaterEntry,
    "corrections": CorrectionEntry,
}
# What makes sense for one kind of review only.
_SECTIONS = {
    "accuracy": ("columns", "decision", "totals"),
    "agreement": ("scale", "findings", "raters", "corrections"),
}
_KEYS = {
    "review": ("index_test", "target_condition", "reference_standard"),
    "analysis": ("sens", "spec", "subgroup", "missing", "prevalence"),
}


def read_review_file(path: Path) -> ReviewFile:
    """Read and validate a `review.toml`.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    ReviewFile
        Its content.

    Raises
    ------
    DataError
        If the file cannot be read, is no TOML, or breaks the schema; every fault is named with its
        path into the document, such as ``columns.year.kind``.
    """
    try:
        # Editors on Windows may write a byte-order mark, which TOML does not allow.
        text = path.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path} is not valid TOML: {error}{_line_of(text, error)}") from error
    try:
        form = ReviewFile.model_validate(document)
    except ValidationError as error:
        problems = [Problem(_fault(fault)) for fault in error.errors()]
        refuse_if_any(str(path), problems)
        raise
    refuse_if_any(str(path), [Problem(_of_other_kind(form, place)) for place in _strange(form)])
    return form


_CURLY = (
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}\N{DOUBLE LOW-9 QUOTATION MARK}"
)
_REMEDIES: tuple[tuple[str, str], ...] = (
    (rf"[{_CURLY}]", 'write straight quotation marks: "..."'),
    (r"=\s*[0-9.]+\s*%", "write a proportion instead of per cent, such as 0.95"),
    (r"[=\[]\s*[0-9]+,[0-9]", "write a decimal point, such as 0.05"),
    (r"=\s*[0-9]+\.[0-9]+\.[0-9]", "write a date such as 2026-01-31"),
    (r"=\s*(yes|no|True|False)\b", "write true or false"),
    (r"=\s*[^\s\"'\[{0-9tf+-]", 'put a text in quotation marks, such as title = "..."'),
)
"""What is often written in a line of TOML, and what to write instead."""


def _line_of(text: str, error: tomllib.TOMLDecodeError) -> str:
    """Quote the line that is no TOML, with what to write instead where that is known."""
    place = re.search(r"at line (\d+)", str(error))
    lines = text.splitlines()
    if place is None or not 0 < int(place[1]) <= len(lines):
        return "."
    line = lines[int(place[1]) - 1].strip()
    remedy = next((f"; {way}" for found, way in _REMEDIES if re.search(found, line)), "")
    return f": {quoted(line)}{remedy}."


def _strange(form: ReviewFile) -> list[str]:
    """Name what is written and belongs to the other kind of review."""
    kind = form.review.kind
    other = "agreement" if kind == "accuracy" else "accuracy"
    places = [name for name in _SECTIONS[other] if name in form.model_fields_set]
    if kind == "agreement":
        for section, keys in _KEYS.items():
            written = getattr(form, section).model_fields_set
            places += [f"{section}.{key}" for key in keys if key in written]
    return places


def _of_other_kind(form: ReviewFile, place: str) -> str:
    kind = form.review.kind
    other = "agreement" if kind == "accuracy" else "accuracy"
    return (
        f'{place}: is for reviews of {other}, and review.kind is "{kind}"; take it out or correct '
        "the kind"
    )


def _fault(fault: Mapping[str, Any]) -> str:
    place: tuple[str | int, ...] = fault["loc"]
    found, kind = fault["input"], fault["type"]
    what: str
    if kind == "extra_forbidden":
        what = _unknown_key(place)
    elif kind == "missing":
        what = "is missing; give it a value"
    elif kind == "literal_error":
        what = f"found {_shown(found)}, wanted one of {fault['ctx']['expected']}"
        what = what.replace("'", '"')
    elif kind == "model_type" and place[0] == "columns" and len(place) == 2:
        what = (
            f"found {_shown(found)}, wanted a table [columns.{place[1]}] with its kind; names of "
            "columns stand only after label, study, tp, fp, fn, tn, n_diseased and n_nondiseased"
        )
    elif kind == "too_short" and fault["ctx"]["actual_length"]:
        what = "has {actual_length} entry, wanted at least {min_length}".format(**fault["ctx"])
    elif kind in ("string_too_short", "too_short"):
        what = "is empty; wanted at least one " + ("letter" if kind[:2] == "st" else "entry")
    elif kind == "value_error":
        what = str(fault["ctx"]["error"])
    elif kind == "string_pattern_mismatch":
        example = '"~ 1"' if place[0] == "analysis" else '"sens"'
        what = f"found {_shown(found)}, wanted something like {example}"
    else:
        wanted = str(fault["msg"]).removeprefix("Input should be ").removeprefix("Value should be ")
        what = f"found {_shown(found)}, wanted {wanted}".replace("dictionary", "table")
        if kind == "list_type":
            what = f"found {_shown(found)}, wanted a list: put it in brackets, [{_literal(found)}]"
        elif kind.startswith("date"):
            what = f"found {_shown(found)}, wanted a date such as 2026-01-31, without quotes"
    return f"{dotted(place)}: {what}"


def _unknown_key(place: Sequence[str | int]) -> str:
    known = list(_KEYS_OF[str(place[0]) if len(place) > 1 else ""].model_fields)
    near = get_close_matches(str(place[-1]), known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"unknown key, wanted one of {', '.join(known)}{hint}"


def _literal(found: object) -> str:
    return quoted(found) if isinstance(found, str) else str(found)


def _shown(found: object) -> str:
    if isinstance(found, bool):
        return str(found).lower()
    return quoted(found) if isinstance(found, str) else quoted(found).strip('"')
