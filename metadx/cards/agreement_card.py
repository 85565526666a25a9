"""The card of a model of agreement: everything it assumes, read by every engine."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from metadx.cards.agreement_parameters import AgreementParameters, AgreementPart, Constants
from metadx.cards.card import NutsChecks, Reference
from metadx.cards.load import JSON_SCHEMA_DRAFT, checked_card, read_card_text
from metadx.cards.parameters import Listed


class AgreementNeeds(AgreementPart):
    """The data the model can be fitted to."""

    kind: Literal["agreement"]
    min_cases: int = Field(ge=1)


class RowChecks(AgreementPart):
    """Thresholds for the integrals over the cut-points of a row."""

    pareto_k_max: float = Field(gt=0, le=1)
    ess_min: float = Field(gt=0)


class AgreementChecks(AgreementPart):
    """What a fit must pass before its numbers may be believed."""

    marginal: RowChecks
    nuts: NutsChecks


@dataclass(frozen=True)
class Numbers:
    """The constants of a card as plain numbers.

    Parameters
    ----------
    r_max : float
        Largest latent correlation: r = r_max tanh(z).
    error_correlation : float
        Between the sampling errors of a kappa and of a rank correlation of the same cases.
    misaligned_probability : float
        Prior probability that the codes of one rater are off by one category, each way.
    se_log_sd : float
        Standard deviation of the log of a printed standard error around the model's.
    part_gaps_b : tuple of float
        Middles of the gaps between the second rater's cut-points in a part of the whole.
    gap_min, gap_max : float
        Limits of a gap between cut-points that is read off printed quartiles.
    """

    r_max: float
    error_correlation: float
    misaligned_probability: float
    se_log_sd: float
    part_gaps_b: tuple[float, ...]
    gap_min: float
    gap_max: float


class AgreementCard(AgreementPart):
    """A card of a model of agreement: everything it assumes, in one readable document.

    Parameters
    ----------
    schema_, id, title, question, status, builder, likelihood, link, data, parameters, constants, \
estimands, checks, references
        As described in ``models/README.md`` and ``models/agreement-card.schema.json``.
    """

    model_config = ConfigDict(title="metadx agreement card")

    schema_: Annotated[Literal["metadx/agreement-card/1"], Field(alias="schema")]
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1)
    question: str = Field(min_length=1)
    status: Literal["default", "reference", "own"] = "own"
    builder: Literal["ordinal-agreement"]
    likelihood: Literal["multinomial"]
    link: Literal["probit"]
    data: AgreementNeeds
    parameters: AgreementParameters
    constants: Constants
    estimands: Annotated[Listed[str], Field(min_length=1)]
    checks: AgreementChecks
    references: Annotated[Listed[Reference], Field(min_length=1)]

    @property
    def numbers(self) -> Numbers:
        """The constants as plain numbers."""
        return Numbers(
            **{name: getattr(self.constants, name).value for name in Numbers.__annotations__}
        )


@dataclass(frozen=True)
class LoadedAgreementCard:
    """A card of a model of agreement with the text it was read from.

    Parameters
    ----------
    card : AgreementCard
        The checked content.
    text : str
        The TOML document as it stands in the file: stored with every fit.
    source : str
        File name used in messages.
    """

    card: AgreementCard
    text: str
    source: str

    @property
    def sha256(self) -> str:
        """Hash of the document, as written to ``summary.json``."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def load_agreement_card(which: str | Path = "ordinal-agreement") -> LoadedAgreementCard:
    """Read a card of a model of agreement by its id or by the path of one's own.

    Parameters
    ----------
    which : str or Path
        An id such as ``"ordinal-agreement"``, or the path of a TOML file.

    Returns
    -------
    LoadedAgreementCard

    Raises
    ------
    CardError
        If there is no such card, or the document is not a valid card; the message holds the path
        into the document, what was found and what is wanted.

    Examples
    --------
    >>> loaded = load_agreement_card("ordinal-agreement")
    >>> str(loaded.card.parameters.mu.prior)
    'Normal(mean=0.9, sd=0.6)'
    >>> loaded.card.numbers.r_max
    0.9995
    """
    return parse_agreement_card(*read_card_text(which, "agreement"))


@lru_cache(maxsize=32)
def parse_agreement_card(text: str, source: str) -> LoadedAgreementCard:
    """Check a card of a model of agreement given as TOML text.

    Parameters
    ----------
    text : str
        The TOML document.
    source : str
        What to call it in messages.

    Returns
    -------
    LoadedAgreementCard

    Raises
    ------
    CardError
        If it is not TOML or not a valid card.

    Examples
    --------
    >>> parse_agreement_card('id = "mine"', "mine.toml")
    Traceback (most recent call last):
        ...
    metadx.errors.CardError: mine.toml: schema: is missing; give it a value
    ...
    """
    return LoadedAgreementCard(checked_card(AgreementCard, text, source), text, source)


def agreement_card_schema() -> dict[str, Any]:
    """Return the JSON schema of such a card, as ``models/agreement-card.schema.json`` holds it.

    Returns
    -------
    dict
        A schema of draft 2020-12.

    Examples
    --------
    >>> agreement_card_schema()["title"]
    'metadx agreement card'
    """
    schema = AgreementCard.model_json_schema(by_alias=True)
    return {"$schema": JSON_SCHEMA_DRAFT, **schema}
