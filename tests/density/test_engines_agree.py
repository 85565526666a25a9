"""Both engines hold one posterior: PyMC's, integrated by brute force, and the marginal engine's."""

import numpy as np
import pytest

from metadx.cards.load import load_card
from metadx.engines.counts import Counts
from metadx.engines.fit import Fit, fit
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.pareto import smooth
from metadx.engines.target import Posterior
from metadx.studies.review import load_dataset
from tests.density.integrate import IntegratedPyMC, stabilised_binomial

# zero cells in every study; four studies without a non-diseased; an ordinary review
NAMES = ("galactomannan-children", "ovarian-trucut-biopsy", "telomerase")
CARDS = ("bivariate-binomial", "bivariate-binomial-n15")
DRAWN = 20
FINE = 31


@pytest.fixture(scope="module", params=NAMES)
def fitted(request) -> Fit:
    return fit(load_dataset(request.param).table, engine="marginal", draws=4000, seed=11)


def drawn_points(fitted: Fit, size: int) -> np.ndarray:
    """Draws of the posterior as theta, spread evenly over the sampled scales."""
    tau, rho = fitted.tau.reshape(-1, 2), fitted.rho.ravel()
    order = np.argsort(tau.sum(axis=1))
    rows = order[np.linspace(0, order.size - 1, size).astype(int)]
    mu = fitted.mu.reshape(-1, 2)
    return np.column_stack([mu[rows], np.log(tau[rows]), np.arctanh(rho[rows])])


def fine_likelihood(fitted: Fit) -> IntegratedLikelihood:
    return IntegratedLikelihood.of(Counts.from_table(fitted.table), FINE)


@pytest.mark.parametrize("card", CARDS)
def test_the_integrated_pymc_model_is_the_target_of_the_marginal_engine(fitted, card):
    card = load_card(card).card
    judge = IntegratedPyMC(fitted.table, card)
    theta = drawn_points(fitted, DRAWN)
    tau, rho = np.exp(theta[:, 2:4]), np.tanh(theta[:, 4])
    jacobian = theta[:, 2] + theta[:, 3] + np.log1p(-(rho**2))
    found, _ = Posterior.of(fine_likelihood(fitted), card).log_density(theta)
    wanted = [judge.log_density(row[:2], t, r) for row, t, r in zip(theta, tau, rho, strict=True)]
    np.testing.assert_allclose(found - jacobian, wanted, rtol=0, atol=1e-6)


def test_the_nodes_of_a_fit_leave_next_to_no_error(fitted):
    """The log-likelihood kept with the draws, against 31 x 31 nodes at the same draws."""
    hyper = Hyper.of(fitted.mu.reshape(-1, 2), fitted.tau.reshape(-1, 2), fitted.rho.ravel())
    fine = fine_likelihood(fitted).by_study(hyper).sum(axis=1)
    ours = fitted.log_likelihood.sum(axis=2).ravel()
    assert np.abs(ours - fine).max() <= 0.03


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
    fine = fine_likelihood(fitted).by_study(Hyper.of(raw.mu, raw.tau, raw.rho))
    ours = smooth(raw.log_weights).weights
    theirs = smooth(raw.log_weights + fine.sum(axis=1) - raw.log_likelihood.sum(axis=1)).weights
    columns = np.column_stack([raw.mu, raw.tau, raw.rho])
    for values in columns.T:
        one, two = summaries(values, ours), summaries(values, theirs)
        assert np.abs(one - two).max() < 0.01 * one[1]


def test_the_judge_is_stable_at_extreme_logits():
    """The value at logit 60 that a graph without stabilising rewrites gets wrong."""
    assert stabilised_binomial(9, 10, 60.0) == pytest.approx(np.log(10) - 60, abs=1e-6)
    assert stabilised_binomial(10, 10, 60.0) == pytest.approx(0, abs=1e-6)
    assert stabilised_binomial(0, 10, -60.0) == pytest.approx(0, abs=1e-6)
