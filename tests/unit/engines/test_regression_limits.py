"""Where the answer of a regression is known without computing one."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.engines.fit import Fit, fit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.review import load_dataset
from tests.unit.engines.own_cards import card_with

BOTH = {"sens": "~ generation", "spec": "~ generation"}
DRAWS = 4000


@pytest.fixture(scope="module")
def table() -> AccuracyTable:
    return load_dataset("anti-ccp").table


@pytest.fixture(scope="module")
def wide(table) -> Fit:
    return fit(table, card_with(contrast=50.0), **BOTH, draws=DRAWS)


def numbers(draws):
    """Mean and standard deviation of each column."""
    return draws.mean(axis=0), draws.std(axis=0, ddof=1)


def assert_alike(one, two, *, sds=0.08):
    """Two posteriors within the Monte Carlo error of some 3,000 effective draws each."""
    (mean, sd), (other, spread) = numbers(one), numbers(two)
    np.testing.assert_array_less(np.abs(mean - other) / sd, sds)
    np.testing.assert_allclose(sd, spread, rtol=0.1)


def scales(fitted: Fit):
    tau = np.log(fitted.tau.reshape(-1, 2))
    return np.column_stack([tau, np.arctanh(fitted.rho.ravel())])


def test_a_prior_that_allows_no_difference_gives_the_pooled_fit(table):
    pooled = fit(table, draws=DRAWS)
    tight = fit(table, card_with(contrast=1e-3), **BOTH, draws=DRAWS, seed=9)
    assert np.abs(tight.effects).max() < 0.01
    for group in tight.groups:
        assert_alike(group.mu, pooled.mu.reshape(-1, 2))
    assert_alike(scales(tight), scales(pooled))
    assert tight.engine.log_evidence == pytest.approx(pooled.engine.log_evidence, abs=0.05)


def test_the_reference_level_changes_names_and_signs_and_nothing_else(table):
    generation = replace(table.covariates["generation"], reference="CCP2")
    other = replace(table, covariates={**table.covariates, "generation": generation})
    one, two = fit(table, **BOTH, draws=800), fit(other, **BOTH, draws=800)
    np.testing.assert_allclose(one.coefficients, two.coefficients, rtol=0, atol=1e-12)
    assert one.effect_names == ("sens,generation=CCP2", "spec,generation=CCP2")
    assert two.effect_names == ("sens,generation=CCP1", "spec,generation=CCP1")
    np.testing.assert_allclose(one.effects, -two.effects, atol=1e-12)
    np.testing.assert_allclose(one.intercepts + one.effects, two.intercepts, atol=1e-12)


def test_levels_that_change_places_change_the_sign_of_their_difference(table):
    """The prior prefers no level: with the levels swapped the posterior is the mirror image."""
    old = table.covariates["generation"]
    swapped = replace(old, levels=old.levels[::-1])
    mirrored = replace(table, covariates={**table.covariates, "generation": swapped})
    one = fit(table, **BOTH, draws=DRAWS).coefficients.reshape(-1, 4)
    two = fit(mirrored, **BOTH, draws=DRAWS, seed=2).coefficients.reshape(-1, 4)
    assert_alike(one * [1, -1, 1, -1], two)


def test_every_pair_of_three_levels_has_the_same_prior():
    """Studies of two people an arm say next to nothing: differences follow the prior."""
    labels = ("a", "b", "c") * 2
    one = AccuracyTable.from_counts(
        [f"S{i}" for i in range(6)], [1] * 6, [1] * 6, [1] * 6, [1] * 6,
        covariates={"x": Categorical("x", labels, ("a", "b", "c"), "c")},
    )  # fmt: skip
    fitted = fit(one, card_with(contrast=0.1), sens="~ x", draws=DRAWS)
    logits = np.stack([group.mu[:, 0] for group in fitted.groups])
    sds = [np.std(logits[i] - logits[j], ddof=1) for i, j in ((0, 1), (0, 2), (1, 2))]
    np.testing.assert_allclose(sds, 0.1, rtol=0.06)


def test_a_wide_prior_gives_the_mean_of_each_level_as_if_it_were_alone(table, wide):
    """With one tau and rho for both, a level's mean given them depends on its own studies only."""
    tau, rho = wide.tau.reshape(-1, 2), wide.rho.ravel()
    for group in wide.groups:
        alone = fit(table.take(group.studies), card_with(contrast=1.0), draws=DRAWS)
        # Weighted to the taus and rho of the regression: a normal stand-in on both sides.
        given = scales(alone)
        centre, spread = numbers(np.column_stack([np.log(tau), np.arctanh(rho)]))
        distance = ((given - centre) / spread) ** 2
        near = distance.sum(axis=1) < np.quantile(distance.sum(axis=1), 0.2)
        mean, sd = numbers(alone.mu.reshape(-1, 2)[near])
        found, found_sd = numbers(group.mu)
        np.testing.assert_array_less(np.abs(mean - found), 0.35 * found_sd)
        np.testing.assert_array_less(np.abs(np.log(sd / found_sd)), 0.35)


def test_a_covariate_of_one_margin_does_not_split_the_other(table):
    fitted = fit(table, sens="~ generation", draws=800)
    first, second = fitted.groups
    np.testing.assert_array_equal(first.mu[:, 1], second.mu[:, 1])
    assert not np.array_equal(first.mu[:, 0], second.mu[:, 0])


def test_a_number_may_be_measured_in_any_unit(table):
    """Years, or months since 1990: the design is the same, and so is every draw."""
    year = table.covariates["year"]
    months = Continuous("year", [12 * (value - 1990) for value in year.values])
    other = replace(table, covariates={**table.covariates, "year": months})
    one, two = (fit(t, sens="~ year", spec="~ year", draws=800) for t in (table, other))
    np.testing.assert_allclose(one.coefficients, two.coefficients, rtol=0, atol=1e-6)
    ratio = two.design.scaling["year"].sd / one.design.scaling["year"].sd
    assert ratio == pytest.approx(12)


def test_more_of_what_explains_leaves_less_unexplained():
    """Two kinds of large study, alike inside each kind: tau nearly vanishes with the kind known."""
    rng = np.random.default_rng(8)
    kinds = ("low", "high") * 8
    p = np.array([0.7 if kind == "low" else 0.9 for kind in kinds])
    tp, tn = rng.binomial(600, p), rng.binomial(600, 1.6 - p)
    studies = AccuracyTable.from_counts(
        [f"S{i}" for i in range(16)], tp, 600 - tn, 600 - tp, tn,
        covariates={"kind": Categorical("kind", kinds, ("low", "high"), "low")},
    )  # fmt: skip
    pooled = fit(studies, draws=DRAWS)
    known = fit(studies, sens="~ kind", spec="~ kind", draws=DRAWS)
    assert (np.median(pooled.tau, axis=(0, 1)) > 0.4).all()
    assert (np.median(known.tau, axis=(0, 1)) < 0.12).all()
    effects = np.median(known.effects, axis=(0, 1))
    wanted = np.log(9) - np.log(7 / 3)  # logit 0.9 - logit 0.7
    np.testing.assert_allclose(effects, [wanted, -wanted], atol=0.12)
