from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadx.errors import DataError
from metadx.studies.agreement_figures import half_unit, printed_decimal
from metadx.studies.agreement_remarks import agreement_remarks
from metadx.studies.agreement_review import load_agreement

HEADER = "finding,rater_a,rater_b,n,kappa,kappa_lower,kappa_upper,kappa_se,kappa_level,spearman\n"
COLUMNS = (
    "study, finding, region, rater_a, rater_b, n, kappa, kappa_lower, kappa_upper, kappa_se, "
    "kappa_level, kappa_weights, spearman, spearman_of, note"
)
FORM = """
[review]
title = "x"
kind = "agreement"
[scale]
categories = ["no", "some", "much"]
boundaries = [1, 25]
"""
FIGURES = "finding,rater_a,rater_b,n,kappa\ncyst,AI,reader,20,0.60\n"
MARGINS = """\
finding,rater,category,count,percent
cyst,AI,no,10,
cyst,AI,some,6,
cyst,AI,much,4,
cyst,reader,no,12,60.0
cyst,reader,some,5,25.0%
cyst,reader,much,3,15
"""
CORRECTION = """
[[corrections]]
rater = "AI"
printed = [10, 7, 4]
candidates = [[10, 6, 4], [9, 7, 4]]
reason = "one too many"
"""


@pytest.fixture
def printed(write):
    """Read a table of printed figures."""

    def _printed(text):
        return load_agreement(write(text, "p.csv"), scale=["no", "some", "much"]).table

    return _printed


@pytest.fixture
def review(write):
    """Read a folder of printed figures, margins and quartiles."""

    def _review(form=FORM, figures=FIGURES, margins=MARGINS, **others):
        files = {"agreement": figures, "margins": margins, **others}
        for name, text in files.items():
            if text:
                write(text, f"mine/{name}.csv")
        return load_agreement(write(form, "mine/review.toml").parent)

    return _review


def test_figures_keep_the_digits_they_were_printed_with(printed):
    (row,) = printed(
        "n,kappa,kappa_lower,kappa_upper,kappa_level,kappa_weights,spearman,spearman_of\n"
        "40,.60,-0.1,0.95,0.9,Quadratic,\N{MINUS SIGN}0.250,measurement\n"
    ).rows
    kappa, spearman = row.kappa, row.spearman
    assert (row.rater_a, row.rater_b, row.n) == ("rater A", "rater B", 40)
    assert (kappa.value, kappa.decimals, kappa.lower, kappa.upper) == (0.6, 2, -0.1, 0.95)
    assert (kappa.places("lower"), kappa.places("upper")) == (1, 2)
    assert (kappa.level, kappa.weights) == (0.9, "quadratic")
    assert (spearman.value, spearman.decimals, spearman.continuous) == (-0.25, 3, True)


def test_limits_of_different_digits_are_remarked(printed):
    table = printed("n,kappa,kappa_lower,kappa_upper\n40,0.55,0.42,0.6\n")
    ((about, words),) = [one for one in table.remarks if "decimals" in one[1]]
    assert about.endswith("kappa_lower and kappa_upper")
    assert words.startswith("figures have 1 to 2 decimals; each is taken as rounded to its own.")
    even = printed("n,kappa,kappa_lower,kappa_upper\n40,0.55,0.42,0.60\n")
    assert not [words for _, words in even.remarks if "decimals" in words]


def test_what_is_not_told_is_not_assumed(printed):
    (row,) = printed("n,kappa,kappa_se,spearman\n40,0.6,0.071,0.5\n").rows
    assert (row.kappa.weights, row.kappa.level, row.kappa.lower) == (None, 0.95, None)
    assert (row.kappa.se, row.kappa.places("se")) == (0.071, 3)
    assert row.spearman.continuous is False


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("cyst,A,B,20,1.2,,,,,", "kappa = 1.2 lies outside -1 to 1; correct it"),
        ("cyst,A,B,20,0.5,0.7,0.3,,,", "the interval 0.7 to 0.3 of kappa is reversed; exchange the "
         "limits or correct them"),
        ("cyst,A,B,20,0.5,0.6,0.7,,,", "the interval 0.6 to 0.7 does not contain kappa = 0.5; "
         "correct the figures, or leave the limits out if the paper prints them so"),
        ("cyst,A,B,20,0.5,0.3,,,,", "kappa_upper is missing; give both limits or neither"),
        ("cyst,A,B,20,,0.3,0.6,,,", "kappa is missing beside its interval or standard error"),
        ("cyst,A,B,,0.5,,,,,", "n is missing; give the count (missing is never read as 0) or drop "
         "the row"),
        ("cyst,A,B,-20,0.5,,,,,", 'n = "-20" is negative; correct the count'),
        ("cyst,A,B,0,0.5,,,,,", "n = 0; wanted the number of cases that both rated"),
        ("cyst,A,A,20,0.5,,,,,", 'rater_a and rater_b are both "A"; name two raters'),
        ("cyst,A,,20,0.5,,,,,", "rater_b is empty; name the rater"),
        ('cyst,A,B,20,"0,5",,,,,', 'kappa = "0,5" has a decimal comma; write 0.5'),
        ("cyst,A,B,20,50%,,,,,", 'kappa = "50%" is a per cent; write the number alone, as printed'),
        ("cyst,A,B,20,5e-1,,,,,", 'kappa = "5e-1" is not a decimal number; write it as printed, '
         "such as 0.60"),
        ("cyst,A,B,20,0.5,,,-0.1,,", "kappa_se = -0.1 is negative; correct it"),
        ("cyst,A,B,20,0.5,0.3,0.6,,95,", "kappa_level = 95 lies outside 0 to 1; wanted a share "
         "such as 0.95"),
        ("cyst,A,B,20,,,,,,-1.01", "spearman = -1.01 lies outside -1 to 1; correct it"),
        ("cyst,A,B,20,,,,,,", "no figure of agreement: wanted kappa, spearman, margins of both "
         "raters or ratings"),
    ],
)  # fmt: skip
def test_what_a_printed_figure_may_not_be(line, message, printed):
    with pytest.raises(DataError) as caught:
        printed(HEADER + line + "\n")
    assert str(caught.value) == f'p.csv, row 2 ("cyst"): {message}.'


def test_rounded_limits_may_touch_a_rounded_kappa(printed):
    line = HEADER + "cyst,A,B,20,0.504,0.51,0.60,,,\n"
    with pytest.raises(DataError, match="does not contain"):
        printed(line)
    assert printed(line.replace("0.51", "0.50")).rows[0].kappa.lower == 0.5
    # 0.505 may be 0.5046 rounded up, and 0.5 anything from 0.45.
    assert printed(line.replace("0.504,0.51", "0.505,0.51")).rows[0].kappa.value == 0.505


def test_the_same_pair_twice_is_refused(printed):
    text = "finding,rater_a,rater_b,n,kappa\ncyst,A,B,20,0.5\nnodule,A,B,20,0.5\ncyst,B,A,20,0.4\n"
    with pytest.raises(DataError) as caught:
        printed(text)
    assert str(caught.value) == (
        'p.csv, row 4 ("cyst"): the same raters and finding as in row 2; keep one of them.'
    )


def test_columns_without_meaning_are_refused(printed):
    with pytest.raises(DataError) as caught:
        printed("n,kappa,kappa_uper\n20,0.5,0.6\n")
    assert str(caught.value) == (
        f'p.csv: unknown column "kappa_uper", wanted of {COLUMNS}; did you mean kappa_upper?'
    )
    with pytest.raises(DataError, match='kappa_weights = "cubic" is not known, wanted one of'):
        printed("n,kappa,kappa_weights\n20,0.5,cubic\n")


@given(st.integers(-10_000, 10_000), st.integers(0, 4))
def test_a_printed_number_is_within_half_a_unit_of_what_it_was(thousandths, decimals):
    text = f"{Fraction(thousandths, 10_000):.{decimals}f}"
    value, found = printed_decimal(text)
    assert found == decimals
    assert abs(value - thousandths / 10_000) <= half_unit(decimals) + 1e-12


def test_margins_are_put_beside_the_figures(review):
    (row,) = review().table.rows
    assert [m.tolist() for m in (*row.margins_a, *row.margins_b)] == [[10, 6, 4], [12, 5, 3]]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("AI,some,6", "AI,some,7", 'margins.csv, row 2 ("AI, cyst"): the counts 10, 7, 4 add up to '
         "21, not to n = 20; correct what was mistyped, or declare a misprint in review.toml: "
         '[[corrections]] rater = "AI", printed = [10, 7, 4], candidates = [[...]], reason = '
         '"...".'),
        ("cyst,AI,much,4,\n", "", 'margins.csv, row 2 ("AI, cyst"): no count of "much": 2 '
         "categories of 3; give all of them, 0 where none was given (what is left out is never "
         "read as 0)."),
        ("AI,some,6", "AI,some,-6", 'margins.csv, row 3 ("AI, cyst"): count = "-6" is negative; '
         "correct the count."),
        ("AI,some,6", "AI,some,", 'margins.csv, row 3 ("AI, cyst"): count is missing; give the '
         "count (missing is never read as 0) or drop the row."),
        ("AI,some,6", "AI,som,6", 'margins.csv, row 3 ("AI, cyst"): category = "som" is no '
         'category of the scale, wanted one of no, some, much; did you mean "some"?'),
        ("AI,some,6", "AI,no,6", 'margins.csv, row 3 ("AI, cyst"): category "no" again, as in row '
         "2; keep one of them."),
        ("cyst,reader,", "cyst,reder,", 'margins.csv, row 5 ("reder, cyst"): "reder" is none of '
         "the raters of this finding, who are AI, reader; correct the name."),
        ("cyst,reader,", "cist,reader,", 'margins.csv, row 5 ("reader, cist"): no pair of raters '
         "has this study, finding and region; there are cyst."),
        ("12,60.0", "12,160", 'margins.csv, row 5 ("reader, cyst"): percent = 160 lies outside 0 '
         "to 100; correct it."),
    ],
)  # fmt: skip
def test_what_margins_may_not_be(old, new, message, review):
    with pytest.raises(DataError) as caught:
        review(margins=MARGINS.replace(old, new))
    assert str(caught.value) == message


def test_four_categories_against_five_are_refused(review):
    form = FORM.replace('"much"]', '"much", "all", "more"]').replace("25]", "25, 50, 75]")
    extra = "cyst,AI,all,0,\ncyst,reader,all,0,\ncyst,reader,more,0,\n"
    with pytest.raises(DataError) as caught:
        review(form, margins=MARGINS + extra)
    assert str(caught.value) == (
        'margins.csv, row 2 ("AI, cyst"): no count of "more": 4 categories of 5; give all of them, '
        "0 where none was given (what is left out is never read as 0)."
    )


def test_a_declared_misprint_is_taken_with_its_reason(review):
    margins = MARGINS.replace("AI,some,6", "AI,some,7")
    found = review(FORM + CORRECTION, margins=margins)
    (row,), (correction,) = found.table.rows, found.table.corrections
    assert [m.tolist() for m in row.margins_a] == [[10, 6, 4], [9, 7, 4]]
    assert (correction.finding, correction.reason) == ("cyst", "one too many")
    assert agreement_remarks(found) == (
        ("AI, cyst", "printed are 10, 7, 4, which add up to 21, n is 20. Declared: one too many. "
         "Taken as (10, 6, 4) or (9, 7, 4)."),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("printed = [10, 7, 4]", "printed = [10, 7, 5]", "corrections[1].printed = [10, 7, 5] is "
         "no printed margin; printed is AI, cyst: 10, 7, 4. Write the counts as they stand in the "
         "table."),
        ("[9, 7, 4]", "[9, 7, 5]", "corrections[1].candidates: [9, 7, 5] adds up to 21, wanted n = "
         "20; correct it."),
        ("[9, 7, 4]", "[9, 11]", "corrections[1].candidates: [9, 11] has 2 counts, wanted 3, one a "
         "category."),
        ("[9, 7, 4]", "[10, 6, 4]", "corrections[1].candidates: [10, 6, 4] stands there twice; "
         "keep one."),
        ('rater = "AI"', 'rater = "IA"', 'corrections[1]: no margin of "IA" for "any finding"; '
         "correct the names."),
        ('rater = "AI"', 'rater = "AI"\nfinding = "nodule"', 'corrections[1]: no margin of "AI" '
         'for "nodule"; correct the names.'),
        (CORRECTION, CORRECTION * 2, "corrections[2] and corrections[1] are about the same margin; "
         "give all candidates in one."),
    ],
)  # fmt: skip
def test_what_a_correction_may_not_be(old, new, message, review):
    margins = MARGINS.replace("AI,some,6", "AI,some,7")
    with pytest.raises(DataError) as caught:
        review((FORM + CORRECTION).replace(old, new), margins=margins)
    assert str(caught.value).partition("review.toml: ")[2] == message


def test_a_correction_must_name_which_of_two_equal_margins(review):
    figures = FIGURES + "nodule,AI,reader,20,0.5\n"
    margins = MARGINS.replace("AI,some,6", "AI,some,7")
    margins += margins.partition("\n")[2].replace("cyst", "nodule")
    with pytest.raises(DataError, match=r"corrections\[1\] fits 2 margins"):
        review(FORM + CORRECTION, figures, margins)


def test_percentages_that_contradict_counts_are_told_and_counts_stand(review):
    found = review(margins=MARGINS.replace("12,60.0", "12,65.0"))
    assert found.table.rows[0].margins_b[0].tolist() == [12, 5, 3]
    assert agreement_remarks(found) == (
        ("reader, cyst", 'category "no": 12 is 60.0 % of 20, printed is 65.0 %, which would be 13 '
         "of 20; the count is used, for no correction is declared."),
    )  # fmt: skip
    found = review(margins=MARGINS.replace("12,60.0", "12,61.7"))
    assert "printed is 61.7 %, which no count of 20 gives;" in agreement_remarks(found)[0][1]


def test_a_correction_is_compared_with_the_percentages(review):
    margins = MARGINS.replace("AI,no,10,", "AI,no,10,50.0").replace("AI,some,6,", "AI,some,7,30.0")
    remarks = agreement_remarks(review(FORM + CORRECTION, margins=margins))
    assert remarks[0][1].endswith(
        "Taken as (10, 6, 4) or (9, 7, 4), which go against 0, 2 printed percentages."
    )
    assert remarks[1][1] == (
        'category "some": 7 is 35.0 % of 20, printed is 30.0 %, which would be 6 of 20; of the 2 '
        "declared candidates 1 agree with the percentage."
    )
    single = CORRECTION.replace(", [9, 7, 4]", "")
    remarks = agreement_remarks(review(FORM + single, margins=margins))
    assert remarks[0][1].endswith("Taken as (10, 6, 4), which fits all printed percentages.")
    assert remarks[1][1].endswith("the declared correction agrees with the percentage.")


def test_a_kappa_above_what_margins_allow_is_told(review):
    # Equal categories can meet in 10, 5 and 3 of 20 cases: kappa at most 0.1 short of 1 over
    # what chance leaves, 1 - (120 + 30 + 12)/400.
    figures = FIGURES.replace("kappa\n", "kappa,kappa_weights\n")
    most = (18 / 20 - 162 / 400) / (1 - 162 / 400)
    told = figures.replace("0.60", "0.84,unweighted")
    (remark,) = agreement_remarks(review(figures=told))
    assert remark[0] == "cyst"
    assert f"0.84 is above {most:.3f}, the most that raters with these margins" in remark[1]
    assert agreement_remarks(review(figures=told.replace("0.84", "0.83"))) == ()
    # With quadratic weights the same margins allow 0.93.
    assert agreement_remarks(review(figures=told.replace("unweighted", "unknown"))) == ()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("cyst,AI,0.4,0.1,1.0", "the quartiles 0.4, 0.1, 1 are not in increasing order; correct "
         "them"),
        ("cyst,AI,0.4,,1.0", "median is missing; give all three or drop the row"),
        ("cyst,AI,x,0.4,1.0", 'lower_quartile = "x" is not a decimal number; write it as printed, '
         "such as 0.60"),
        ("cyst,reader,0.1,0.4,1.0", "quartiles are those of what rater_a measured, who is AI "
         "there"),
        ("nodule,AI,0.1,0.4,1.0", "no pair of raters has this study, finding and region; correct "
         "the names"),
        ("cyst,,0.1,0.4,1.0", "rater is empty; name who measured"),
    ],
)  # fmt: skip
def test_what_quartiles_may_not_be(line, message, review):
    header = "finding,rater,lower_quartile,median,upper_quartile\n"
    with pytest.raises(DataError) as caught:
        review(quartiles=header + line + "\n")
    assert str(caught.value).startswith("quartiles.csv, row 2")
    assert str(caught.value).partition("): ")[2] == f"{message}."


def test_quartiles_without_boundaries_are_told(review):
    text = "finding,rater,lower_quartile,median,upper_quartile\ncyst,AI,0.1,0.4,1.0\n"
    found = review(FORM.replace("boundaries = [1, 25]", ""), quartiles=text)
    assert found.table.remarks == (
        ("quartiles.csv", "quartiles are not used: no boundaries of the categories are declared "
         "([scale])."),
    )  # fmt: skip


RATED = (
    "finding,reader,AI,count\ncyst,no,no,9\ncyst,some,no,1\ncyst,some,some,5\ncyst,much,much,5\n"
)


def test_printed_figures_stand_beside_ratings_of_the_same_raters(review):
    (row,) = review(margins="", ratings=RATED).table.rows
    assert (row.rater_a, row.rater_b, row.kappa.value) == ("AI", "reader", 0.6)
    assert row.counts.tolist() == [[9, 1, 0], [0, 5, 0], [0, 0, 5]]
    assert row.margins_a[0].tolist() == [10, 5, 5]


def test_printed_figures_may_not_contradict_the_ratings(review):
    with pytest.raises(DataError) as caught:
        review(margins="", ratings=RATED, figures=FIGURES.replace(",20,", ",21,"))
    assert str(caught.value) == (
        'agreement.csv, row 2 ("cyst"): n = 21, but 20 cases were rated by both in the ratings; '
        "correct one of them."
    )
    with pytest.raises(DataError) as caught:
        review(ratings=RATED)
    assert str(caught.value) == (
        "margins.csv: 2 problems\n"
        '  row 2 ("cyst"): the counts of AI are not those of the ratings (10, 5, 5); correct one '
        "of them.\n"
        '  row 5 ("cyst"): the counts of reader are not those of the ratings (9, 6, 5); correct '
        "one of them."
    )
