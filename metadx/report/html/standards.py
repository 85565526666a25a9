"""The sections on what others ask for: the items of PRISMA-DTA, and the parameters of RevMan."""

from collections.abc import Container, Sequence

from metadx.errors import FitError
from metadx.report.html.blocks import Block, Code, Entry, Items, Section, Text
from metadx.report.html.source import Source
from metadx.report.html.table import Column, Table
from metadx.report.prisma import prisma_items
from metadx.report.revman import RevManBlock, revman_blocks

_CLOSE = 0.001  # of ROC space: less than the width of a line


def prisma_section(places: Container[str], done: Sequence[str] = ()) -> Section:
    """List the items of PRISMA-DTA, each linked to its place on the page.

    Parameters
    ----------
    places : container of str
        Identifiers of the sections that the page has with something in them.
    done : sequence of str
        The additional analyses that were made, in words.

    Returns
    -------
    Section
    """
    items = prisma_items(places, done)
    served = tuple(
        Entry(
            f"Item {item.number}, {item.topic}",
            f"#{item.place}",
            f": {item.what} ({item.filled}).",
        )
        for item in items
        if item.place
    )
    left = ", ".join(f"{item.number} ({item.topic})" for item in items if not item.place)
    blocks = (
        Text(
            "What this page gives for the items of PRISMA-DTA (McInnes 2018). Filled in part: the "
            "authors have to add to it."
        ),
        Items(served),
        Text(f"For the authors: {left}."),
    )
    return Section("prisma", "PRISMA-DTA items", blocks)


def revman_section(source: Source) -> Section:
    """Give the parameters that RevMan asks for, with the check that they draw the same regions.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    try:
        found = revman_blocks(source.analysis)
    except FitError as error:
        return Section("revman", "Parameters for RevMan", (Text(f"{error}", "note"),))
    columns = (
        Column("parameter", "Parameter"),
        *(Column(block.label, block.label, "number", "{:.4f}".format, "–") for block in found),
    )
    rows = tuple((name, *(block.values.get(name) for block in found)) for name in found[0].values)
    blocks: list[Block] = [
        Text(_check(found[0]), "lead" if found[0].distance < _CLOSE else "warning"),
        Code(found[0].text, "Parameters for RevMan, all studies"),
    ]
    if len(found) > 1:
        blocks.append(Table("revman", "Parameters for RevMan by kind of study", columns, rows))
    which = "Enter the nine parameters of the bivariate model and the number of studies."
    if "Lambda" in found[0].values:
        which = (
            "Enter either the first nine (bivariate) or the last five (HSROC, from Lambda on), and "
            "the number of studies."
        )
    scale = "Posterior means, variances and covariances on the logit scale."
    blocks.append(Text(f"{scale} {which}", "note"))
    return Section("revman", "Parameters for RevMan", tuple(blocks))


def _check(block: RevManBlock) -> str:
    text = (
        f"Drawn again from these printed numbers, the credible and the prediction region lie "
        f"within {max(block.distance, 0.0001):.1g} of those of this report (distance in ROC space)."
    )
    if block.widening is None:
        return f"{text} RevMan draws no region for so few studies."
    return (
        f"{text} RevMan takes the F distribution for its regions and so draws them "
        f"{block.widening:.2f} times as wide on the logit scale."
    )
