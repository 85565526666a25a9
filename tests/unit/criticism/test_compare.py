"""A comparison of formulas: the same studies, each row the fit by itself, an honest ranking."""

import numpy as np
import pytest

import metadx
from metadx.criticism.compare import compare, formula_text
from metadx.criticism.comparison_notes import comparison_notes
from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from tests.unit.criticism.prior_simulation import own_card


def review_like(seed=4, studies=24, effect=2.0, spread=0.3, lacking=()):
    """Tables whose sensitivity depends on `kind` and on nothing else."""
    rng = np.random.default_rng(seed)
    kind = np.array(["a", "b"] * (studies // 2))
    logits = rng.normal(0.5 + effect * (kind == "b"), spread), rng.normal(1.5, spread, studies)
    tp, tn = (rng.binomial(90, 1 / (1 + np.exp(-logit))) for logit in logits)
    noise = Categorical("noise", tuple(rng.permutation(list("xyz" * (studies // 3)))), "xyz", "x")
    year = rng.integers(2000, 2020, studies).astype(float)
    year[list(lacking)] = np.nan
    return AccuracyTable.from_counts(
        [f"S{i}" for i in range(studies)],
        tp,
        90 - tn,
        90 - tp,
        tn,
        covariates={
            "kind": Categorical("kind", tuple(kind), ("a", "b"), "a"),
            "noise": noise,
            "year": Continuous("year", year),
        },
    )


@pytest.fixture(scope="module")
def found():
    formulas = ["~ noise", "sens ~ kind", "~ kind", "sens ~ kind; spec ~ noise"]
    return compare(review_like(), formulas, draws=2000)


def test_the_covariate_that_matters_comes_first_and_clearly(found):
    assert found.models[0].formula == "sens ~ kind"
    worse = {one.formula: one.clearly_worse for one in found.models}
    without_it = {"~ 1", "~ noise"}
    assert worse == {formula: formula in without_it for formula in worse}
    best, none = found.models[0], found.baseline
    assert best.explained.share[0] > 0.8
    assert best.bayes_factors[2].log > 5
    assert best.likelihood_ratio.p < 1e-5
    assert none.bayes_factors == ()
    assert none.explained.share == (0, 0)
    assert (none.likelihood_ratio.chi2, none.likelihood_ratio.df) == (0, 0)


def test_differences_and_their_errors_are_those_by_study(found):
    best = found.models[0]
    assert best.difference == best.difference_se == 0
    for one in found.models[1:]:
        gap = one.loo.elpd - best.loo.elpd
        assert one.difference == pytest.approx(gap.sum())
        assert one.difference < 0
        assert one.difference_se == pytest.approx(np.sqrt(24) * np.std(gap, ddof=1))


def test_each_row_is_the_fit_by_itself(found):
    one = next(model for model in found.models if model.formula == "sens ~ kind; spec ~ noise")
    alone = metadx.fit(
        review_like(), sens="~ kind", spec="~ noise", draws=2000, study_effects=False
    )
    np.testing.assert_array_equal(one.fit.tau, alone.tau)
    assert one.evidence.log == alone.engine.log_evidence
    np.testing.assert_array_equal(one.loo.elpd, metadx.leave_one_out(alone, refit=True).elpd)
    assert one.parameters == 2 + 3 + 3
    assert one.likelihood_ratio.df == 3
    assert found.passed


def test_a_formula_counts_once_however_it_is_written():
    formulas = ["~ kind", "sens ~ kind; spec ~ kind", "~ 1", "sens ~ 1", "spec ~ 1; sens ~kind"]
    found = compare(review_like(), formulas, draws=400)
    assert sorted(one.formula for one in found.models) == ["sens ~ kind", "~ 1", "~ kind"]


def test_all_formulas_see_the_same_studies():
    table = review_like(lacking=(3, 7))
    found = compare(table, ["~ kind", "spec ~ year"], missing="drop", draws=400)
    assert found.dropped == ("S3", "S7")
    assert {one.fit.table.n_studies for one in found.models} == {22}
    assert found.table.n_studies == 22
    assert any("S3, S7" in note for note in found.notes)
    with pytest.raises(DataError, match=r'year is missing in 2 of 24 studies \("S3", "S7"\)'):
        compare(table, ["~ kind", "spec ~ year"], draws=400)


def test_formulas_that_cannot_be_told_apart_are_said():
    found = compare(review_like(seed=1, effect=0.0), ["~ kind", "~ noise"], draws=1000)
    text = " ".join(found.notes)
    assert found.models[0].formula == "~ 1"
    assert "No formula predicts a study it has not seen better than no covariates." in text
    assert "rest on 24 studies" in text
    assert not any(one.clearly_worse for one in found.models)


def test_a_clear_winner_is_said(found):
    pair = [one for one in found.models if one.formula in {"sens ~ kind", "~ noise"}]
    assert comparison_notes(pair, ())[0] == (
        "sens ~ kind predicts a study it has not seen clearly best."
    )


def test_a_bayes_factor_that_turns_with_the_prior_is_said():
    found = compare(metadx.load_dataset("anti-ccp"), ["~ generation"], own_card(), draws=1000)
    factors = [factor.log for factor in found.models[0].bayes_factors]
    assert factors[0] > 1
    assert factors[-1] < -0.5
    assert any("so it decides nothing: ~ generation" in note for note in found.notes)


def test_a_small_gap_is_never_clear(found):
    """Below 4 the standard error cannot be trusted, above it must be exceeded twice."""
    from dataclasses import replace

    def judged(difference, error):
        model = replace(found.models[0], difference=difference, difference_se=error)
        return model.clearly_worse

    assert not judged(-3.9, 0.1)
    assert judged(-4.1, 2.0)
    assert not judged(-8.0, 4.1)
    assert judged(-8.0, 3.9)


def test_confounding_is_said_with_the_formula_it_touches():
    review = metadx.load_dataset("lung-nodules-dwi-mri")
    found = compare(review, ["spec ~ field_strength", "~ year"], missing="level", draws=400)
    (note,) = [text for text in found.notes if "field_strength = 3" in text]
    assert note.startswith("spec ~ field_strength: Every study with field_strength = 3 has nation")


@pytest.mark.parametrize("formula", ["~ nothing", "power ~ kind", "~ kind; ~ year", ""])
def test_a_formula_that_cannot_be_read_is_refused(formula):
    with pytest.raises(DataError):
        compare(review_like(), ["~ kind", formula], draws=400)


def test_one_text_for_both_margins():
    assert formula_text("~ a", "~ b + c") == "sens ~ a; spec ~ b + c"
    assert formula_text("~ a", "~ 1") == "sens ~ a"
    assert formula_text("~ 1", "~ 1") == "~ 1"


def test_a_study_that_cannot_be_left_out_by_weights_is_fitted_without():
    rows = [(90, 10, 10, 90)] * 7 + [(10, 90, 90, 10)]
    table = AccuracyTable.from_counts([f"S{i}" for i in range(8)], *zip(*rows, strict=True))
    (alone,) = compare(table, ["~ 1"], draws=1000).models
    assert alone.loo.refitted.tolist() == [7]
    assert alone.loo.doubtful.size == 0
