from dataclasses import replace

import numpy as np
import pytest

from metadx.errors import DataError
from metadx.studies.agreement import (
    AgreementRow,
    AgreementTable,
    PrintedKappa,
    PrintedSpearman,
)
from metadx.studies.agreement_review import load_agreement

COUNTS = np.array([[5, 1], [2, 4]])
ROW = AgreementRow("", "cyst", "left", "A", "B", 12, COUNTS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": 0}, "n = 0; wanted the number of cases, at least 1"),
        ({"n": 13}, "the cross-table adds up to 12, wanted n = 13"),
        ({"counts": COUNTS[:1]}, "the cross-table has shape (1, 2), wanted (2, 2), one place a "
         "category"),
        ({"counts": COUNTS / 2}, "the cross-table is of type float64, wanted whole numbers"),
        ({"counts": np.array([[15, -3], [0, 0]])}, "the cross-table has the negative count -3; "
         "correct it"),
        ({"margins_b": (np.array([12, 0]), np.array([11, 0]))}, "the margin of B adds up to 11, "
         "wanted n = 12"),
        ({"margins_a": (np.array([6, 6, 0]),)}, "the margin of A has shape (3,), wanted (2,), one "
         "place a category"),
        ({"kappa": PrintedKappa(1.01)}, "kappa = 1.01 lies outside -1 to 1; correct it"),
        ({"kappa": PrintedKappa(0.5, lower=0.6, upper=0.4)}, "the interval 0.6 to 0.4 of kappa is "
         "reversed"),
        ({"kappa": PrintedKappa(0.5, level=95)}, "the level 95 of kappa's interval lies outside 0 "
         "to 1"),
        ({"spearman": PrintedSpearman(-1.2)}, "spearman = -1.2 lies outside -1 to 1; correct it"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_makes_no_table(changes, message):
    with pytest.raises(DataError) as caught:
        AgreementTable(("no", "yes"), (replace(ROW, **changes),), source="mine")
    assert f"mine: cyst, left (A, B): {message}" in str(caught.value).replace(
        "mine: 2 problems\n  ", "mine: "
    )


def test_a_table_needs_a_scale_and_a_row():
    with pytest.raises(DataError, match=r"mine: there is no pair of raters;"):
        AgreementTable(("no", "yes"), (), source="mine")
    with pytest.raises(DataError, match=r"a scale of 1 categories; wanted at least two"):
        AgreementTable(("no",), (ROW,))


def test_a_region_is_a_part_only_where_a_whole_is_declared():
    assert not AgreementTable(("no", "yes"), (ROW,)).is_part(ROW)
    whole = AgreementTable(("no", "yes"), (ROW,), whole="total")
    assert whole.is_part(ROW)
    assert not whole.is_part(replace(ROW, region="total"))


def test_every_row_has_a_name_of_its_own():
    pairs = [replace(ROW, rater_b=name, region=region) for region in ("left", "right") for name in
             "BC"]  # fmt: skip
    table = AgreementTable(("no", "yes"), (*pairs[:3],))
    assert table.labels == ("cyst, left, A and B", "cyst, left, A and C", "cyst, right")
    for name in ("carcinoma-pathologists", "ild-agreement", "multiple-sclerosis"):
        labels = load_agreement(name).table.labels
        assert len(set(labels)) == len(labels)


def test_columns_of_cases_and_counts_are_no_raters(write):
    text = "Patient ID;A;B\n1;1;2\n2;2;2\n3;1;1\n"
    assert [r.n for r in load_agreement(write(text, "r.csv")).table.rows] == [3]
    text = "A;B;Freq\n1;1;7\n1;2;2\n2;2;3\n"
    assert load_agreement(write(text, "r.csv")).table.rows[0].counts.tolist() == [[7, 2], [0, 3]]
    with pytest.raises(DataError, match="two columns stand for case; keep one of them"):
        load_agreement(write("case;patient;A;B\n1;1;1;2\n", "r.csv"))


def test_the_standard_error_is_the_printed_one_or_half_the_interval():
    assert PrintedKappa(0.5, se=0.07, lower=0.1, upper=0.9).standard_error == 0.07
    ninety = PrintedKappa(0.5, lower=0.4, upper=0.6, level=0.9)
    assert ninety.standard_error == pytest.approx(0.1 / 1.644854, rel=1e-6)
    assert replace(ninety, se=0.0).standard_error == ninety.standard_error
    for nothing in ({"lower": 0.4}, {"se": 0.0}, {"lower": 0.5, "upper": 0.5}):
        assert PrintedKappa(0.5, **nothing).standard_error is None
