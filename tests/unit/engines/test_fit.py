"""The result of a fit, the choice of the engine, and what is said when a check fails."""

from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.cards.load import load_card, parse_card
from metadx.engines import hand_over, importance, nuts
from metadx.engines.fit import fit
from metadx.engines.marginal import fit_marginal
from metadx.engines.result import Check
from metadx.engines.settings import FitSettings
from metadx.errors import ConvergenceWarning, DataError, FitError, MetadxError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset

CARD = load_card("bivariate-binomial")


def edited(old: str, new: str):
    assert old in CARD.text
    return parse_card(CARD.text.replace(old, new), "own.toml")


@pytest.fixture
def nuts_stub(monkeypatch, stub_result):
    """Stand in for NUTS and tell how often it was asked."""
    calls = []

    def run(table, card, settings, design=None, *, careful=False):
        calls.append((table, card, settings))
        return stub_result(table, settings.draws_per_chain)

    monkeypatch.setattr(nuts, "fit_nuts", run)
    return calls


def with_pareto_k(monkeypatch, value: float) -> None:
    """Let the marginal engine report another Pareto k."""

    def run(table, card, settings, design=None, *, careful=False):
        result = fit_marginal(table, card, settings, design)
        checks = [
            Check("pareto_k", value, c.threshold, value < c.threshold)
            if c.name == "pareto_k"
            else c
            for c in result.checks
        ]
        return replace(result, checks=tuple(checks))

    monkeypatch.setattr(hand_over, "fit_marginal", run)


def test_shapes_and_scales_of_a_fit(telomerase_fit):
    fitted = telomerase_fit
    assert fitted.mu.shape == fitted.tau.shape == (4, 1000, 2)
    assert fitted.rho.shape == (4, 1000)
    assert fitted.study_logits.shape == (4, 1000, 10, 2)
    assert fitted.log_likelihood.shape == (4, 1000, 10)
    assert (fitted.tau > 0).all()
    assert (np.abs(fitted.rho) < 1).all()
    assert fitted.passed
    assert [check.name for check in fitted.checks] == ["pareto_k", "ess", "quadrature_error"]
    assert fitted.engine.name == "marginal"
    assert fitted.engine.fell_back is None
    assert 400 < fitted.engine.ess < 4000
    assert fitted.engine.seconds > 0
    assert fitted.notes == ()
    raw = fitted.proposals
    assert raw.log_likelihood.shape == (raw.rho.size, 10)
    assert raw.coefficients.shape == raw.tau.shape == (raw.rho.size, 2)


def test_the_checks_hold_the_measured_values_against_the_card(telomerase_fit):
    limits = telomerase_fit.card.card.checks.marginal
    pareto_k, ess, quadrature = telomerase_fit.checks
    assert (pareto_k.value, pareto_k.threshold) == (telomerase_fit.engine.pareto_k, 0.7)
    assert (ess.value, ess.threshold) == (telomerase_fit.engine.ess, limits.ess_min)
    assert quadrature.threshold == limits.quadrature_error_max
    assert 0 <= quadrature.value < 0.03


def test_the_resampled_draws_stand_for_the_weighted_proposals(telomerase_fit):
    raw = telomerase_fit.proposals
    weights = np.exp(raw.log_weights - raw.log_weights.max())
    weights /= weights.sum()
    for name in ("coefficients", "tau"):
        mean = weights @ getattr(raw, name)
        found = getattr(telomerase_fit, name).reshape(-1, 2)
        sd = found.std(axis=0)
        np.testing.assert_allclose((found.mean(axis=0) - mean) / sd, 0, atol=0.02)
    # every draw is a proposal, with its own log-likelihood
    row = np.flatnonzero(raw.rho == telomerase_fit.rho[2, 17])
    assert row.size == 1
    np.testing.assert_array_equal(raw.log_likelihood[row[0]], telomerase_fit.log_likelihood[2, 17])


def test_the_same_seed_gives_the_same_draws_and_another_does_not():
    table = load_dataset("telomerase").table
    one, again, two = (fit(table, draws=1000, seed=seed) for seed in (7, 7, 8))
    for name in ("coefficients", "tau", "rho", "study_logits", "log_likelihood"):
        assert np.array_equal(getattr(one, name), getattr(again, name)), name
        assert not np.array_equal(getattr(one, name), getattr(two, name)), name


def test_drawing_the_study_effects_does_not_change_the_other_draws():
    table = load_dataset("telomerase").table
    with_effects = fit(table, draws=1000)
    without = fit(table, draws=1000, study_effects=False)
    assert without.study_logits is None
    assert np.array_equal(with_effects.mu, without.mu)


def test_draws_are_rounded_up_to_four_equal_chains():
    fitted = fit(load_dataset("telomerase").table, draws=1001)
    assert fitted.rho.shape == (4, 251)
    assert fitted.settings.draws == 1001


def test_the_order_of_the_studies_hardly_matters(telomerase_fit):
    table = telomerase_fit.table
    back = AccuracyTable.from_counts(
        table.study[::-1], table.tp[::-1], table.fp[::-1], table.fn[::-1], table.tn[::-1]
    )
    turned = fit(back, draws=4000)
    assert turned.engine.log_evidence == pytest.approx(telomerase_fit.engine.log_evidence, abs=0.05)


def test_a_review_brings_its_title_its_model_and_its_seed(nuts_stub):
    review = load_dataset("telomerase")
    analysis = replace(review.analysis, model="bivariate-binomial-n15", seed=42)
    fitted = fit(replace(review, analysis=analysis, synthetic=True), draws=1000)
    assert fitted.title == review.title
    assert fitted.synthetic is True
    assert fitted.card.card.id == "bivariate-binomial-n15"
    assert fitted.seed == 42
    chosen = fit(replace(review, analysis=analysis), "bivariate-binomial", draws=1000, seed=0)
    assert (chosen.card.card.id, chosen.seed, chosen.synthetic) == ("bivariate-binomial", 0, False)


def test_a_bare_table_takes_the_defaults(telomerase_fit):
    fitted = fit(telomerase_fit.table)
    assert (fitted.card.card.id, fitted.seed, fitted.title) == ("bivariate-binomial", 1, "")


def test_a_card_may_need_more_studies_than_there_are():
    table = AccuracyTable.from_counts(["A", "B"], [9, 8], [1, 2], [1, 1], [9, 9], source="two.csv")
    with pytest.raises(DataError, match=r"^two\.csv: the card bivariate-binomial needs at least 3"):
        fit(table, edited("min_studies = 1", "min_studies = 3"))


def test_what_is_no_table_is_refused():
    with pytest.raises(DataError, match="a str cannot be fitted: wanted an AccuracyTable"):
        fit("telomerase")


def test_settings_are_checked_before_anything_runs(nuts_stub):
    table = load_dataset("telomerase").table
    for options in ({"engine": "jags"}, {"draws": 3}, {"seed": -2}):
        with pytest.raises(MetadxError, match="wanted"):
            fit(table, **options)
    assert nuts_stub == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("ess", "ess_min = 400 ", "ess_min = 1000000 "),
        ("quadrature_error", "quadrature_error_max = 0.03 ", "quadrature_error_max = 1e-9 "),
    ],
)
def test_a_failed_check_is_warned_of_and_reported(name, old, new):
    limit = f"{float(new.split('=')[1]):g}".replace("+", r"\+")
    table = load_dataset("galactomannan-children").table
    with pytest.warns(ConvergenceWarning, match=rf"{name} = .* \(limit {limit}\)") as caught:
        fitted = fit(table, edited(old, new), engine="marginal", draws=1000)
    assert not fitted.passed
    assert [check.name for check in fitted.checks if not check.passed] == [name]
    assert "a check failed" in repr(fitted)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(("value", "passed"), [(0.69, True), (0.7, False), (np.inf, False)])
def test_the_tail_shape_must_stay_below_its_threshold(monkeypatch, value, passed):
    real = importance.smooth
    monkeypatch.setattr(importance, "smooth", lambda w: replace(real(w), pareto_k=value))
    result = fit_marginal(
        load_dataset("telomerase").table, CARD.card, FitSettings("marginal", 1000)
    )
    (check,) = (each for each in result.checks if each.name == "pareto_k")
    assert (check.value, check.passed) == (value, passed)
    assert result.report.pareto_k == value


def test_the_repr_says_what_was_fitted_and_how(telomerase_fit):
    text = repr(telomerase_fit)
    assert "10 studies" in text
    assert "bivariate-binomial, marginal engine, 4000 draws, every check passed" in text


def test_bad_weights_are_handed_over_to_nuts(monkeypatch, nuts_stub):
    with_pareto_k(monkeypatch, 0.83)
    fitted = fit(load_dataset("telomerase").table, draws=1000)
    reason = "Pareto k of the importance weights is 0.83, not below 0.7"
    assert fitted.engine.name == "nuts"
    assert fitted.engine.fell_back == reason
    assert [note.text for note in fitted.notes] == [f"{reason}; the fit was made by NUTS instead."]
    assert len(nuts_stub) == 1
    assert fitted.proposals is None


def test_good_weights_are_not(monkeypatch, nuts_stub):
    with_pareto_k(monkeypatch, 0.69)
    fitted = fit(load_dataset("telomerase").table, draws=1000)
    assert fitted.engine.name == "marginal"
    assert nuts_stub == []


def test_the_threshold_is_that_of_the_card(monkeypatch, nuts_stub):
    with_pareto_k(monkeypatch, 0.55)
    card = edited("pareto_k_max = 0.7 ", "pareto_k_max = 0.5 ")
    fitted = fit(load_dataset("telomerase").table, card, draws=1000)
    assert fitted.engine.fell_back.endswith("is 0.55, not below 0.5")


def test_asked_for_the_marginal_engine_stays_and_warns(monkeypatch, nuts_stub):
    with_pareto_k(monkeypatch, 0.83)
    with pytest.warns(ConvergenceWarning, match=r"pareto_k = 0\.83 \(limit 0\.7\)"):
        fitted = fit(load_dataset("telomerase").table, engine="marginal", draws=1000)
    assert fitted.engine.name == "marginal"
    assert nuts_stub == []


def test_asked_for_nuts_the_marginal_engine_is_not_tried(monkeypatch, nuts_stub):
    monkeypatch.setattr(hand_over, "fit_marginal", None)
    fitted = fit(load_dataset("telomerase").table, engine="nuts", draws=1000)
    assert fitted.engine.name == "nuts"
    assert fitted.engine.fell_back is None
    assert fitted.notes == ()


def test_an_error_of_the_marginal_engine_is_handed_over_too(monkeypatch, nuts_stub):
    def refuse(table, card, settings, design=None):
        raise FitError("the gradient of the posterior density is not finite")

    monkeypatch.setattr(hand_over, "fit_marginal", refuse)
    fitted = fit(load_dataset("telomerase").table, draws=1000)
    wanted = "the marginal engine failed: the gradient of the posterior density is not finite"
    assert fitted.engine.fell_back == wanted
    with pytest.raises(FitError, match="gradient"):
        fit(load_dataset("telomerase").table, engine="marginal", draws=1000)
    assert len(nuts_stub) == 1


def test_a_posterior_that_cannot_start_is_handed_over(nuts_stub):
    """A prior of tau that starts above every plausible value."""
    card = edited(
        '{ family = "HalfNormal", sd = 1.5 }', '{ family = "Uniform", lower = 40, upper = 50 }'
    )
    fitted = fit(load_dataset("telomerase").table, card, draws=1000)
    assert "not finite at the starting point" in fitted.engine.fell_back


def test_margins_that_no_study_measures_are_not_identified():
    table = AccuracyTable.from_counts(["A", "B", "C", "D"], [9, 8, 7, 6], [0] * 4, [1] * 4, [0] * 4)
    fitted = fit(table, draws=1000)
    assert fitted.identified == (True, False)
    assert [note.about for note in fitted.notes] == ["spec"]
    # nothing was seen of specificity: its mean keeps its prior, Normal(0, 3)
    assert fitted.mu[..., 1].mean() == pytest.approx(0, abs=0.3)
    assert fitted.mu[..., 1].std() == pytest.approx(3, rel=0.1)


def test_new_studies_are_the_same_at_each_call_and_follow_the_draws(telomerase_fit):
    one, again = telomerase_fit.new_study_logits(), telomerase_fit.new_study_logits()
    assert np.array_equal(one, again)
    assert one.shape == (4000, 2)
    other = replace(telomerase_fit, settings=replace(telomerase_fit.settings, seed=3))
    assert not np.isin(other.new_study_logits(), one).any()
    mu = telomerase_fit.mu.reshape(-1, 2)
    spread = np.sqrt((telomerase_fit.tau.reshape(-1, 2) ** 2).mean(axis=0))
    np.testing.assert_allclose((one - mu).std(axis=0), spread, rtol=0.1)
    assert abs((one - mu).mean(axis=0) / spread).max() < 0.07


@pytest.mark.parametrize(
    "table",
    [
        AccuracyTable.from_counts(["A"], [3], [1], [0], [2]),
        AccuracyTable.from_counts(["A", "B"], [10_000_000, 9_000_000], [5, 7], [9, 3], [900, 70]),
        AccuracyTable.from_counts(["A", "B", "C"], [5, 6, 7], [0] * 3, [0] * 3, [9, 9, 9]),
        AccuracyTable.from_counts(["A", "B", "C"], [0] * 3, [9, 9, 9], [5, 6, 7], [0] * 3),
        AccuracyTable.from_counts(["A", "B"], [5, 0], [0, 3], [2, 0], [0, 9]),
    ],
    ids=["one study", "millions", "no errors", "only errors", "half empty"],
)
def test_extreme_tables_are_answered_by_the_marginal_engine(table):
    fitted = metadx.fit(table, engine="marginal", draws=4000)
    assert fitted.passed
    assert np.isfinite(fitted.study_logits).all()
    assert np.isfinite(fitted.log_likelihood).all()


@pytest.mark.parametrize("study", [(3, 1, 0, 2), (0, 0, 4, 1)])
def test_the_log_evidence_is_that_of_plain_monte_carlo(study):
    """One study: average its binomial probability over the prior, hyper-parameters and all."""
    from scipy.stats import binom

    tp, fp, fn, tn = study
    rng = np.random.default_rng(9)
    size = 1_000_000
    mu = rng.normal(0, 3, (size, 2))
    tau = np.abs(rng.normal(0, 1.5, (size, 2)))
    rho = rng.uniform(-1, 1, size)
    z = rng.normal(size=(size, 2))
    z[:, 1] = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
    p = 1 / (1 + np.exp(-(mu + tau * z)))
    values = binom.pmf(tp, tp + fn, p[:, 0]) * binom.pmf(tn, tn + fp, p[:, 1])
    error = values.std() / values.mean() / np.sqrt(size)
    table = AccuracyTable.from_counts(["only"], [tp], [fp], [fn], [tn])
    fitted = fit(table, engine="marginal", draws=40_000)
    own = 2 / np.sqrt(fitted.engine.ess)
    assert abs(fitted.engine.log_evidence - np.log(values.mean())) < 4 * error + own
