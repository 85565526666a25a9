"""The legends of the figures of a result, as a journal wants them: in a text of their own."""

from collections.abc import Mapping
from pathlib import Path

from metadx.report.html.blocks import Picture

FILE = "figures.txt"


def write_figure_list(stage: Path, pictures: Mapping[str, Picture]) -> None:
    """Write titles, captions and spoken words of all figures; nothing where there are none.

    Parameters
    ----------
    stage : Path
        The folder of the figures.
    pictures : mapping of str to Picture
        By the stems of their files, in the order of the figures.
    """
    if pictures:
        (stage / FILE).write_text(figure_list(pictures), encoding="utf-8")


def figure_list(pictures: Mapping[str, Picture]) -> str:
    """Write the words of each figure under its number.

    Parameters
    ----------
    pictures : mapping of str to Picture

    Returns
    -------
    str

    Examples
    --------
    >>> picture = Picture("sroc", "<svg/>", "Summary ROC plot", "A review.", "High.", 320.0)
    >>> print(figure_list({"sroc": picture}))
    Figure 1 (sroc). Summary ROC plot.
    A review.
    Text for those who cannot see it: High.
    <BLANKLINE>
    """
    entries = [
        f"Figure {number} ({stem}). {one.title}.\n"
        f"{' '.join(one.caption.split())}\n"
        f"Text for those who cannot see it: {one.alt}\n"
        for number, (stem, one) in enumerate(pictures.items(), start=1)
    ]
    return "\n".join(entries)
