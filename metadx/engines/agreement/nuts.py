"""The referee of agreement: the complete model, every cut-point sampled, by nutpie."""

import time
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from metadx.builders.ordinal import build_ordinal, uses_share
from metadx.builders.ordinal_rows import row_hierarchy
from metadx.builders.ordinal_terms import (
    FactorTerm,
    KappaTerm,
    MarginsTerm,
    RankTerm,
    RowTerms,
    TablesTerm,
)
from metadx.cards.agreement_card import LoadedAgreementCard
from metadx.engines.agreement.cuts.integral import RowEvidence
from metadx.engines.agreement.evidence.cells import FigureEvidence, TableEvidence
from metadx.engines.agreement.evidence.choose import row_evidence
from metadx.engines.agreement.evidence.figures import KappaFactor, KappaNormal, rounding_variance
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.compiled_chains import Ladder, compile_model, sample_chains
from metadx.engines.result import EngineReport
from metadx.studies.agreement import AgreementTable
from metadx.studies.agreement_audit import AgreementAudit

type FloatArray = NDArray[np.float64]

_LADDER: Ladder = ((0.95, 2), (0.99, 4))
_LISTED = 20_000  # cross-tables that the graph can hold and still be sampled in minutes
_SHARED = ("mu", "beta_part", "lambda")


def fit_full(
    table: AgreementTable,
    audit: AgreementAudit,
    card: LoadedAgreementCard,
    settings: AgreementSettings,
) -> AgreementFit:
    """Sample the complete model of agreement.

    Parameters
    ----------
    table : AgreementTable
        Without ratings of three or more raters.
    audit : AgreementAudit
        Of the same table.
    card : LoadedAgreementCard
    settings : AgreementSettings

    Returns
    -------
    AgreementFit
        Without predictions and notes.

    Raises
    ------
    FitError
        If the sampler cannot start.

    References
    ----------
    Hoffman MD, Gelman A. The No-U-Turn sampler. J Mach Learn Res 2014;15:1593-1623.
    """
    began = time.perf_counter()
    known = row_evidence(table, audit, card.card, settings)
    terms = tuple(row_terms(row) for row in known)
    hierarchy = row_hierarchy(table, int(uses_share(terms)))
    model = build_ordinal(terms, hierarchy, table.n_categories, card.card)
    named = {variable.name for variable in model.unobserved_RVs}
    checked = [
        name
        for name in sorted(named)
        if name in {*_SHARED, "z", "accuracy_factor"} or name.startswith("sd_")
    ]
    chains = sample_chains(
        compile_model(model),
        card.card.checks.nuts,
        checked,
        draws=settings.draws_per_chain,
        seed=settings.seed,
        ladder=_LADDER,
    )
    draws = chains.variables
    z = draws["z"]
    factors = {name for name, _ in hierarchy.shape.levels}
    return AgreementFit(
        table=table,
        audit=audit,
        card=card,
        settings=settings,
        z=z,
        cells=_emptied(draws["cells"], terms),
        kappa_coded=_of_rows("kappa_coded", draws, terms, z.shape),
        accuracy_factor=_of_rows("accuracy_factor", draws, terms, z.shape),
        hyper={name: draws[name] for name in checked if name in _SHARED or name.startswith("sd_")},
        effects={name: draws[name] for name in factors},
        engine=EngineReport(
            "nuts",
            None,
            chains.ess,
            None,
            time.perf_counter() - began,
            parametrisation="non-centred",
        ),
        checks=chains.checks,
        evidence=tuple(row.how for row in known),
    )


def row_terms(known: RowEvidence) -> RowTerms:
    """State what is known of a row as terms of the complete model.

    Parameters
    ----------
    known : RowEvidence
        As the marginal engine uses it. Of cross-tables up to some thousands all are used, where
        that engine has a sample and what the sample misses; of more, the sample alone, so that
        the two engines may then differ a little.

    Returns
    -------
    RowTerms
        On the full scale.
    """
    law, evidence = known.law, known.evidence
    if isinstance(evidence, TableEvidence):
        if known.full is not None and len(known.full.tables) <= _LISTED:
            evidence = known.full
        spearman = evidence.spearman
        tables = TablesTerm(
            law.on_full_scale(evidence.tables),
            evidence.log_weights,
            *((spearman.value, spearman.null, spearman.variance) if spearman else ()),
        )
        return RowTerms(law.used, law.mean, law.sd, tables=tables)
    margins = np.zeros((*evidence.margins.shape[:2], law.n_categories))
    margins[..., law.used] = evidence.margins
    return RowTerms(
        law.used,
        law.mean,
        law.sd,
        margins=MarginsTerm(margins, evidence.log_weights),
        rank=_rank_term(evidence),
        kappa=_kappa_term(evidence),
        factor=_factor_term(evidence),
    )


def _rank_term(evidence: FigureEvidence) -> RankTerm | None:
    spearman = evidence.spearman
    if spearman is None:
        return None
    rounding = rounding_variance(spearman.decimals)
    return RankTerm(spearman.value, rounding, spearman.n, evidence.continuous)


def _kappa_term(evidence: FigureEvidence) -> KappaTerm | None:
    kappa = evidence.kappa
    if not isinstance(kappa, KappaNormal):
        return None
    rounding = rounding_variance(kappa.decimals)
    return KappaTerm(kappa.value, rounding, kappa.n, kappa.kinds, evidence.error_correlation)


def _factor_term(evidence: FigureEvidence) -> FactorTerm | None:
    kappa = evidence.kappa
    if not isinstance(kappa, KappaFactor):
        return None
    return FactorTerm(kappa.value, kappa.sd, kappa.logit_mean, kappa.logit_sd)


def _emptied(cells: FloatArray, terms: Sequence[RowTerms]) -> FloatArray:
    """Give categories that have no cut-points probability 0, as the marginal engine does."""
    emptied = np.zeros_like(cells)
    for place, row in enumerate(terms):
        used = np.ix_(row.used, row.used)
        emptied[..., place, used[0], used[1]] = cells[..., place, used[0], used[1]]
    return emptied / emptied.sum(axis=(-2, -1), keepdims=True)


def _of_rows(
    name: str, draws: Mapping[str, FloatArray], terms: Sequence[RowTerms], shape: tuple[int, ...]
) -> FloatArray:
    """Put draws of the rows whose kappa has an accuracy factor in their places, NaN elsewhere."""
    found = np.full(shape, np.nan)
    if name in draws:
        found[..., [row.factor is not None for row in terms]] = draws[name]
    return found
