"""What the judgements of QUADAS amount to, in sentences."""

from collections import Counter

from metadx.studies.problems import listed
from metadx.studies.quadas import Judgements, Quadas, domain_words
from metadx.studies.quadas_columns import OVERALL

NOBODY = "not judged"


def quadas_sentences(quadas: Quadas) -> tuple[str, ...]:
    """Tell how many studies were judged how in each domain, and what nobody judged.

    Parameters
    ----------
    quadas : Quadas

    Returns
    -------
    tuple of str
        Whole sentences: the overall risk of bias first, then each domain, then what is missing.

    Examples
    --------
    >>> from metadx.studies.quadas import quadas_of
    >>> from metadx.studies.review import load_dataset
    >>> quadas_sentences(quadas_of(load_dataset("iqcode-dementia")))[0]
    'Risk of bias overall, by the rule: high in all 13 studies.'
    """
    how = "by the rule"
    if quadas.stated:
        whole = quadas.stated == len(quadas.study)
        how = "as stated" if whole else f"as stated for {quadas.stated:,}, else by the rule"
    lines = [f"Risk of bias overall, {how}: {counts_words(quadas.overall, quadas)}."]
    lines += [
        f"Risk of bias, {domain_words(name)}: "
        f"{counts_words(quadas.judgements[f'rob_{name}'], quadas)}."
        for name in quadas.domains
    ]
    lines += [
        f"Concern about applicability, {domain_words(name)}: "
        f"{counts_words(quadas.judgements[f'app_{name}'], quadas)}."
        for name in quadas.applicability
    ]
    if quadas.missing_domains:
        names = [domain_words(name) for name in quadas.missing_domains]
        lines.append(
            f"No column for {' and '.join(names)}: so no study can be low in risk of bias overall."
        )
    lines += [
        f"{words}: nobody judged {listed(names)}." for words, names in _not_judged(quadas).items()
    ]
    return tuple(lines)


def high_sentences(quadas: Quadas) -> tuple[str, ...]:
    """Tell in how many studies each domain is high: what a figure of the judgements comes to.

    Parameters
    ----------
    quadas : Quadas

    Returns
    -------
    tuple of str
        One sentence for the risk of bias and one for applicability, as far as they were judged.

    Examples
    --------
    >>> from metadx.studies.quadas import quadas_of
    >>> from metadx.studies.review import load_dataset
    >>> high_sentences(quadas_of(load_dataset("iqcode-dementia")))[1]
    'High concern about applicability: patient selection 4, index test 3, reference standard 0.'
    """
    size = len(quadas.study)
    many = "1 study" if size == 1 else f"{size:,} studies"
    risks = [(domain_words(name), quadas.of(name)) for name in quadas.domains]
    if risks:
        risks.append((domain_words(OVERALL), quadas.overall))
    concerns = [
        (domain_words(name), quadas.judgements[f"app_{name}"]) for name in quadas.applicability
    ]
    lines = []
    for what, columns in (
        (f"High risk of bias, of {many}", risks),
        ("High concern about applicability", concerns),
    ):
        counts = [f"{name} {values.count('high'):,}" for name, values in columns]
        if counts:
            lines.append(f"{what}: {', '.join(counts)}.")
    return tuple(lines)


def counts_words(values: Judgements, quadas: Quadas) -> str:
    """Write how many studies have which judgement, the worst first.

    Parameters
    ----------
    values : tuple of (str or None)
    quadas : Quadas
        The judgements that these are part of.
    """
    counts = Counter(value or NOBODY for value in values)
    if len(counts) == 1:
        (only,) = counts
        every = "the one study" if len(values) == 1 else f"all {len(values):,} studies"
        return f"{only} in {every}"
    order = ("high", quadas.uncertain, "low", NOBODY)
    return ", ".join(f"{name} in {counts[name]:,}" for name in order if counts[name])


def _not_judged(quadas: Quadas) -> dict[str, list[str]]:
    """Name the studies that lack a judgement, by domain."""
    words = {"rob": "Risk of bias", "app": "Concern about applicability"}
    found: dict[str, list[str]] = {}
    for name, values in quadas.judgements.items():
        question, _, domain = name.partition("_")
        missing = [s for s, value in zip(quadas.study, values, strict=True) if value is None]
        if missing and len(missing) < len(values):
            found[f"{words[question]}, {domain_words(domain)}"] = missing
    return found
