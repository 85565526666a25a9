"""The frame of the evidence figures in matplotlib: a title, the mark of simulation, a caption."""

from dataclasses import dataclass

import arviz as az
from matplotlib.figure import Figure

from metadx.plots.labels import explain_missing, families_for, line_height, wrap
from metadx.plots.notes import EDGE, write_caption, write_mark
from metadx.plots.style import INCH, SMALLEST_TEXT
from metadx.plots.visuals import scalar

PAGE_WIDTH = 6.69  # inches: 170 mm, the text of an A4 page
PAGE_TEXT = 7.5  # points
SMALL_TEXT = max(SMALLEST_TEXT, PAGE_TEXT - 1.0)
SIMULATED = "simulated data; not study data"
_TITLE = 1.5 * (PAGE_TEXT + 1.0) / INCH  # inches
_MARK = 1.7 * PAGE_TEXT / INCH


@dataclass(frozen=True)
class Page:
    """A page with its caption measured.

    Parameters
    ----------
    title : str
        First line.
    caption : tuple of str
        Lines at the foot.
    families : tuple of str
        Font families that the caption needs.
    """

    title: str
    caption: tuple[str, ...]
    families: tuple[str, ...]

    @property
    def top(self) -> float:
        """Inches above the data: edge, title and mark."""
        return EDGE + _TITLE + _MARK

    @property
    def foot(self) -> float:
        """Inches under the data: caption and edge."""
        return len(self.caption) * line_height(SMALL_TEXT) + EDGE


def evidence_page(title: str, caption: str) -> Page:
    """Wrap the caption to the width of the page."""
    families = families_for([title, caption])
    lines = wrap(explain_missing(caption, [title], families), PAGE_WIDTH - 2 * EDGE, SMALL_TEXT,
                 families)  # fmt: skip
    return Page(title, tuple(lines), families)


def write_page(pc: az.PlotCollection, page: Page) -> None:
    """Write title, mark and caption, and keep them as `viz["title_line"]` and so on.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A collection drawn with matplotlib, its figure already in its final size.
    page : Page
        What to write.
    """
    figure: Figure = pc.viz["figure"].item()
    height = figure.get_size_inches()[1]
    text = figure.text(
        0.5,
        1.0 - EDGE / height,
        page.title,
        fontsize=PAGE_TEXT + 1.0,
        family=list(page.families),
        ha="center",
        va="top",
        parse_math=False,
    )
    pc.viz["title_line"] = scalar(text)
    write_caption(pc, page.caption, page.foot, SMALL_TEXT, page.families)
    write_mark(pc, [SIMULATED], PAGE_WIDTH / 2, PAGE_TEXT, page.families)
    mark = pc.viz["synthetic_note"].item()
    mark.set_y(1.0 - (EDGE + _TITLE) / height)
