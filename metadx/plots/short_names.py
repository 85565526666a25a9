"""Names of levels where there is little room, and no two alike."""

from collections.abc import Callable, Sequence

_LOOSE = " ,;:-"  # no sense in keeping them beside an ellipsis


def short_names(names: Sequence[str], limit: int) -> list[str]:
    """Shorten names to a number of characters without making two of them one.

    Parameters
    ----------
    names : sequence of str
    limit : int
        Most characters of each; at least 8.

    Returns
    -------
    list of str
        Cut at the end, in the middle where the beginnings are the same, and with a number in
        front where that does not tell them apart either.

    Examples
    --------
    >>> short_names(["not reported", "screening programme"], 12)
    ['not reported', 'screening p…']
    >>> short_names(["three-dimensional network", "three-dimensional forest"], 14)
    ['three-d…etwork', 'three-d…forest']
    """
    cuts: tuple[Callable[[str, int], str], ...] = (_cut_end, _cut_middle)
    for cut in cuts:
        short = [cut(name, limit) for name in names]
        if len(set(short)) == len(set(names)):
            return short
    return [_cut_end(f"{place} {name}", limit) for place, name in enumerate(names, 1)]


def _cut_end(name: str, limit: int) -> str:
    return name if len(name) <= limit else f"{name[: limit - 1].rstrip(_LOOSE)}…"


def _cut_middle(name: str, limit: int) -> str:
    if len(name) <= limit:
        return name
    tail = (limit - 1) // 2
    return f"{name[: limit - 1 - tail].rstrip(_LOOSE)}…{name[-tail:].lstrip(_LOOSE)}"
