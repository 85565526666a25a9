"""The PyMC models of the other structures against their formulas, written out with SciPy."""

import numpy as np
import pytest
from scipy import special, stats

from metadx.builders.bivariate import build_bivariate
from metadx.cards.load import load_card, parse_card
from metadx.engines.nuts import _sampled
from metadx.studies.accuracy import AccuracyTable

TABLE = AccuracyTable.from_counts(
    ["Lee 2003", "Kim 2019", "No healthy"], [18, 7, 12], [2, 0, 0], [5, 0, 8], [30, 15, 0]
)
MU, TAU, RHO = np.array([0.8, 1.9]), np.array([0.6, 1.3]), -0.45
LOGITS = np.array([[0.5, 2.5], [1.7, 3.0], [0.9, -0.4]])
CHOICE = "values = [3, 4, 6, 10, 20, 50], weights = [1, 1, 1, 1, 1, 1]"
DF, SHARES = np.array([3.0, 9.0]), np.array([0.2, 0.8])


def card_of(name):
    loaded = load_card(name)
    return parse_card(loaded.text.replace(CHOICE, "values = [3, 9], weights = [1, 4]"), "own").card


def density(model, point):
    assert point.keys() == model.initial_point().keys()
    values = {name: np.asarray(value, dtype=float) for name, value in point.items()}
    return float(model.compile_logp(mode="FAST_COMPILE", jacobian=False)(values))


def counts_given(logits):
    p = special.expit(logits)
    tp = stats.binom.logpmf(TABLE.tp, TABLE.n_diseased, p[..., 0])
    return (tp + stats.binom.logpmf(TABLE.tn, TABLE.n_nondiseased, p[..., 1])).sum()


def priors(*, tau: bool = True, rho: bool = True):
    total = stats.norm(0, 3).logpdf(MU).sum()
    total += stats.halfnorm(0, 1.5).logpdf(TAU).sum() if tau else 0.0
    return total + (np.log(0.5) if rho else 0.0)


MEANS = {"mu_sens": MU[0], "mu_spec": MU[1]}
SCALES = {"tau_sens_log__": np.log(TAU[0]), "tau_spec_log__": np.log(TAU[1])}
CORRELATION = {"rho_interval__": np.log((1 + RHO) / (1 - RHO))}


def sigma(rho):
    return np.array([[TAU[0] ** 2, rho * TAU.prod()], [rho * TAU.prod(), TAU[1] ** 2]])


def test_t_effects_are_the_sum_over_their_degrees_of_freedom():
    model = build_bivariate(TABLE, card_of("bivariate-t"), "centred")
    effects = {"logit_sens": LOGITS[:, 0], "logit_spec": LOGITS[:, 1]}
    found = density(model, MEANS | SCALES | CORRELATION | effects)
    laws = [stats.multivariate_t(MU, sigma(RHO), df).logpdf(LOGITS).sum() for df in DF]
    wanted = special.logsumexp(laws, b=SHARES) + counts_given(LOGITS) + priors()
    assert found == pytest.approx(wanted, abs=1e-6)


def test_both_parametrisations_of_t_effects_are_one_model_up_to_the_jacobian():
    model = build_bivariate(TABLE, card_of("bivariate-t"), "non-centred")
    left = np.sqrt(1 - RHO**2)
    z1 = (LOGITS[:, 0] - MU[0]) / TAU[0]
    z2 = ((LOGITS[:, 1] - MU[1]) / TAU[1] - RHO * z1) / left
    found = density(model, MEANS | SCALES | CORRELATION | {"z": np.column_stack([z1, z2])})
    found -= TABLE.n_studies * np.log(TAU.prod() * left)
    laws = [stats.multivariate_t(MU, sigma(RHO), df).logpdf(LOGITS).sum() for df in DF]
    wanted = special.logsumexp(laws, b=SHARES) + counts_given(LOGITS) + priors()
    assert found == pytest.approx(wanted, abs=1e-6)


def test_independent_margins_have_no_correlation_to_sample():
    model = build_bivariate(TABLE, card_of("independent-margins"), "centred")
    effects = {"logit_sens": LOGITS[:, 0], "logit_spec": LOGITS[:, 1]}
    found = density(model, MEANS | SCALES | effects)
    wanted = stats.multivariate_normal(MU, sigma(0.0)).logpdf(LOGITS).sum()
    assert found == pytest.approx(wanted + counts_given(LOGITS) + priors(rho=False), abs=1e-6)


def test_one_accuracy_for_all_has_nothing_but_the_means():
    model = build_bivariate(TABLE, card_of("fixed-effect"), "centred")
    found = density(model, MEANS)
    wanted = counts_given(np.tile(MU, (3, 1))) + priors(tau=False, rho=False)
    assert found == pytest.approx(wanted, abs=1e-6)
    assert model.named_vars_to_dims["study_logit"] == ("study", "margin")


@pytest.mark.parametrize(
    ("name", "sampled"),
    [
        ("bivariate-t", ("coefficients", "tau", "rho")),
        ("independent-margins", ("coefficients", "tau")),
        ("fixed-effect", ("coefficients",)),
    ],
)
def test_the_checks_look_at_what_is_sampled(name, sampled):
    assert _sampled(card_of(name)) == sampled
    names = {variable.name for variable in build_bivariate(TABLE, card_of(name)).deterministics}
    assert set(sampled) - {"rho"} <= names
    assert ("tau" in names) == ("tau" in sampled)
