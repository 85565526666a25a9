"""Fits with t-distributed study effects: what they are there for, and what comes back of them."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.cards.load import load_card, parse_card
from metadx.criticism.leave_one_out import leave_one_out
from metadx.criticism.refit import predict_left_out
from metadx.engines.counts import Counts
from metadx.engines.fit import Fit, fit
from metadx.engines.likelihood import Hyper
from metadx.engines.model_likelihood import model_likelihood
from metadx.engines.t_draws import draw_df, draw_df_given_effects
from metadx.estimands.links import from_logit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset

CARD = load_card("bivariate-t")
VALUES = "values = [3, 4, 6, 10, 20, 50], weights = [1, 1, 1, 1, 1, 1]"


def own_card(values: str):
    assert VALUES in CARD.text
    return parse_card(CARD.text.replace(VALUES, values), "own.toml")


def drawn_table(studies: int, seed: int, *, spread: float = 0.5) -> AccuracyTable:
    """Large studies whose logits are normal."""
    rng = np.random.default_rng(seed)
    sens, spec = 1 / (1 + np.exp(-rng.normal([1.0, 1.8], spread, (studies, 2)).T))
    tp, tn = rng.binomial(400, sens), rng.binomial(400, spec)
    names = [f"Study {i}" for i in range(studies)]
    return AccuracyTable.from_counts(names, tp, 400 - tn, 400 - tp, tn)


def with_outlier(table: AccuracyTable) -> AccuracyTable:
    """The first study with tp and fn, fp and tn changed over."""
    tp, fp, fn, tn = (getattr(table, name).copy() for name in ("tp", "fp", "fn", "tn"))
    tp[0], fp[0], fn[0], tn[0] = 40, 380, 360, 20
    return AccuracyTable.from_counts(list(table.study), tp, fp, fn, tn)


@pytest.fixture(scope="module")
def telomerase() -> Fit:
    return fit(load_dataset("telomerase"), CARD, engine="marginal", draws=4000, seed=2)


@pytest.fixture(scope="module")
def outlying() -> dict[str, Fit]:
    table = with_outlier(drawn_table(14, 3))
    names = ("bivariate-binomial", "bivariate-t")
    return {name: fit(table, name, engine="marginal", draws=2000) for name in names}


def test_an_outlier_moves_the_means_less_than_under_normal_effects(outlying):
    """Both against the normal fit without the outlier, which knows nothing of it."""
    clean = fit(drawn_table(14, 3), engine="marginal", draws=2000)
    shift = {n: np.abs(f.mu.mean((0, 1)) - clean.mu.mean((0, 1))) for n, f in outlying.items()}
    assert (shift["bivariate-t"] < 0.5 * shift["bivariate-binomial"]).all()
    tau = {name: fitted.tau.mean((0, 1)) for name, fitted in outlying.items()}
    assert (tau["bivariate-t"] < 0.8 * tau["bivariate-binomial"]).all()
    assert outlying["bivariate-t"].passed


def test_an_outlier_asks_for_few_degrees_of_freedom(outlying):
    df = outlying["bivariate-t"].df
    assert (df <= 4).mean() > 0.75  # prior 1/3
    gain = {name: fitted.engine.log_evidence for name, fitted in outlying.items()}
    assert gain["bivariate-t"] > gain["bivariate-binomial"] + 3


def test_normal_data_ask_for_many_degrees_of_freedom():
    fitted = fit(drawn_table(60, 8), CARD, engine="marginal", draws=1000, study_effects=False)
    assert (fitted.df >= 20).mean() > 0.45  # prior 1/3
    assert (fitted.df <= 3).mean() < 0.05  # prior 1/6


def test_probabilities_of_the_degrees_are_those_of_the_evidences(telomerase):
    """Each number of degrees fitted by itself: p(nu | y) is proportional to its evidence."""
    table = telomerase.table
    evidence = [
        fit(
            table,
            own_card(f"values = [{df}], weights = [1]"),
            engine="marginal",
            draws=2500,
            study_effects=False,
        ).engine.log_evidence
        for df in (3, 6, 50)
    ]
    few = fit(
        table,
        own_card("values = [3, 6, 50], weights = [1, 2, 1]"),
        engine="marginal",
        draws=2500,
        study_effects=False,
    )
    joint = np.exp(evidence) * [0.25, 0.5, 0.25]
    assert few.engine.log_evidence == pytest.approx(np.log(joint.sum()), abs=0.03)
    found = [(few.df == df).mean() for df in (3, 6, 50)]
    np.testing.assert_allclose(found, joint / joint.sum(), atol=0.03)


def test_many_degrees_are_the_normal_model(telomerase):
    normal = fit(telomerase.table, engine="marginal", draws=4000, seed=2)
    near = fit(
        telomerase.table,
        own_card("values = [2000], weights = [1]"),
        engine="marginal",
        draws=4000,
        seed=2,
        study_effects=False,
    )
    assert near.engine.log_evidence == pytest.approx(normal.engine.log_evidence, abs=0.05)
    for name in ("mu", "tau"):
        one, two = (getattr(f, name).mean((0, 1)) for f in (near, normal))
        np.testing.assert_allclose(one, two, atol=0.06)


def test_the_log_likelihood_is_that_of_the_drawn_degrees(telomerase):
    rows = slice(0, 300)
    hyper = Hyper.of(
        telomerase.coefficients.reshape(-1, 2)[rows],
        telomerase.tau.reshape(-1, 2)[rows],
        telomerase.rho.ravel()[rows],
        telomerase.df.ravel()[rows],
    )
    fine = model_likelihood(Counts.from_table(telomerase.table), CARD.card, 21).by_study(hyper)
    found = telomerase.log_likelihood.reshape(-1, 10)[rows]
    np.testing.assert_allclose(found, fine, atol=0.01)


def test_leaving_out_by_weights_is_the_ratio_of_evidences(telomerase):
    loo = leave_one_out(telomerase)
    for study in (0, 4):
        assert loo.pareto_k[study] < 0.7
        exact = predict_left_out(telomerase, study)
        assert loo.elpd[study] == pytest.approx(exact, abs=0.06)


def test_a_new_study_has_the_tails_of_the_law(telomerase):
    """Standardised by the draw's own scales its squared distance is 2 F(2, nu): by hand."""
    from scipy import stats

    new = telomerase.new_study_logits() - telomerase.mu.reshape(-1, 2)
    x, y = (new / telomerase.tau.reshape(-1, 2)).T
    rho, df = telomerase.rho.ravel(), telomerase.df.ravel()
    square = (x**2 - 2 * rho * x * y + y**2) / (1 - rho**2)
    level = stats.f(2, df).cdf(square / 2)
    assert stats.kstest(level, "uniform").pvalue > 1e-3


def test_degrees_drawn_given_effects_have_their_exact_law():
    """By hand from the bivariate t density, for one draw of the parameters repeated."""
    from scipy import stats

    table, draws = load_dataset("telomerase").table, 20_000
    mu, tau, rho = np.array([1.1, 2.0]), np.array([0.5, 1.2]), -0.4
    effects = np.random.default_rng(1).normal(mu, 2 * tau, (table.n_studies, 2))
    sigma = np.array([[tau[0] ** 2, rho * tau.prod()], [rho * tau.prod(), tau[1] ** 2]])
    log = [
        stats.multivariate_t(mu, sigma, df).logpdf(effects).sum() for df in (3, 4, 6, 10, 20, 50)
    ]
    wanted = np.exp(log - np.max(log))
    hyper = Hyper.of(*(np.tile(x, (draws, 1)) for x in (mu, tau)), np.full(draws, rho))
    design = fit(table, draws=400, study_effects=False).design
    many = np.broadcast_to(effects, (draws, *effects.shape))
    found = draw_df_given_effects(CARD.card, design, hyper, many, np.random.default_rng(2)).df
    shares = [(found == df).mean() for df in (3, 4, 6, 10, 20, 50)]
    np.testing.assert_allclose(shares, wanted / wanted.sum(), atol=0.015)


def test_degrees_are_drawn_with_their_probability_given_the_proposal():
    likelihood = model_likelihood(Counts.from_table(load_dataset("telomerase").table), CARD.card)
    draws = 20_000
    one = Hyper.of(np.array([[1.0, 2.0]]), np.array([[0.2, 0.4]]), np.array([-0.5]))
    by_df = likelihood.by_df(one)
    hyper = one.rows(np.zeros(draws, dtype=int))
    many = np.broadcast_to(by_df[0], (draws, *by_df.shape[1:]))
    found, by_study = draw_df(likelihood.grid, hyper, many, np.random.default_rng(3))
    wanted = np.exp(by_df[0].sum(1) - by_df[0].sum(1).max())
    shares = [(found.df == df).mean() for df in likelihood.grid.values]
    np.testing.assert_allclose(shares, wanted / wanted.sum(), atol=0.015)
    np.testing.assert_array_equal(by_study[7], by_df[0, likelihood.grid.place(found.df)[7]])


def test_a_fit_comes_back_with_its_degrees(telomerase, tmp_path):
    loaded = Fit.load(telomerase.save(tmp_path / "fit.nc"))
    np.testing.assert_array_equal(loaded.df, telomerase.df)
    np.testing.assert_array_equal(loaded.proposals.df, telomerase.proposals.df)
    np.testing.assert_array_equal(loaded.new_study_logits(), telomerase.new_study_logits())
    assert [note.text for note in loaded.notes] == [note.text for note in telomerase.notes]
    assert loaded.tree["posterior"]["nu"].dims == ("chain", "draw")


def test_the_degrees_are_told(telomerase):
    told = {note.about: note.text for note in telomerase.notes}
    share = f"{100 * (telomerase.df == 3).mean():.0f} %"
    assert f"3 with {share} (prior 17 %)" in told["nu"]
    assert "tau is its scale" in told["tau"]


def test_the_same_seed_gives_the_same_fit():
    table = load_dataset("telomerase").table.take(np.arange(4))
    one, again = (fit(table, CARD, engine="marginal", draws=400, seed=2) for _ in range(2))
    np.testing.assert_array_equal(again.df, one.df)
    np.testing.assert_array_equal(again.study_logits, one.study_logits)


def test_another_link_and_uncertain_studies():
    text = CARD.text.replace('link = "logit"', 'link = "probit"')
    table = replace(
        load_dataset("telomerase").table.take(np.arange(4)),
        alternatives={0: np.array([[25, 1, 8, 25], [24, 1, 9, 25]])},
    )
    fitted = fit(table, parse_card(text, "own.toml"), engine="marginal", draws=1000)
    assert fitted.passed
    assert np.isfinite(fitted.study_logits).all()
    own = fitted.intercepts.reshape(-1, 2)
    np.testing.assert_allclose(from_logit(fitted.mu.reshape(-1, 2), "probit"), own, atol=1e-9)
