import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadx.errors import DataError
from metadx.studies.agreement_arrays import from_counts, from_ratings
from metadx.studies.agreement_remarks import agreement_remarks
from metadx.studies.agreement_review import load_agreement


@pytest.fixture
def refused(write):
    """Return the message with which ratings are refused."""

    def _refused(text, scale=None):
        with pytest.raises(DataError) as caught:
            load_agreement(write(text, "r.csv"), scale=scale)
        return str(caught.value)

    return _refused


def test_two_raters_make_one_table_of_complete_pairs(write):
    text = "case,A,B\n1,1,1\n2,1,2\n3,2,\n4,3,3\n5,NA,1\n6,2,1\n"
    table = load_agreement(write(text, "r.csv")).table
    (row,) = table.rows
    assert (row.rater_a, row.rater_b, row.n) == ("A", "B", 4)
    assert row.counts.tolist() == [[1, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert [m.tolist() for m in (*row.margins_a, *row.margins_b)] == [[2, 1, 1], [2, 1, 1]]
    assert table.ratings == ()
    assert ("A and B" in dict(table.remarks)) is False
    assert dict(table.remarks)["A, B"] == (
        "2 of 6 cases were rated by fewer than two raters and tell nothing of agreement."
    )


def test_a_cross_table_is_read_by_its_counts(write):
    text = "finding;A;B;count\ncyst;no;no;40\ncyst;no;yes;3\ncyst;yes;no;0\ncyst;yes;yes;9\n"
    table = load_agreement(write(text, "r.csv"), scale=["no", "yes"]).table
    assert table.rows[0].counts.tolist() == [[40, 3], [0, 9]]
    assert (table.rows[0].label, table.rows[0].n) == ("cyst", 52)


def test_three_raters_keep_their_ratings_and_make_every_pair(write):
    text = "study,A,B,C,count\nX,1,1,2,2\nX,2,,2,1\nX,,,,4\nX,1,,,1\nY,1,2,,3\nY,2,2,,1\n"
    table = load_agreement(write(text, "r.csv")).table
    pairs = [(row.study, row.rater_a, row.rater_b, row.n) for row in table.rows]
    assert pairs == [("X", "A", "B", 2), ("X", "A", "C", 3), ("X", "B", "C", 2), ("Y", "A", "B", 4)]
    assert table.rows[1].counts.tolist() == [[0, 2], [0, 1]]
    (block,) = table.ratings
    assert (block.study, block.raters) == ("X", ("A", "B", "C"))
    assert block.values.tolist() == [[0, 0, 1], [0, 0, 1], [1, -1, 1], [0, -1, -1]]
    assert table.studies == ("X", "Y")
    assert table.labels == ("X, A and B", "X, A and C", "X, B and C", "Y")
    about = [words for name, words in table.remarks if name == "X" and " of 8 cases" in words]
    assert about == [
        "5 of 8 cases were rated by fewer than two raters and tell nothing of agreement.",
        "1 of 8 cases was not rated by every rater, so pairs of raters differ in n.",
    ]


def test_raters_without_a_common_case_are_told(write):
    table = load_agreement(write("A,B,C\n1,1,\n2,2,\n,1,1\n,2,1\n", "r.csv")).table
    assert [(row.rater_a, row.rater_b) for row in table.rows] == [("A", "B"), ("B", "C")]
    assert ("A, B, C", "A and C rated no case in common: no row for the pair.") in table.remarks


def test_codes_stand_for_the_names_of_the_categories(write):
    write("A,B\n1,2.0\n2,2\n", "mine/ratings.csv")
    form = '[review]\ntitle = "x"\nkind = "agreement"\n[scale]\ncategories = ["no", "yes"]\n'
    path = write(form + 'codes = ["1", "2"]\n', "mine/review.toml")
    table = load_agreement(path.parent).table
    assert table.categories == ("no", "yes")
    assert table.rows[0].counts.tolist() == [[0, 1], [0, 1]]


def test_names_of_categories_are_taken_in_any_case_and_na_may_be_one(write):
    table = load_agreement(write("A,B\nYES,yes\nNA,no\n", "r.csv"), scale=["NA", "no", "yes"]).table
    assert table.rows[0].counts.tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("case,A\n1,2\n", "r.csv: 1 column of raters (A); wanted two or more, one a rater, beside "
         "study, finding, region, case, count."),
        ("case,A,B\n1,1,\n2,2,\n", 'r.csv: no rating in the column "B"; fill it or delete it.'),
        ("case,A,B\n1,,\n2,,NA\n", 'r.csv: there is no category in any cell, and no scale; tell '
         'the categories, lowest first: --scale "none,mild,severe", or [scale] categories = '
         '["none", "mild", "severe"] in review.toml.'),
        ("A,B\n3,3\n3,3\n", "r.csv: every rating is 3; with one category nothing can be said of "
         'agreement. If the scale has more, tell the categories, lowest first: --scale '
         '"none,mild,severe", or [scale] categories = ["none", "mild", "severe"] in review.toml.'),
        ("A,B\n1,1\n2,60\n", "r.csv: whole numbers from 1 to 60 would be 60 categories, wanted at "
         "most 20; correct a mistyped cell, put a column that is no rater away (cases are named in "
         'a column case), or tell the categories, lowest first: --scale "none,mild,severe", or '
         '[scale] categories = ["none", "mild", "severe"] in review.toml.'),
        ("case,A,B\n1,1,1\n2,1,2\n1,1,2\n", 'r.csv, row 4: the case "1" again, as in row 2; keep '
         "one."),
        ("case,A,B\n1,1,1\n,1,2\n", "r.csv, row 3: case is empty; name every case, or delete the "
         "column."),
        ("A,B,count\n1,1,3\n1,2,4\n1,1,2\n", "r.csv, row 4: a count of these ratings again, as in "
         "row 2; keep one."),
        ("A,B,count\n1,1,-3\n1,2,4\n", 'r.csv, row 2: count = "-3" is negative; correct the '
         "count."),
        ("A,B,count\n1,1,\n1,2,4\n", "r.csv, row 2: count is missing; give the count (missing is "
         "never read as 0) or drop the row."),
        ("case,A,B,count\n1,1,1,3\n2,1,2,4\n", "r.csv: the columns case and count do not go "
         "together; a row is one case, or as many as its count says. Delete one of them."),
        ("study,A,B\nX,1,2\n,1,1\n", "r.csv, row 3: study is empty; name it in every row, or in "
         "none."),
        ("A,B\n1,\n,2\n", "r.csv: no case is rated by two raters, so there is no agreement."),
        ("A,B\n", "r.csv: only a header (row 1) and no cases below it; found: A, B."),
    ],
)  # fmt: skip
def test_what_ratings_may_not_be(text, message, refused):
    assert refused(text) == message


def test_a_category_outside_the_scale_is_named_with_its_place(refused):
    assert refused("case,A,B\np7,no,yess\np8,no,maybe\n", ["no", "yes"]) == (
        "r.csv: 2 problems\n"
        '  row 2 ("p7"): B = "yess" is no category of the scale, wanted one of no, yes; did you '
        'mean "yes"?\n'
        '  row 3 ("p8"): B = "maybe" is no category of the scale, wanted one of no, yes.'
    )
    assert refused("A,B\n1,5\n", ["1", "2", "3", "4"]) == (
        'r.csv, row 2: B = "5" is no category of the scale, wanted one of 1, 2, 3, 4.'
    )


def test_a_constant_rater_is_valid_and_told(write):
    path = write("A,B\nno,no\nno,yes\n", "r.csv")
    table = load_agreement(path, scale=["no", "yes"]).table
    assert table.remarks == (
        ("A and B", 'A gave only "no": every kappa is 0 whatever the ratings, and their '
         "correlation is not identified."),
    )  # fmt: skip
    both = from_counts([[9, 0], [0, 0]])
    assert agreement_remarks(both)[0][1].startswith(
        'rater A and rater B both gave only "1": kappa is not'
    )


@st.composite
def tables(draw):
    size = draw(st.integers(2, 5))
    cells = draw(
        st.lists(st.integers(0, 6), min_size=size**2, max_size=size**2).filter(lambda c: sum(c) > 0)
    )
    return np.array(cells).reshape(size, size)


@given(tables())
def test_a_cross_table_and_its_cases_one_by_one_are_the_same(counts):
    names = [f"grade {i}" for i in range(len(counts))]
    cases = [
        (names[i], names[j])
        for i in range(len(counts))
        for j in range(len(counts))
        for _ in range(counts[i, j])
    ]
    direct = from_counts(counts, categories=names)
    by_case = from_ratings(cases, categories=names)
    assert direct.rows[0].counts.tolist() == by_case.rows[0].counts.tolist() == counts.tolist()
    assert direct.rows[0].n == len(cases)


@given(st.lists(st.tuples(*[st.sampled_from([None, 1, 2, 3])] * 3), min_size=1, max_size=12))
def test_every_pair_counts_the_cases_both_rated(cases):
    given_by = [[case[j] for case in cases if case[j] is not None] for j in range(3)]
    if any(not ratings for ratings in given_by):
        return
    try:
        table = from_ratings(cases, categories=["1", "2", "3"])
    except DataError as error:
        assert "no case is rated by two raters" in str(error)  # noqa: PT017
        return
    names = ["rater 1", "rater 2", "rater 3"]
    for row in table.rows:
        a, b = names.index(row.rater_a), names.index(row.rater_b)
        both = [(c[a], c[b]) for c in cases if c[a] is not None and c[b] is not None]
        assert row.n == len(both) > 0
        for i in range(3):
            for j in range(3):
                assert row.counts[i, j] == both.count((i + 1, j + 1))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: from_counts([[1, 2, 3], [4, 5, 6]]), "counts: a cross-table of shape (2, 3); "
         "wanted as many rows as columns, one for each category of the scale."),
        (lambda: from_counts([[1, -2], [3, 4]]), "counts: row 1, column 2 = -2 is negative; "
         "correct the count."),
        (lambda: from_counts([[1, 2.5], [3, 4]]), "counts: row 1, column 2 = 2.5 is not a whole "
         "number; correct the count."),
        (lambda: from_counts([[1, float("nan")], [3, 4]]), "counts: row 1, column 2 is missing; "
         "give the count (missing is never read as 0) or drop the row."),
        (lambda: from_counts([[1, 2], [3, 4]], categories=["a", "b", "c"]), "counts: 3 categories "
         "for a cross-table of 2; name every category once."),
        (lambda: from_ratings([[1], [2]]), "ratings: one rater (rater 1); wanted two or more, one "
         "a column."),
        (lambda: from_ratings([[1, 2], [1]]), "ratings: rows of 1, 2 ratings; wanted one for each "
         "of 2 raters."),
        (lambda: from_ratings([[1, 2]], raters=["A", "A"]), "ratings: two raters have the same "
         "name: A, A."),
        (lambda: from_ratings([]), "ratings: rows of no ratings; wanted one for each of 0 raters."),
    ],
)  # fmt: skip
def test_what_arrays_may_not_be(made, message):
    with pytest.raises(DataError) as caught:
        made()
    assert str(caught.value) == message


def test_an_empty_cross_table_says_nothing():
    with pytest.raises(DataError, match="n = 0; wanted the number of cases, at least 1"):
        from_counts([[0, 0], [0, 0]])


def test_another_scale_is_told_once(write):
    cells = "".join(f"{word},{word}\n" for word in ("none", "mild", "none"))
    path = write(f"A,B\n{cells}", "r.csv")
    with pytest.raises(DataError) as caught:
        load_agreement(path, scale=["absent", "present"])
    assert str(caught.value) == (
        'r.csv: "mild", "none" are no categories of the scale, which is absent, present; give all '
        "categories, lowest first: [scale] categories in review.toml, or --scale."
    )
    path = write("A,B\n" + "no,yes\n" * 9 + "maybe,no\n" * 11, "r.csv")
    with pytest.raises(DataError, match='"maybe" is no category of the scale, which is no, yes;'):
        load_agreement(path, scale=["no", "yes"])


def test_an_empty_template_beside_ratings_is_told_to_be_deleted(write):
    write("finding,n,kappa\n", "mine/agreement.csv")
    folder = write("A,B\nno,yes\nyes,yes\n", "mine/ratings.csv").parent
    with pytest.raises(DataError, match=r"the ratings are in ratings\.csv, so delete agreement"):
        load_agreement(folder, scale=["no", "yes"])
