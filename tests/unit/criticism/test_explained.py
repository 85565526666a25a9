"""Heterogeneity with and without covariates, from draws whose answer is known by hand."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.criticism.explained import explained
from metadx.engines.fit import fit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical


@pytest.fixture(scope="module")
def any_fit():
    table = AccuracyTable.from_counts(["A", "B", "C"], [8, 9, 7], [1, 2, 3], [2, 1, 3], [9, 8, 7])
    return fit(table, draws=100, study_effects=False)


def with_draws(fitted, sens, spec, rho):
    tau = np.stack([np.array(sens, float), np.array(spec, float)], axis=-1).reshape(2, -1, 2)
    return replace(
        fitted, result=replace(fitted.result, tau=tau, rho=np.array(rho, float).reshape(2, -1))
    )


def test_it_is_what_hand_arithmetic_gives(any_fit):
    with_it = with_draws(any_fit, [1, 1, 3, 3], [1, 2, 3, 4], [0, 0, 0.5, 1])
    without = with_draws(any_fit, [4, 4, 4, 4], [2, 2, 2, 2], [-1, 0, 0, 1])
    found = explained(with_it, without)
    assert found.tau == (2, 2.5)
    assert found.tau_without == (4, 2)
    assert found.share == pytest.approx((1 - 4 / 16, 1 - 6.25 / 4))
    # of 16 pairs: all; 1 < 2 in 4 and 2 = 2, which counts half, in 4
    assert found.smaller == (1, (4 + 2) / 16)
    assert found.rho[0] == 0.25
    assert found.rho_without[0] == 0
    assert found.rho_without[1:] == pytest.approx((-0.925, 0.925))


def test_the_probability_is_that_of_all_pairs(any_fit):
    rng = np.random.default_rng(1)
    first, second = rng.gamma(2, size=200), rng.gamma(3, size=200)
    found = explained(
        with_draws(any_fit, first, second, first), with_draws(any_fit, second, first, first)
    )
    pairs = (first[:, None] < second).mean()
    assert found.smaller == pytest.approx((pairs, 1 - pairs))


def test_a_covariate_that_makes_all_the_difference_explains_it():
    rng = np.random.default_rng(2)
    level = tuple("ab" * 12)
    chance = np.where(np.array(level) == "a", 0.95, 0.6)
    tp, tn = rng.binomial(150, chance), rng.binomial(150, 0.8, 24)
    table = AccuracyTable.from_counts(
        [f"S{i}" for i in range(24)],
        tp,
        150 - tn,
        150 - tp,
        tn,
        covariates={"level": Categorical("level", level, ("a", "b"), "a")},
    )
    with_it, without = (fit(table, sens=x, study_effects=False) for x in ("~ level", "~ 1"))
    found = explained(with_it, without)
    assert found.share[0] > 0.9
    assert found.smaller[0] > 0.99
    assert abs(found.share[1]) < 0.5
    assert found.smaller[1] == pytest.approx(0.5, abs=0.1)
