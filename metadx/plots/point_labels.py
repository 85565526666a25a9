"""Names beside points, where there is room for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from metadx.estimands.logistic import FloatArray
from metadx.plots.labels import line_height, text_width
from metadx.plots.style import BASE_FAMILY

_EDGE = 0.35  # of a line between the middle of a name and the frame: letters stay inside
type Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Placed:
    """A name beside a point.

    Parameters
    ----------
    row : int
        The point.
    text : str
    x, y : float
        Middle of the end of the text that is nearer to the point, in inches.
    side : {"left", "right"}
        Which end of the text that is.
    """

    row: int
    text: str
    x: float
    y: float
    side: str


def place_names(
    at: FloatArray,
    texts: Sequence[str],
    order: Sequence[int],
    size: float,
    box: tuple[float, float],
    *,
    radius: float = 0.05,
    families: tuple[str, ...] = (BASE_FAMILY,),
    across: float | None = None,
) -> list[Placed]:
    """Find a place for each name in turn, beside its point and over nothing else.

    Parameters
    ----------
    at : ndarray, shape (n, 2)
        All points, in inches from the lower left corner of the box.
    texts : sequence of str, length n
        Their names.
    order : sequence of int
        Rows whose names are wanted, the most important first; one that finds no room is left out.
    size : float
        Font size in points.
    box : tuple of float
        Width and height of the box in inches.
    radius : float
        Distance kept from the points, in inches.
    families : tuple of str
        Font families.
    across : float, optional
        Where an upright line stands that no name may cross, in inches from the left.

    Returns
    -------
    list of Placed

    Examples
    --------
    >>> import numpy as np
    >>> points = np.array([[0.5, 0.5], [0.5, 0.52]])
    >>> found = place_names(points, ["A 2001", "B 2002"], [0, 1], 7.0, (2.0, 1.0))
    >>> [(one.text, one.side) for one in found]
    [('A 2001', 'left'), ('B 2002', 'right')]
    """
    points = [_box(x, y, radius * 0.7, radius * 0.7) for x, y in at]
    taken: list[Rectangle] = []
    if across is not None:
        taken.append((across - 0.02, 0.0, across + 0.02, box[1]))
    found = []
    for row in order:
        place = _free(
            at[row],
            (text_width(texts[row], size, "normal", families), line_height(size)),
            radius,
            [*taken, *(other for i, other in enumerate(points) if i != row)],
            box,
        )  # fmt: skip
        if place is None:
            continue
        x, y, side, rectangle = place
        taken.append(rectangle)
        found.append(Placed(row, texts[row], x, y, side))
    return found


def name_look(backend: str) -> dict[str, object]:
    """Give the look of a name that lines may pass behind.

    Parameters
    ----------
    backend : str

    Returns
    -------
    dict
        Arguments of the backend's text.
    """
    if backend != "matplotlib":
        return {}
    pale = {"facecolor": "#FFFFFF", "alpha": 0.75, "edgecolor": "none", "pad": 0.4}
    return {"bbox": pale, "zorder": 5}


def _free(
    point: FloatArray,
    extent: tuple[float, float],
    radius: float,
    taken: Sequence[Rectangle],
    box: tuple[float, float],
) -> tuple[float, float, str, Rectangle] | None:
    """Try to the right and left of the point, level with it, then above and below."""
    x, y = float(point[0]), float(point[1])
    width, height = extent
    for lift in (0.0, 0.7, -0.7, 1.1, -1.1):
        for side, sign in (("left", 1.0), ("right", -1.0)):
            near = x + sign * radius * (1.0 if lift == 0.0 else 0.4)
            level = y + lift * height
            low = near if sign > 0 else near - width
            rectangle = (low, level - height / 2, low + width, level + height / 2)
            inside = (
                rectangle[0] >= 0.0
                and rectangle[2] <= box[0]
                and _EDGE * height <= level <= box[1] - _EDGE * height
            )
            if inside and not any(_overlap(rectangle, other) for other in taken):
                return near, level, side, rectangle
    return None


def _box(x: float, y: float, half_width: float, half_height: float) -> Rectangle:
    return (x - half_width, y - half_height, x + half_width, y + half_height)


def _overlap(a: Rectangle, b: Rectangle) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
