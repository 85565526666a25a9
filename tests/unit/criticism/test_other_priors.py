"""Weights moved to another card against fitting that card."""

import math
from dataclasses import replace

import numpy as np
import pytest

from metadx.cards.load import load_card, parse_card
from metadx.criticism.other_priors import reweight
from metadx.engines.fit import fit
from metadx.errors import FitError
from metadx.studies.review import load_dataset

DRAWS = 8000
SPREAD = 'family = "HalfNormal", sd = 1.5 }'


def own_card(spread):
    text = load_card("bivariate-binomial").text
    assert SPREAD in text
    return parse_card(text.replace(SPREAD, spread + " }"), "own.toml")


@pytest.fixture(scope="module")
def telomerase():
    return load_dataset("telomerase").table


@pytest.fixture(scope="module")
def wide(telomerase):
    return fit(telomerase, engine="marginal", draws=DRAWS, study_effects=False, seed=3)


def moments(mu, tau, rho):
    draws = np.column_stack([mu.reshape(-1, 2), tau.reshape(-1, 2), rho.ravel()])
    return draws.mean(axis=0), draws.std(axis=0)


@pytest.mark.parametrize("which", ["narrow", "wider"])
def test_it_is_what_fitting_the_other_card_gives(telomerase, wide, which):
    card = {
        "narrow": load_card("bivariate-binomial-n15"),
        "wider": own_card('family = "HalfNormal", sd = 2.5'),
    }[which]
    found = reweight(wide, card.card, np.random.default_rng(1))
    refit = fit(telomerase, card, engine="marginal", draws=DRAWS, study_effects=False, seed=4)
    mean, sd = moments(found.coefficients, found.tau, found.rho)
    wanted, wanted_sd = moments(refit.coefficients, refit.tau, refit.rho)
    error = math.sqrt(1 / found.ess + 1 / refit.engine.ess)
    np.testing.assert_array_less(np.abs(mean - wanted) / wanted_sd, 4 * error)
    np.testing.assert_allclose(sd, wanted_sd, rtol=4 * error)
    assert found.coefficients.shape == found.tau.shape == (DRAWS, 2)
    assert found.rho.shape == (DRAWS,)
    # and it is another posterior than the one that the weights come from
    first, first_sd = moments(wide.coefficients, wide.tau, wide.rho)
    assert (np.abs(mean - first) / first_sd).max() > 4 * error


def test_the_same_card_is_the_fit_itself(wide):
    found = reweight(wide, wide.card.card, np.random.default_rng(1))
    assert found.pareto_k == pytest.approx(wide.engine.pareto_k, abs=1e-9)
    assert found.ess == pytest.approx(wide.engine.ess, rel=1e-9)


def test_the_effective_number_and_the_tail_tell_how_far_the_cards_are_apart(wide):
    near, far = (
        reweight(wide, own_card(f'family = "HalfNormal", sd = {sd}').card, np.random.default_rng(1))
        for sd in (1.4, 0.05)
    )
    assert near.pareto_k < 0.7
    assert 0.8 * wide.engine.ess < near.ess < 1.2 * wide.engine.ess
    assert far.ess < 0.05 * wide.engine.ess
    assert far.pareto_k > 0.7


def test_the_picks_are_those_of_the_stream(wide):
    card = load_card("bivariate-binomial-n15").card
    one, again, other = (reweight(wide, card, np.random.default_rng(i)) for i in (1, 1, 2))
    np.testing.assert_array_equal(one.coefficients, again.coefficients)
    assert (one.rho != other.rho).any()


def test_mu_tau_and_rho_stay_together(wide):
    found = reweight(wide, load_card("bivariate-binomial-n15").card, np.random.default_rng(1))
    raw = wide.proposals
    rows = {tuple(row) for row in np.column_stack([raw.coefficients, raw.tau, raw.rho])}
    assert {
        tuple(row) for row in np.column_stack([found.coefficients, found.tau, found.rho])
    } <= rows


def test_a_card_with_a_bound_keeps_what_lies_within(telomerase, wide):
    bounded = own_card('family = "Uniform", lower = 0, upper = 1.6')
    found = reweight(wide, bounded.card, np.random.default_rng(1))
    refit = fit(telomerase, bounded, engine="marginal", draws=DRAWS, study_effects=False, seed=4)
    assert found.tau.max() < 1.6
    mean, _ = moments(found.coefficients, found.tau, found.rho)
    wanted, wanted_sd = moments(refit.coefficients, refit.tau, refit.rho)
    error = math.sqrt(1 / found.ess + 1 / refit.engine.ess)
    np.testing.assert_array_less(np.abs(mean - wanted) / wanted_sd, 4 * error)
    # the other way round nothing is known of a tau above the bound
    with pytest.raises(FitError, match=r"bivariate-binomial-n15 allows what .* rules out"):
        reweight(refit, load_card("bivariate-binomial-n15").card, np.random.default_rng(1))


def test_a_bounded_fit_can_be_moved_within_its_bound(telomerase):
    bounded = own_card('family = "Uniform", lower = 0, upper = 1.6')
    refit = fit(telomerase, bounded, engine="marginal", draws=DRAWS, study_effects=False, seed=4)
    assert np.isneginf(refit.proposals.log_weights).any()
    tighter = own_card('family = "Uniform", lower = 0, upper = 1.5')
    found = reweight(refit, tighter.card, np.random.default_rng(1))
    assert np.isfinite(found.pareto_k)
    assert found.tau.max() < 1.5


def test_a_fit_by_nuts_has_no_weights_to_move(wide):
    by_nuts = replace(wide, result=replace(wide.result, proposals=None))
    with pytest.raises(FitError, match="a fit by NUTS has no importance weights"):
        reweight(by_nuts, wide.card.card, np.random.default_rng(1))


def test_a_card_that_forbids_every_proposal_is_refused(wide):
    nowhere = own_card('family = "Uniform", lower = 60, upper = 61')
    with pytest.raises(FitError, match="no proposal is possible under the card bivariate-binomial"):
        reweight(wide, nowhere.card, np.random.default_rng(1))
