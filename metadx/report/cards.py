"""A model card as readable text."""

from collections.abc import Iterable
from textwrap import fill

from metadx.cards.card import Card
from metadx.cards.parameters import DegreesOfFreedom, Parameter


def card_text(card: Card) -> str:
    """Write a card for a terminal: what is assumed and why.

    Parameters
    ----------
    card : Card

    Returns
    -------
    str

    Examples
    --------
    >>> from metadx.cards.load import load_card
    >>> print(card_text(load_card("bivariate-binomial").card).splitlines()[0])
    bivariate-binomial: Bivariate random-effects model with binomial counts
    """
    lines = [
        f"{card.id}: {card.title}",
        fill(card.question, 88),
        "",
        f"structure {card.builder}, likelihood {card.likelihood}, link {card.link}, at least "
        f"{card.data.min_studies} study of kind {card.data.kind}",
    ]
    parameters = card.parameters
    for name in ("mu", "tau", "rho"):
        parameter = getattr(parameters, name)
        lines += _parameter_lines(name, parameter, dict.fromkeys(map(str, parameter.priors())))
    if parameters.nu is not None:
        lines += _parameter_lines("nu", parameters.nu, [str(parameters.nu.prior)])
    marginal, nuts = card.checks.marginal, card.checks.nuts
    lines += [
        "",
        "Checks a fit must pass",
        f"  marginal: Pareto k < {marginal.pareto_k_max:g}, effective draws >= "
        f"{marginal.ess_min:g}, quadrature error <= {marginal.quadrature_error_max:g}",
        f"  nuts: r-hat <= {nuts.rhat_max:g}, ESS >= {nuts.ess_bulk_min:g} (bulk) and "
        f"{nuts.ess_tail_min:g} (tail), divergences <= {nuts.divergences_max}, E-BFMI >= "
        f"{nuts.bfmi_min:g}",
        *_alternatives(card),
        "",
        _indented("Estimands: " + ", ".join(card.estimands), first=""),
        "",
        "References",
    ]
    for reference in card.references:
        doi = f" doi:{reference.doi}" if reference.doi else ""
        lines.append(_indented(f"{reference.citation}{doi}"))
    return "\n".join([*lines, ""])


def _parameter_lines(
    name: str, parameter: Parameter | DegreesOfFreedom, priors: Iterable[str]
) -> list[str]:
    return [
        "",
        f"{name} ({parameter.symbol}), {parameter.scale} scale ~ {' and '.join(priors)}",
        _indented(parameter.meaning),
        _indented(f"Why: {parameter.why.strip()}"),
    ]


def _alternatives(card: Card) -> list[str]:
    if not card.alternatives:
        return []
    told = [_indented(f"{other.name}: {other.words}. {other.why}") for other in card.alternatives]
    return ["", "Other priors the same data are fitted under", *told]


def _indented(text: str, first: str = "  ") -> str:
    return fill(text, 88, initial_indent=first, subsequent_indent="  ")
