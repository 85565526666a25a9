"""The section on how much studies differ: tau first, indices last."""

from collections.abc import Callable
from typing import Any

from metadx.report.html.blocks import Block, Section, Text
from metadx.report.html.source import Json, Source
from metadx.report.html.table import Column, Own, Table
from metadx.report.missing import I2_FALLS
from metadx.report.numbers import percent, three_digits, two_decimals

type Row = tuple[Any, ...]

_MARGINS = ("sens", "spec")
_BLANK = Own(None, str, "")
_I2 = (
    "Judge by tau, the median odds ratio and the region first (Plana 2021): every I² grows with "
    "the size of the studies. Zhou and Dendukuri (2014): share of the variance of a study's logit "
    "that lies between studies. Jackson (2012): 1 − 1/R², the share of the variance of the "
    "pooled logit that heterogeneity adds. Higgins (2003): from Cochran's Q, ignores the "
    "threshold, no interval."
)
_MOR = (
    "Median odds ratio: between two studies picked at random, the odds of a correct result in the "
    "better one are this many times those in the other, in the median."
)


def heterogeneity_section(source: Source) -> Section:
    """Give tau, median odds ratios, the region, the indices and the correlation.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    blocks: list[Block] = [Text(text, "lead") for text in (_sentence(source),) if text]
    blocks.append(_table(source))
    if any(note["about"] == I2_FALLS.about for note in source.found["notes"]):
        blocks.append(Text(I2_FALLS.text, "warning"))
    return Section("heterogeneity", "How much do studies differ?", tuple(blocks))


def _sentence(source: Source) -> str:
    estimands, said = source.estimands, []
    for name, margin in (("sensitivity", "sens"), ("specificity", "spec")):
        new = estimands[f"{margin}_new"]
        if new is not None:
            said.append(f"its {name} between {percent(new['lower'])} and {percent(new['upper'])} %")
    if not said:
        return ""
    chance = f"{100 * source.found['settings']['prob']:.10g} %"
    both = " and ".join(said)
    return f"The next study is expected to have {both} (each with {chance} probability)."


def _table(source: Source) -> Table:
    estimands, parameters = source.estimands, source.parameters

    def both(label: str, key: str, of: Json, write: Callable[[float], str]) -> Row:
        return (label, *(_or_given(of[key.format(m)], write) for m in ("sens", "spec")), _BLANK)

    def joint(label: str, key: str) -> Row:
        cells = (_or_given(estimands[f"{key}_{m}"], percent) for m in ("sens", "spec", "joint"))
        return (label, *cells)

    area, rho = estimands["region_area_prediction"], parameters["rho"]
    higgins = (Own(estimands[f"i2_higgins_{m}"], _higgins, "not defined") for m in _MARGINS)
    rows = (
        both("Between-study sd, τ (scale of the link)", "tau[{}]", parameters, three_digits),
        both("Median odds ratio (MOR)", "mor_{}", estimands, three_digits),
        ("95 % prediction region, % of ROC space", _BLANK, _BLANK, Own(area, percent)),
        ("Correlation of the two, ρ", _BLANK, _BLANK, _or_given(rho, two_decimals)),
        joint("I² of Zhou and Dendukuri, %", "i2"),
        joint("I² of Jackson, %", "i2_jackson"),
        ("I² of Higgins, %", *higgins, _BLANK),
    )
    columns = (
        Column("measure", "Measure"),
        Column("sens", "Sensitivity", "interval"),
        Column("spec", "Specificity", "interval"),
        Column("joint", "Both together", "interval"),
    )
    title = f"Heterogeneity: posterior medians with {source.level} credible intervals"
    return Table("heterogeneity", title, columns, rows, (_MOR, _I2))


def _or_given(values: Json | None, write: Callable[[float], str]) -> Own:
    """Write an interval, or the one value that a model takes as given."""
    if values is not None and values["lower"] == values["upper"]:
        return Own(values, "{:g}, by the model".format, limits=False)
    return Own(values, write)


def _higgins(value: float) -> str:
    """Write the I² of Higgins, which is 0 and not merely small where Q is below its df."""
    return percent(value) if value else "0"
