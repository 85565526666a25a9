"""Choose, row by row, what an agreement model may use of the printed numbers."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import AgreementCard
from metadx.engines.agreement.cuts.coordinates import CutLaw, cuts_of, default_law
from metadx.engines.agreement.cuts.integral import RowEvidence
from metadx.engines.agreement.evidence.cells import FigureEvidence, TableEvidence
from metadx.engines.agreement.evidence.figures import (
    KappaFactor,
    KappaNormal,
    SpearmanNormal,
    rounding_variance,
)
from metadx.engines.agreement.evidence.part_cuts import part_law
from metadx.engines.agreement.evidence.sampled_tables import sample_tables
from metadx.engines.agreement.evidence.table_ranks import with_spearman
from metadx.engines.agreement.settings import AgreementSettings
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.studies.agreement import WEIGHTS, AgreementRow, AgreementTable, PrintedKappa, Weights
from metadx.studies.agreement_audit import AgreementAudit, RowAudit
from metadx.studies.cross_tables import TableSet
from metadx.studies.kappa import standard_errors_of

type FloatArray = NDArray[np.float64]


class _Listed(NamedTuple):
    """Cross-tables, what they are in words, and whether they are all that have the margins."""

    tables: TableSet
    how: str
    every: bool = False


class _Source(NamedTuple):
    """What every row is read against."""

    table: AgreementTable
    card: AgreementCard
    settings: AgreementSettings


NOTHING_BUT_MARGINS = "nothing but margins"  # which do not tell the association

_MANY, _MANY_RANKED = 3000, 800  # tables, without and with a Spearman; more are sampled
_SAMPLE = 3000


def row_evidence(
    table: AgreementTable,
    audit: AgreementAudit,
    card: AgreementCard,
    settings: AgreementSettings,
) -> tuple[RowEvidence, ...]:
    """Return what is used of each row of a table.

    Parameters
    ----------
    table : AgreementTable
    audit : AgreementAudit
        Of the same table.
    card : AgreementCard
    settings : AgreementSettings

    Returns
    -------
    tuple of RowEvidence
        One for each row.
    """
    source = _Source(table, card, settings)
    found = []
    for place, (row, checked) in enumerate(zip(table.rows, audit.rows, strict=True)):
        tables = _tables(row, checked, settings)
        if tables is not None:
            found.append(_of_tables(place, row, tables, source))
        elif row.margins_a and row.margins_b:
            kinds = shared_weights(row, audit) if checked.verdict == "too many to list" else ()
            found.append(_of_margins(place, row, kinds, source))
        else:
            kinds = shared_weights(row, audit) if settings.part_kappa else ()
            found.append(_of_figures(place, row, kinds, source))
    return tuple(found)


def _tables(row: AgreementRow, checked: RowAudit, settings: AgreementSettings) -> _Listed | None:
    """Choose the cross-tables the row leaves; None where none are listed."""
    if row.counts is not None:
        known = np.asarray(row.counts)[None]
        tables = TableSet(known.astype(np.int32), _log_coefficients(known), True, 1)
        return _Listed(tables, "cross-table")
    options = [(checked.remaining, "")]
    if settings.impossible == "misaligned":
        options.append((checked.misaligned, " of misaligned codes"))
    for left, words in options:
        if left is not None and left.complete and left.n_tables:
            return _Listed(left, f"{_counted(left.n_tables)}{words}")
    every = checked.all_margins
    if every is not None and every.complete and every.n_tables:
        return _Listed(every, f"all {_counted(every.n_tables)} with these margins", every=True)
    return None


def _of_tables(place: int, row: AgreementRow, listed: _Listed, source: _Source) -> RowEvidence:
    table, card, settings = source
    tables, how, every = listed
    rated = tables.tables.sum(axis=0)
    used = np.flatnonzero(rated.sum(axis=0) + rated.sum(axis=1))
    kept = tables.tables[:, used[:, None], used].astype(float)
    law = default_law(used, table.n_categories, card)
    evidence = TableEvidence(kept, np.asarray(tables.log_weights, dtype=float))
    if settings.spearman and row.spearman is not None and used.size > 1:
        evidence, words = with_spearman(evidence, row.spearman)
        how += words
    if every and evidence.spearman is None and 1 < len(kept) == len(evidence.tables):
        # The margins alone say nothing of the association: no sum over tables is needed.
        bare = _Source(table, card, replace(settings, spearman=False))
        return _of_margins(place, row, (), bare)
    full = None
    if len(evidence.tables) > (_MANY if evidence.spearman is None else _MANY_RANKED):
        evidence, full = sample_tables(evidence, _SAMPLE), evidence
    return RowEvidence(place, law, evidence, card.numbers.r_max, how, full)


def _of_margins(
    place: int, row: AgreementRow, kinds: tuple[Weights, ...], source: _Source
) -> RowEvidence:
    """Use margins whose cross-tables are too many, with normal laws of the printed figures."""
    table, card, settings = source
    rated = np.sum([*row.margins_a, *row.margins_b], axis=0)
    used = np.flatnonzero(rated)
    law = default_law(used, table.n_categories, card)
    margins, log_weights = _margins(row, used)
    kappa = None
    if row.kappa is not None and kinds and used.size > 1:
        kappa = KappaNormal(
            row.kappa.value, row.kappa.decimals, row.n, kinds, used, table.n_categories
        )
    ranked = row.spearman if settings.spearman and used.size > 1 else None
    evidence = FigureEvidence(
        margins,
        log_weights,
        kappa,
        SpearmanNormal(ranked.value, ranked.decimals, row.n) if ranked else None,
        card.numbers.error_correlation,
        ranked.continuous if ranked else True,
    )
    how = _listed("margins", "kappa" if kappa else "", "Spearman" if ranked else "")
    how = f"{how}, normal" if kappa or ranked else NOTHING_BUT_MARGINS
    return RowEvidence(place, law, evidence, card.numbers.r_max, how)


def _of_figures(
    place: int, row: AgreementRow, kinds: tuple[Weights, ...], source: _Source
) -> RowEvidence:
    """Use printed figures alone, where a margin is not known."""
    table, card, settings = source
    law = part_law(table, row, card)
    margins, log_weights = _margins(row, law.used)
    kappa = None
    # Only quadratic kappa is a product of association and accuracy.
    if row.kappa is not None and (kinds == ("quadratic",) or (kinds and table.n_categories == 2)):
        factor = card.parameters.accuracy_factor.prior
        sd = np.hypot(_printed_sd(row, row.kappa, law, card), _rounding(row.kappa))
        kappa = KappaFactor(row.kappa.value, float(sd), factor.mean, factor.sd, law.used)
    ranked = row.spearman if settings.spearman else None
    evidence = FigureEvidence(
        margins,
        log_weights,
        kappa,
        SpearmanNormal(ranked.value, ranked.decimals, row.n) if ranked else None,
        0.0,
        ranked.continuous if ranked else True,
    )
    one = "one margin" if row.margins_a or row.margins_b else ""
    how = _listed(one, "kappa" if kappa else "", "Spearman" if ranked else "")
    how = f"{how}, normal" if how else "nothing: prior and other rows only"
    return RowEvidence(place, law, evidence, card.numbers.r_max, how)


def shared_weights(row: AgreementRow, audit: AgreementAudit) -> tuple[Weights, ...]:
    """Return the weights a kappa may have.

    Parameters
    ----------
    row : AgreementRow
    audit : AgreementAudit
        Of the row's table.

    Returns
    -------
    tuple of {"unweighted", "linear", "quadratic"}
        Those stated, or those shared by the rows that could be checked, or any; none where there
        is no kappa.
    """
    if row.kappa is None:
        return ()
    if row.kappa.weights is not None:
        return (row.kappa.weights,)
    return (audit.chosen.weights,) if audit.chosen is not None else WEIGHTS


def _margins(row: AgreementRow, used: NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Return every pair of candidates (B, 2, K) and its log weight; zeros for an unknown margin."""
    nothing = np.zeros(used.size)
    sides = [
        [np.asarray(margin, dtype=float)[used] for margin in margins] or [nothing]
        for margins in (row.margins_a, row.margins_b)
    ]
    pairs = np.array([[a, b] for a in sides[0] for b in sides[1]])
    log_weights = sum(_log_coefficients(pairs[:, rater, None]) for rater in (0, 1))
    return pairs, log_weights - np.log(len(pairs))


def _log_coefficients(tables: NDArray[np.number]) -> FloatArray:
    """Log multinomial coefficient of each table (S, ., .)."""
    from scipy.special import gammaln

    counts = np.asarray(tables, dtype=float)
    return np.asarray(gammaln(counts.sum(axis=(1, 2)) + 1) - gammaln(counts + 1).sum(axis=(1, 2)))


def _printed_sd(row: AgreementRow, kappa: PrintedKappa, law: CutLaw, card: AgreementCard) -> float:
    """Return the standard error as printed; otherwise that of the table expected before."""
    printed = kappa.standard_error
    if printed is not None:
        return printed
    r = card.numbers.r_max * np.tanh(card.parameters.mu.prior.mean)
    cells = cell_probabilities(r, *cuts_of(law.mean))
    return float(standard_errors_of(law.on_full_scale(cells)[None], "quadratic", n=row.n)[0])


def _rounding(kappa: PrintedKappa) -> float:
    return float(np.sqrt(rounding_variance(kappa.decimals)))


def _counted(number: int) -> str:
    return "1 table" if number == 1 else f"{number:,} tables"


def _listed(*parts: str) -> str:
    named = [part for part in parts if part]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
