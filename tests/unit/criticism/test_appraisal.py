"""All of the criticism at once: shared refits, refusals in words, parts that were not wanted."""

import pytest

import metadx
from metadx.criticism import appraisal as module
from metadx.criticism.appraisal import PARTS, Refused, appraise
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable


@pytest.fixture(scope="module")
def pair():
    table = AccuracyTable.from_counts(["A", "B"], [9, 20], [1, 4], [3, 2], [30, 41])
    return metadx.analyse(table, draws=400)


def test_what_needs_more_studies_says_so(pair):
    found = appraise(pair, parts=["deeks", "small_studies", "cumulative", "weights"])
    for part in ("deeks", "small_studies", "cumulative"):
        refused = getattr(found, part)
        assert isinstance(refused, Refused)
        assert not refused.broken
        assert refused.reason.endswith(".")
    assert "10" in found.deeks.reason
    assert "year" in found.cumulative.reason
    assert found.weights.sens.sum() == pytest.approx(100)
    assert found.influence == Refused("Not asked for.")


def test_one_study_is_criticised_as_far_as_it_goes():
    table = AccuracyTable.from_counts(["A"], [9], [1], [3], [30])
    found = appraise(metadx.analyse(table, draws=400))
    parts = {part: getattr(found, part) for part in PARTS}
    assert not [part for part, one in parts.items() if getattr(one, "broken", False)]
    assert isinstance(parts["influence"], Refused)
    assert not isinstance(parts["weights"], Refused)


def test_studies_are_left_out_once(pair, monkeypatch):
    calls = []
    honest = module.influence

    def counted(fit, **options):
        calls.append(fit)
        return honest(fit, **options)

    def never(*_):
        raise AssertionError("refitted once more")

    monkeypatch.setattr(module, "influence", counted)
    monkeypatch.setattr("metadx.criticism.predictive.refits", never)
    monkeypatch.setattr("metadx.criticism.outliers.refits", never)
    found = appraise(pair, parts=["influence", "predictive", "outliers"])
    assert len(calls) == 1
    assert not any(isinstance(getattr(found, p), Refused) for p in ("predictive", "outliers"))


def test_very_many_studies_are_not_left_out_one_by_one(pair, monkeypatch):
    monkeypatch.setattr(module, "_MOST_REFITTED", 1)
    found = appraise(pair, parts=["influence", "cumulative"])
    assert "the limit is 1" in found.influence.reason
    monkeypatch.setattr(module, "_MOST_COMPARED", 1)
    found = appraise(pair, parts=["priors", "alternatives"])
    assert "other priors and models are not fitted" in found.priors.reason
    assert found.alternatives == found.priors


def test_with_covariates_the_pooled_fit_is_criticised():
    review = metadx.load_dataset("anti-ccp")
    analysis = metadx.analyse(review, sens="~ generation", spec="~ 1", draws=400)
    found = appraise(analysis, parts=["weights"])
    assert found.companion
    assert found.fit is analysis.pooled
    assert len(found.weights.study) == 37


def test_an_error_is_told_as_one_and_the_rest_goes_on(pair, monkeypatch):
    def wrong(*_, **__):
        raise KeyError("x")

    def refuse(*_, **__):
        raise FitError("studies.csv: has no year")

    monkeypatch.setattr(module, "deeks", wrong)
    monkeypatch.setattr(module, "cumulative", refuse)
    found = appraise(pair, parts=["deeks", "cumulative", "weights"])
    assert found.deeks.broken
    assert "KeyError" in found.deeks.reason
    assert found.cumulative == Refused("studies.csv: has no year.")
    assert not isinstance(found.weights, Refused)
