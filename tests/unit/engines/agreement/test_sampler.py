"""Draws of what rows share, against grids and closed forms."""

import numpy as np
import nutpie
import pytest
from scipy import stats

from metadx.builders.ordinal_rows import row_hierarchy
from metadx.engines.agreement.hierarchy.posterior import row_posterior
from metadx.engines.agreement.hierarchy.sampler import sample_shared
from metadx.engines.agreement.hierarchy.single import draw_single
from tests.unit.engines.agreement.agreement_rows import CARD, normal_rows, table_of

sample = nutpie.sample
CENTRE, SD = np.array([0.2, 0.5, 1.2, 1.5]), np.array([0.2, 0.3, 0.25, 0.2])


@pytest.fixture(scope="module")
def chains():
    """Four rows of one finding: mu, the spread of rows, and z of each."""
    splines = normal_rows(CENTRE, SD)
    hierarchy = row_hierarchy(table_of(*[("", "", "")] * 4), 0)
    posterior = row_posterior(hierarchy, splines, CARD)
    return sample_shared(posterior, CARD.checks.nuts, draws=1500, seed=3)


@pytest.fixture(scope="module")
def grid():
    """Posterior of mu and sd_row by brute force: z of each row is normal given them."""
    mu, sd = np.linspace(-2, 4, 601)[:, None], np.linspace(1e-4, 2.5, 800)[None]
    log_p = CARD.parameters.mu.prior.log_density(mu)
    log_p = log_p + CARD.parameters.sd_row.prior.log_density(sd)
    for centre, own in zip(CENTRE, SD, strict=True):
        log_p = log_p + stats.norm.logpdf(centre, mu, np.sqrt(sd**2 + own**2))
    weight = np.exp(log_p - log_p.max())
    return mu, sd, weight / weight.sum()


def test_all_checks_are_passed(chains):
    assert [check.name for check in chains.checks if not check.passed] == []
    assert chains.variables["z"].shape == (4, 1500, 4)
    assert chains.variables["mu"].shape == (4, 1500)


def test_the_shared_parameters_follow_the_grid(chains, grid):
    mu, sd, weight = grid
    for name, values in (("mu", mu), ("sd_row", sd)):
        drawn = chains.variables[name]
        mean = float((weight * values).sum())
        spread = float(np.sqrt((weight * (values - mean) ** 2).sum()))
        assert drawn.mean() == pytest.approx(mean, abs=4 * spread / np.sqrt(chains.ess))
        assert drawn.std() == pytest.approx(spread, rel=0.1)


def test_the_rows_are_shrunk_as_the_grid_says(chains, grid):
    mu, sd, weight = grid
    shrink = sd**2 / (sd**2 + SD[:, None, None] ** 2)
    wanted = (weight * (mu + shrink * (CENTRE[:, None, None] - mu))).sum(axis=(1, 2))
    found = chains.variables["z"].mean(axis=(0, 1))
    np.testing.assert_allclose(found, wanted, atol=4 * 0.25 / np.sqrt(chains.ess))
    assert abs(wanted - CENTRE).max() > 0.03  # there is shrinkage to be seen


def test_effects_and_mean_make_up_z(chains):
    made = chains.variables["mu"][..., None] + chains.variables["row"]
    np.testing.assert_allclose(made, chains.variables["z"], atol=1e-12)


def test_the_same_seed_gives_the_same_draws():
    splines = normal_rows(CENTRE, SD)
    posterior = row_posterior(row_hierarchy(table_of(*[("", "", "")] * 4), 0), splines, CARD)
    once, again, other = (
        sample_shared(posterior, CARD.checks.nuts, draws=50, seed=seed, ladder=((0.9, 1),))
        for seed in (5, 5, 6)
    )
    assert np.array_equal(once.variables["z"], again.variables["z"])
    assert not np.array_equal(once.variables["z"], other.variables["z"])
    assert once.variables["z"].shape == (4, 50, 4)


def test_a_failed_check_is_told_and_the_next_rung_tried(monkeypatch):
    tried = []
    monkeypatch.setattr(
        nutpie, "sample", lambda *given, **how: tried.append(how) or sample(*given, **how)
    )
    splines = normal_rows(CENTRE, SD)
    posterior = row_posterior(row_hierarchy(table_of(*[("", "", "")] * 4), 0), splines, CARD)
    limits = CARD.checks.nuts.model_copy(update={"ess_bulk_min": 1e9})
    found = sample_shared(posterior, limits, draws=100, seed=1, ladder=((0.9, 1), (0.95, 1)))
    assert [how["target_accept"] for how in tried] == [0.9, 0.95]
    assert {how["chains"] for how in tried} == {4}
    assert "ess_bulk" in [check.name for check in found.checks if not check.passed]


def test_a_single_row_follows_its_posterior():
    """Normal likelihood times the normal prior of a single row: closed form."""
    prior = CARD.parameters.single.prior
    z, lam = draw_single(
        normal_rows(np.array([1.6]), np.array([0.4])), CARD, 20_000, np.random.default_rng(2)
    )
    precision = 1 / prior.sd**2 + 1 / 0.4**2
    mean = (prior.mean / prior.sd**2 + 1.6 / 0.4**2) / precision
    assert lam is None
    assert z.mean() == pytest.approx(mean, abs=0.003)
    assert z.std() == pytest.approx(precision**-0.5, rel=0.01)
    assert stats.kstest(z, stats.norm(mean, precision**-0.5).cdf).statistic < 0.006


def test_a_single_row_with_lambda():
    """z and lambda together, against quadrature."""
    splines = normal_rows(np.array([1.0]), np.array([0.3]), 1.5)
    z, lam = draw_single(splines, CARD, 20_000, np.random.default_rng(2))
    prior = CARD.parameters.single.prior
    zs, shares = np.linspace(-3, 5, 1201)[:, None], np.linspace(0.0005, 0.9995, 1000)[None]
    log_p = stats.norm.logpdf(zs, 1.0 + 1.5 * (shares - 0.5), 0.3)
    log_p = log_p + stats.norm.logpdf(zs, prior.mean, prior.sd) + stats.beta.logpdf(shares, 2, 2)
    weight = np.exp(log_p - log_p.max())
    weight /= weight.sum()
    for drawn, values in ((z, zs), (lam, shares)):
        mean = float((weight * values).sum())
        assert drawn.mean() == pytest.approx(mean, abs=0.01)
        spread = float(np.sqrt((weight * (values - mean) ** 2).sum()))
        assert drawn.std() == pytest.approx(spread, rel=0.02)
    together = float((weight * (zs - z.mean()) * (shares - lam.mean())).sum())
    assert np.cov(z, lam)[0, 1] == pytest.approx(together, rel=0.1)
    assert 0 < lam.min() < lam.max() < 1
