"""The card of a model of agreement as readable text."""

from textwrap import fill

from metadx.cards.agreement_card import AgreementCard

_WIDTH = 88


def agreement_card_text(card: AgreementCard) -> str:
    """Write a card for a terminal: what is assumed and why.

    Parameters
    ----------
    card : AgreementCard

    Returns
    -------
    str
        Ends with a line feed.

    Examples
    --------
    >>> from metadx.cards.agreement_card import load_agreement_card
    >>> text = agreement_card_text(load_agreement_card().card)
    >>> print(text.splitlines()[0])
    ordinal-agreement: Shared ordinal model of the agreement of raters
    """
    lines = [
        f"{card.id}: {card.title}",
        fill(card.question, _WIDTH),
        "",
        f"likelihood {card.likelihood}, link {card.link}, at least {card.data.min_cases} cases, "
        f"kind {card.data.kind}",
    ]
    for field, about in type(card.parameters).model_fields.items():
        parameter = getattr(card.parameters, field)
        head = f"{about.alias or field} ({parameter.symbol}), {parameter.scale} ~ {parameter.prior}"
        lines += ["", fill(head, _WIDTH, subsequent_indent="  ")]
        lines += [_indented(parameter.meaning), _indented(f"Why: {parameter.why.strip()}")]
    lines += ["", "Taken as given"]
    for field in type(card.constants).model_fields:
        constant = getattr(card.constants, field)
        value = constant.value
        shown = f"{value:g}" if isinstance(value, float) else ", ".join(f"{x:g}" for x in value)
        lines += ["", _indented(f"{field} = {shown}: {constant.meaning}", first="")]
        lines.append(_indented(f"Why: {constant.why.strip()}"))
    lines += [
        "",
        *_checks(card),
        "",
        _indented("Estimands: " + ", ".join(card.estimands), first=""),
    ]
    lines += ["", "References"]
    for reference in card.references:
        doi = f" doi:{reference.doi}" if reference.doi else ""
        lines.append(_indented(f"{reference.citation}{doi}"))
    return "\n".join([*lines, ""])


def _checks(card: AgreementCard) -> list[str]:
    rows, nuts = card.checks.marginal, card.checks.nuts
    return [
        "Checks a fit must pass",
        f"  cut-points of each row: Pareto k < {rows.pareto_k_max:g}, effective points >= "
        f"{rows.ess_min:g}",
        f"  what rows share: r-hat <= {nuts.rhat_max:g}, ESS >= {nuts.ess_bulk_min:g} (bulk) and "
        f"{nuts.ess_tail_min:g} (tail), divergences <= {nuts.divergences_max}, E-BFMI >= "
        f"{nuts.bfmi_min:g}",
    ]


def _indented(text: str, first: str = "  ") -> str:
    return fill(text, _WIDTH, initial_indent=first, subsequent_indent="  ")
