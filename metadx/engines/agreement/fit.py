"""Fit an agreement model: choose the engine, sample, draw the tables, gather what must be known."""

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import LoadedAgreementCard, load_agreement_card
from metadx.engines.agreement.marginal import fit_rows
from metadx.engines.agreement.notes import agreement_notes
from metadx.engines.agreement.predictive import predict_kappa
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.settings import AgreementSettings, ImpossibleKappa
from metadx.engines.settings import EngineChoice
from metadx.errors import ConvergenceWarning, DataError, FitError
from metadx.studies.agreement import AgreementTable
from metadx.studies.agreement_audit import AgreementAudit, audit_agreement
from metadx.studies.agreement_review import AgreementReview

type FloatArray = NDArray[np.float64]
type Engine = Callable[
    [AgreementTable, AgreementAudit, LoadedAgreementCard, AgreementSettings], AgreementFit
]

_DEFAULT_CARD = "ordinal-agreement"


def fit_agreement(
    data: AgreementTable | AgreementReview,
    model: str | Path | LoadedAgreementCard | None = None,
    *,
    engine: EngineChoice = "auto",
    draws: int = 4000,
    seed: int | None = None,
    spearman: bool = True,
    part_kappa: bool = True,
    impossible: ImpossibleKappa = "leave out",
) -> AgreementFit:
    """Fit a model of agreement to a table or a review of raters.

    Parameters
    ----------
    data : AgreementTable or AgreementReview
    model : str, Path, LoadedAgreementCard or None
        Id or path of a card; None takes the review's own choice, else ``ordinal-agreement``.
    engine : {"auto", "marginal", "nuts"}
        "marginal" integrates the cut-points out of each row and samples what rows share; "nuts"
        samples everything at once, which takes minutes; "auto" is "marginal", and "nuts" where an
        integral cannot be trusted. Three or more raters of the same cases have one engine.
    draws : int
        Posterior draws in all.
    seed : int or None
        None takes the review's own seed, else 1.
    spearman : bool
        Whether printed rank correlations are used.
    part_kappa : bool
        Whether the kappas of rows without margins are used; no arithmetic can check them.
    impossible : {"leave out", "misaligned"}
        What becomes of a printed kappa that no table with the printed margins can have.

    Returns
    -------
    AgreementFit

    Raises
    ------
    FitError
        If no engine can answer.
    CardError, DataError, MetadxError
        If the card, the table or a setting is wrong.

    Warns
    -----
    ConvergenceWarning
        If a check failed; the fit is returned with the failed check in `AgreementFit.checks`.

    Examples
    --------
    >>> import metadx
    >>> fitted = metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=400)
    >>> fitted.engine.name, fitted.passed, fitted.cells.shape
    ('marginal', True, (4, 100, 1, 4, 4))
    """
    began = time.perf_counter()
    asked = _settle(data, model, seed)
    settings = AgreementSettings(engine, draws, asked.seed, spearman, part_kappa, impossible)
    audit = audit_agreement(asked.table)
    fitted = _run(asked.table, audit, asked.card, settings)
    predicted = predict_kappa(asked.table, audit, fitted.cells, fitted.kappa_coded, settings)
    fitted = replace(
        fitted,
        engine=replace(fitted.engine, seconds=time.perf_counter() - began),
        predicted_kappa=predicted,
        title=asked.title,
        synthetic=asked.synthetic,
        synthetic_note=asked.synthetic_note,
    )
    fitted = replace(fitted, notes=(*fitted.notes, *agreement_notes(fitted)))
    failed = [check for check in fitted.checks if not check.passed]
    if failed:
        listed = ", ".join(f"{c.name} = {c.value:.3g} (limit {c.threshold:g})" for c in failed)
        warnings.warn(f"a check of the fit failed: {listed}", ConvergenceWarning, stacklevel=2)
    return fitted


@dataclass(frozen=True, eq=False)
class _Asked:
    """A table and a card that belong together."""

    table: AgreementTable
    card: LoadedAgreementCard
    seed: int
    title: str
    synthetic: bool
    synthetic_note: str


def _settle(
    data: AgreementTable | AgreementReview,
    model: str | Path | LoadedAgreementCard | None,
    seed: int | None,
) -> _Asked:
    """Fill what the caller left open from the review, else by defaults."""
    review = data if isinstance(data, AgreementReview) else None
    table = data.table if isinstance(data, AgreementReview) else data
    if not isinstance(table, AgreementTable):
        msg = (
            f"a {type(table).__name__} cannot be fitted: wanted an AgreementTable or an "
            "AgreementReview; read one with metadx.load_agreement."
        )
        raise DataError(msg)
    if model is None:
        model = review.model if review else _DEFAULT_CARD
    card = model if isinstance(model, LoadedAgreementCard) else load_agreement_card(model)
    _refuse_too_little(table, card)
    if seed is None:
        seed = review.analysis.seed if review else 1
    about = (review.title, review.synthetic, review.synthetic_note) if review else ("", False, "")
    return _Asked(table, card, seed, *about)


def _refuse_too_little(table: AgreementTable, card: LoadedAgreementCard) -> None:
    """Refuse rows with fewer cases than the card asks for."""
    where, fewest = table.source or "the table", card.card.data.min_cases
    for row in table.rows:
        if row.n < fewest:
            msg = (
                f"{where}: {row.label}: n = {row.n}, but the card {card.card.id} needs at least "
                f"{fewest} cases that both raters rated; leave the row out or take another card."
            )
            raise DataError(msg)


def _run(
    table: AgreementTable,
    audit: AgreementAudit,
    card: LoadedAgreementCard,
    settings: AgreementSettings,
) -> AgreementFit:
    """Take the engine asked for; "auto" goes on to NUTS where an integral cannot be trusted."""
    if table.ratings:
        from metadx.engines.agreement.factor.fit import fit_one_factor

        return fit_one_factor(table, audit, card, settings)
    if settings.engine == "nuts":
        return _full_engine()(table, audit, card, settings)
    try:
        fitted = fit_rows(table, audit, card, settings)
    except FitError as error:
        if settings.engine == "marginal":
            raise
        fell_back = f"the marginal engine failed: {error}"
    else:
        bad = [c for c in fitted.checks if c.name == "row_pareto_k" and not c.passed]
        if settings.engine == "marginal" or not bad:
            return fitted
        fell_back = (
            f"Pareto k of the integral over the cut-points of a row is {bad[0].value:.2f}, not "
            f"below {bad[0].threshold:g}"
        )
    fitted = _full_engine()(table, audit, card, settings)
    return replace(fitted, engine=replace(fitted.engine, fell_back=fell_back))


def _full_engine() -> Engine:
    from metadx.engines.agreement.nuts import fit_full

    return fit_full
