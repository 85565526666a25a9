"""t effects in both engines: the PyMC model integrated by brute force is the engine's target."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import get_mode
from pytensor.graph.replace import vectorize_graph
from scipy.special import logsumexp

from metadx.builders.bivariate import build_bivariate
from metadx.cards.load import load_card, parse_card
from metadx.engines.counts import Counts
from metadx.engines.model_likelihood import model_likelihood
from metadx.engines.target import Posterior
from metadx.studies.accuracy import AccuracyTable

CHOICE = "values = [3, 4, 6, 10, 20, 50], weights = [1, 1, 1, 1, 1, 1]"
STUDY = ([25], [3], [8], [40])
PAIR = ([25, 9], [3, 6], [8, 7], [40, 25])
POINTS = (((1.0, 2.0), (0.7, 0.9), -0.4), ((0.2, 2.5), (1.2, 0.5), 0.6))


def card_of(values):
    text = load_card("bivariate-t").text
    assert CHOICE in text
    return parse_card(text.replace(CHOICE, values), "own.toml").card


def integrated_pymc(table, card, point):
    """Sum exp(log density) of the non-centred model over a grid of the effects of one study."""
    mu, tau, rho = point
    model = build_bivariate(table, card, "non-centred")
    values = {value.name: value for value in model.value_vars}
    many = pt.tensor3("many")
    on_grid = vectorize_graph(model.logp(jacobian=False), {values.pop("z"): many})
    mode = get_mode("FAST_COMPILE").including("canonicalize", "stabilize")
    logp = pytensor.function([many, *values.values()], on_grid, mode=mode)
    hyper = {
        "mu_sens": mu[0],
        "mu_spec": mu[1],
        "tau_sens_log__": np.log(tau[0]),
        "tau_spec_log__": np.log(tau[1]),
        "rho_interval__": np.log1p(rho) - np.log1p(-rho),
    }
    u = np.linspace(-4.5, 4.5, 61)  # z = sinh(u) reaches far out with small steps in the middle
    width = np.log(np.cosh(u) * (u[1] - u[0]))
    first, second = (grid.ravel() for grid in np.meshgrid(np.sinh(u), np.sinh(u), indexing="ij"))
    found = logp(np.stack([first, second], axis=1)[:, None], *(hyper[name] for name in values))
    return float(logsumexp(found + np.add.outer(width, width).ravel()))


def target(table, card, point):
    mu, tau, rho = point
    posterior = Posterior.of(model_likelihood(Counts.from_table(table), card, 31), card)
    theta = np.array([*mu, *np.log(tau), np.arctanh(rho)])
    jacobian = np.log(tau).sum() + np.log((1 - rho) * (1 + rho))
    return posterior.log_density(theta[None])[0][0] - jacobian


@pytest.mark.parametrize("point", POINTS)
def test_one_study_with_its_degrees_summed_out(point):
    table = AccuracyTable.from_counts(["A"], *STUDY)
    card = card_of("values = [3, 10], weights = [1, 3]")
    wanted = integrated_pymc(table, card, point)
    assert target(table, card, point) == pytest.approx(wanted, abs=1e-3)


def test_two_studies_with_their_degrees_summed_out():
    """Given nu the studies are independent: from the integrals of each alone under each nu."""
    card = card_of("values = [3, 10], weights = [1, 3]")
    point = POINTS[0]
    pair = AccuracyTable.from_counts(["A", "B"], *PAIR)
    joint = []
    for df, share in ((3, 0.25), (10, 0.75)):
        alone = card_of(f"values = [{df}], weights = [1]")
        each = [integrated_pymc(pair.take(np.array([i])), alone, point) for i in (0, 1)]
        prior = Posterior.of(model_likelihood(Counts.from_table(pair), alone), alone)
        mu, tau, rho = point
        theta = np.array([[*mu, *np.log(tau), np.arctanh(rho)]])
        jacobian = np.log(tau).sum() + np.log((1 - rho) * (1 + rho))
        once = prior.log_prior(theta)[0] - jacobian  # stands in both integrals
        joint.append(np.log(share) + sum(each) - once)
    assert target(pair, card, point) == pytest.approx(logsumexp(joint), abs=2e-3)
