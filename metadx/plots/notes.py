"""Text around the data area in matplotlib: the caption, and the mark of synthetic data."""

from collections.abc import Sequence

import arviz as az
from matplotlib.figure import Figure

from metadx.plots.style import VERMILLION
from metadx.plots.visuals import scalar

EDGE = 0.06  # inches of paper around everything


def write_caption(
    pc: az.PlotCollection, lines: Sequence[str], top: float, size: float, families: Sequence[str]
) -> None:
    """Write the caption and keep it as `viz["caption"]`.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A collection drawn with matplotlib, its figure already in its final size.
    lines : sequence of str
        The caption, wrapped and drawable.
    top : float
        Upper end of the caption, in inches from the bottom of the figure.
    size : float
        Font size in points.
    families : sequence of str
        Font families.
    """
    figure: Figure = pc.viz["figure"].item()
    width, height = figure.get_size_inches()
    text = figure.text(
        EDGE / width,
        top / height,
        "\n".join(lines),
        fontsize=size,
        family=list(families),
        linespacing=1.2,
        va="top",
        parse_math=False,
    )
    pc.viz["caption"] = scalar(text)


def write_mark(
    pc: az.PlotCollection, lines: Sequence[str], middle: float, size: float, families: Sequence[str]
) -> None:
    """Write the mark of synthetic data, if there is one, and keep it as `viz["synthetic_note"]`.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A collection drawn with matplotlib, its figure already in its final size.
    lines : sequence of str
        The mark, wrapped and drawable; empty for study data.
    middle : float
        Centre of the lines, in inches from the left of the figure.
    size : float
        Font size in points.
    families : sequence of str
        Font families.
    """
    if not lines:
        return
    figure: Figure = pc.viz["figure"].item()
    width, height = figure.get_size_inches()
    text = figure.text(
        middle / width,
        1 - EDGE / height,
        "\n".join(lines),
        fontsize=size,
        family=list(families),
        color=VERMILLION,
        weight="bold",
        ha="center",
        va="top",
        parse_math=False,
    )
    pc.viz["synthetic_note"] = scalar(text)
