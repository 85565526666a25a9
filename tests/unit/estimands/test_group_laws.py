"""Everything that is reported of a group, under effects that are not normal on the logit scale."""

import json

import numpy as np
import pytest
from scipy import stats

from metadx.estimands.arms import Arms
from metadx.estimands.drawn import draw_group
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.group import HeavyTails, as_json, estimate_group, summarise_group
from metadx.estimands.links import to_logit
from metadx.estimands.sroc import auc
from metadx.estimands.undefined import LOGIT_ONLY, NORMAL_ONLY, not_defined

SIZE = 400
ARMS = Arms(*(np.array(part) for part in ([8, 20], [10, 25], [30, 40], [33, 49])))


def draws(link, df=None):
    rng = np.random.default_rng(7)
    location = rng.normal([0.5, 0.9], 0.1, (SIZE, 2))
    tau = np.exp(rng.normal(-0.8, 0.2, (SIZE, 2)))
    rho = np.tanh(rng.normal(-0.5, 0.2, SIZE))
    law = EffectLaw(location, link, None if df is None else np.full(SIZE, df))
    return to_logit(location, link), tau, rho, law


def told(link, df=None, heavy=None):
    mu, tau, rho, law = draws(link, df)
    return estimate_group(
        mu,
        tau,
        rho,
        arms=ARMS,
        fpr_range=(0.05, 0.3),
        prevalence=(0.2,),
        prob=0.9,
        rng=np.random.default_rng(1),
        heavy_tails=heavy or HeavyTails(link=link),
        law=law,
    )


@pytest.mark.parametrize(
    ("link", "df", "absent"),
    [
        ("probit", None, LOGIT_ONLY),
        ("cloglog", None, LOGIT_ONLY),
        ("logit", 4.0, NORMAL_ONLY),
        ("probit", 4.0, LOGIT_ONLY),
    ],
)
def test_what_is_not_defined_is_null_and_has_its_reason(link, df, absent):
    found = told(link, df)
    assert {name for name, value in found.items() if value is None} == absent
    json.dumps(as_json(found), allow_nan=False)
    names, why = not_defined(draws(link, df)[3])
    assert names == absent
    assert ("t law" if link == "logit" else f"{link} scale") in why


def test_the_median_study_of_a_probit_is_phi_of_its_mean():
    found, (_, _, _, law) = told("probit"), draws("probit")
    for margin, name in enumerate(("sens", "spec")):
        want = np.quantile(stats.norm.cdf(law.location[:, margin]), [0.05, 0.5, 0.95])
        got = [found[name].lower, found[name].median, found[name].upper]
        assert got == pytest.approx(want, abs=1e-12)
    mu, tau = law.location, draws("probit")[1]
    mean = stats.norm.cdf(mu / np.sqrt(1 + tau**2))
    assert found["spec_population"].mean == pytest.approx(mean[:, 1].mean(), abs=1e-12)
    crossed = (tau[:, 1] * mu[:, 0] + tau[:, 0] * mu[:, 1]) / np.hypot(*tau.T)
    assert found["auc"].median == pytest.approx(np.median(stats.norm.cdf(crossed)), abs=1e-10)


def test_the_curve_of_a_t_law_is_the_one_of_its_scales():
    found, (mu, tau, rho, law) = told("logit", 3.0), draws("logit", 3.0)
    assert found["auc"].median == np.median(auc(mu, tau))
    assert found["hsroc_beta"].mean == pytest.approx(np.log(tau[:, 1] / tau[:, 0]).mean())
    # Heavier tails: the prediction reaches further, the median study stays.
    normal = told("logit", 200.0)
    assert found["sens"].median == normal["sens"].median
    assert found["region_area_prediction"] > 1.3 * normal["region_area_prediction"]
    assert found["region_area_credible"] == normal["region_area_credible"]
    assert law.df is not None
    assert rho.size == SIZE


def test_ratios_without_a_mean_are_those_that_grow_too_fast():
    """exp(eta²) and exp(exp(eta)) outgrow every normal prior; 1 / (1 - exp(-exp(eta))) does not."""
    assert told("probit")["lr_neg"].mean is None
    assert told("probit")["dor"].sd is None
    assert told("cloglog")["lr_pos"].mean is None
    assert told("cloglog")["lr_neg"].mean is not None
    assert told("cloglog")["sens"].mean is not None


def test_normal_effects_on_the_logit_scale_said_outright_change_nothing():
    mu, tau, rho, _ = draws("logit")
    common = {"arms": ARMS, "fpr_range": (0.05, 0.3), "prevalence": (0.2,)}
    plain = draw_group(mu, tau, rho, new=mu, **common)
    said = draw_group(mu, tau, rho, new=mu, **common, law=EffectLaw(mu))
    for name, values in said.values.items():
        np.testing.assert_allclose(values, plain.values[name], rtol=0, atol=1e-12)
    for one in (plain, said):
        summarise_group(one, higgins_arms=ARMS, fpr_range=None, prob=0.9)
