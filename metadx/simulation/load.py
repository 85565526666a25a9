"""Find, read and check the design of a simulation study, and the cards it names."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from metadx.cards.agreement_card import LoadedAgreementCard, load_agreement_card
from metadx.cards.card import Card
from metadx.cards.explain import steps_of
from metadx.cards.load import LoadedCard, list_cards, load_card
from metadx.errors import CardError, DesignError
from metadx.resources import models_dir
from metadx.simulation.design import (
    AgreementDesign,
    ContrastsDesign,
    CoverageDesign,
    Design,
    Kind,
    SbcDesign,
)
from metadx.studies.problems import dotted

type AnyDesign = SbcDesign | CoverageDesign | ContrastsDesign | AgreementDesign


@dataclass(frozen=True)
class LoadedDesign[D: (SbcDesign, CoverageDesign, ContrastsDesign)]:
    """A design with its cards.

    Parameters
    ----------
    design : SbcDesign, CoverageDesign or ContrastsDesign
    card : LoadedCard
        The card that is fitted.
    others : tuple of LoadedCard
        Cards the same posteriors are reweighted to (coverage).
    """

    design: D
    card: LoadedCard
    others: tuple[LoadedCard, ...] = ()

    @property
    def identity(self) -> str:
        """Hash of what the design and its cards say: results of one identity may be put together.

        Comments, reasons, and what a study must show, may change without it.
        """
        return _hash(self.design, (self.card, *self.others))


@dataclass(frozen=True)
class LoadedAgreementDesign:
    """A design of the recovery of agreement with its card.

    Parameters
    ----------
    design : AgreementDesign
    card : LoadedAgreementCard
    """

    design: AgreementDesign
    card: LoadedAgreementCard

    @property
    def identity(self) -> str:
        """Hash of what the design and its card say, as of `LoadedDesign`."""
        told: dict[str, Any] = {"title": True, "require": True, "replications": True}
        told["scenarios"] = {"__all__": {"replications": True, "judged": True}}
        said = self.design.model_dump_json(exclude=told)
        card = self.card.card
        parameters = {name: {"prior"} for name in type(card.parameters).model_fields}
        assumed = card.model_dump_json(
            include={
                **dict.fromkeys(("id", "builder", "likelihood", "link", "checks"), True),
                "parameters": parameters,
            }
        )
        numbers = repr(card.numbers)
        return hashlib.sha256("\0".join((said, assumed, numbers)).encode()).hexdigest()


def _hash(design: AnyDesign, cards: tuple[LoadedCard, ...]) -> str:
    covariates = isinstance(design, SbcDesign) and design.covariates is not None
    told = {"title": True, "require": True, "replications": True}
    if not covariates:  # then nothing was said of them
        told["covariates"] = True
    said = design.model_dump_json(exclude={**told, "groups": {"__all__": {"replications": True}}})
    texts = [said, *(_assumed(card.card, beta=covariates) for card in cards)]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def _assumed(card: Card, *, beta: bool) -> str:
    """Write what a card assumes, without its words; of coefficients only where there are any.

    A study of contrasts tries priors of its own, whatever the card says of them.
    """
    words = dict.fromkeys(("symbol", "meaning", "scale", "why"), True)
    return card.model_dump_json(
        include={"id", "builder", "likelihood", "link", "parameters", "checks"},
        exclude={
            "parameters": {
                **dict.fromkeys(("mu", "tau", "rho"), words),
                "beta": words if beta else True,
                "nu": True,  # no card that has it is tried
            }
        },
    )


def load_sbc(path: str | Path | None = None) -> LoadedDesign[SbcDesign]:
    """Read a design of simulation-based calibration; None takes the one that ships.

    Parameters
    ----------
    path : str, Path or None

    Returns
    -------
    LoadedDesign

    Raises
    ------
    DesignError
        If the file cannot be read or is no such design.
    CardError
        If a card it names is not there or not valid.

    Examples
    --------
    >>> [group.studies for group in load_sbc().design.groups]
    [5, 20, 50, 20]
    """
    file, design = _read("sbc", path)
    if not isinstance(design, SbcDesign):
        raise _other_kind(file, "sbc", design.kind)
    return LoadedDesign(design, _card(file, design.card))


def load_coverage(path: str | Path | None = None) -> LoadedDesign[CoverageDesign]:
    """Read a design of coverage at fixed truths; None takes the one that ships.

    Parameters
    ----------
    path : str, Path or None

    Returns
    -------
    LoadedDesign

    Raises
    ------
    DesignError
        If the file cannot be read or is no such design.
    CardError
        If a card it names is not there or not valid.

    Examples
    --------
    >>> len(load_coverage().design.cells)
    60
    """
    file, design = _read("coverage", path)
    if not isinstance(design, CoverageDesign):
        raise _other_kind(file, "coverage", design.kind)
    cards = tuple(_card(file, which) for which in (design.card, *design.others))
    ids = [card.card.id for card in cards]
    for number, name in enumerate(ids):
        if name in ids[:number]:
            msg = f"{file}: others: the card {name!r} is named twice; give each its own id."
            raise DesignError(msg)
    return LoadedDesign(design, cards[0], cards[1:])


def load_contrasts(path: str | Path | None = None) -> LoadedDesign[ContrastsDesign]:
    """Read a design of contrasts at fixed truths; None takes the one that ships.

    Parameters
    ----------
    path : str, Path or None

    Returns
    -------
    LoadedDesign

    Raises
    ------
    DesignError
        If the file cannot be read or is no such design, or the card says nothing of covariates.
    CardError
        If the card it names is not there or not valid.

    Examples
    --------
    >>> load_contrasts().design.candidates.contrast
    (1.0, 1.5, 2.0, 3.0, 4.0)
    """
    file, design = _read("contrasts", path)
    if not isinstance(design, ContrastsDesign):
        raise _other_kind(file, "contrasts", design.kind)
    card = _card(file, design.card)
    if card.card.parameters.beta is None:
        msg = f"{file}: card: {design.card} states no prior for covariates, [parameters.beta]."
        raise DesignError(msg)
    for name, tried in design.candidates:
        if (sd := getattr(card.card.parameters.beta, name).sd) not in tried:
            msg = f"{file}: candidates.{name}: wanted the {sd:g} of the card {design.card} as well."
            raise DesignError(msg)
    return LoadedDesign(design, card)


def load_agreement_design(path: str | Path | None = None) -> LoadedAgreementDesign:
    """Read a design of the recovery of agreement; None takes the one that ships.

    Parameters
    ----------
    path : str, Path or None

    Returns
    -------
    LoadedAgreementDesign

    Raises
    ------
    DesignError
        If the file cannot be read or is no such design.
    CardError
        If the card it names is not there or not valid.

    Examples
    --------
    >>> [scenario.name for scenario in load_agreement_design().design.scenarios]
    ['cross-tables', 'margins, kappa and rho', 'with 10 parts', 'with parts of rare findings']
    """
    file, design = _read("agreement", path)
    if not isinstance(design, AgreementDesign):
        raise _other_kind(file, "agreement", design.kind)
    beside = file.parent / design.card
    return LoadedAgreementDesign(
        design, load_agreement_card(beside if beside.is_file() else design.card)
    )


def _read(kind: Kind, path: str | Path | None) -> tuple[Path, AnyDesign]:
    name = Path(kind if path is None else path)
    shipped = models_dir() / "designs" / f"{name}.toml"
    file = shipped if shipped.is_file() else name
    try:
        return file, _checked(file, file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        msg = f"{file}: the design cannot be read: {error.strerror}; give --grid a TOML file."
        raise DesignError(msg) from error
    except UnicodeDecodeError as error:
        raise DesignError(f"{file}: not UTF-8 text; save it as UTF-8.") from error


def _checked(file: Path, text: str) -> AnyDesign:
    adapter: TypeAdapter[AnyDesign] = TypeAdapter(Design)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DesignError(f"{file}: not a TOML document: {error}.") from error
    try:
        return adapter.validate_python(document)
    except ValidationError as error:
        lines = [f"{file}: {_fault(dict(fault), document)}" for fault in error.errors()]
        raise DesignError("\n".join(lines)) from error


def _fault(fault: dict[str, Any], document: dict[str, Any]) -> str:
    context = fault.get("ctx", {})
    steps = (*steps_of(fault, document), *context.get("at", ()))
    if fault["type"].startswith("union_tag"):  # "kind" or "law", which says what the rest must be
        place = dotted((*steps, context["discriminator"].strip("'")))
        if fault["type"] == "union_tag_not_found":
            return f"{place}: is missing; give it a value."
        return f"{place}: found {context['tag']!r}, wanted one of {context['expected_tags']}."
    place = dotted(steps) or "the design"
    if fault["type"] == "impossible":
        return f"{place}: {context['what']}."
    if fault["type"] == "missing":
        return f"{place}: is missing; give it a value."
    if fault["type"] == "extra_forbidden":
        return f"{place}: unknown key; remove it."
    return f"{place}: found {fault['input']!r}: {fault['msg'][0].lower()}{fault['msg'][1:]}."


def _other_kind(file: Path, wanted: Kind, found: str) -> DesignError:
    return DesignError(f'{file}: kind: found "{found}", wanted "{wanted}".')


def _card(file: Path, which: str) -> LoadedCard:
    """Take a shipped card by its id, one's own by its path from the design."""
    loaded = load_card(which if which in list_cards() else file.parent / which)
    card = loaded.card
    if (card.builder, card.link) != ("bivariate", "logit"):
        raise CardError(
            f"{file}: the card {card.id} cannot be tried: truths are drawn with normal study "
            'effects on the logit scale; wanted builder = "bivariate" and link = "logit", found '
            f'"{card.builder}" and "{card.link}".'
        )
    return loaded
