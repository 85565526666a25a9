"""What a new study changes: how surprising it is, and the answer without it and with it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metadx import __version__
from metadx.engines.notes import FEW_STUDIES
from metadx.report.checked import finding_texts
from metadx.report.checks import trust_lines
from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.numbers import interval, percent, three_digits, two_decimals, two_digits
from metadx.report.summary import finite
from metadx.report.terminal import synthetic_mark
from metadx.studies.addition import Addition, sha256_of
from metadx.studies.history import ESTIMANDS, Answer
from metadx.studies.problems import listed, quoted

if TYPE_CHECKING:
    from metadx.criticism.surprise import Surprise

type Json = Mapping[str, Any]
type Write = Callable[[float], str]

SCHEMA = "metadx/added/1"
#: Moves below this share of a posterior standard deviation are called none: simulation error alone
#: moves a median by about a fiftieth.
STEADY = 0.1

_ROWS: tuple[tuple[str, str, Write], ...] = (
    ("sens", "Sensitivity, median study, %", percent),
    ("spec", "Specificity, median study, %", percent),
    ("sens_new", "Sensitivity of a new study, %", percent),
    ("spec_new", "Specificity of a new study, %", percent),
    ("lr_pos", "Positive likelihood ratio (LR+)", three_digits),
    ("lr_neg", "Negative likelihood ratio (LR−)", three_digits),
    ("auc", "Area under the SROC curve (AUC)", two_digits),
    ("tau[sens]", "tau, sensitivity", three_digits),
    ("tau[spec]", "tau, specificity", three_digits),
    ("rho", "rho, correlation of the two", two_decimals),
)
_GROUP_ROWS = _ROWS[:2]


def added_of(
    addition: Addition,
    before: Json | None,
    after: Json | None,
    surprise: "Surprise | None" = None,
    *,
    reason: str = "",
) -> dict[str, Any]:
    """Describe an addition as plain content for JSON.

    Parameters
    ----------
    addition : Addition
    before, after : mapping or None
        Content of ``summary.json`` without the study and with it; None where nothing was fitted.
    surprise : Surprise or None
        How the study looks under the fit without it.
    reason : str
        Why there is no fit without it, or no surprise.

    Returns
    -------
    dict
        Key ``written`` is False until the table has been written.
    """
    present, extended = addition.present, addition.extended
    was = set(finding_texts(present, noted=False)) if present else set()
    notes = [
        *addition.remarks,
        *(text for text in finding_texts(extended, noted=False) if text not in was),
    ]
    return {
        "schema": SCHEMA,
        "metadx": __version__,
        "review": extended.name,
        "title": extended.title,
        "synthetic": extended.synthetic,
        "synthetic_note": extended.synthetic_note,
        "file": str(addition.file),
        "row": addition.row,
        "written": False,
        "history": None,
        "study": {"study": addition.study, **addition.counts},
        "data": {
            "n_studies": [present.table.n_studies if present else 0, extended.table.n_studies],
            "sha256": [sha256_of(addition.before), sha256_of(addition.content)],
        },
        "settings": after and {key: after["settings"][key] for key in ("seed", "prob", "draws")},
        "model": after and after["model"],
        "surprise": surprise and surprise_of(surprise),
        "surprise_reason": reason,
        "changes": changes_of(before, after) if after else [],
        "verdict": [_verdict(before), _verdict(after)],
        "checks": after["checks"] if after else [],
        "left_empty": list(addition.left_empty),
        "notes": notes,
    }


def surprise_of(surprise: "Surprise") -> dict[str, Any]:
    """Give the numbers of a surprise as JSON holds them; None where an arm is empty.

    Parameters
    ----------
    surprise : Surprise

    Returns
    -------
    dict
        ``ellipse`` holds points (sens, spec) of the region of a new study.
    """
    margins = zip(
        ("sens", "spec"),
        surprise.observed,
        (surprise.sens, surprise.spec),
        (surprise.p_sens, surprise.p_spec),
        strict=True,
    )
    return {
        "p_value": finite(surprise.p_value),
        "smallest_p_value": finite(surprise.floor),
        "distance": finite(surprise.distance),
        **{
            name: {
                "observed": finite(observed),
                "expected_lower": finite(limits[0]),
                "expected_upper": finite(limits[1]),
                "p_value": finite(p_value),
            }
            for name, observed, limits, p_value in margins
        },
        "prob": surprise.prob,
        "ellipse": [[finite(x), finite(y)] for x, y in surprise.ellipse[::5].tolist()],
        "words": surprise.words,
    }


def _verdict(found: Json | None) -> str | None:
    decision = (found or {}).get("decision") or {}
    verdict = decision.get("verdict") or {}
    text: str | None = verdict.get("text")
    return text


def changes_of(before: Json | None, after: Json) -> list[dict[str, Any]]:
    """Put each part of the answer beside what it was.

    Parameters
    ----------
    before : mapping or None
        Content of ``summary.json`` without the study.
    after : mapping
        With it.

    Returns
    -------
    list of dict
        With ``name``, ``group``, ``before``, ``after`` (None where not identified) and ``moved``:
        by how many posterior standard deviations (of the fit without the study) the median moved.
    """
    old = _named(before) if before else {}
    return [
        {
            "name": name,
            "group": group,
            "before": old.get((group, name)),
            "after": now,
            "moved": _moved(old.get((group, name)), now),
        }
        for (group, name), now in _named(after).items()
    ]


def _named(found: Json) -> dict[tuple[str, str], Json | None]:
    """Return the summaries of what is compared, by group and name."""
    pooled = found["groups"][0]
    values = {**pooled["estimands"], **pooled.get("parameters", found["parameters"])}
    named = {(pooled["label"], name): values.get(name) for name, _, _ in _ROWS}
    for group in found["groups"][1:]:
        # By the values, for two covariates may have a level of the same name.
        label = ", ".join(f"{name} = {value}" for name, value in group["at"].items())
        of_group = {name: group["estimands"][name] for name, _, _ in _GROUP_ROWS}
        named |= {(label or group["label"], name): value for name, value in of_group.items()}
    return named


def _moved(before: Json | None, after: Json | None) -> float | None:
    if before is None or after is None or not before.get("sd"):
        return None
    return float((after["median"] - before["median"]) / before["sd"])


def answer_of(found: Json) -> Answer:
    """Return what the history keeps of an answer.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    """
    pooled = found["groups"][0]
    values = {**pooled["estimands"], **pooled.get("parameters", found["parameters"])}
    named = {name: values.get(name.replace("tau_sens", "tau[sens]")) for name in ESTIMANDS}
    named["tau_spec"] = values.get("tau[spec]")
    numbers = {
        name: (value["median"], value["lower"], value["upper"])
        for name, value in named.items()
        if value is not None
    }
    return Answer(found["model"]["id"], found["settings"]["prob"], numbers)


def added_text(found: Json, page: Page) -> str:
    """Tell what was added, whether it is in line, and what changed.

    Parameters
    ----------
    found : mapping
        As of `added_of`.
    page : Page

    Returns
    -------
    str
        Ends with a line feed.
    """
    blocks = [
        synthetic_mark(page, found["synthetic_note"]) if found["synthetic"] else [],
        _heading(found, page),
        _in_line(found, page),
        _changes(found, page),
        _verdicts(found, page),
        _to_look_at(found, page),
        trust_lines(found, page) if found["checks"] else [],
    ]
    return "\n".join("\n".join([*block, ""]) for block in blocks if block)


def _heading(found: Json, page: Page) -> list[str]:
    study = found["study"]
    counts = ", ".join(f"{name} = {study[name]}" for name in ("tp", "fp", "fn", "tn"))
    done = "added to" if found["written"] else "would be added to"
    text = f"{quoted(study['study'])} {done} {found['file']}, row {found['row']}: {counts}."
    lines = [tone(page, line, "bold") for line in paragraph(page, text)]
    if found["left_empty"]:
        empty = listed(found["left_empty"], 12)
        lines += paragraph(page, f"Left empty: {empty}; --set COLUMN=VALUE fills a column.")
    return lines


def _in_line(found: Json, page: Page) -> list[str]:
    if not found["changes"]:
        return []
    title = tone(page, "Is it in line with the other studies?", "bold")
    words = found["surprise"]["words"] if found["surprise"] else found["surprise_reason"]
    return [title, *paragraph(page, words)]


def _changes(found: Json, page: Page) -> list[str]:
    if not found["changes"]:
        return []
    old, new = found["data"]["n_studies"]
    level = f"{100 * found['settings']['prob']:.10g} %"
    words = {name: (label, write) for name, label, write in _ROWS}
    first = found["changes"][0]["group"]
    rows = []
    for change in found["changes"]:
        label, write = words[change["name"]]
        if change["group"] != first:
            label = f"{change['group']}: {label.partition(',')[0].lower()}, %"
        was = interval(change["before"], write) if old else ""
        rows.append([label, was, interval(change["after"], write)])
    title = f"What changed in the answer? (median and {level} interval)"
    header = ["", _studies(old), _studies(new)]
    if not old:
        rows, header = [[row[0], row[2]] for row in rows], ["", _studies(new)]
        title = f"The answer (median and {level} interval)"
    lines = [tone(page, title, "bold"), *table(page, header, rows)]
    if new < FEW_STUDIES:
        few = f"Fewer than {FEW_STUDIES} studies: much of this is prior-led."
        lines += [tone(page, line, "bold") for line in paragraph(page, few)]
    return [*lines, *paragraph(page, movement_words(found["changes"]))] if old else lines


def _studies(n: int) -> str:
    return "1 study" if n == 1 else f"{n:,} studies"


def movement_words(changes: Sequence[Json]) -> str:
    """Say which part of the answer moved most.

    Parameters
    ----------
    changes : sequence of mapping
        As of `changes_of`.

    Examples
    --------
    >>> movement_words([{"name": "sens", "group": "all", "moved": -0.42, "after": {}}])
    'Most moved: sensitivity, median study, down by 0.42 of its posterior standard deviation.'
    """
    moved = [change for change in changes if change["moved"] is not None]
    if not moved:
        return "Nothing of this was identified before, so nothing can be compared."
    most = max(moved, key=lambda change: abs(change["moved"]))
    size = abs(most["moved"])
    if size < STEADY:
        return (
            f"No figure moved by more than {STEADY:g} of its posterior standard deviation: the "
            "answer is as it was."
        )
    label = next(label for name, label, _ in _ROWS if name == most["name"])
    label = label.removesuffix(", %")
    name = label[0].lower() + label[1:] if label[:2] not in {"LR", "AU"} else label
    group = "" if most["group"] == changes[0]["group"] else f" ({most['group']})"
    way = "up" if most["moved"] > 0 else "down"
    return f"Most moved: {name}{group}, {way} by {size:.2g} of its posterior standard deviation."


def _verdicts(found: Json, page: Page) -> list[str]:
    old, new = found["verdict"]
    if new is None:
        return []
    lines = [tone(page, "Verdict", "bold")]
    if old == new or old is None:
        return [*lines, *paragraph(page, new)]
    return [
        *lines,
        *paragraph(page, old, first="Without it: "),
        *paragraph(page, new, first="With it:    "),
    ]


def _to_look_at(found: Json, page: Page) -> list[str]:
    if not found["notes"]:
        return []
    lines = [tone(page, "To be looked at", "bold")]
    return [
        *lines,
        *(line for text in found["notes"] for line in paragraph(page, text, first="- ")),
    ]
