from pathlib import Path

import pytest

import metadx
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical
from metadx.studies.cross_checks import Finding, findings
from metadx.studies.review import Published, Review, list_datasets, load_dataset
from metadx.studies.swaps import low_accuracy

CLEAN = {
    "study": [f"Study {i}" for i in range(9)],
    "tp": [68, 31, 40, 25, 90, 12, 55, 61, 77],
    "fp": [14, 1, 3, 6, 9, 2, 5, 8, 7],
    "fn": [35, 2, 9, 5, 13, 3, 11, 6, 8],
    "tn": [132, 19, 41, 60, 88, 23, 54, 79, 71],
}


def review(*, published=(), covariates=None, **changes):
    table = AccuracyTable.from_counts(**CLEAN | changes, covariates=covariates)
    return Review("x", Path(), "x", table, published=published)


def with_study(**row):
    return review(**{name: [*values, row[name]] for name, values in CLEAN.items()})


def exchanged(*pairs):
    columns = dict(CLEAN)
    for a, b in pairs:
        columns[a], columns[b] = columns[b], columns[a]
    return review(**columns)


def test_a_clean_review_has_no_findings():
    assert findings(review()) == ()


def test_a_row_that_is_the_sum_of_the_others_is_no_study():
    sums = {name: sum(values) for name, values in CLEAN.items() if name != "study"}
    (found,) = findings(with_study(study="All of them", **sums))
    assert found.about == '"All of them"'
    assert "its four counts are the sums of all other rows; leave it out" in found.text
    assert findings(with_study(study="All of them", **sums | {"tn": sums["tn"] + 1})) == ()
    (found,) = findings(with_study(study="Total:", **sums | {"tn": 99}))
    assert "labelled as a total" in found.text
    pooled = metadx.fit(with_study(study="All of them", **sums).table, draws=400)
    assert any("sums of all other rows" in note.text for note in pooled.notes)


def test_few_studies_are_prior_led():
    first = {name: values[:3] for name, values in CLEAN.items()}
    text = "the spread between studies is prior-led: the prior decides about it, not the data"
    assert findings(review(**first)) == (Finding("3 studies", text),)
    one = {name: values[:1] for name, values in CLEAN.items()}
    assert findings(review(**one))[0].about == "one study"
    assert findings(review(**{name: values[:4] for name, values in CLEAN.items()})) == ()


def test_an_empty_arm_is_named():
    assert findings(with_study(study="Wu", tp=5, fp=0, fn=1, tn=0)) == (
        Finding('"Wu"', "no non-diseased participants (fp + tn = 0): says nothing about spec"),
    )
    assert findings(with_study(study="Wu", tp=0, fp=1, fn=0, tn=7)) == (
        Finding('"Wu"', "no diseased participants (tp + fn = 0): says nothing about sens"),
    )


def test_four_equal_counts_look_like_one_study_entered_twice():
    assert findings(with_study(study="Wu", tp=31, fp=1, fn=2, tn=19)) == (
        Finding(
            '"Study 1", "Wu"',
            "the same four counts (tp = 31, fp = 1, fn = 2, tn = 19); entered twice?",
        ),
    )
    assert findings(with_study(study="Wu", tp=31, fp=1, fn=2, tn=20)) == ()


@pytest.mark.parametrize("label", ["STUDY 1", "study-1", "Study  (1)", "Study1", "Stúdy 1"])
def test_labels_that_differ_in_spelling_only_are_noticed(label):
    assert findings(with_study(study=label, tp=30, fp=1, fn=3, tn=18)) == (
        Finding(
            f'"Study 1", "{" ".join(label.split())}"',
            "labels that differ in spelling only; the same study twice?",
        ),
    )


@pytest.mark.parametrize("label", ["Study 1a", "Study 1+", "Study 0.1", "Study 11", "研究 1"])
def test_labels_that_differ_in_more_are_two_studies(label):
    assert findings(with_study(study=label, tp=30, fp=1, fn=3, tn=18)) == ()


def test_a_point_within_a_number_is_no_punctuation():
    assert findings(review(study=[*CLEAN["study"][:7], "Lee 2.5 mm", "Lee 25 mm"])) == ()


def test_labels_of_signs_alone_are_compared_as_they_are():
    changes = {"study": [*CLEAN["study"][:7], "(-)", "(.)"]}
    assert findings(review(**changes)) == ()


def test_a_study_worse_than_chance_is_named():
    assert findings(with_study(study="Wu", tp=3, fp=17, fn=19, tn=2)) == (
        Finding('"Wu"', "sens + spec < 1, worse than chance; are two counts exchanged?"),
    )


def test_a_small_study_below_chance_by_chance_is_not():
    assert findings(with_study(study="Wu", tp=1, fp=2, fn=2, tn=3)) == ()


@pytest.mark.parametrize(
    ("pairs", "named"),
    [
        ([("tp", "tn"), ("fp", "fn"), ("tp", "fn")], "tp and fn would mend it"),
        ([("fp", "tn")], "fp and tn would mend it"),
        ([("tp", "fn"), ("fp", "tn")], "tp and fn, and fp and tn (positive and negative results "
         "exchanged), or tp and fp, and fn and tn (diseased and non-diseased exchanged) would"),
        ([("tp", "fp"), ("fn", "tn")], "tp and fp, and fn and tn (diseased and non-diseased "),
    ],
)  # fmt: skip
def test_exchanged_columns_are_recognised(pairs, named):
    (found,) = findings(exchanged(*pairs))
    assert found.about.endswith(" of 9 studies")
    assert found.text.startswith('sens + spec < 1, worse than chance ("Study 0", ')
    assert "exchanging the columns " in found.text
    assert named in found.text


def test_the_simplest_exchange_that_mends_is_named():
    # True sens 0.8 and spec 0.7 with tp and fn exchanged; exchanging both pairs would also mend it.
    table = AccuracyTable.from_counts(["Wu"], tp=[20], fp=[30], fn=[80], tn=[70])
    ((about, text),) = low_accuracy(table)
    assert about == "1 of 1 studies"
    assert text.endswith("; exchanging the columns tp and fn would mend it")


def test_results_turned_round_are_not_mended_by_half():
    # True sens 0.8 and spec 0.9: exchanging fp and tn alone would bring all just above chance.
    table = AccuracyTable.from_counts(["Wu"], tp=[20], fp=[90], fn=[80], tn=[10])
    ((_, text),) = low_accuracy(table)
    assert "columns tp and fn, and fp and tn (positive and negative results exchanged), or" in text
    # Groups of one size, exchanged crosswise, can be told apart by nothing.
    table = AccuracyTable.from_counts(["Wu"], tp=[10], fp=[80], fn=[90], tn=[80])
    ((_, text),) = low_accuracy(table)
    assert "tp and fp" in text


def test_a_test_at_chance_level_gets_no_advice_to_exchange_columns():
    hits = [49] * 5 + [51] * 4
    misses = [100 - n for n in hits]
    table = AccuracyTable.from_counts(CLEAN["study"], tp=hits, fp=misses, fn=misses, tn=hits)
    ((about, text),) = low_accuracy(table)
    assert about == "5 of 9 studies"
    assert text.endswith("; check the columns")


def test_sens_and_spec_that_add_up_to_one_are_not_below_it():
    table = AccuracyTable.from_counts(["Wu"], tp=[1], fp=[1], fn=[2], tn=[2])
    assert low_accuracy(table) == []
    table = AccuracyTable.from_counts(["Wu"], tp=[7], fp=[7], fn=[3], tn=[3])
    assert low_accuracy(table) == []


def test_counts_with_a_common_divisor_look_multiplied():
    def times(factor, n=9):
        return {
            name: values[:n] if name == "study" else [v * factor for v in values[:n]]
            for name, values in CLEAN.items()
        }

    assert findings(review(**times(2))) == (
        Finding("all studies", "every count is even: doubled?"),
    )
    assert findings(review(**times(3))) == (
        Finding("all studies", "every count is a multiple of 3: multiplied?"),
    )
    assert findings(review(**times(2, n=7))) == ()


def test_levels_that_differ_in_case_only_are_noticed():
    values = ("yes", "Yes", "no", "no", "HE + FU", "HE/FU", "no", None, "yes")
    blinded = Categorical("blinded", values, ("yes", "Yes", "no", "HE + FU", "HE/FU"), "no")
    assert findings(review(covariates={"blinded": blinded})) == (
        Finding(
            'column "blinded"',
            'the levels "yes" and "Yes" differ in case or spaces only and are kept apart',
        ),
    )


def test_a_published_figure_outside_its_limits_is_noticed():
    figures = (
        Published("sens", 0.67, 0.62, 0.72),
        Published("auc", 0.9),
        Published("dor", 54.0, lower=60.0),
        Published("spec", 0.95, 0.90, 0.94),
    )
    assert findings(review(published=figures)) == (
        Finding("published dor", "54.0 lies outside its own limits 60.0 to inf; a misprint?"),
        Finding("published spec", "0.95 lies outside its own limits 0.9 to 0.94; a misprint?"),
    )


def test_shipped_reviews_have_no_findings_but_the_known_one():
    found = {name: findings(load_dataset(name)) for name in list_datasets("accuracy")}
    noticed = {name: [f.about for f in some] for name, some in found.items() if some}
    assert noticed == {
        "ovarian-trucut-biopsy": ['"Kong 2016", "Epstein 2016", "Yousefi 2017", "Mascilini 2023"']
    }
