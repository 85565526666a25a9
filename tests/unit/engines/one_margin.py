"""One margin of a model by brute force: sums over grids, written without the engine's formulas."""

import numpy as np
from scipy import special, stats

FloatArray = np.ndarray


def log_binomials(hits: FloatArray, n: FloatArray, logit: FloatArray) -> FloatArray:
    """Log probabilities of the counts (N,) at logits of any shape that broadcasts."""
    return stats.binom.logpmf(hits, n, special.expit(logit))


class FixedMargin:
    """logit ~ Normal(0, 3), all studies alike: its posterior on a grid."""

    def __init__(self, hits: FloatArray, n: FloatArray) -> None:
        self.mu = np.linspace(-8, 10, 20_001)
        log = stats.norm(0, 3).logpdf(self.mu) + log_binomials(hits, n, self.mu[:, None]).sum(1)
        mass = np.exp(log) * (self.mu[1] - self.mu[0])
        self.log_evidence = float(np.log(mass.sum()))
        self.weights = mass / mass.sum()
        self.mean = float(self.weights @ self.mu)
        self.sd = float(np.sqrt(self.weights @ self.mu**2 - self.mean**2))


class RandomMargin:
    """logit_i ~ Normal(mu, tau), mu ~ Normal(0, 3), tau ~ HalfNormal(1.5): posterior on a grid."""

    def __init__(self, hits: FloatArray, n: FloatArray) -> None:
        self.mu, self.tau = np.linspace(-7, 9, 107), (np.arange(80) + 0.5) * 0.09
        z, w = np.polynomial.hermite_e.hermegauss(60)
        w = w / w.sum()
        logit = self.mu[:, None, None] + self.tau[:, None] * z  # (mu, tau, z)
        log = stats.norm(0, 3).logpdf(self.mu)[:, None] + stats.halfnorm(0, 1.5).logpdf(self.tau)
        for one, size in zip(hits, n, strict=True):
            log = log + np.log(np.exp(log_binomials(one, size, logit)) @ w)
        mass = np.exp(log) * (self.mu[1] - self.mu[0]) * (self.tau[1] - self.tau[0])
        self.log_evidence = float(np.log(mass.sum()))
        self.weights = mass / mass.sum()
        self.mean_mu = float(self.weights.sum(1) @ self.mu)
        self.mean_tau = float(self.weights.sum(0) @ self.tau)
        self.sd_mu = float(np.sqrt(self.weights.sum(1) @ self.mu**2 - self.mean_mu**2))
