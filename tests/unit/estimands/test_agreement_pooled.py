"""What the rows share, against one-dimensional integrals and closed moments."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from metadx.estimands.agreement_pooled import pooled_estimands
from metadx.estimands.standard_margin import kappa_standard

MARGIN = [0.5, 0.3, 0.2]


def pooled(**hyper):
    return pooled_estimands(hyper, MARGIN, np.random.default_rng(4))


def test_the_typical_finding():
    mu = np.array([[0.4, 1.1], [0.9, 2.0]])
    found = pooled(mu=mu, sd_finding=np.full((2, 2), 0.3))
    np.testing.assert_allclose(found["latent_rho"], 0.9995 * np.tanh(mu))
    np.testing.assert_allclose(found["kappa_standard"], kappa_standard(mu, MARGIN))
    assert not any("part" in name or "study" in name for name in found)


@pytest.mark.parametrize(("mu", "sd"), [(1.1, (0.3, 0.2)), (0.3, (0.9, 0.5)), (2.0, (0.1, 0.0))])
def test_the_mean_over_all_rows(mu, sd):
    found = pooled(mu=np.array([mu]), sd_finding=np.array([sd[0]]), sd_row=np.array([sd[1]]))
    spread = np.hypot(*sd)
    rho = quad(lambda x: 0.9995 * np.tanh(mu + spread * x) * norm.pdf(x), -9, 9)[0]
    nodes = np.linspace(-8, 8, 4001)
    weights = norm.pdf(nodes) / norm.pdf(nodes).sum()
    kappa = weights @ kappa_standard(mu + spread * nodes, MARGIN)
    assert found["latent_rho_population"][0] == pytest.approx(rho, abs=1e-6)
    assert found["kappa_standard_population"][0] == pytest.approx(kappa, abs=1e-4)


def spread_of(draws, centre):
    z = np.arctanh(draws / 0.9995)
    assert z.mean() == pytest.approx(centre, abs=0.02)
    return z.std()


def test_new_findings_and_studies_spread_as_they_should():
    many = np.ones(40_000)
    found = pooled(
        mu=0.8 * many,
        beta_part=-0.3 * many,
        sd_finding=0.4 * many,
        sd_region=0.3 * many,
        sd_row=0.2 * many,
        sd_study=0.5 * many,
    )
    assert spread_of(found["latent_rho_new"], 0.8) == pytest.approx(np.hypot(0.4, 0.2), rel=0.02)
    assert spread_of(found["latent_rho_new_part"], 0.5) == pytest.approx(
        np.sqrt(0.16 + 0.04 + 0.09), rel=0.02
    )
    assert spread_of(found["latent_rho_new_study"], 0.8) == pytest.approx(
        np.hypot(0.5, 0.2), rel=0.02
    )
    np.testing.assert_allclose(
        found["kappa_standard_new"],
        kappa_standard(np.arctanh(found["latent_rho_new"] / 0.9995), MARGIN),
        atol=1e-9,
    )
    np.testing.assert_allclose(found["latent_rho_part"], 0.9995 * np.tanh(0.5))
    whole = pooled(mu=many[:1] * 0.8, sd_row=np.sqrt(many[:1] * (0.16 + 0.04 + 0.25)))
    np.testing.assert_allclose(found["latent_rho_population"][:1], whole["latent_rho_population"])
    part = pooled(mu=many[:1] * 0.5, sd_row=np.sqrt(many[:1] * (0.16 + 0.04 + 0.25 + 0.09)))
    np.testing.assert_allclose(
        found["kappa_standard_population_part"][:1], part["kappa_standard_population"]
    )


def test_regions_spread_every_row_where_there_is_no_whole():
    one = np.ones(1)
    found = pooled(mu=one, sd_region=0.3 * one, sd_row=0.4 * one)
    same = pooled(mu=one, sd_row=0.5 * one)
    np.testing.assert_allclose(found["latent_rho_population"], same["latent_rho_population"])
    assert "latent_rho_new" not in found


def test_nothing_is_shared_by_one_row():
    assert pooled() == {}
