"""Tables that may be wider than the page: their columns follow in blocks, none is cut off."""

from collections.abc import Iterator, Sequence

from metadx.report.layout import Page, table

type Rows = Sequence[Sequence[str]]

_GAP = 1


def wide_table(
    page: Page, header: Sequence[str], rows: Rows, *, together: Sequence[int] = ()
) -> list[str]:
    """Lay cells out in columns; those that find no room follow below, beside the first column.

    Parameters
    ----------
    page : Page
    header : sequence of str
    rows : sequence of sequences of str
        All as long as the header.
    together : sequence of int
        Numbers of columns after the first that must not be parted, such as (2, 1); the columns
        that are left may be parted anywhere.

    Returns
    -------
    list of str

    Examples
    --------
    >>> rows = [["here", "0.81 (0.70 to 0.90)", "0.62 (0.50 to 0.73)"]]
    >>> for line in wide_table(Page(30), ["", "sens", "spec"], rows):
    ...     print(line)
                         sens
    here  0.81 (0.70 to 0.90)
                         spec
    here  0.62 (0.50 to 0.73)
    """
    lines: list[str] = []
    for columns in blocks(page, header, rows, together=together):
        part = [[row[place] for place in columns] for row in rows]
        lines += table(page, [header[place] for place in columns], part)
    return lines


def blocks(
    page: Page, header: Sequence[str], rows: Rows, *, together: Sequence[int] = ()
) -> list[list[int]]:
    """Say which columns stand side by side.

    Parameters
    ----------
    page, header, rows, together
        As of `wide_table`.

    Returns
    -------
    list of list of int
        Places of columns; the first column begins every block.
    """
    from rich.cells import cell_len

    widths = [max(cell_len(row[place]) for row in [header, *rows]) for place in range(len(header))]
    found: list[list[int]] = []
    used = page.width + 1
    for unit in _units(len(header), together):
        needed = sum(widths[place] + _GAP for place in unit)
        if used + needed > page.width:
            found.append([0])
            used = widths[0]
        found[-1] += unit
        used += needed
    return found


def _units(columns: int, together: Sequence[int]) -> Iterator[list[int]]:
    start = 1
    for size in (*together, *[1] * (columns - 1 - sum(together))):
        yield list(range(start, start + size))
        start += size
