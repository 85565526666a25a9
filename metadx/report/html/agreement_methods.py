"""The section with the methods of a review of agreement, ready to paste."""

from collections.abc import Mapping
from typing import Any

from metadx.cards.agreement_card import AgreementCard
from metadx.engines.agreement.result import AgreementFit
from metadx.report.html.blocks import Code, Entry, Items, Section, Text
from metadx.report.html.table import Column, Table

type Json = Mapping[str, Any]


def agreement_methods_section(found: Json, fit: AgreementFit) -> Section:
    """Give the paragraph, the priors and the references.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    fit : AgreementFit

    Returns
    -------
    Section
    """
    card = fit.card.card
    columns = (
        Column("parameter", "Parameter"),
        Column("scale", "Scale"),
        Column("prior", "Prior"),
        Column("meaning", "Meaning", "prose"),
    )
    references = tuple(
        Entry(one.citation, f"https://doi.org/{one.doi}" if one.doi else "")
        for one in card.references
    )
    blocks = (
        Text("Ready to paste; every number in it was computed or read from the model card."),
        Code(_paragraph(found, card), "Methods paragraph", prose=True),
        Table("priors", "Priors of the model card", columns, _priors(card)),
        Items(references, ordered=True),
    )
    return Section("methods", "Methods", blocks)


def _priors(card: AgreementCard) -> tuple[tuple[str, str, str, str], ...]:
    rows = []
    for field, about in type(card.parameters).model_fields.items():
        parameter = getattr(card.parameters, field)
        name = f"{about.alias or field} ({parameter.symbol})"
        rows.append((name, parameter.scale, str(parameter.prior), parameter.meaning))
    return tuple(rows)


def _paragraph(found: Json, card: AgreementCard) -> str:
    data, settings, engine = found["data"], found["settings"], found["engine"]
    rows = "1 row" if data["n_rows"] == 1 else f"{data['n_rows']} rows"
    failed = [check["name"] for check in found["checks"] if not check["passed"]]
    checks = "Every check that the model card asks for passed."
    if failed:
        checks = f"These checks of the model card failed: {', '.join(dict.fromkeys(failed))}."
    sampled = "marginal engine" if engine["name"] == "marginal" else "No-U-Turn sampler"
    return (
        f"Agreement of {len(data['raters'])} raters in {rows} was estimated with an ordinal model "
        f"in which each rater sees a normal variable and cuts it into {len(data['categories'])} "
        f"categories at cut-points of their own; the correlation of what two raters see varies "
        f"between rows (model card {card.id}). Where only margins and kappa were printed, the "
        f"likelihood adds up over all cross-tables that round to the print. The posterior was "
        f"sampled by the {sampled} ({settings['draws']:,} draws, {engine['ess']:,.0f} effective; "
        f"seed {settings['seed']}). {checks} Results are posterior medians with "
        f"{100 * settings['prob']:.10g} % equal-tailed credible intervals. Analyses were made with "
        f"metadx {found['metadx']} (SHA-256 of the card {found['model']['card_sha256'][:12]}, of "
        f"the tables {data['sha256'][:12]})."
    )
