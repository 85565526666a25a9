"""Refits without each study against fits of the other studies and against reweighted proposals."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.criticism.leave_one_out import leave_one_out
from metadx.criticism.refit import LeftOut, refits
from metadx.engines.fit import Fit, fit
from metadx.engines.pareto import smooth
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset

DRAWS = 4000


@pytest.fixture(scope="module")
def whole() -> Fit:
    return fit(load_dataset("telomerase"), draws=20_000, study_effects=False)


@pytest.fixture(scope="module")
def without(whole: Fit) -> tuple[LeftOut, ...]:
    return refits(whole, DRAWS)


def parameters(fitted: Fit) -> np.ndarray:
    group = fitted.pooled
    return np.column_stack([group.mu, np.sqrt(group.tau), group.rho])


def test_removing_a_study_is_fitting_the_others(whole, without):
    """Posterior means against a fit of the smaller table, made in the ordinary way."""
    for left in without[::3]:
        others = [i for i in range(whole.table.n_studies) if i != left.study]
        anew = fit(whole.table.take(others), whole.card, draws=20_000, seed=77, study_effects=False)
        one, two = parameters(left.fit), parameters(anew)
        error = two.std(axis=0) * np.sqrt(1 / 2500 + 1 / 12_000)
        np.testing.assert_array_less(np.abs(one.mean(axis=0) - two.mean(axis=0)), 4.5 * error)
        # and the two are not the fit of all studies
    moved = np.array([parameters(left.fit).mean(axis=0) for left in without])
    base = parameters(whole)
    assert (np.abs(moved - base.mean(axis=0)) / base.std(axis=0)).max() > 0.4


def test_raw_proposals_with_combined_weights_give_the_refits(whole, without):
    """Posterior weight over the likelihood of the study, on the proposals themselves."""
    raw = whole.proposals
    values = np.column_stack([raw.coefficients, np.sqrt(raw.tau), raw.rho])
    for left in without:
        weights = smooth(raw.log_weights - raw.log_likelihood[:, left.study])
        assert weights.pareto_k < 0.7
        mean = weights.weights @ values
        exact = parameters(left.fit)
        error = exact.std(axis=0) * np.sqrt(1 / 2500 + 1 / weights.ess)
        np.testing.assert_array_less(np.abs(mean - exact.mean(axis=0)), 4.5 * error)


def test_the_predictive_density_is_that_of_reweighted_draws(whole, without):
    elpd = [left.elpd for left in without]
    np.testing.assert_allclose(leave_one_out(whole).elpd, elpd, rtol=0, atol=0.08)


def test_refits_made_already_are_taken(whole, without, monkeypatch):
    """A marked density comes back for a study that must be refitted, and nothing is fitted."""
    marked = [replace(left, elpd=-99.0 - left.study) for left in without]
    monkeypatch.setattr("metadx.criticism.leave_one_out.REFIT_ABOVE", -1.0)
    found = leave_one_out(whole, refit=True, without=marked)
    rows = found.refitted
    assert rows.size > 3
    np.testing.assert_array_equal(found.elpd[rows], -99.0 - rows)


def test_a_refit_that_fails_a_check_is_made_again_and_named(whole):
    strict = whole.card.card.checks.marginal.model_copy(update={"ess_min": 1e9})
    checks = whole.card.card.checks.model_copy(update={"marginal": strict})
    card = replace(whole.card, card=whole.card.card.model_copy(update={"checks": checks}))
    small = replace(whole, card=card, table=whole.table.take([0, 1]))
    small = replace(small, design=type(whole.design).without_covariates(2))
    found = refits(small, 100)
    assert [left.failed for left in found] == [("ess",), ("ess",)]
    assert found[0].fit.rho.size == 400  # four times the draws


def test_the_design_stays_that_of_all_studies():
    review = load_dataset("anti-ccp")
    whole = fit(review, sens="~ generation", draws=200, study_effects=False)
    left = refits(whole, 200)[5]
    np.testing.assert_array_equal(
        left.fit.design.sens.matrix, np.delete(whole.design.sens.matrix, 5, axis=0)
    )
    assert left.fit.table.n_studies == 36


def test_one_study_cannot_be_left_out():
    alone = fit(AccuracyTable.from_counts(["S"], [9], [1], [2], [8]), draws=200)
    with pytest.raises(FitError, match="nothing is left but the prior"):
        refits(alone)


def test_each_step_is_told(whole):
    said: list[str] = []
    part = replace(whole, table=whole.table.take([0, 1]))
    part = replace(part, design=type(whole.design).without_covariates(2))
    refits(part, 100, said.append)
    assert said == [
        f"fitting without {name} ({place} of 2)" for place, name in enumerate(part.table.study, 1)
    ]
