"""Whatever is read gives a valid table or a `DataError`, and what was written comes back."""

import csv
import io
import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.cells import is_missing, tidy
from metadx.studies.read import read_table
from metadx.studies.review import load_review

counts = st.integers(0, 2**31)
# A surrogate cannot be written as UTF-8; control characters other than line breaks are no text.
text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
labels = text.filter(lambda s: not is_missing(s) and any(c.isalnum() for c in s))


@st.composite
def tables(draw):
    study = draw(st.lists(labels, min_size=1, max_size=8, unique_by=tidy))
    columns = [[draw(counts) for _ in study] for _ in range(3)]
    return study, *columns, [draw(st.integers(1, 2**31)) for _ in study]


def read(data, reader=read_table, name="studies.csv"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return reader(path)


@settings(deadline=None, max_examples=80)
@given(
    tables(),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.permutations(range(5)),
)
def test_what_was_written_is_read_back(content, separator, encoding, line_end, order):
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    names = ["study", "tp", "fp", "fn", "tn"]
    writer.writerow([names[i] for i in order])
    writer.writerows(zip(*[content[i] for i in order], strict=True))
    table = read(out.getvalue().encode(encoding))
    assert table == AccuracyTable.from_counts(*content)


@settings(deadline=None, max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda s: s.encode("utf-8", "replace")),
        st.text(alphabet='studypfn,;\t"\n0123456789.-=', max_size=200).map(str.encode),
        st.text(alphabet='Ax,;\t"\n0123456789.-', max_size=80).map(
            lambda s: f"study,tp,fp,fn,tn\n{s}".encode()
        ),
        st.binary(max_size=200).map(lambda b: b"PK\x03\x04" + b),
        st.binary(max_size=200).map(lambda b: b"\xff\xfe" + b),
    )
)
def test_any_bytes_give_a_table_or_a_data_error(data):
    for reader in (read_table, load_review):
        with suppress(DataError):
            assert read(data, reader) is not None


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=120))
def test_any_review_file_gives_a_review_or_a_data_error(toml):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "studies.csv").write_text("study,tp,fp,fn,tn\nKim,1,2,3,4\n")
        (Path(folder) / "review.toml").write_bytes(toml.encode("utf-8", "replace"))
        with suppress(DataError):
            assert load_review(folder).title
