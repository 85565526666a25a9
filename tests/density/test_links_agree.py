"""PyMC's model, integrated by brute force, is the marginal engine's target under every link."""

import numpy as np
import pytest

from metadx.builders.links import logit_of
from metadx.cards.load import load_card
from metadx.engines.counts import Counts
from metadx.engines.model_likelihood import model_likelihood
from metadx.engines.target import Posterior
from metadx.estimands.links import LINKS, to_logit
from metadx.studies.accuracy import AccuracyTable
from tests.density.integrate import IntegratedPyMC

POINTS = (
    ((0.7, 1.2), (0.3, 0.9), -0.8),
    ((-0.4, 0.2), (1.6, 0.05), 0.4),
    ((1.5, 0.9), (0.1, 1.1), -0.9),
)


@pytest.mark.parametrize("link", ["probit", "cloglog"])
def test_the_integrated_pymc_model_is_the_target_of_the_marginal_engine(link):
    """Zero cells, an empty arm, many people."""
    card = load_card(f"bivariate-{link}").card
    table = AccuracyTable.from_counts(
        list("ABCD"), [12, 0, 9, 900], [0, 4, 3, 50], [0, 0, 4, 80], [40, 30, 12, 700]
    )
    judge = IntegratedPyMC(table, card)
    wanted = [judge.log_density(*point) for point in POINTS]
    mu, tau, rho = (np.array(part) for part in zip(*POINTS, strict=True))
    theta = np.column_stack([mu, np.log(tau), np.arctanh(rho)])
    likelihood = model_likelihood(Counts.from_table(table), card, 151)
    found, _ = Posterior.of(likelihood, card).log_density(theta)
    jacobian = np.log(tau).sum(axis=1) + np.log1p(-(rho**2))
    np.testing.assert_allclose(found - jacobian, wanted, rtol=0, atol=1e-5)
    assert np.ptp(wanted) > 1  # the points differ


@pytest.mark.parametrize("link", LINKS)
def test_pymc_sees_the_same_logits_with_their_slopes(link):
    import pytensor
    import pytensor.tensor as pt

    eta = np.array([-300.0, -40.0, -18.0, -17.9, -1.0, 0.0, 0.5, 3.0, 5.5])
    value = pt.vector()
    logit = logit_of(value, link)
    found, slope = pytensor.function(
        [value], [logit, pytensor.grad(logit.sum(), value)], mode="FAST_COMPILE"
    )(eta)
    np.testing.assert_allclose(found, to_logit(eta, link), rtol=1e-12, atol=1e-12)
    step = 1e-5
    by_steps = (to_logit(eta + step, link) - to_logit(eta - step, link)) / (2 * step)
    np.testing.assert_allclose(slope, by_steps, rtol=1e-5)
