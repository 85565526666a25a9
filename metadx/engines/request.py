"""What is to be fitted: what the caller left open is filled from the review, else by defaults."""

from dataclasses import dataclass
from pathlib import Path

from metadx.cards.load import LoadedCard, load_card
from metadx.designs.design import NO_COVARIATES, Design
from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import MISSING_POLICIES, MissingPolicy
from metadx.studies.review import Review

_DEFAULT_CARD = "bivariate-binomial"


@dataclass(frozen=True, eq=False)
class Request:
    """A table, a card and a design that belong together.

    Parameters
    ----------
    table : AccuracyTable
        The studies to be fitted.
    card : LoadedCard
    design : Design
    seed : int
    title : str
    synthetic : bool
    synthetic_note : str
    dropped : tuple of str
        Studies left out because a covariate is missing.
    """

    table: AccuracyTable
    card: LoadedCard
    design: Design
    seed: int
    title: str
    synthetic: bool
    synthetic_note: str
    dropped: tuple[str, ...]


def settle(
    data: AccuracyTable | Review,
    model: str | Path | LoadedCard | None,
    seed: int | None,
    *,
    sens: str | None,
    spec: str | None,
    missing: MissingPolicy | None,
) -> Request:
    """Fill what the caller left open.

    Parameters
    ----------
    data, model, seed, sens, spec, missing
        As of `metadx.fit`.

    Returns
    -------
    Request

    Raises
    ------
    CardError, DataError
        If the card, the table or a formula is wrong.
    """
    review = data if isinstance(data, Review) else None
    table = table_of(data)
    if model is None:
        model = review.model if review else _DEFAULT_CARD
    card = model if isinstance(model, LoadedCard) else load_card(model)
    if seed is None:
        seed = review.analysis.seed if review else 1
    table, design, dropped = designed(data, sens=sens, spec=spec, missing=missing)
    wanted = card.card.data.min_studies
    if table.n_studies < wanted:
        msg = (
            f"{table.source}: the card {card.card.id} needs at least {wanted} studies, found "
            f"{table.n_studies}; choose another card or add studies."
        )
        raise DataError(msg)
    about = (review.title, review.synthetic, review.synthetic_note) if review else ("", False, "")
    return Request(table, card, design, seed, *about, dropped)


def table_of(data: AccuracyTable | Review) -> AccuracyTable:
    """Return the table of a review, or the table itself.

    Raises
    ------
    DataError
        If it is neither.
    """
    table = data.table if isinstance(data, Review) else data
    if not isinstance(table, AccuracyTable):
        msg = (
            f"a {type(table).__name__} cannot be fitted: wanted an AccuracyTable or a Review; "
            "read a file with metadx.read_table or metadx.load_review."
        )
        raise DataError(msg)
    return table


def formulas_of(
    data: AccuracyTable | Review, sens: str | None, spec: str | None
) -> tuple[str, str]:
    """Return the two formulas, those left open from the review; `NO_COVARIATES` for any ``~ 1``."""
    analysis = data.analysis if isinstance(data, Review) else None
    own = (analysis.sens, analysis.spec) if analysis else (NO_COVARIATES, NO_COVARIATES)
    asked = (own[0] if sens is None else sens, own[1] if spec is None else spec)
    first, second = (NO_COVARIATES if "".join(x.split()) == "~1" else x for x in asked)
    return first, second


def policy_of(data: AccuracyTable | Review, missing: MissingPolicy | None) -> MissingPolicy:
    """Return what is to be done about missing covariates, left open from the review.

    Raises
    ------
    DataError
        If it is none of the three policies.
    """
    own: MissingPolicy = data.analysis.missing if isinstance(data, Review) else "error"
    policy = own if missing is None else missing
    if policy not in MISSING_POLICIES:
        msg = f"missing = {policy!r}: wanted one of {', '.join(MISSING_POLICIES)}."
        raise DataError(msg)
    return policy


def designed(
    data: AccuracyTable | Review,
    *,
    sens: str | None,
    spec: str | None,
    missing: MissingPolicy | None,
) -> tuple[AccuracyTable, Design, tuple[str, ...]]:
    """Make the design that the formulas ask for.

    Parameters
    ----------
    data : AccuracyTable or Review
    sens, spec, missing
        None takes the review's own, else no covariates and "error".

    Returns
    -------
    table : AccuracyTable
        Without the studies that were left out, with the level "not reported" where asked for.
    design : Design
    dropped : tuple of str
        Labels of the studies left out.

    Raises
    ------
    DataError
        If a formula or a covariate is wrong.
    """
    table = table_of(data)
    sens, spec = formulas_of(data, sens, spec)
    policy = policy_of(data, missing)
    if sens == spec == NO_COVARIATES:
        return table, Design.without_covariates(table.n_studies), ()
    from metadx.designs.formula import build_design
    from metadx.designs.missing import covariates_of, handle_missing

    names = covariates_of((sens, spec), table)
    table, dropped = handle_missing(table, names, policy)
    return table, build_design(table, sens=sens, spec=spec), dropped
