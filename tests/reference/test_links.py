"""Probit and complementary log-log against lme4 and against integration in R.

`how/glmer_links.R` wrote `glmer_links.json`: mu, tau and rho that glmer estimates, the
log-likelihood it reports there and the one that nested calls of R's integrate() give there.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import metadx
from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper
from metadx.engines.link_likelihood import likelihood_of

_TOLD = json.loads(Path(__file__).with_name("glmer_links.json").read_text(encoding="utf-8"))
# distribution and density of either link
_LAWS = {"probit": stats.norm, "cloglog": stats.gumbel_l}


def told(case):
    name, link = case.split()
    *point, reported, exact = _TOLD[case]
    review = metadx.load_dataset(name)
    hyper = Hyper.of(np.array([point[:2]]), np.array([point[2:4]]), np.array([point[4]]))
    return review, link, hyper, reported, exact


def laplace(counts, modes, hyper, link):
    """Laplace's approximation with the expected information, as glmer has it."""
    (mu,), (tau,), (rho,) = hyper.coefficients, hyper.tau, hyper.rho
    sigma = np.array([[tau[0] ** 2, rho * tau.prod()], [rho * tau.prod(), tau[1] ** 2]])
    right = np.stack([counts.tp, counts.tn], axis=1)
    size = np.stack([counts.n_diseased, counts.n_nondiseased], axis=1)
    total = 0.0
    for y, n, at in zip(right, size, np.stack([modes.sens[0], modes.spec[0]], axis=1), strict=True):
        p, slope = _LAWS[link].cdf(at), _LAWS[link].pdf(at)
        information = np.diag(n * slope**2 / (p * (1 - p)))
        total += stats.binom.logpmf(y, n, p).sum()
        total -= 0.5 * (at - mu) @ np.linalg.solve(sigma, at - mu)
        total -= 0.5 * np.linalg.slogdet(np.eye(2) + sigma @ information)[1]
    return total


@pytest.mark.parametrize("case", _TOLD)
def test_the_log_likelihood_is_that_of_r(case):
    review, link, hyper, reported, exact = told(case)
    likelihood = likelihood_of(Counts.from_table(review.table), 31, link=link)
    assert likelihood.by_study(hyper).sum() == pytest.approx(exact, abs=1e-6)
    modes = likelihood.modes(hyper)
    for _ in range(3):  # each a Newton step nearer
        modes = likelihood.started_at((modes.sens, modes.spec)).modes(hyper)
    found = laplace(likelihood.counts, modes, hyper, link)
    assert found == pytest.approx(reported, abs=1e-5)


@pytest.mark.parametrize("case", ["iqcode-dementia probit", "iqcode-dementia cloglog"])
def test_the_maximum_is_next_to_that_of_glmer(case):
    """glmer's approximation shifts its maximum; that of the likelihood itself lies no lower."""
    review, link, hyper, _, exact = told(case)
    found = metadx.maximum_likelihood(review, sens="~ 1", spec="~ 1", link=link)
    assert found.converged
    assert exact <= found.log_likelihood + 1e-6
    assert found.log_likelihood - exact < 0.02
    there = np.concatenate([hyper.coefficients[0], hyper.tau[0], hyper.rho])
    np.testing.assert_allclose(found.estimates, there, atol=0.03)


@pytest.mark.parametrize("name", ["anti-ccp", "iqcode-dementia"])
def test_links_agree_on_the_median_study_where_there_are_data(name):
    """Three scales of one table: the accuracy of the median study hardly depends on the choice."""
    review = metadx.load_dataset(name)
    cards = ("bivariate-binomial", "bivariate-probit", "bivariate-cloglog")
    fits = [
        metadx.fit(review, card, sens="~ 1", spec="~ 1", draws=2000, study_effects=False)
        for card in cards
    ]
    assert all(fit.passed for fit in fits)
    logit, probit, cloglog = (np.median(1 / (1 + np.exp(-fit.pooled.mu)), axis=0) for fit in fits)
    assert np.abs(probit - logit).max() < 0.02
    assert np.abs(cloglog - logit).max() < 0.03
    widths = [np.ptp(np.quantile(fit.pooled.mu, [0.1, 0.9], axis=0), axis=0) for fit in fits]
    np.testing.assert_allclose(widths[1], widths[0], rtol=0.25)


def test_a_link_that_is_none_is_refused():
    with pytest.raises(metadx.MetadxError, match='wanted "logit", "probit" or "cloglog"'):
        metadx.maximum_likelihood(metadx.load_dataset("telomerase"), link="log")
