"""Models that take tau or rho as given, against sums over grids of each margin by itself."""

import numpy as np
import pytest

from metadx.cards.load import load_card
from metadx.criticism.leave_one_out import leave_one_out
from metadx.designs.formula import build_design
from metadx.engines.counts import Counts
from metadx.engines.fit import Fit, fit
from metadx.engines.mode import find_mode
from metadx.engines.model_likelihood import model_likelihood
from metadx.engines.target import Posterior, crude_start
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical
from metadx.studies.review import load_dataset
from tests.unit.engines.one_margin import FixedMargin, RandomMargin

CASES = ("fixed-effect", "independent-margins")
# A zero cell, an empty arm, a large and a small study.
TABLE = AccuracyTable.from_counts(
    ["A", "B", "C", "D", "E"],
    tp=[18, 7, 45, 0, 12],
    fp=[4, 0, 9, 11, 2],
    fn=[5, 0, 30, 0, 9],
    tn=[30, 6, 52, 60, 20],
)


@pytest.fixture(scope="module")
def fits() -> dict[str, Fit]:
    return {name: fit(TABLE, name, engine="marginal", draws=8000, seed=3) for name in CASES}


@pytest.mark.parametrize(
    ("name", "margin"), [("fixed-effect", FixedMargin), ("independent-margins", RandomMargin)]
)
def test_each_margin_is_its_own_univariate_posterior(fits, name, margin):
    fitted = fits[name]
    parts = (margin(TABLE.tp, TABLE.n_diseased), margin(TABLE.tn, TABLE.n_nondiseased))
    evidence = sum(part.log_evidence for part in parts)
    assert fitted.engine.log_evidence == pytest.approx(evidence, abs=0.03)
    found = fitted.mu.reshape(-1, 2)
    for place, part in enumerate(parts):
        mean, sd = (part.mean, part.sd) if name == CASES[0] else (part.mean_mu, part.sd_mu)
        assert found[:, place].mean() == pytest.approx(mean, abs=0.06 * sd)
        assert found[:, place].std() == pytest.approx(sd, rel=0.05)
        tau = 0.0 if name == CASES[0] else part.mean_tau
        assert fitted.tau[..., place].mean() == pytest.approx(tau, abs=0.02)
    correlation = np.corrcoef(found.T)[0, 1]
    assert abs(correlation) < 0.06


def test_what_is_given_is_the_same_in_every_draw(fits):
    for name, fitted in fits.items():
        assert not fitted.rho.any()
        assert not fitted.proposals.rho.any()
        assert fitted.tau.any() == (name == "independent-margins")
        assert fitted.engine.ess > 0.65 * fitted.proposals.rho.size, name  # idle ones cost little
        assert fitted.passed


def test_without_effects_every_study_and_a_new_one_have_the_pooled_accuracy(fits):
    fitted = fits["fixed-effect"]
    everywhere = np.broadcast_to(fitted.mu[:, :, None], fitted.study_logits.shape)
    np.testing.assert_allclose(fitted.study_logits, everywhere, atol=1e-12)
    np.testing.assert_array_equal(fitted.new_study_logits(), fitted.mu.reshape(-1, 2))


def test_the_likelihood_without_effects_is_binomial(fits):
    fitted = fits["fixed-effect"]
    from scipy import special, stats

    p = special.expit(fitted.mu.reshape(-1, 2)[:50])
    wanted = stats.binom.logpmf(TABLE.tp, TABLE.n_diseased, p[:, :1])
    wanted += stats.binom.logpmf(TABLE.tn, TABLE.n_nondiseased, p[:, 1:])
    found = fitted.log_likelihood.reshape(-1, TABLE.n_studies)[:50]
    np.testing.assert_allclose(found, wanted, atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_the_density(name):
    table = load_dataset("anti-ccp").table
    card, design = load_card(name).card, build_design(table, sens="~ generation", spec="~ 1")
    likelihood = model_likelihood(Counts.from_table(table), card, 15, design)
    posterior = Posterior.of(likelihood, card, design)
    theta = np.array([[0.3, 0.5, 2.4, -0.3, 0.2, 0.4]])
    value, gradient = posterior.gradient(theta)
    assert value[0] == pytest.approx(posterior.log_density(theta)[0][0], abs=1e-6)
    step = 1e-5
    for place in range(theta.size):
        moved = theta + step * np.array([[-1.0], [1.0]]) * (np.arange(theta.size) == place)
        low, high = posterior.log_density(moved)[0]
        assert gradient[0, place] == pytest.approx((high - low) / (2 * step), abs=2e-4)


@pytest.mark.parametrize("name", CASES)
def test_the_coordinates_that_no_study_knows_of_integrate_to_one(name):
    """Over a fine grid of the idle coordinates, at any value of the others."""
    card = load_card(name).card
    likelihood = model_likelihood(Counts.from_table(TABLE), card)
    posterior = Posterior.of(likelihood, card)
    z = np.linspace(-15, 15, 3001)
    theta = np.zeros((z.size, 5))
    theta[:, -1] = z
    prior = posterior.log_prior(theta)
    at_zero = np.exp(prior).sum() * (z[1] - z[0])
    normal = np.exp(-np.log(3 * np.sqrt(2 * np.pi))) ** 2
    sd = 1.0 if name == "fixed-effect" else 1.5  # of the half-normal law of tau = 1
    half = (2 / (sd * np.sqrt(2 * np.pi)) * np.exp(-0.5 / sd**2)) ** 2
    assert at_zero == pytest.approx(normal * half, rel=1e-4)
    assert np.ptp(posterior.by_study(theta), axis=0).max() == 0  # they are idle indeed


@pytest.mark.parametrize("name", CASES)
def test_odd_tables_are_answered(name):
    tables = {
        "one study": AccuracyTable.from_counts(["A"], [9], [1], [2], [12]),
        "one arm only": AccuracyTable.from_counts(["A", "B"], [9, 4], [0, 0], [2, 1], [0, 0]),
        "all right": AccuracyTable.from_counts(["A", "B"], [9, 40], [0, 0], [0, 0], [12, 80]),
        "several tables": AccuracyTable.from_counts(
            ["A", "B"],
            [9, 4],
            [1, 2],
            [2, 1],
            [12, 9],
            alternatives={0: np.array([[9, 1, 2, 12], [8, 2, 3, 11]])},
        ),
    }
    for what, table in tables.items():
        fitted = fit(table, name, engine="marginal", draws=1000)
        assert fitted.passed, what
        assert np.isfinite(fitted.log_likelihood).all(), what
        assert np.isfinite(fitted.study_logits).all(), what


def test_a_sum_over_tables_is_the_likelihood_of_an_uncertain_study():
    """By hand: the probability of either table, binomial coefficients included."""
    from scipy import special, stats

    tables = np.array([[9, 1, 2, 12], [8, 2, 3, 11]])
    table = AccuracyTable.from_counts(["A"], [9], [1], [2], [12], alternatives={0: tables})
    fitted = fit(table, "fixed-effect", engine="marginal", draws=400)
    p, q = special.expit(fitted.mu.reshape(-1, 2)[:5]).T
    wanted = sum(
        stats.binom.pmf(tp, tp + fn, p) * stats.binom.pmf(tn, tn + fp, q)
        for tp, fp, fn, tn in tables
    )
    found = fitted.log_likelihood.reshape(-1)[:5]
    np.testing.assert_allclose(found, np.log(wanted), atol=1e-9)


def test_leaving_a_study_out_is_the_ratio_of_evidences():
    """One margin a study: the evidence without it comes from the grid."""
    table = load_dataset("telomerase").table
    fitted = fit(table, "fixed-effect", engine="marginal", draws=4000)
    found = leave_one_out(fitted, refit=True).elpd
    for study in (0, 6):
        others = np.delete(np.arange(table.n_studies), study)
        wanted = 0.0
        for hits, n in ((table.tp, table.n_diseased), (table.tn, table.n_nondiseased)):
            whole, rest = FixedMargin(hits, n), FixedMargin(hits[others], n[others])
            wanted += whole.log_evidence - rest.log_evidence
        assert found[study] == pytest.approx(wanted, abs=0.05)


@pytest.mark.parametrize("name", CASES)
def test_covariates_move_the_means(name):
    """Two groups far apart: by hand, their pooled proportions where studies do not differ."""
    groups = Categorical("group", ("a", "a", "b", "b"), ("a", "b"), "a")
    table = AccuracyTable.from_counts(
        ["A", "B", "C", "D"],
        [80, 75, 30, 28],
        [10, 12, 11, 9],
        [20, 25, 70, 72],
        [90, 88, 89, 91],
        covariates={"group": groups},
    )
    fitted = fit(table, name, sens="~ group", engine="marginal", draws=2000)
    first, second = (1 / (1 + np.exp(-group.mu[:, 0])) for group in fitted.groups)
    tolerance = 0.01 if name == "fixed-effect" else 0.03
    assert np.median(first) == pytest.approx(155 / 200, abs=tolerance)
    assert np.median(second) == pytest.approx(58 / 200, abs=tolerance)


def test_the_search_for_the_mode_ends_at_the_pooled_proportion():
    """By hand: a study of 1e6 people leaves the prior nothing to say."""
    table = AccuracyTable.from_counts(["A"], [800_000], [100_000], [200_000], [900_000])
    card = load_card("fixed-effect").card
    posterior = Posterior.of(model_likelihood(Counts.from_table(table), card, 9), card)
    mode = find_mode(posterior.gradient, crude_start(posterior.likelihood)).location
    np.testing.assert_allclose(mode[:2], [np.log(4), np.log(9)], atol=1e-4)
