"""Study tables with rows that give printed figures or several tables instead of counts."""

import pickle

import pytest

from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.read import read_table

HEADER = "study,tp,fp,fn,tn"
TWO = [[31, 4, 2, 9], [30, 4, 3, 9]]


def counts(table):
    return [
        list(row) for row in zip(*(getattr(table, c) for c in HEADER.split(",")[1:]), strict=True)
    ]


def test_counts_are_recovered_where_one_table_fits(write):
    table = read_table(
        write(
            f"{HEADER},reported_sens,reported_spec,reported_n,year\n"
            "Lee,5,1,2,8,,,,2001\n"
            "Ren,,,,,75.61%,65.71%,76,2025\n"
        )
    )
    assert counts(table) == [[5, 1, 2, 8], [31, 12, 10, 23]]
    assert not table.alternatives
    ((label, words),) = table.recovered
    assert label == "Ren"
    assert "sens = 75.61%, spec = 65.71%, n = 76" in words
    assert "tp = 31, fp = 12, fn = 10, tn = 23" in words
    assert list(table.covariates) == ["year"]


def test_columns_of_counts_may_be_absent_and_group_sizes_are_figures(write):
    text = "study,Reported Sens,reported-spec,n_diseased,n_nondiseased\nRen,75.61%,65.71%,41,35\n"
    assert counts(read_table(write(text))) == [[31, 12, 10, 23]]


def test_given_counts_are_figures_too(write):
    # 31 of 41; spec 65.71 % of 35 is 23.
    table = read_table(write(f"{HEADER},reported_spec,reported_n\nRen,31,,10,,65.71%,76\n"))
    assert counts(table) == [[31, 12, 10, 23]]


def test_several_tables_are_all_kept(write):
    text = f"{HEADER},reported_sens,reported_spec,n_diseased,n_nondiseased\nK,,,,,90%,80%,105,20\n"
    table = read_table(write(text))
    # 89.5 to 90.5 % of 105 are 93.98 to 95.02: 94 or 95.
    assert {tuple(row) for row in table.alternatives[0].tolist()} == {
        (94, 4, 11, 16),
        (95, 4, 10, 16),
    }
    assert counts(table)[0] in table.alternatives[0].tolist()
    assert "2 tables fit" in dict(table.recovered)["K"]
    assert "(1 uncertain)" in repr(table)


def test_the_most_central_table_is_shown(write):
    text = f"{HEADER},reported_sens,n_diseased,n_nondiseased,reported_tn\nK,,,,,90%,300,20,16\n"
    table = read_table(write(text))
    assert sorted(table.alternatives[0][:, 0].tolist()) == [269, 270, 271]
    assert counts(table) == [[270, 4, 30, 16]]


def test_tables_can_be_written_out(write):
    table = read_table(
        write(
            f"{HEADER},alternatives\nA,31,4,2,9,31/4/2/9; 30/4/3/9\nB,1,2,3,4,\n"
            "C,,,,,5/6/7/8;5/6/7/9\n"
        )
    )
    assert table.alternatives[0].tolist() == TWO
    assert table.alternatives[2].tolist() == [[5, 6, 7, 8], [5, 6, 7, 9]]
    assert list(table.alternatives) == [0, 2]


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (",,,,75.61%,65.71%,40,35", r"no table fits the reported figures: sens = 75.61% and"),
        (",,,,75.61%,65.71%,,", "the sizes of the groups do not follow from sens = 75.61%"),
        (",,,,90%,80%,3000,4000", "1,271 tables fit"),
        (",,,,90%,80%,30000,40000", r"more than 2,000; Any of accuracy"),
        (",,,,9x,80%,30,40", r'reported_sens = "9x" is not a number'),
        (",,,,,,30,40", "tp is missing; give the count"),
        ("5,x,,7,90%,,30,40", r'fp = "x" is not a number'),
    ],
)
def test_what_cannot_be_recovered_is_refused_with_row_and_study(write, cells, reason):
    path = write(
        f"{HEADER},reported_sens,reported_spec,n_diseased,n_nondiseased\nA,1,2,3,4,,,,\nKim,{cells}\n"
    )
    if "1,271" in reason:
        assert len(read_table(path).alternatives[1]) == 31 * 41
        return
    with pytest.raises(DataError, match=reason) as caught:
        read_table(path)
    assert 'row 3 ("Kim")' in str(caught.value)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("31,4,2,9,30/4/3/9; 29/4/4/9", "none of the tables is that of the counts, tp = 31"),
        (",,,,30/4/3", 'alternatives = "30/4/3" is no table'),
        (",,,,30/4/3/x; 1/1/1/1", 'alternatives = "x" is not a number'),
        (",,3,,30/4/2/9; 29/4/4/9", "no table of the alternatives fits alternatives, fn = 3"),
    ],
)
def test_wrong_alternatives_are_refused(write, row, reason):
    with pytest.raises(DataError, match=reason):
        read_table(write(f"{HEADER},alternatives\nKim,{row}\n"))


def test_figures_beside_counts_are_compared_and_do_not_change_them(write):
    # Ohno in the guideline's Table 13: 266/20/30/80 beside 90 %, 72 % and 0.141.
    table = read_table(
        write(
            f"{HEADER},reported_sens,reported_spec,reported_lr_neg\n"
            "Ohno,266,20,30,80,90%,72%,0.141\nJin,35,0,1,25,97%,100%,0.028\n"
        )
    )
    assert counts(table) == [[266, 20, 30, 80], [35, 0, 1, 25]]
    assert table.recovered == ()
    assert table.clashes == (
        ("Ohno", "reported spec = 72% clashes with its counts, which give 80%"),
        ("Ohno", "reported lr_neg = 0.141 clashes with its counts, which give 0.127"),
    )


def test_a_declared_column_is_what_it_is_declared_as(write):
    from metadx.studies.covariates import CovariateSpec

    path = write(f"{HEADER},reported_sens\nA,31,4,2,9,50%\n")
    table = read_table(path, covariates={"reported_sens": CovariateSpec("note")})
    assert table.clashes == ()


def uncertain(**more):
    return AccuracyTable.from_counts(
        ["A", "B"],
        *([31, 5], [4, 6], [2, 7], [9, 8]),
        alternatives={0: TWO},
        recovered=(("A", "somehow"),),
        clashes=(("B", "something"),),
        **more,
    )


def test_uncertain_rows_survive_every_way_a_table_goes():
    table = uncertain()
    assert read_table(table.to_frame()) == table
    copy = pickle.loads(pickle.dumps(table))
    assert copy == table
    assert hash(copy) == hash(table)
    assert (copy.recovered, copy.clashes, copy.sha256) == (
        table.recovered,
        table.clashes,
        table.sha256,
    )
    first, second = table.take([0]), table.take([1])
    assert first.alternatives[0].tolist() == TWO
    assert (first.recovered, first.clashes) == (table.recovered, ())
    assert (dict(second.alternatives), second.clashes) == ({}, table.clashes)
    assert table.take([1, 0]).alternatives[0].tolist() == TWO


def test_alternatives_are_part_of_the_content():
    plain = AccuracyTable.from_counts(["A", "B"], [31, 5], [4, 6], [2, 7], [9, 8])
    table = uncertain()
    assert table != plain
    assert table.sha256 != plain.sha256
    other = AccuracyTable.from_counts(
        ["A", "B"], [31, 5], [4, 6], [2, 7], [9, 8], alternatives={0: TWO[::-1]}
    )
    assert other == table
    with pytest.raises(ValueError, match="read-only"):
        table.alternatives[0][0, 0] = 1
    with pytest.raises(TypeError):
        table.alternatives[1] = table.alternatives[0]


@pytest.mark.parametrize(
    ("alternatives", "reason"),
    [
        ({2: TWO}, "place 2, where no study is"),
        ({0: TWO[:1]}, "two or more, all different"),
        ({0: [TWO[0], *TWO]}, "two or more, all different"),
        ({0: [[30, 4, 3, 9], [29, 4, 4, 9]]}, "must include the counts shown, 31/4/2/9"),
        ({0: [TWO[0], [-1, 4, 34, 9]]}, "counts from 0 up"),
        ({0: [TWO[0], [0, 0, 0, 0]]}, "somebody in each"),
        ({0: [[31.0, 4.0, 2.0, 9.0]]}, "whole numbers"),
        ({0: [31, 4, 2, 9]}, "one row of tp, fp, fn, tn each"),
    ],
)
def test_alternatives_that_are_none(alternatives, reason):
    with pytest.raises(DataError, match=reason):
        AccuracyTable.from_counts(
            ["A", "B"], [31, 5], [4, 6], [2, 7], [9, 8], alternatives=alternatives
        )


def test_printed_group_sizes_must_hold_in_every_table():
    with pytest.raises(DataError, match="an alternative table makes n_diseased = 34, not 33"):
        AccuracyTable.from_counts(
            ["A"], [31], [4], [2], [9], alternatives={0: [TWO[0], [31, 4, 3, 9]]}, n_diseased=[33]
        )
