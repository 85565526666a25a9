"""Predictions of a study by the others: from draws, by refits and by simulation from the prior."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.criticism.leave_one_out import leave_one_out
from metadx.criticism.refit import predict_left_out, without_study
from metadx.designs.formula import build_design
from metadx.engines.fit import fit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.review import load_dataset
from tests.unit.criticism.prior_simulation import (
    CONTRAST_SD,
    MEAN_SD,
    TAU_SD,
    log_evidence,
    own_card,
)

CARD = own_card()


def fitted(data, draws=20_000, **options):
    return fit(data, CARD, engine="marginal", draws=draws, study_effects=False, **options)


@pytest.mark.parametrize(
    ("review", "formulas"),
    [
        ("telomerase", ("~ 1", "~ 1")),
        ("lung-nodules-dwi-mri", ("~ field_strength", "~ year")),
        ("anti-ccp", ("~ generation", "~ generation")),
    ],
)
def test_reweighted_draws_give_what_refits_give(review, formulas):
    whole = fitted(load_dataset(review), sens=formulas[0], spec=formulas[1], missing="level")
    found = leave_one_out(whole)
    assert (found.pareto_k < 0.7).all()
    hardest = np.argsort(found.pareto_k)[-6:]
    exact = [predict_left_out(whole, int(i)) for i in hardest]
    np.testing.assert_allclose(found.elpd[hardest], exact, rtol=0, atol=0.06)


def planted():
    """Seven studies alike and one that contradicts them."""
    rows = [(90, 10, 10, 90)] * 7 + [(10, 90, 90, 10)]
    return AccuracyTable.from_counts([f"S{i}" for i in range(8)], *zip(*rows, strict=True))


def test_an_outlier_is_fitted_without():
    whole = fitted(planted(), draws=4000)
    plain, found = leave_one_out(whole), leave_one_out(whole, refit=True)
    assert plain.doubtful.tolist() == found.refitted.tolist() == [7]
    assert plain.refitted.size == found.doubtful.size == 0
    others = fitted(planted().take(range(7)), draws=40_000, seed=5).engine.log_evidence
    exact = fitted(planted(), draws=40_000, seed=6).engine.log_evidence - others
    assert found.elpd[7] == pytest.approx(exact, abs=0.1)
    assert abs(plain.elpd[7] - exact) > 1  # what the refit is for
    np.testing.assert_array_equal(found.elpd[:7], plain.elpd[:7])
    np.testing.assert_array_equal(found.pareto_k, plain.pareto_k)


def test_without_evidence_the_refit_is_averaged_over_its_draws():
    whole = fitted(load_dataset("telomerase"))
    blind = replace(
        whole, result=replace(whole.result, report=replace(whole.engine, log_evidence=None))
    )
    for study in (0, 4):
        mean, ratio = predict_left_out(blind, study), predict_left_out(whole, study)
        assert mean != ratio
        assert mean == pytest.approx(ratio, abs=0.05)


def test_a_level_with_one_study_is_predicted_from_the_prior():
    """By two simulations from the prior, with and without the study, over the same columns."""
    kind = Categorical("kind", ("a", "a", "b", "b", "c"), ("a", "b", "c"), "a")
    table = AccuracyTable.from_counts(
        ["S1", "S2", "S3", "S4", "S5"],
        [5, 3, 2, 4, 1],
        [1, 2, 0, 3, 4],
        [1, 2, 4, 1, 5],
        [5, 3, 6, 2, 2],
        covariates={"kind": kind},
    )
    whole = fitted(table, sens="~ kind", spec="~ 1")
    sds = [MEAN_SD, *[CONTRAST_SD] * 2, MEAN_SD]
    (all_five, error), (four, other) = (
        log_evidence(part, design, sds, TAU_SD, seed=seed, draws=2_000_000)
        for part, design, seed in (
            (table, whole.design, 1),
            (table.take(range(4)), without_study(whole.design, 4), 2),
        )
    )
    assert predict_left_out(whole, 4) == pytest.approx(
        all_five - four, abs=4 * np.hypot(error, other)
    )
    assert np.hypot(error, other) < 0.05


def test_the_coding_and_the_scale_stay_those_of_all_studies():
    """A design made anew of the others would centre the year elsewhere."""
    year = Continuous("year", [2000.0, 2001.0, 2002.0, 2003.0, 2020.0])
    table = AccuracyTable.from_counts(
        [f"S{i}" for i in range(5)],
        [5, 3, 2, 4, 1],
        [1, 2, 0, 3, 4],
        [1, 2, 4, 1, 5],
        [5, 3, 6, 2, 2],
        covariates={"year": year},
    )
    design = build_design(table, sens="~ year")
    left = without_study(design, 4)
    np.testing.assert_array_equal(left.sens.matrix, design.sens.matrix[:4])
    np.testing.assert_array_equal(left.spec.matrix, design.spec.matrix[:4])
    anew = build_design(table.take(range(4)), sens="~ year")
    assert abs(anew.sens.matrix[:, 1] - left.sens.matrix[:, 1]).min() > 0.1


def test_the_only_study_is_predicted_by_the_prior():
    table = AccuracyTable.from_counts(["S1"], [3], [1], [1], [4])
    whole = fitted(table)
    wanted, error = log_evidence(table, whole.design, [MEAN_SD, MEAN_SD], TAU_SD)
    assert predict_left_out(whole, 0) == pytest.approx(wanted, abs=4 * np.hypot(error, 0.01))


def test_totals_are_sums_over_studies():
    whole = fitted(load_dataset("telomerase"), draws=4000)
    found = leave_one_out(whole)
    n = whole.table.n_studies
    assert found.total == pytest.approx(sum(found.elpd))
    assert found.se == pytest.approx(np.sqrt(n * np.var(found.elpd, ddof=1)))
    # the density given all studies is a plain mean over the draws
    draws = whole.log_likelihood.reshape(-1, n)
    inside = np.log(np.exp(draws).mean(axis=0))
    assert found.effective_parameters == pytest.approx((inside - found.elpd).sum(), abs=0.1)
    assert 1 < found.effective_parameters < 6
