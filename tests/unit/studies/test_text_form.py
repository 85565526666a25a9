"""A row added to a table is written as a spreadsheet would have written it with the others."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metadx.errors import DataError
from metadx.studies.read import table_from_content
from metadx.studies.text_form import form_of, with_row

MARKS = {
    "utf-8": b"",
    "utf-8-sig": b"",  # Python writes the mark itself
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
}
QUOTINGS = {
    "where needed": csv.QUOTE_MINIMAL,
    "text": csv.QUOTE_NONNUMERIC,
    "all": csv.QUOTE_ALL,
    "what is filled": csv.QUOTE_NOTNULL,
}
words = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" ,;'\""), max_size=12
).map(lambda text: f"S{text}".strip())
# Cells as a spreadsheet holds them, of which nothing must change.
remarks = st.text(
    st.characters(exclude_categories=("C",), include_characters='\n\t,;"'), max_size=12
).map(lambda text: f"r{text}")
counts = st.tuples(st.integers(1, 10**6), *[st.integers(0, 10**6)] * 3)


@st.composite
def tables(draw):
    """Draw the rows of a table, and how a spreadsheet writes them."""
    n = draw(st.integers(2, 5))
    labels = draw(st.lists(words, min_size=n, max_size=n, unique=True))
    rows = [(f"{label}{place}", *draw(counts), draw(remarks)) for place, label in enumerate(labels)]
    return rows, {
        "encoding": draw(st.sampled_from(sorted(MARKS))),
        "delimiter": draw(st.sampled_from(",;\t")),
        "lineterminator": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "quoting": QUOTINGS[draw(st.sampled_from(sorted(QUOTINGS)))],
        "closed": draw(st.booleans()),
        "told": draw(st.booleans()),
        "blank": draw(st.integers(0, 2)),
    }


def written(rows, how):
    """Write a table as Python's own writer does."""
    out = io.StringIO()
    if how["told"]:
        out.write(f"sep={how['delimiter']}\n")
    dialect = {name: how[name] for name in ("delimiter", "lineterminator", "quoting")}
    writer = csv.writer(out, **dialect)
    writer.writerow(["study", "tp", "fp", "fn", "tn", "remark"])
    # An empty cell shows whether those stand in quotation marks as well.
    writer.writerow((*rows[0][:5], None if how["quoting"] == csv.QUOTE_NOTNULL else ""))
    for row in rows[1:-1]:
        writer.writerow(row)
    out.write(how["lineterminator"] * how["blank"])
    writer.writerow(rows[-1])
    text = out.getvalue()
    if not how["closed"]:
        text = text.removesuffix(how["lineterminator"])
    return MARKS[how["encoding"]] + text.encode(how["encoding"])


@settings(max_examples=600, deadline=None)
@given(tables(), words, counts)
def test_the_row_is_the_one_that_a_spreadsheet_would_have_written(drawn, label, numbers):
    rows, how = drawn
    new = (f"{label} new", *numbers, "")
    if how["told"] and how["lineterminator"] == "\r":
        how["told"] = False  # nobody writes both
    before = written(rows, how)
    content, row = with_row(before, [str(cell) for cell in new], source="s.csv")
    assert content.startswith(before)
    table = table_from_content(content, "s.csv")
    assert table.study[-1] == unicodedata.normalize("NFC", " ".join(new[0].split()))
    assert (table.tp[-1], table.fp[-1], table.fn[-1], table.tn[-1]) == numbers
    old = table_from_content(before, "s.csv")
    assert table.study[:-1] == old.study
    assert table.covariates["remark"].values[:-1] == old.covariates["remark"].values
    assert row == 1 + how["told"] + len(rows) + how["blank"] + 1
    # The oracle: the same table with one more row. None is what a spreadsheet calls empty.
    wanted = (*new[:5], None if how["quoting"] == csv.QUOTE_NOTNULL else "")
    blank = how | {"blank": 0}
    assert written([*rows, wanted], blank)[len(written(rows, blank)) :] == content[len(before) :]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # R writes text in quotation marks, numbers and NA without.
        (
            b'"study","tp","x"\n"Li",3,NA\n"Wu",4,"b"\n',
            b'"study","tp","x"\n"Li",3,NA\n"Wu",4,"b"\n"K, L",5,\n',
        ),
        (b"study\ttp\tx\r\nLi\t3\t\r\n", b"study\ttp\tx\r\nLi\t3\t\r\nK, L\t5\t\r\n"),
        (b"study,tp,x\nLi,3,", b'study,tp,x\nLi,3,\n"K, L",5,'),
        (b"study,tp,x\r\n", b'study,tp,x\r\n"K, L",5,\r\n'),
        (b"study,tp,x", b'study,tp,x\n"K, L",5,'),
        # Excel leaves rows of separators behind.
        (b"study;tp;x\nLi;3;\n;;\n", b"study;tp;x\nLi;3;\n;;\nK, L;5;\n"),
        (b"sep=;\r\nstudy;tp;x\r\nLi;3;\r\n", b"sep=;\r\nstudy;tp;x\r\nLi;3;\r\nK, L;5;\r\n"),
    ],
)
def test_rows_by_hand(before, after):
    assert with_row(before, ["K, L", "5", ""], source="s.csv")[0] == after


def test_a_mark_is_not_written_twice():
    before = "study,tp\nLi,3\n".encode("utf-16")
    content, _ = with_row(before, ["Ωu", "4"], source="s.csv")
    assert content.decode("utf-16") == "study,tp\nLi,3\nΩu,4\n"


def test_the_form_of_an_empty_file_has_no_header():
    assert form_of(b"", source="s.csv").headers == ()
    assert form_of(b"\xef\xbb\xbf\r\n", source="s.csv").headers == ()


def test_what_is_no_text_is_refused():
    with pytest.raises(DataError, match="is no text that can be written as UTF-8"):
        with_row(b"study,tp\nLi,3\n", ["K\udcff", "4"], source="s.csv")
    with pytest.raises(DataError, match="a quotation is not closed"):
        with_row(b'study,tp\n"Li,3\n', ["K", "4"], source="s.csv")
