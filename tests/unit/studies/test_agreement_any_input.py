"""Whatever stands in the files of an agreement review, it is a table or one clear message."""

import contextlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from metadx.errors import DataError
from metadx.studies.agreement_review import load_agreement, review_kind

CELLS = st.sampled_from(
    ["", "NA", "no", "some", "much", "No ", "x", "AI", "reader", "cyst", "total", "0", "1", "2",
     "20", "-1", "1.5", "0.60", "-0.3", "1.2", "0,5", "50%", "quadratic", "measurement", "nan",
     "inf", "1e9", "99999999999", '"a', "\N{EN DASH}0.1"]
)  # fmt: skip
HEADERS = {
    "ratings": ["study", "finding", "region", "case", "count", "AI", "reader", "C"],
    "agreement": ["finding", "region", "rater_a", "rater_b", "n", "kappa", "kappa_lower",
                  "kappa_upper", "kappa_se", "kappa_level", "kappa_weights", "spearman",
                  "spearman_of"],
    "margins": ["finding", "region", "rater", "category", "count", "percent"],
    "quartiles": ["finding", "region", "rater", "lower_quartile", "median", "upper_quartile"],
}  # fmt: skip
FORM = """
[review]
title = "x"
kind = "agreement"
[scale]
categories = ["no", "some", "much"]
boundaries = [1, 25]
whole = "total"
[[corrections]]
rater = "AI"
printed = [1, 2, 20]
candidates = [[0, 0, 20]]
reason = "x"
"""


@st.composite
def tables(draw, name):
    header = draw(st.lists(st.sampled_from(HEADERS[name]), min_size=1, max_size=9))
    if draw(st.booleans()):
        header = HEADERS[name]
    lines = draw(st.lists(st.lists(CELLS, min_size=len(header), max_size=len(header)), max_size=5))
    separator = draw(st.sampled_from([",", ";", "\t"]))
    return "\n".join(separator.join(line) for line in [header, *lines])


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_folder_is_a_table_or_one_message(data):
    names = data.draw(st.lists(st.sampled_from(list(HEADERS)), min_size=1, max_size=4, unique=True))
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            (Path(folder) / f"{name}.csv").write_text(data.draw(tables(name)), encoding="utf-8")
        if data.draw(st.booleans()):
            (Path(folder) / "review.toml").write_text(FORM, encoding="utf-8")
        review_kind(folder)
        with contextlib.suppress(DataError):
            assert load_agreement(folder).table.n_rows > 0


VALID = {
    "agreement": "finding,region,rater_a,rater_b,n,kappa,kappa_lower,kappa_upper,spearman\n"
    "cyst,total,AI,reader,20,0.60,0.45,0.76,0.5\n",
    "margins": "finding,region,rater,category,count,percent\n"
    + "".join(f"cyst,total,AI,{c},{n},{5 * n}\n" for c, n in (("no", 10), ("some", 6), ("much", 4)))
    + "".join(f"cyst,total,reader,{c},{n},\n" for c, n in (("no", 12), ("some", 5), ("much", 3))),
    "quartiles": "finding,region,rater,lower_quartile,median,upper_quartile\n"
    "cyst,total,AI,0.1,0.4,1.0\n",
    "ratings": "finding,region,reader,AI,count\n"
    + "".join(f"cyst,total,{a},{b},{n}\n" for a, b, n in (
        ("no", "no", 9), ("some", "no", 1), ("no", "some", 3), ("some", "some", 3),
        ("some", "much", 1), ("much", "much", 3),
    )),
}  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_one_changed_cell_of_a_valid_folder_is_a_table_or_one_message(data):
    name = data.draw(st.sampled_from(list(VALID)))
    lines = [line.split(",") for line in VALID[name].splitlines()]
    i = data.draw(st.integers(0, len(lines) - 1))
    j = data.draw(st.integers(0, len(lines[i]) - 1))
    changed = data.draw(st.booleans())
    if changed:
        lines[i][j] = data.draw(CELLS)
    with tempfile.TemporaryDirectory() as folder:
        files = VALID | {name: "\n".join(";".join(line) for line in lines)}
        for other, text in files.items():
            (Path(folder) / f"{other}.csv").write_text(text, encoding="utf-8")
        form = FORM.partition("[[corrections]]")[0]
        (Path(folder) / "review.toml").write_text(form, encoding="utf-8")
        try:
            rows = load_agreement(folder).table.rows
        except DataError:
            assert changed
            return
        # Whatever was taken, the figures of a row agree with each other.
        for row in rows:
            sums = [margin.sum() for margin in (*row.margins_a, *row.margins_b)]
            assert sums == [row.n] * len(sums)
            assert row.counts is None or row.counts.sum() == row.n


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(list(HEADERS)).flatmap(tables), st.booleans())
def test_a_bare_table_is_a_table_or_one_message(text, told):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.csv"
        path.write_text(text, encoding="utf-8")
        review_kind(path)
        with contextlib.suppress(DataError):
            load_agreement(path, scale=["no", "some", "much"] if told else None)
