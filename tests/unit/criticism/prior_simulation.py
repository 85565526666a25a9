"""The evidence by brute force: draws from the prior, random effects and all, and plain binomials.

No quadrature, no mode, no importance weights, no code of the package: only its data and matrices.
"""

import math
import re

import numpy as np

from metadx.cards.load import load_card, parse_card

MEAN_SD, TAU_SD, CONTRAST_SD, SLOPE_SD = 3.0, 1.5, 2.0, 1.0


def own_card():
    """Return a card with these priors, whatever those of the shipped one are."""
    text = load_card("bivariate-binomial").text
    for name, law in (
        ("contrast", f'"Normal", mean = 0, sd = {CONTRAST_SD}'),
        ("slope", f'"Normal", mean = 0, sd = {SLOPE_SD}'),
    ):
        text, times = re.subn(rf"(?m)^{name} = .*$", f"{name} = {{ family = {law} }}", text)
        assert times == 1
    card = parse_card(text, "own.toml")
    parameters = card.card.parameters
    assert [prior.sd for prior in parameters.mu.priors()] == [MEAN_SD] * 2
    assert [str(prior) for prior in parameters.tau.priors()] == [f"HalfNormal(sd={TAU_SD})"] * 2
    return card


def log_evidence(table, design, prior_sds, tau_sd, *, draws=1_000_000, seed=1):
    """Return the log evidence with its standard error.

    `prior_sds` are those of the normal priors (mean 0) of all coefficients, sens first; tau has a
    half-normal prior, rho is uniform.
    """
    rng = np.random.default_rng(seed)
    split = design.sens.matrix.shape[1]
    beta = rng.normal(size=(draws, len(prior_sds))) * prior_sds
    tau = np.abs(rng.normal(0, tau_sd, (draws, 2)))
    rho = rng.uniform(-1, 1, draws)
    likelihood = np.ones(draws)
    for i in range(table.n_studies):
        z = rng.normal(size=(2, draws))
        sens = beta[:, :split] @ design.sens.matrix[i] + tau[:, 0] * z[0]
        second = rho * z[0] + np.sqrt(1 - rho**2) * z[1]
        spec = beta[:, split:] @ design.spec.matrix[i] + tau[:, 1] * second
        likelihood *= binomial(table.tp[i], table.fn[i], sens)
        likelihood *= binomial(table.tn[i], table.fp[i], spec)
    mean = likelihood.mean()
    return math.log(mean), likelihood.std() / mean / math.sqrt(draws)


def binomial(hits, misses, logit):
    p = 1 / (1 + np.exp(-logit))
    return math.comb(int(hits + misses), int(hits)) * p**hits * (1 - p) ** misses
