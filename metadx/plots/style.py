"""The look shared by all figures: colours, line styles, sizes, one drawing context.

Nothing is set globally: a caller's own matplotlib style is neither used nor changed, so a figure
looks the same in a notebook, in a script and in a report.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import matplotlib.pyplot as plt

type Backend = Literal["matplotlib", "none", "plotly", "bokeh"]
type Shape = Literal["circle", "square", "triangle", "diamond", "down", "plus", "cross", "pentagon"]

# Okabe and Ito's palette: told apart with every common colour vision deficiency.
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
RUST = "#B34F00"  # vermillion for small text; 5.3:1 on white
INK = "#222222"  # text and axes
GREY = "#767676"  # secondary marks; 4.5:1 on white
PALE = "#D9D9D9"  # rules

# For the levels of a covariate, in order. The first three differ in lightness as well, so that
# their lines are told apart in print without colour; beyond them the shapes must do it.
LEVEL_COLOURS = (BLUE, ORANGE, INK, VERMILLION, SKY, GREEN, PURPLE, GREY)
# Area of a marker of diameter 1, as matplotlib draws it: marks of one size must look of one size.
SHAPE_AREAS: dict[Shape, float] = {
    "circle": 0.785,
    "square": 1.0,
    "triangle": 0.5,
    "diamond": 1.0,
    "down": 0.5,
    "plus": 0.556,
    "cross": 0.625,
    "pentagon": 0.594,
}

INCH = 72.0  # points
ONE_COLUMN = 3.35  # inches: 85 mm, one column of a journal
SMALLEST_TEXT = 6.0  # points: what journals still accept
SYNTHETIC_NOTE = "simulated or reconstructed data; not study data"
BASE_FAMILY = "DejaVu Sans"  # shipped with matplotlib: the same figure on every computer

_BASE: dict[str, Any] = {
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "figure.dpi": 100,
    "legend.frameon": False,
    "lines.solid_capstyle": "butt",
    "pdf.fonttype": 42,
    # Text as outlines: the file reads the same where the font is missing, and a label can never
    # grow into its neighbour. Glyphs are stored once per file, so the cost is small.
    "svg.fonttype": "path",
    # Identifiers inside the file come from this salt and not from chance.
    "svg.hashsalt": "metadx",
    "text.color": INK,
    # Hinting rounds the width of every letter to pixels: at 6 points a line would be up to 9%
    # longer on a screen than on paper, and what fits in one format would collide in another.
    "text.hinting": "no_hinting",
    "xtick.color": INK,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.color": INK,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}


@contextmanager
def figure_style(size: float = 8.0, families: Sequence[str] = (BASE_FAMILY,)) -> Iterator[None]:
    """Draw inside this context.

    Parameters
    ----------
    size : float, default 8
        Font size in points.
    families : sequence of str
        Font families; a character missing from the first is looked for in the next.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["font.size"]
    >>> with figure_style(6.5):
    ...     matplotlib.rcParams["font.size"]
    6.5
    >>> matplotlib.rcParams["font.size"] == before
    True
    """
    extra = {"font.size": size, "font.family": list(families)}
    with plt.style.context(["default", {**_BASE, **extra}]):
        yield


def level_look(number: int) -> tuple[str, Shape]:
    """Give the colour and the marker of a level; no two of 64 levels share both.

    Examples
    --------
    >>> level_look(0), level_look(1), level_look(8)
    (('#0072B2', 'circle'), ('#E69F00', 'square'), ('#0072B2', 'square'))
    """
    shapes = tuple(SHAPE_AREAS)
    turn, colour = divmod(number, len(LEVEL_COLOURS))
    return LEVEL_COLOURS[colour], shapes[(colour + turn) % len(shapes)]


def font_size(width: float) -> float:
    """Give the font size in points for a figure `width` inches wide.

    Examples
    --------
    >>> font_size(3.35), font_size(5.2), font_size(12.0)
    (6.5, 8.0, 9.0)
    """
    size = 6.5 + 1.5 * (width - ONE_COLUMN) / (5.2 - ONE_COLUMN)
    return round(min(max(size, 6.5), 9.0), 6)


def percent(prob: float) -> str:
    """Write a level as a percentage.

    Examples
    --------
    >>> percent(0.95), percent(0.999)
    ('95%', '99.9%')
    """
    return f"{100 * prob:.6g}%"
