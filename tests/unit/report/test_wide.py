"""Tables on narrow pages."""

import pytest

from metadx.report.layout import Page
from metadx.report.wide import blocks, wide_table

HEADER = ["", "n", "one", "two", "three"]
ROWS = [["first level", "12", "aaaa", "bbbb", "cccccc"], ["second", "3", "dd", "eeee", "ffffff"]]


def test_a_table_that_fits_is_one_table():
    lines = wide_table(Page(60), HEADER, ROWS)
    assert len(lines) == 3
    assert lines[1].split() == ["first", "level", "12", "aaaa", "bbbb", "cccccc"]


def test_columns_follow_below_beside_the_first():
    """11 + 3 + 5 + 5 = 24 columns fill the page; the last one finds no room."""
    assert blocks(Page(24), HEADER, ROWS) == [[0, 1, 2, 3], [0, 4]]
    assert blocks(Page(23), HEADER, ROWS) == [[0, 1, 2], [0, 3, 4]]
    lines = wide_table(Page(24), HEADER, ROWS)
    assert [line.split() for line in lines[3:]] == [
        ["three"], ["first", "level", "cccccc"], ["second", "ffffff"],
    ]  # fmt: skip
    assert max(map(len, lines)) <= 24


def test_what_belongs_together_is_not_parted():
    assert blocks(Page(23), HEADER, ROWS, together=(1, 2)) == [[0, 1], [0, 2, 3], [0, 4]]
    assert blocks(Page(60), HEADER, ROWS, together=(1, 2)) == [[0, 1, 2, 3, 4]]


@pytest.mark.parametrize("width", [5, 12, 20, 40, 200])
def test_nothing_is_ever_lost(width):
    told = " ".join(wide_table(Page(width), HEADER, ROWS)).split()
    for cell in (cell for row in ROWS for cell in row[1:]):
        assert told.count(cell) == 1
    assert blocks(Page(5), HEADER, ROWS) == [[0, 1], [0, 2], [0, 3], [0, 4]]


def test_wide_characters_take_two_columns():
    rows = [["検査", "1", "2"]]
    assert blocks(Page(8), ["", "a", "b"], rows) == [[0, 1, 2]]
    assert blocks(Page(7), ["", "a", "b"], rows) == [[0, 1], [0, 2]]
