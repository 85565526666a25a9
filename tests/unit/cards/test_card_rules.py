"""What of a valid card reaches the two engines."""

import numpy as np
import pytest

from metadx.builders.bivariate import build_bivariate
from metadx.cards.load import load_card
from metadx.engines.fit import fit
from metadx.studies.review import load_dataset

BY_MARGIN = (
    '{ sens = { family = "HalfNormal", sd = 0.5 }, spec = { family = "Exponential", rate = 2 } }'
)
POINT = {
    "mu_sens": np.array(0.9),
    "mu_spec": np.array(1.4),
    "tau_sens_log__": np.array(-0.4),
    "tau_spec_log__": np.array(0.2),
    "rho_interval__": np.array(-0.6),
}


def prior_of_builder(card) -> float:
    """Log prior density of the PyMC model at one point of its unconstrained coordinates."""
    model = build_bivariate(load_dataset("telomerase").table, card)
    names = ("mu_sens", "mu_spec", "tau_sens", "tau_spec", "rho")
    logp = model.compile_logp([model[name] for name in names], mode="FAST_COMPILE")
    point = {k: v for k, v in model.initial_point().items() if k.startswith("logit")}
    return float(logp(point | POINT))


def test_priors_may_differ_by_margin(with_prior):
    priors = with_prior("tau", BY_MARGIN).card.parameters.tau.priors()
    assert [str(prior) for prior in priors] == ["HalfNormal(sd=0.5)", "Exponential(rate=2)"]


def test_the_builder_gives_each_margin_its_own_prior(with_prior):
    """By hand: only the two terms of tau differ from those of the default card."""
    difference = prior_of_builder(with_prior("tau", BY_MARGIN).card) - prior_of_builder(
        load_card("bivariate-binomial").card
    )
    sens, spec = np.exp(-0.4), np.exp(0.2)

    def half_normal(x: float, sd: float) -> float:
        return np.log(2 / (sd * np.sqrt(2 * np.pi))) - 0.5 * (x / sd) ** 2

    wanted = half_normal(sens, 0.5) - half_normal(sens, 1.5)
    wanted += np.log(2) - 2 * spec - half_normal(spec, 1.5)
    assert difference == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "prior", "wanted"),
    [
        # log N(0.9; 0, 0.7) + log N(1.4; 0, 0.7) less the same at sd 3, and so on
        (
            "mu",
            '{ family = "Normal", mean = 0, sd = 0.7 }',
            2 * np.log(3 / 0.7) - 0.5 * (0.9**2 + 1.4**2) * (1 / 0.49 - 1 / 9),
        ),
        (
            "tau",
            '{ family = "HalfNormal", sd = 0.25 }',
            2 * np.log(6) - 0.5 * (np.exp(-0.8) + np.exp(0.4)) * (16 - 1 / 2.25),
        ),
    ],
)
def test_a_number_edited_in_a_card_changes_the_model_of_nuts(with_prior, name, prior, wanted):
    found = prior_of_builder(with_prior(name, prior).card)
    assert found - prior_of_builder(load_card("bivariate-binomial").card) == pytest.approx(
        wanted, abs=1e-6
    )


@pytest.mark.parametrize(
    ("name", "prior", "moves"),
    [
        ("mu", '{ family = "Normal", mean = 0, sd = 0.3 }', lambda f: -f.mu.mean()),
        ("tau", '{ family = "HalfNormal", sd = 0.15 }', lambda f: -f.tau.mean()),
        ("rho", '{ family = "LKJ", eta = 40 }', lambda f: -np.abs(f.rho).mean()),
    ],
)
def test_a_number_edited_in_a_card_moves_the_marginal_fit(with_prior, name, prior, moves):
    table = load_dataset("telomerase").table
    before = fit(table, engine="marginal", draws=1000, study_effects=False)
    after = fit(table, with_prior(name, prior), engine="marginal", draws=1000, study_effects=False)
    assert moves(after) - moves(before) > 0.2
    assert after.card.sha256 != before.card.sha256
