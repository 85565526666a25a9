"""Both engines hold one posterior: PyMC's, integrated by brute force, and the marginal engine's."""

import numpy as np
import pytest

from metadx.cards.load import load_card
from metadx.designs.formula import build_design
from metadx.engines.counts import Counts
from metadx.engines.fit import Fit, fit
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.pareto import smooth
from metadx.engines.target import Posterior
from metadx.studies.review import load_dataset
from tests.density.integrate import IntegratedPyMC, stabilised_binomial

# zero cells in every study; four studies without a non-diseased; an ordinary review
NAMES = ("galactomannan-children", "ovarian-trucut-biopsy", "telomerase")
DRAWN = 20
CARDS = {"bivariate-binomial": DRAWN, "bivariate-binomial-n15": 4}  # points for each
FINE = 31  # nodes per axis
EXACT = 151  # the largest tau of a posterior needs as many for six decimals


@pytest.fixture(scope="module", params=NAMES)
def fitted(request) -> Fit:
    table = load_dataset(request.param).table
    return fit(table, engine="marginal", draws=16_000, seed=11, study_effects=False)


@pytest.fixture(scope="module")
def points(fitted) -> Hyper:
    """Draws of the posterior, taken at random."""
    rows = np.random.default_rng(3).choice(fitted.rho.size, DRAWN, replace=False)
    flat = fitted.mu.reshape(-1, 2), fitted.tau.reshape(-1, 2), fitted.rho.ravel()
    return Hyper.of(*(values[rows] for values in flat))


def likelihood_of(fitted: Fit, nodes: int) -> IntegratedLikelihood:
    return IntegratedLikelihood.of(Counts.from_table(fitted.table), nodes)


@pytest.mark.parametrize("card", CARDS)
def test_the_integrated_pymc_model_is_the_target_of_the_marginal_engine(fitted, points, card):
    size, card = CARDS[card], load_card(card).card
    points = points.rows(slice(0, size))
    judge = IntegratedPyMC(fitted.table, card)
    wanted = [
        judge.log_density(mu, tau, rho)
        for mu, tau, rho in zip(points.coefficients, points.tau, points.rho, strict=True)
    ]
    log_tau = np.log(points.tau)
    theta = np.column_stack([points.coefficients, log_tau, np.arctanh(points.rho)])
    jacobian = log_tau.sum(axis=1) + np.log(points.one_minus_rho2)
    for nodes, error in ((EXACT, 1e-6), (FINE, 2e-3)):
        found, _ = Posterior.of(likelihood_of(fitted, nodes), card).log_density(theta)
        np.testing.assert_allclose(found - jacobian, wanted, rtol=0, atol=error)


@pytest.mark.parametrize(
    ("name", "sens", "spec"),
    [
        ("lung-nodules-dwi-mri", "~ nation + year", "~ field_strength + log(patients)"),
        ("anti-ccp", "~ generation * year", "~ generation"),
    ],
)
def test_both_hold_one_posterior_with_covariates_too(name, sens, spec):
    """Different formulas for both margins; levels, numbers and an interaction."""
    card, table = load_card("bivariate-binomial").card, load_dataset(name).table
    design = build_design(table, sens=sens, spec=spec)
    fitted = fit(table, sens=sens, spec=spec, engine="marginal", draws=2000, seed=4)
    rows = np.random.default_rng(3).choice(fitted.rho.size, 5, replace=False)
    beta = fitted.coefficients.reshape(fitted.rho.size, -1)[rows]
    tau, rho = fitted.tau.reshape(-1, 2)[rows], fitted.rho.ravel()[rows]
    judge = IntegratedPyMC(table, card, design)
    wanted = [judge.log_density(*point) for point in zip(beta, tau, rho, strict=True)]
    likelihood = IntegratedLikelihood.of(Counts.from_table(table), 61, design)
    theta = np.column_stack([beta, np.log(tau), np.arctanh(rho)])
    found, _ = Posterior.of(likelihood, card, design).log_density(theta)
    jacobian = np.log(tau).sum(axis=1) + np.log1p(-(rho**2))
    np.testing.assert_allclose(found - jacobian, wanted, rtol=0, atol=1e-4)
    assert np.ptp(wanted) > 1  # the points differ


def test_the_nodes_of_a_fit_leave_next_to_no_error(fitted, points):
    """The log-likelihood kept with the draws, against 31 x 31 nodes at the same draws."""
    hyper = Hyper.of(fitted.mu.reshape(-1, 2), fitted.tau.reshape(-1, 2), fitted.rho.ravel())
    fine = likelihood_of(fitted, FINE).by_study(hyper).sum(axis=1)
    error = np.abs(fitted.log_likelihood.sum(axis=2).ravel() - fine)
    assert error[np.isin(hyper.rho, points.rho)].max() <= 0.03
    assert np.quantile(error, 0.99) <= 0.03
    assert error.max() <= 0.3  # one draw in thousands, at the end of the tail of tau


def summaries(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean, sd and the 2.5, 50 and 97.5 % quantiles of weighted draws."""
    mean = weights @ values
    sd = np.sqrt(weights @ (values - mean) ** 2)
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order]) - 0.5 * weights[order]
    quantiles = np.interp([0.025, 0.5, 0.975], cumulative, values[order])
    return np.array([mean, sd, *quantiles])


def test_the_nodes_of_a_fit_move_no_summary(fitted):
    """The same raw proposals, weighted by both likelihoods."""
    raw = fitted.proposals
    fine = likelihood_of(fitted, FINE).by_study(Hyper.of(raw.coefficients, raw.tau, raw.rho))
    ours = smooth(raw.log_weights).weights
    theirs = smooth(raw.log_weights + fine.sum(axis=1) - raw.log_likelihood.sum(axis=1)).weights
    columns = np.column_stack([raw.coefficients, raw.tau, raw.rho])
    for values in columns.T:
        one, two = summaries(values, ours), summaries(values, theirs)
        assert np.abs(one - two).max() < 0.01 * one[1]


def test_the_judge_is_stable_at_extreme_logits():
    """The value at logit 60 that a graph without stabilising rewrites gets wrong."""
    assert stabilised_binomial(9, 10, 60.0) == pytest.approx(np.log(10) - 60, abs=1e-6)
    assert stabilised_binomial(10, 10, 60.0) == pytest.approx(0, abs=1e-6)
    assert stabilised_binomial(0, 10, -60.0) == pytest.approx(0, abs=1e-6)
