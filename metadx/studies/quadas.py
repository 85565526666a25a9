"""The judgements of QUADAS-2 or QUADAS-3 on the studies of a review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from types import MappingProxyType

from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical
from metadx.studies.problems import listed, quoted
from metadx.studies.quadas_columns import (
    NOT_JUDGED,
    OVERALL,
    RISK_DOMAINS,
    UNCERTAIN,
    Judgement,
    QuadasVersion,
    allowed_judgements,
    quadas_columns,
)
from metadx.studies.review import Review

type Judgements = tuple[Judgement | None, ...]

_DOMAIN_WORDS = {
    "patient_selection": "patient selection",
    "index_test": "index test",
    "reference_standard": "reference standard",
    "flow_timing": "flow and timing",
    "participants": "participants",
    "target_condition": "target condition",
    "analysis": "analysis",
    OVERALL: "overall",
}


@dataclass(frozen=True)
class Quadas:
    """Risk of bias and applicability of every study.

    Parameters
    ----------
    version : {2, 3}
        QUADAS-2 or QUADAS-3.
    study : tuple of str, length N
    domains, applicability : tuple of str
        Domains that have a column, in the order of the tool.
    judgements : mapping of str to tuple of (str or None), length N
        By ``rob_DOMAIN`` and ``app_DOMAIN``; None where nobody judged.
    overall : tuple of (str or None), length N
        Risk of bias overall: as stated, and where nothing is stated by the rule.
    by_rule : tuple of (str or None), length N
        By the rule alone: high where any domain is high, low where all four are low; None where a
        judgement is missing and no other is high.
    stated : int
        For how many studies the table states the overall judgement, in ``rob_overall``.
    title, synthetic_note : str
        Of the review.
    synthetic : bool
        Whether the studies are simulated or reconstructed.

    References
    ----------
    Whiting PF, et al. QUADAS-3. Ann Intern Med 2026;179:548-555: the rule of the overall judgement,
    which is given for each estimate.
    """

    version: QuadasVersion
    study: tuple[str, ...]
    domains: tuple[str, ...]
    applicability: tuple[str, ...]
    judgements: Mapping[str, Judgements]
    overall: Judgements
    by_rule: Judgements
    stated: int = 0
    title: str = ""
    synthetic: bool = False
    synthetic_note: str = ""

    @property
    def uncertain(self) -> Judgement:
        """What this version calls a judgement that is neither low nor high."""
        return UNCERTAIN[self.version]

    @property
    def missing_domains(self) -> tuple[str, ...]:
        """Domains of the risk of bias that have no column."""
        return tuple(name for name in RISK_DOMAINS[self.version] if name not in self.domains)

    @property
    def disagreements(self) -> tuple[int, ...]:
        """Places of the studies whose stated overall judgement is not that of the rule."""
        return tuple(
            place
            for place, (told, ruled) in enumerate(zip(self.overall, self.by_rule, strict=True))
            if ruled is not None and told != ruled
        )

    def of(self, domain: str) -> Judgements:
        """Return the risk of bias in one domain.

        Parameters
        ----------
        domain : str
            One of `domains`, or "overall".

        Raises
        ------
        DataError
            If the domain has no column.
        """
        if domain == OVERALL:
            return self.overall
        if domain not in self.domains:
            wanted = listed([*self.domains, OVERALL])
            raise DataError(f"domain {quoted(domain)} has no judgements; wanted one of {wanted}.")
        return self.judgements[f"rob_{domain}"]


def quadas_of(data: Review | AccuracyTable) -> Quadas | None:
    """Return the judgements on the studies of a review or a table.

    Parameters
    ----------
    data : Review or AccuracyTable

    Returns
    -------
    Quadas or None
        None where no column is named after a domain.

    Raises
    ------
    DataError
        If the columns are of no known or of two versions, or a value is no judgement.

    Examples
    --------
    >>> from metadx.studies.review import load_dataset
    >>> found = quadas_of(load_dataset("iqcode-dementia"))
    >>> found.version, found.domains[-1], set(found.overall)
    (2, 'flow_timing', {'high'})
    """
    table = data.table if isinstance(data, Review) else data
    version, columns = quadas_columns(table.covariates, source=table.source)
    if not columns:
        return None
    by_name = {column.name: header for header, column in columns.items()}
    raw = {name: _values(table, header, version) for name, header in by_name.items()}
    if version is None:
        # Both versions judge the index test.
        version = 3 if any(UNCERTAIN[3] in values for values in raw.values()) else 2
        raw = {name: _values(table, header, version) for name, header in by_name.items()}
    risks = RISK_DOMAINS[version]
    ordered = [f"rob_{name}" for name in risks] + [f"app_{name}" for name in risks[:3]]
    judgements = {name: raw[name] for name in ordered if name in raw}
    nobody: Judgements = (None,) * table.n_studies
    per_study = zip(*(judgements.get(f"rob_{name}", nobody) for name in risks), strict=True)
    by_rule = tuple(overall_judgement(study, version) for study in per_study)
    stated = raw.get(f"rob_{OVERALL}", nobody)
    about = (data.title, data.synthetic, data.synthetic_note) if isinstance(data, Review) else ()
    return Quadas(
        version,
        table.study,
        tuple(name for name in risks if f"rob_{name}" in judgements),
        tuple(name for name in risks if f"app_{name}" in judgements),
        MappingProxyType(judgements),
        tuple(told or ruled for told, ruled in zip(stated, by_rule, strict=True)),
        by_rule,
        sum(told is not None for told in stated),
        *about,
    )


def overall_judgement(
    domains: Sequence[Judgement | None], version: QuadasVersion = 3
) -> Judgement | None:
    """Judge the risk of bias overall from that in all domains.

    Parameters
    ----------
    domains : sequence of (str or None)
        One judgement for each domain of the tool; None where nobody judged.
    version : {2, 3}

    Returns
    -------
    str or None
        High where any is high; else None where one is missing; low where all are low; else
        "unclear" (QUADAS-2) or "insufficient information" (QUADAS-3).

    References
    ----------
    Whiting PF, et al. QUADAS-3. Ann Intern Med 2026;179:548-555.

    Examples
    --------
    >>> overall_judgement(["low", "insufficient information", "low", "low"])
    'insufficient information'
    >>> overall_judgement(["low", None, "high", "low"])
    'high'
    """
    if "high" in domains:
        return "high"
    if None in domains:
        return None
    return "low" if all(judgement == "low" for judgement in domains) else UNCERTAIN[version]


def domain_words(domain: str) -> str:
    """Write the name of a domain for a reader.

    Examples
    --------
    >>> domain_words("flow_timing")
    'flow and timing'
    """
    return _DOMAIN_WORDS[domain]


def _values(table: AccuracyTable, header: str, version: QuadasVersion | None) -> Judgements:
    column = table.covariates[header]
    if not isinstance(column, Categorical):
        if all(map(isnan, column.values.tolist())):  # an empty column
            return (None,) * table.n_studies
        raise DataError(
            f"{table.source}: the column {quoted(header)} holds numbers; write the judgements out: "
            f"{listed(allowed_judgements(version))}."
        )
    allowed = {word: word for word in allowed_judgements(version)}
    values: list[Judgement | None] = []
    for label, value in zip(table.study, column.values, strict=True):
        if value is None or value.casefold() in NOT_JUDGED:
            values.append(None)
        elif value in allowed:
            values.append(allowed[value])
        else:
            raise DataError(
                f"{table.source}, {quoted(label)}: {header} = {quoted(value)} is no judgement; "
                f"wanted one of {listed(tuple(allowed))}."
            )
    return tuple(values)
