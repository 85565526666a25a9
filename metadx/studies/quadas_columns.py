"""Columns with judgements of QUADAS-2 or QUADAS-3: which they are, and what their cells may say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from metadx.errors import DataError
from metadx.studies.cells import is_missing, tidy
from metadx.studies.problems import Problem, listed, quoted

type QuadasVersion = Literal[2, 3]
type Question = Literal["rob", "app"]
type Judgement = Literal["low", "high", "unclear", "insufficient information"]

OVERALL = "overall"
UNCERTAIN: Mapping[QuadasVersion, Judgement] = {2: "unclear", 3: "insufficient information"}
"""What stands between low and high."""

RISK_DOMAINS: Mapping[QuadasVersion, tuple[str, ...]] = {
    2: ("patient_selection", "index_test", "reference_standard", "flow_timing"),
    3: ("participants", "index_test", "target_condition", "analysis"),
}
"""Domains of the risk of bias; the first three of each version are judged for applicability too."""

NOT_JUDGED = frozenset({"not judged", "not assessed", "not applicable", "not reported"})
"""Words that say of a study that nobody judged it."""

_ALIASES = {
    "patients": "patient_selection",
    "selection": "patient_selection",
    "index": "index_test",
    "reference": "reference_standard",
    "reference_test": "reference_standard",
    "flow": "flow_timing",
    "timing": "flow_timing",
    "flow_and_timing": "flow_timing",
    "flow_timing": "flow_timing",
    "participant": "participants",
    "target": "target_condition",
}
_WORDS: Mapping[str, Judgement] = {
    "low": "low",
    "low risk": "low",
    "low concern": "low",
    "high": "high",
    "high risk": "high",
    "high concern": "high",
    "unclear": "unclear",
    "unclear risk": "unclear",
    "unclear concern": "unclear",
    "insufficient": "insufficient information",
    "insufficient information": "insufficient information",
}
_QUESTIONS: Mapping[str, Question] = {"rob": "rob", "app": "app"}


@dataclass(frozen=True)
class QuadasColumn:
    """What a column of judgements is about.

    Parameters
    ----------
    question : {"rob", "app"}
        Risk of bias, or concern about applicability.
    domain : str
        A domain of `RISK_DOMAINS`, or `OVERALL`.
    """

    question: Question
    domain: str

    @property
    def name(self) -> str:
        """The name it has whatever its header is, such as ``rob_flow_timing``."""
        return f"{self.question}_{self.domain}"


def quadas_columns(
    headers: Iterable[str], *, source: str
) -> tuple[QuadasVersion | None, dict[str, QuadasColumn]]:
    """Find the columns of judgements: ``rob_DOMAIN`` for risk of bias, ``app_DOMAIN``.

    Parameters
    ----------
    headers : iterable of str
        Headers of the table; case does not matter, nor do spaces, points and hyphens for ``_``.
    source : str
        Name of the table, used in messages.

    Returns
    -------
    version : {2, 3} or None
        None where there is no domain, or where the domains are those of both versions; then a
        judgement tells which it is.
    columns : dict of str to QuadasColumn
        By header; empty where no column is named after a domain. A column such as ``app_version``
        in a table without a domain is no column of judgements.

    Raises
    ------
    DataError
        If a name is nearly one of a domain or stands beside domains and is none, if two columns
        are of the same domain, or if the domains are those of two versions.

    References
    ----------
    Whiting PF, et al. QUADAS-2: a revised tool for the quality assessment of diagnostic accuracy
    studies. Ann Intern Med 2011;155:529-536.
    Whiting PF, et al. QUADAS-3. Ann Intern Med 2026;179:548-555.

    Examples
    --------
    >>> version, found = quadas_columns(["study", "rob_flow_and_timing"], source="studies.csv")
    >>> version, found["rob_flow_and_timing"].name
    (2, 'rob_flow_timing')
    """
    split = {header: parts for header in headers if (parts := _split(header))}
    domains = {domain for version in RISK_DOMAINS.values() for domain in version}
    known = {header: parts for header, parts in split.items() if parts[1] in domains}
    strangers = [h for h, parts in split.items() if parts[1] not in {*domains, OVERALL}]
    for header in strangers:
        near = get_close_matches(split[header][1], [*domains, *_ALIASES], n=1, cutoff=0.75)
        if known or near:
            raise DataError(_stranger(header, split[header], near, _version(known), source))
    if not known:
        return None, {}
    version = _version(known)
    if version is None and {"index_test"} != {domain for _, domain in known.values()}:
        raise DataError(_mixed(known, source))
    columns: dict[str, QuadasColumn] = {}
    for header, (question, domain) in split.items():
        if header in strangers:
            continue
        column = QuadasColumn(question, domain)
        twin = next((other for other, one in columns.items() if one == column), None)
        if twin is not None:
            raise DataError(
                f"{source}: the columns {quoted(twin)} and {quoted(header)} are both about "
                f"{column.name}; keep one of them."
            )
        if question == "app" and any(domain == risks[3] for risks in RISK_DOMAINS.values()):
            wanted = listed([f"app_{name}" for name in RISK_DOMAINS[version or 2][:3]])
            raise DataError(
                f"{source}: the column {quoted(header)}: applicability is not judged for this "
                f"domain; wanted {wanted}."
            )
        columns[header] = column
    return version, columns


def judged_cells(
    header: str,
    cells: Sequence[str],
    version: QuadasVersion | None,
    *,
    rows: Sequence[int],
    study: Sequence[str],
) -> tuple[list[str], list[Problem]]:
    """Write the judgements of a column in one way.

    Parameters
    ----------
    header : str
    cells : sequence of str, length N
    version : {2, 3} or None
        As of `quadas_columns`.
    rows, study : sequences, length N
        The row and the label of each study, used in messages.

    Returns
    -------
    cells : list of str, length N
        "low", "high", "unclear" or "insufficient information"; empty where nobody judged.
    problems : list of Problem
        Cells that hold something else.

    Examples
    --------
    >>> judged_cells("rob_index_test", ["Low risk", ""], 2, rows=[2, 3], study=["A", "B"])[0]
    ['low', '']
    """
    allowed = allowed_judgements(version)
    wanted = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
    written: list[str] = []
    problems: list[Problem] = []
    for cell, row, label in zip(cells, rows, study, strict=True):
        word = tidy(cell).casefold()
        judgement = plain_judgement(cell)
        if is_missing(cell) or word in NOT_JUDGED:
            written.append("")
        elif judgement in allowed:
            written.append(judgement)
        else:
            why = "no judgement"
            if judgement is not None:
                why = f"no judgement of QUADAS-{version}"
            text = f"{header} = {quoted(cell)} is {why}; wanted {wanted}, or an empty cell"
            problems.append(Problem(f"{text} where nobody judged", row, label))
            written.append("")
    return written, problems


def plain_judgement(text: str) -> Judgement | None:
    """Write a judgement in the one way; None where it is none.

    Examples
    --------
    >>> plain_judgement("Low risk"), plain_judgement("insufficient"), plain_judgement("fair")
    ('low', 'insufficient information', None)
    """
    return _WORDS.get(tidy(text).casefold())


def allowed_judgements(version: QuadasVersion | None) -> tuple[Judgement, ...]:
    """Return the judgements of a version, or of both where it is not known.

    Examples
    --------
    >>> allowed_judgements(3)
    ('low', 'high', 'insufficient information')
    """
    between = UNCERTAIN.values() if version is None else (UNCERTAIN[version],)
    return ("low", "high", *between)


def _split(header: str) -> tuple[Question, str] | None:
    folded = re.sub(r"[\s._-]+", "_", header.strip().casefold())
    before, mark, domain = folded.partition("_")
    question = _QUESTIONS.get(before)
    return (question, _ALIASES.get(domain, domain)) if question and mark else None


def _version(known: Mapping[str, tuple[Question, str]]) -> QuadasVersion | None:
    """Tell the version that alone has all of these domains."""
    found = {domain for _, domain in known.values()}
    fit = [version for version, domains in RISK_DOMAINS.items() if found <= set(domains)]
    return fit[0] if len(fit) == 1 else None


def _stranger(
    header: str,
    parts: tuple[Question, str],
    near: Sequence[str],
    version: QuadasVersion | None,
    source: str,
) -> str:
    question, _ = parts
    shown = [version] if version else list(RISK_DOMAINS)
    wanted = "; ".join(
        f"those of QUADAS-{one} are "
        + listed(
            [f"{question}_{name}" for name in RISK_DOMAINS[one][: 4 if question == "rob" else 3]]
        )
        for one in shown
    )
    did = f" did you mean {quoted(f'{question}_{_ALIASES.get(near[0], near[0])}')}?" if near else ""
    return (
        f"{source}: the column {quoted(header)} names no domain of QUADAS:{did} Columns that begin "
        f"with rob_ or app_ hold judgements; {wanted}. Give a column about something else another "
        "name."
    )


def _mixed(known: Mapping[str, tuple[Question, str]], source: str) -> str:
    per = [
        f"{listed(names)} (QUADAS-{version})"
        for version, domains in RISK_DOMAINS.items()
        if (
            names := [
                h for h, (_, name) in known.items() if name in domains and name != "index_test"
            ]
        )
    ]
    return (
        f"{source}: found the domains of two versions: {' and '.join(per)}; judge all studies by "
        "one version, and leave the other columns out or name them otherwise."
    )
