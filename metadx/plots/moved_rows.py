"""Rows that follow an answer from fit to fit, before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metadx.criticism.moved import Moved
from metadx.estimands.logistic import FloatArray
from metadx.plots.labels import clean, shorten

_LEAST = 1e-6  # of a ratio, whose axis is logarithmic


@dataclass(frozen=True, eq=False)
class MovedPanel:
    """One quantity, from fit to fit.

    Parameters
    ----------
    name, heading : str
        Name of the column, and what the reader sees above it.
    lower, median, upper : ndarray, shape (N,)
        Of each row, on the scale of the axis; NaN where not identified.
    whole : ndarray, shape (3,)
        Lower limit, median and upper limit of all studies.
    logarithmic : bool
        Whether the axis holds log10 of the quantity.
    shown : ndarray or None
        Further values that the axis must hold: those of the rows on other pages.
    """

    name: str
    heading: str
    lower: FloatArray
    median: FloatArray
    upper: FloatArray
    whole: FloatArray
    logarithmic: bool
    shown: FloatArray | None = None

    @property
    def limits(self) -> tuple[float, float]:
        """Ends of the axis: every interval is between them, and a proportion stays one."""
        shown = () if self.shown is None else self.shown
        values = np.concatenate([self.lower, self.upper, self.whole, shown])
        known = values[np.isfinite(values)]
        if not known.size:
            return (-1.0, 0.0) if self.logarithmic else (0.0, 1.0)
        low, high = float(known.min()), float(known.max())
        room = 0.05 * max(high - low, 0.02)
        if self.logarithmic:
            return low - room, high + room
        return max(low - room, 0.0), min(high + room, 1.0)


@dataclass(frozen=True, eq=False)
class MovedRows:
    """N rows and the row of all studies below them.

    Parameters
    ----------
    heading : str
        Above the labels.
    label : tuple of str, length N
    doubtful : tuple of bool, length N
        Rows whose fit failed a check.
    whole : str
        Label of the row of all studies.
    panels : tuple of MovedPanel
    """

    heading: str
    label: tuple[str, ...]
    doubtful: tuple[bool, ...]
    whole: str
    panels: tuple[MovedPanel, ...]

    @property
    def last(self) -> float:
        """Height of the row of all studies, in rows from the top."""
        return len(self.label) + 0.4

    @property
    def rule(self) -> float:
        """Height of the line above it."""
        return len(self.label) - 0.3


_PANELS = (
    ("sens", "Sensitivity", False),
    ("spec", "Specificity", False),
    ("lr_neg", "LR− (log scale)", True),
)


def some_moved_rows(rows: MovedRows, part: slice) -> MovedRows:
    """Take the rows of one page; the axes stay those of all rows.

    Parameters
    ----------
    rows : MovedRows
    part : slice
        Rows of the page.

    Returns
    -------
    MovedRows
    """
    panels = tuple(
        replace(
            panel,
            lower=panel.lower[part],
            median=panel.median[part],
            upper=panel.upper[part],
            shown=np.concatenate([panel.lower, panel.upper]),
        )
        for panel in rows.panels
    )
    return replace(rows, label=rows.label[part], doubtful=rows.doubtful[part], panels=panels)


def moved_rows(
    quantities: Mapping[str, Moved],
    labels: Sequence[str],
    order: Sequence[int],
    *,
    heading: str,
    whole: str,
    failed: Sequence[bool],
) -> MovedRows:
    """Put the rows in order.

    Parameters
    ----------
    quantities : mapping of str to Moved
        Arrays of length N.
    labels : sequence of str, length N
        In the order of these arrays.
    order : sequence of int
        Rows from top to bottom.
    heading, whole : str
        Above the labels; label of the row of all studies.
    failed : sequence of bool, length N
        Whether the fit of a row failed a check.

    Returns
    -------
    MovedRows
    """
    rows = list(order)
    panels = []
    for name, above, logarithmic in _PANELS:
        moved = quantities[name]
        each = [x[rows] for x in (moved.lower, moved.median, moved.upper)]
        all_of = np.array([moved.whole_lower, moved.whole, moved.whole_upper])
        if logarithmic:
            each = [np.log10(np.maximum(x, _LEAST)) for x in each]
            all_of = np.log10(np.maximum(all_of, _LEAST))
        lower, median, upper = each
        panels.append(MovedPanel(name, above, lower, median, upper, all_of, logarithmic))
    marks = tuple(bool(failed[i]) for i in rows)
    shown = [
        f"{shorten(clean(labels[i]))}{' †' if doubtful else ''}"
        for i, doubtful in zip(rows, marks, strict=True)
    ]
    return MovedRows(heading, tuple(shown), marks, whole, tuple(panels))
