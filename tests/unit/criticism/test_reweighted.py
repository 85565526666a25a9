"""Studies left out by reweighting, against exact fits without them."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.criticism import cumulative as steps_of
from metadx.criticism import refit
from metadx.criticism.cumulative import cumulative
from metadx.criticism.influence import influence
from metadx.criticism.refit import refits
from metadx.criticism.reweighted import reweight
from metadx.engines.fit import fit
from metadx.engines.settings import FitSettings
from metadx.studies.review import load_dataset


@pytest.fixture(scope="module")
def whole():
    return fit(load_dataset("telomerase"), draws=20_000, study_effects=False)


def parts_of(whole, kept):
    table = whole.table.take(kept)
    rest = replace(
        whole.design,
        sens=replace(whole.design.sens, matrix=whole.design.sens.matrix[kept]),
        spec=replace(whole.design.spec, matrix=whole.design.spec.matrix[kept]),
    )
    return table, rest


def test_without_two_studies_at_once(whole):
    """Rows 2 and 5, against a fit of the other eight: evidence, means and limits."""
    kept = np.array([0, 1, 3, 4, 6, 7, 8, 9])
    settings = FitSettings("marginal", 8000, 3, study_effects=False)
    found, elpd = reweight(whole, np.array([2, 5]), parts_of(whole, kept), settings)
    exact = fit(whole.table.take(kept), whole.card, draws=20_000, seed=9, study_effects=False)
    assert elpd == pytest.approx(whole.engine.log_evidence - exact.engine.log_evidence, abs=0.03)
    assert found.engine.log_evidence == pytest.approx(exact.engine.log_evidence, abs=0.03)
    one, two = (
        np.column_stack([each.pooled.mu, np.log(each.pooled.tau), each.pooled.rho])
        for each in (found, exact)
    )
    spread = two.std(axis=0)
    np.testing.assert_array_less(np.abs(one.mean(axis=0) - two.mean(axis=0)), 0.08 * spread)
    low, high = (np.quantile(one, q, axis=0) - np.quantile(two, q, axis=0) for q in (0.05, 0.95))
    np.testing.assert_array_less(np.abs([low, high]), 0.15 * np.stack([spread, spread]))
    assert found.passed
    assert found.table.n_studies == 8


def test_weights_that_cannot_be_trusted_are_refused(whole):
    settings = FitSettings("marginal", 2000, 3, study_effects=False)
    kept = np.arange(1)
    assert reweight(whole, np.arange(1, 10), parts_of(whole, kept), settings) is None
    one = np.array([4]), parts_of(whole, np.delete(np.arange(10), 4)), settings
    assert reweight(whole, *one) is not None
    checks = tuple(replace(check, passed=False) for check in whole.result.checks)
    assert reweight(replace(whole, result=replace(whole.result, checks=checks)), *one) is None
    assert reweight(replace(whole, result=replace(whole.result, proposals=None)), *one) is None
    many = replace(settings, draws=100_000)
    assert reweight(whole, one[0], one[1], many) is None  # too few effective draws


def test_slow_models_are_reweighted_where_that_is_as_good(whole, monkeypatch):
    """The same review by both ways: elpd, limits and what is said of the way."""
    exact = refits(whole, 4000)
    assert {left.method for left in exact} == {"refitted"}
    monkeypatch.setattr(refit, "is_slow", lambda _: True)
    fast = refits(whole, 4000)
    ways = [left.method for left in fast]
    assert ways.count("reweighted") >= 8
    for one, two in zip(exact, fast, strict=True):
        assert one.elpd == pytest.approx(two.elpd, abs=0.03)
    first, second = (influence(whole, without=parts) for parts in (exact, fast))
    for name in ("sens", "spec", "tau_spec"):
        a, b = first.quantities[name], second.quantities[name]
        np.testing.assert_allclose(a.median, b.median, rtol=0.06)
    assert first.order[0] == second.order[0]
    assert "reweighting" not in first.words
    assert "by reweighting the draws of all studies" in second.words


def test_steps_are_the_same_when_later_draws_serve_earlier_steps(whole, monkeypatch):
    """In an order that is not that of the table, which a part of it keeps."""
    year = whole.table.covariates["year"]
    assert (np.diff(np.argsort(year.values, kind="stable")) < 0).any()
    exact = cumulative(whole, draws=8000)
    monkeypatch.setattr(steps_of, "is_slow", lambda _: True)
    fast = cumulative(whole, draws=8000)
    assert fast.labels == exact.labels
    for name in ("sens", "spec"):
        a, b = exact.quantities[name], fast.quantities[name]
        np.testing.assert_allclose(a.median, b.median, atol=0.02)
        np.testing.assert_allclose(a.upper, b.upper, atol=0.02)
