"""How wide the texts of a coupled forest plot are, and headings broken to the width of its rows."""

from collections.abc import Mapping, Sequence

from metadx.plots.labels import drawable, families_for, widest, wrap
from metadx.plots.row_page import GAP, SIZES, SLACK
from metadx.plots.style import INCH

type Families = tuple[str, ...]


def label_width(labels: Sequence[str], size: float, families: Families) -> float:
    """Measure the column of the labels in inches, for a font size in points."""
    shown = [drawable(label, families) for label in (*labels, "Study")]
    return SLACK * widest(shown, size, "normal", families)


def count_width(counts: Mapping[str, Sequence[str]], size: float) -> float:
    """Measure the four columns of the counts in inches, for a font size in points."""
    cells = [word for words in counts.values() for word in words]
    return 4 * SLACK * (widest([*cells, "TP", "FP", "FN", "TN"], size) + 0.9 * size / INCH)


def heading_width(headings: Sequence[str], size: float, families: Families) -> float:
    """Measure the headings of blocks in inches, for a font size in points."""
    return SLACK * widest([drawable(words, families) for words in headings], size, "bold", families)


def broken_headings(
    headings: Sequence[tuple[str, ...]],
    labels: Sequence[str],
    counts: Mapping[str, Sequence[str]],
) -> list[list[str]]:
    """Break the headings of blocks to the width of labels and counts.

    Parameters
    ----------
    headings : sequence of tuple of str
        Parts of each, broken between parts first. The last is that of all studies, which stays in
        one line.
    labels : sequence of str
        Labels of the rows.
    counts : mapping of str to sequence of str
        Counts of the studies in words.

    Returns
    -------
    list of list of str
        Lines of each heading.
    """
    size = SIZES[0]  # all widths but that of the gap shrink with the font
    families = families_for([*labels, *(part for parts in headings for part in parts)])
    rows = label_width(labels, size, families) + GAP + count_width(counts, size)
    room = max(rows, heading_width([" ".join(headings[-1])], size, families)) / SLACK

    def lines_of(parts: tuple[str, ...]) -> list[str]:
        lines: list[str] = []
        for part in parts:
            both = f"{lines[-1]} {part}" if lines else part
            if lines and widest([drawable(both, families)], size, "bold", families) <= room:
                lines[-1] = both
            else:
                lines += wrap(part, room, size, families, "bold")
        return lines

    return [lines_of(parts) for parts in headings]
