import io

import pytest

from metadx.report.layout import Page, clean, fold, page_of, paragraph, table, tone

LONG = "About 95 % of all 12 studies in https://example.org/a-very-long-address-that-has-no-spaces."


def test_a_pipe_has_80_columns_and_no_colour():
    assert page_of(io.StringIO()) == Page(80, colour=False, terminal=False)


def test_a_terminal_has_colours_unless_told_otherwise(terminal, monkeypatch):
    assert page_of(terminal) == Page(80, colour=True, terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert page_of(terminal) == Page(80, colour=False, terminal=True)
    monkeypatch.setenv("TERM", "dumb")
    assert page_of(terminal) == Page(80, colour=False, terminal=False)


@pytest.mark.parametrize(("columns", "width"), [(120, 120), (20, 40), (0, 80)])
def test_a_terminal_has_its_own_width(terminal, monkeypatch, columns, width):
    import os

    monkeypatch.setattr(terminal, "fileno", lambda: 1)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((columns, 24)))
    assert page_of(terminal).width == width


def test_colours_are_marked_only_where_they_show():
    assert tone(Page(colour=True), "x", "bad") == "\x1b[1;31mx\x1b[0m"
    assert tone(Page(colour=True), "", "bad") == ""
    assert tone(Page(colour=False), "x", "bad") == "x"


def test_nothing_is_broken_or_lost_in_a_paragraph():
    lines = paragraph(Page(40), LONG, first="- ")
    assert " ".join(line.strip() for line in lines) == f"- {LONG}"
    assert lines[0].startswith("- About 95 % of")
    assert all(line.startswith("  ") for line in lines[1:])
    assert not any(line.endswith("95") for n in range(8, 60) for line in fold(LONG, n))


def test_long_lines_are_not_read_whatever_the_terminal_offers():
    assert max(map(len, paragraph(Page(300), "word " * 100))) <= 100


@pytest.mark.parametrize("bad", ["\x1b[2J", "\x07", "\r", "\u202e", "\x9b31m", "\x00"])
def test_what_steers_a_terminal_is_taken_out(bad):
    assert clean(f"a{bad}b").isprintable()
    assert "".join(paragraph(Page(), f"a{bad}b")).isprintable()
    assert "".join(table(Page(), ["", f"x{bad}"], [[f"a{bad}b", "1"]])).isprintable()
    assert clean("Müller’s 検査 ≥ 5 µg") == "Müller’s 検査 ≥ 5 µg"


def test_a_wide_table_gets_narrow_gaps_and_then_long_lines_but_is_never_cut():
    rows = [["first", "x" * 20, "y" * 20]]
    assert table(Page(51), ["", "a", "b"], rows)[1] == f"first  {'x' * 20}  {'y' * 20}"
    for width in (48, 47, 10):
        assert table(Page(width), ["", "a", "b"], rows)[1] == f"first {'x' * 20} {'y' * 20}"


def test_columns_stand_below_each_other_also_in_wide_letters():
    lines = table(Page(), ["", "n"], [["検査", "1"], ["test", "22"], ["e\u0301a", "3"]])
    assert lines == ["       n", "検査   1", "test  22", "e\u0301a     3"]


def test_the_last_cell_of_a_short_row_stands_at_the_right_edge():
    rows = [["a", "1", "2"], ["a longer label", "all of it"]]
    assert table(Page(), ["", "left", "right"], rows) == [
        "                left      right",
        "a                  1          2",
        "a longer label        all of it",
    ]


def test_a_head_of_nothing_takes_no_line():
    assert table(Page(colour=True), ["", ""], [["a", "1"]]) == ["a  1"]
    assert table(Page(colour=True), ["", "n"], [["a", "1"]])[0] == "\x1b[2m   n\x1b[0m"
