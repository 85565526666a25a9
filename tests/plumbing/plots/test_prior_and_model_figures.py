"""Figures of priors, models, small studies and weights."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import metadx
from metadx.cards.load import load_card
from metadx.criticism.alternatives import model_alternatives
from metadx.criticism.power_scaling import power_scaling
from metadx.criticism.prior_sensitivity import prior_sensitivity
from metadx.criticism.small_studies import deeks
from metadx.criticism.study_weights import StudyWeights, study_weights
from metadx.designs.design import Design
from metadx.engines.fit import Fit
from metadx.engines.result import EngineReport, EngineResult
from metadx.engines.settings import FitSettings
from metadx.errors import FitError
from metadx.estimands.logistic import expit
from metadx.plots.alternatives import off_the_axis, plot_alternatives
from metadx.plots.deeks_funnel import plot_deeks
from metadx.plots.figure_text import figure_text
from metadx.plots.prior_alternatives import plot_prior_alternatives
from metadx.plots.prior_densities import prior_densities
from metadx.plots.prior_posterior import plot_prior_posterior
from metadx.plots.study_weights import plot_study_weights
from tests.plumbing.plots.any_fit import any_fit

SEEDS = st.integers(0, 2**32 - 1)
CARDS = st.sampled_from(["bivariate-binomial", "bivariate-cloglog", "fixed-effect"])
ANY = {"max_examples": 20, "deadline": None}
FEW = {"max_examples": 10, "deadline": None}  # pages of many panels


def genuine(stand_in, card="bivariate-binomial"):
    """A fit with the draws of a stand-in, as if an engine had made them."""
    table, shape = stand_in.table, stand_in.mu.shape
    known = np.zeros((*shape[:2], table.n_studies))
    fixed = card == "fixed-effect"
    tau, rho = stand_in.tau, stand_in.rho
    result = EngineResult(
        stand_in.mu, 0 * tau if fixed else tau, 0 * rho if fixed else rho, None,
        known - stand_in.mu[..., :1], {}, None, EngineReport("marginal", 0.1, 900.0, 5, 0.1), (),
    )  # fmt: skip
    design = Design.without_covariates(table.n_studies)
    return Fit(table, load_card(card), design, FitSettings(), result, title=stand_in.title)


def said(figure):
    text = figure_text(figure)
    assert text.title
    assert text.alt
    assert "nan" not in f"{text.caption} {text.alt}".split()
    return text


def drawn(figure, name, of="rows"):
    return figure.viz[name][of].values.item()


def words(figure, name):
    return [entry["string"] for entry in np.atleast_1d(figure.viz[name]["rows"].values)]


@settings(**ANY)
@given(any_fit(fewest=10))
def test_the_funnel_of_any_review(stand_in):
    try:
        found = deeks(stand_in.table)
    except FitError:
        assume(False)
    figure = plot_deeks(stand_in, found, backend="none")
    said(figure)
    shown = [drawn(figure, n, "panel_page") for n in ("studies", "corrected") if n in figure.viz]
    assert sum(part["x"].size for part in shown) == len(found.study)
    line = drawn(figure, "line", "panel_page")
    np.testing.assert_allclose(line["x"], found.intercept + found.slope * line["y"])


def test_studies_of_the_funnel_stand_where_their_counts_say(make):
    rows = {f"S{i}": (10 + i, 5, 4, 20 + 3 * i) for i in range(9)} | {"Zero": (12, 0, 3, 30)}
    fit = make.fit(make.table(rows))
    figure = plot_deeks(fit, deeks(fit.table), backend="none")
    zero = drawn(figure, "corrected", "panel_page")
    assert zero["x"].item() == pytest.approx(np.log(12.5 * 30.5 / (0.5 * 3.5)))
    assert zero["y"].item() == pytest.approx(1 / np.sqrt(4 * 15 * 30 / 45))
    first = drawn(figure, "studies", "panel_page")
    assert (first["x"][0], first["y"][0]) == pytest.approx(
        (np.log(10 * 20 / (5 * 4)), 1 / np.sqrt(4 * 14 * 25 / 39))
    )
    (limits,) = (
        entry["lims"]
        for entry in figure.get_target("panel_page", {"panel": "funnel"})
        if entry["function"] == "ylim"
    )
    assert limits[0] > limits[1]  # large studies at the top


@settings(**FEW)
@given(any_fit(), SEEDS)
def test_the_weights_of_any_review(stand_in, seed):
    rng, size = np.random.default_rng(seed), stand_in.table.n_studies
    shares = 100 * rng.dirichlet(np.full(size, 0.5), 3)
    if rng.random() < 0.2:
        shares[rng.integers(2)] = np.nan
    found = StudyWeights(stand_in.table.study, *shares, np.zeros((size, 2, 2)))
    figure = plot_study_weights(stand_in, found, backend="none")
    said(figure)
    order = np.argsort(-shares[2], kind="stable")
    for name, own in (("sens", shares[0]), ("spec", shares[1])):
        if not np.isnan(own).any():
            bars = drawn(figure, f"{name}_bar")["x"].reshape(-1, 3)
            np.testing.assert_allclose(bars[:, 1], own[order])
        assert drawn(figure, f"{name}_reference")["x"][0] == pytest.approx(100 / size)


def test_the_heaviest_study_comes_first():
    fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    found = study_weights(fit)
    figure = plot_study_weights(fit, found, backend="none")
    top = int(found.joint.argmax())
    assert words(figure, "row_label")[0] == found.study[top]
    assert words(figure, "sens_words")[0] == f"{found.sens[top]:.1f}%"


@settings(**FEW)
@given(any_fit(), CARDS)
def test_densities_of_any_posterior_are_densities(stand_in, card):
    fit = genuine(stand_in, card)
    figure = plot_prior_posterior(fit, power=(), backend="none")
    said(figure)
    parts = prior_densities(fit)
    assert len(parts) == (2 if card == "fixed-effect" else 5)
    for part in parts:
        assert np.isfinite([part.prior, part.posterior]).all()
        assert (part.posterior >= 0).all()
        total = np.trapezoid(part.posterior, part.x)
        # Nothing is lost at an end; a tau may go on beyond the axis, a spike between its points.
        assert 0.8 < total < 1.25 or part.posterior.max() * np.ptp(part.x) > 100


def test_densities_of_known_laws():
    # Uniform draws of rho, half-normal draws of tau; a prior of sens carried to the probability.
    rng = np.random.default_rng(4)
    size = (4, 2500)
    table = metadx.load_dataset("telomerase").table
    stand_in = type(
        "Draws",
        (),
        {
            "table": table,
            "title": "",
            "mu": 1.5 * rng.normal(size=(*size, 2)),
            "tau": np.abs(rng.normal(size=(*size, 2))),
            "rho": rng.uniform(-1, 1, size),
        },
    )
    by_name = {part.parameter: part for part in prior_densities(genuine(stand_in))}
    rho, tau, sens = by_name["rho"], by_name["tau[sens]"], by_name["mu[sens]"]
    np.testing.assert_allclose(rho.posterior, 0.5, atol=0.08)
    np.testing.assert_allclose(rho.prior, 0.5)
    half = np.sqrt(2 / np.pi) * np.exp(-(tau.x**2) / 2)
    np.testing.assert_allclose(tau.posterior, half, atol=0.06)
    logit = np.log(sens.x / (1 - sens.x))
    exact = np.exp(-(logit**2) / 18) / (3 * np.sqrt(2 * np.pi) * sens.x * (1 - sens.x))
    inner = slice(20, -20)
    np.testing.assert_allclose(sens.prior[inner], exact[inner], rtol=0.01)


@pytest.fixture(scope="module")
def galactomannan():
    return metadx.fit(metadx.load_dataset("galactomannan-children"), draws=1000)


def test_panels_and_caption_say_who_speaks(galactomannan):
    power = power_scaling(galactomannan)
    text = said(plot_prior_posterior(galactomannan, power=power, backend="none"))
    assert power[-1].verdict == "prior"
    assert power[-1].words in text.caption
    assert "Correlation: the prior speaks." in text.alt


def test_without_the_refits_no_panel_says_who_speaks(galactomannan):
    text = said(plot_prior_posterior(galactomannan, backend="none"))
    assert "speak" not in f"{text.caption} {text.alt}"
    middle = np.median(expit(galactomannan.intercepts[..., 0]))
    assert f"sensitivity {middle:.2f}," in text.alt


def test_a_posterior_of_one_mode_is_drawn_with_one():
    draws = np.random.default_rng(1).normal(size=(4, 1000, 2))
    stand_in = SimpleNamespace(
        table=metadx.load_dataset("telomerase").table,
        title="",
        mu=1.5 + 0.3 * draws,
        tau=np.exp(0.3 * draws[::-1]),
        rho=np.tanh(0.4 * draws[:, ::-1, 0]),
    )
    for part in prior_densities(genuine(stand_in)):
        rises = np.diff(part.posterior[part.posterior > 0.15 * part.posterior.max()]) > 0
        assert np.count_nonzero(np.diff(rises.astype(int))) == 1, part.parameter


def test_rows_of_priors_are_the_refits(galactomannan):
    found = prior_sensitivity(galactomannan, draws=1000)
    figure = plot_prior_alternatives(found, backend="none")
    text = said(figure)
    assert words(figure, "row_label_bold") == ["the card's own"]
    assert words(figure, "row_label") == [run.name for run in found.alternatives]
    for name in ("sens", "spec", "tau_sens", "tau_spec"):
        low, high, _ = drawn(figure, f"{name}_interval")["x"].reshape(-1, 3).T
        runs = [run.quantities[name] for run in (found.own, *found.alternatives)]
        np.testing.assert_allclose(low, [one.lower for one in runs])
        np.testing.assert_allclose(high, [one.upper for one in runs])
    own = expit(galactomannan.mu[..., 0])
    assert drawn(figure, "sens_reference")["x"][0] == pytest.approx(np.median(own))
    assert all(run.priors in text.caption for run in found.alternatives)


def test_rows_of_models_are_their_fits():
    review = metadx.load_dataset("telomerase")
    cards = ["bivariate-binomial", "bivariate-cloglog", "independent-margins", "fixed-effect"]
    found = model_alternatives(review, cards, draws=1000)
    figure = plot_alternatives(found, backend="none")
    text = said(figure)
    assert words(figure, "row_label_bold") == ["bivariate-binomial"]
    assert off_the_axis(found.models).tolist() == [False, False, False, True]
    assert "left out of that panel" in text.caption
    middle = drawn(figure, "elpd_middle")["x"]
    np.testing.assert_allclose(middle[:3], [one.difference for one in found.models[:3]])
    assert np.isnan(middle[3])
    worst = found.models[3]
    told = f"{worst.difference:.1f} ({worst.difference_se:.1f}); 0 %"
    assert words(figure, "elpd_words")[3] == told.replace("-", "−")
    first = found.models[0]
    assert words(figure, "elpd_words")[0] == f"0.0; {100 * first.weight:.0f} %"


def test_rows_without_a_margin_or_without_error():
    rows = [(30, 0, 6, 0)]
    table = metadx.AccuracyTable.from_counts(["Kim 2019"], *np.transpose(rows))
    found = model_alternatives(table, ["bivariate-binomial", "fixed-effect"], draws=1000)
    figure = plot_alternatives(found, backend="none")
    assert set(words(figure, "spec_words")) == {"–"}
    assert "–: not defined." in said(figure).caption
    assert "elpd_words" not in figure.viz
    assert "Prediction" not in said(figure).caption
    single = prior_sensitivity(found.models[0].fit, draws=1000)
    assert "–: not identified." in said(plot_prior_alternatives(single, backend="none")).caption


def test_matplotlib_draws_them(galactomannan, make):
    fit = make.fit(make.table({f"S{i} 東京": (10 + i, 5, 4, 20 + 3 * i) for i in range(11)}))
    plot_deeks(fit, deeks(fit.table))
    plot_study_weights(galactomannan, study_weights(galactomannan))
    plot_prior_posterior(galactomannan, power=())
