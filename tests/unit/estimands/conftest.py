"""The Handbook's anti-CCP review: published counts and the maximum-likelihood estimates of lme4."""

import csv
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

STUDIES = Path(__file__).parents[3] / "data" / "anti-ccp" / "studies.csv"


@pytest.fixture(scope="session")
def counts():
    """tp, fp, fn, tn of the 37 studies, read without the package's own reader."""
    with STUDIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 37
    return SimpleNamespace(
        **{k: np.array([int(r[k]) for r in rows]) for k in ("tp", "fp", "fn", "tn")}
    )


@pytest.fixture(scope="session")
def glmer():
    """lme4::glmer, exact binomial likelihood, Laplace approximation, R 4.2.2."""
    sigma = np.array([[0.54260239161, -0.27026047074], [-0.27026047074, 0.57121056552]])
    se = np.array([0.12744338234, 0.14511675309])
    cov = np.diag(se**2)
    cov[0, 1] = cov[1, 0] = -0.0074041920106
    tau = np.sqrt(np.diag(sigma))
    return SimpleNamespace(
        mu=np.array([[0.65339356214, 3.1084074756]]),
        tau=tau[None, :],
        rho=np.array([sigma[0, 1] / tau.prod()]),
        sigma=sigma,
        cov=cov,
    )


@pytest.fixture(scope="session")
def mada():
    """mada::reitsma, normal approximation by REML, R 4.2.2."""
    return SimpleNamespace(
        mu=np.array([[0.60641173775, 2.9414446449]]),
        tau=np.sqrt([[0.45741247179, 0.50056997975]]),
    )


@pytest.fixture(scope="session")
def posterior():
    """Made-up draws with correlated parameters and some extreme values."""
    rng = np.random.default_rng(20240229)
    size = 301
    tau = np.exp(rng.normal([-0.4, -0.1], [0.5, 0.8], (size, 2)))
    mu = np.array([0.7, 2.4]) + rng.normal(size=(size, 2)) * (0.2 + 0.3 * tau)
    return SimpleNamespace(mu=mu, tau=tau, rho=np.tanh(rng.normal(-0.5, 0.6, size)))
