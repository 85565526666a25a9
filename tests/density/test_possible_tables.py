"""A study with several possible tables: the integrated PyMC model is the target of the engine."""

import numpy as np
import pytest

from metadx.builders.bivariate import build_bivariate
from metadx.cards.load import load_card
from metadx.engines.counts import Counts
from metadx.engines.likelihood import IntegratedLikelihood
from metadx.engines.target import Posterior
from metadx.studies.accuracy import AccuracyTable

TABLES = [[25, 3, 8, 40], [22, 5, 11, 38], [31, 4, 9, 40]]
CERTAIN = [14, 1, 6, 22]
POINTS = (((1.0, 2.0), (0.7, 0.9), -0.4), ((0.2, 2.5), (1.2, 0.5), 0.6))
_HALF_WIDTH, _STEPS = 9.0, 61


def table_of(*rows):
    return AccuracyTable.from_counts(
        [f"Study {i}" for i in range(len(rows))],
        *np.array(rows).T,
        alternatives={0: np.array(TABLES)},
    )


def joint_density(table, card, parametrisation):
    """The log density of the PyMC model on its own variables, and their names."""
    model = build_bivariate(table, card, parametrisation)
    return model, model.compile_logp(jacobian=False)


@pytest.mark.parametrize("point", POINTS)
def test_the_integrated_pymc_model_is_the_target_of_the_marginal_engine(point):
    card = load_card("bivariate-binomial").card
    table = table_of(TABLES[0])
    _, density = joint_density(table, card, "non-centred")
    mu, tau, rho = point
    axis = np.linspace(-_HALF_WIDTH, _HALF_WIDTH, _STEPS)
    hyper = {
        "mu_sens": np.float64(mu[0]),
        "mu_spec": np.float64(mu[1]),
        "tau_sens_log__": np.log(tau[0]),
        "tau_spec_log__": np.log(tau[1]),
        "rho_interval__": np.log1p(rho) - np.log1p(-rho),
    }
    values = np.array(
        [density(hyper | {"z": np.array([[one, other]])}) for one in axis for other in axis]
    )
    top = values.max()
    integral = top + np.log(np.exp(values - top).sum()) + 2 * np.log(axis[1] - axis[0])
    posterior = Posterior.of(IntegratedLikelihood.of(Counts.from_table(table), 61), card)
    theta = np.array([*mu, *np.log(tau), np.arctanh(rho)])
    jacobian = np.log(tau).sum() + np.log((1 - rho) * (1 + rho))
    found = posterior.log_density(theta[None])[0][0] - jacobian
    assert found == pytest.approx(integral, abs=1e-5)


def test_the_observed_counts_are_those_of_the_certain_studies():
    card = load_card("bivariate-binomial").card
    model, density = joint_density(table_of(TABLES[0], CERTAIN), card, "centred")
    assert [variable.name for variable in model.potentials] == ["tables_0"]
    observed = {v.name: model.rvs_to_values[v].data.tolist() for v in model.observed_RVs}
    assert observed == {"tp": [14], "tn": [22]}
    assert np.isfinite(density(model.initial_point()))
