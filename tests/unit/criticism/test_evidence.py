"""Evidences against simulation from the prior, their error against its spread over seeds."""

import numpy as np
import pytest

from metadx.criticism.evidence import evidence, log_mean_error, scaled_evidence
from metadx.engines.fit import fit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.review import load_dataset
from tests.unit.criticism.prior_simulation import (
    CONTRAST_SD,
    MEAN_SD,
    SLOPE_SD,
    TAU_SD,
    log_evidence,
    own_card,
)

CARD = own_card()


@pytest.fixture(scope="module")
def small():
    assay = Categorical("assay", ("a", "a", "b", "b"), ("a", "b"), "a")
    year = Continuous("year", [2001.0, 2004.0, 2003.0, 2010.0])
    return AccuracyTable.from_counts(
        ["S1", "S2", "S3", "S4"],
        [5, 3, 2, 4],
        [1, 2, 0, 3],
        [1, 2, 4, 1],
        [5, 3, 6, 2],
        covariates={"assay": assay, "year": year},
    )


def fitted(table, sens, spec, seed=1, draws=20_000):
    return fit(
        table,
        CARD,
        sens=sens,
        spec=spec,
        engine="marginal",
        draws=draws,
        study_effects=False,
        seed=seed,
        missing="level",
    )


def test_weights_that_are_known_have_a_known_error():
    """By the formula of a sample variance, written out."""
    weights = np.array([0.5, 2.0, 4.0, 0.0])
    by_hand = weights.std() / weights.mean() / np.sqrt(4)
    with np.errstate(divide="ignore"):
        assert log_mean_error(np.log(weights) - 700) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("sens", "spec", "sds"),
    [
        ("~ 1", "~ 1", [MEAN_SD, MEAN_SD]),
        ("~ assay", "~ 1", [MEAN_SD, CONTRAST_SD, MEAN_SD]),
        ("~ assay", "~ year", [MEAN_SD, CONTRAST_SD, MEAN_SD, SLOPE_SD]),
    ],
)
def test_it_is_the_mean_likelihood_over_the_prior(small, sens, spec, sds):
    found = fitted(small, sens, spec)
    own = evidence(found)
    wanted, error = log_evidence(small, found.design, sds, TAU_SD)
    assert own.log == pytest.approx(wanted, abs=4 * np.hypot(own.error, error))
    assert error < 0.03  # else nothing is tested


@pytest.mark.parametrize("scale", [0.25, 0.5, 2, 4])
def test_other_scales_are_other_priors(small, scale):
    found = fitted(small, "~ assay", "~ year")
    sds = [MEAN_SD, scale * CONTRAST_SD, MEAN_SD, scale * SLOPE_SD]
    own = scaled_evidence(found, scale)
    wanted, error = log_evidence(small, found.design, sds, TAU_SD)
    assert own.log == pytest.approx(wanted, abs=4 * np.hypot(own.error, error))
    assert own.error < 0.05
    assert abs(wanted - evidence(found).log) > 4 * error  # the scale does matter here


def test_where_the_proposals_are_too_narrow_or_too_wide_it_is_fitted_again(small):
    found = fitted(small, "~ assay", "~ year", draws=4000)
    made = [scaled_evidence(found, scale) for scale in (0.01, 0.7, 8)]
    assert [one.refitted for one in made] == [True, False, True]
    assert all(one.error < 0.05 and one.pareto_k < 0.5 for one in made)


def test_a_prior_at_zero_is_no_covariate(small):
    narrow = scaled_evidence(fitted(small, "~ assay", "~ year"), 1e-3)
    none = evidence(fitted(small, "~ 1", "~ 1"))
    assert narrow.log == pytest.approx(none.log, abs=4 * np.hypot(narrow.error, none.error))


def test_scale_one_is_the_fit_itself(small):
    found = fitted(small, "~ assay", "~ 1", draws=4000)
    assert scaled_evidence(found, 1) == evidence(found)
    assert evidence(found).log == found.engine.log_evidence


def test_the_error_is_the_spread_over_seeds():
    review = load_dataset("lung-nodules-dwi-mri")
    made = [
        evidence(fitted(review, "~ study_design", "~ 1", seed=seed, draws=2000))
        for seed in range(30)
    ]
    spread = np.std([one.log for one in made], ddof=1)
    # 30 seeds give a standard deviation to 13 %; the proposals learn from the draws (a bit more)
    assert 0.6 < np.mean([one.error for one in made]) / spread < 1.5


def test_a_fit_by_nuts_has_none(small):
    from dataclasses import replace

    found = fitted(small, "~ assay", "~ 1", draws=1000)
    report = replace(found.engine, log_evidence=None, pareto_k=None)
    by_nuts = replace(found, result=replace(found.result, proposals=None, report=report))
    assert evidence(by_nuts) is None
    assert scaled_evidence(by_nuts, 2) is None
