from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

import metadx
from metadx.estimands import labelled
from metadx.estimands.accuracy import new_study_logits
from metadx.estimands.arms import Arms
from metadx.estimands.group import estimate_group, observed_fpr_range

PREVALENCE = (0.1, 0.3, 0.5)
SEED = 5
FPR = (0.0, 0.1, 0.5, 1.0)


@pytest.fixture(scope="module")
def fit(posterior, counts):
    """Seven chains of 43 draws, so that no two lengths agree."""
    return SimpleNamespace(
        mu=posterior.mu.reshape(7, 43, 2),
        tau=posterior.tau.reshape(7, 43, 2),
        rho=posterior.rho.reshape(7, 43),
        new_study_logits=lambda: new_study_logits(
            posterior.mu, posterior.tau, posterior.rho, np.random.default_rng(SEED)
        ),
        table=SimpleNamespace(
            tp=counts.tp,
            fp=counts.fp,
            tn=counts.tn,
            n_diseased=counts.tp + counts.fn,
            n_nondiseased=counts.fp + counts.tn,
        ),
    )


@pytest.fixture(scope="module")
def everything(fit):
    return {
        "accuracy": labelled.accuracy(fit),
        "ratios": labelled.ratios(fit),
        "heterogeneity": labelled.heterogeneity(fit),
        "predictive_values": labelled.predictive_values(fit, PREVALENCE),
        "sroc": labelled.sroc(fit, FPR),
    }


@pytest.fixture(scope="module")
def group(fit, posterior):
    return estimate_group(
        posterior.mu,
        posterior.tau,
        posterior.rho,
        arms=Arms.of(fit.table),
        fpr_range=observed_fpr_range(fit.table.fp, fit.table.tn),
        prevalence=PREVALENCE,
        prob=0.95,
        rng=np.random.default_rng(SEED),
    )


def test_dimensions_and_coordinates(everything):
    two = ("chain", "draw")
    dims = {
        "accuracy": dict.fromkeys(
            ("median_study", "population_mean", "new_study"), (*two, "margin")
        ),
        "ratios": dict.fromkeys(
            ("lr_pos", "lr_neg", "dor", "youden", "lr_pos_new", "lr_neg_new", "dor_new"), two
        ),
        "heterogeneity": dict.fromkeys(("mor", "i2", "r_jackson", "i2_jackson"), (*two, "margin"))
        | dict.fromkeys(("i2_joint", "r_jackson_joint", "i2_jackson_joint"), two)
        | dict.fromkeys(("i2_higgins", "q_higgins"), ("margin",)),
        "predictive_values": dict.fromkeys(
            ("ppv", "npv", "ppv_new", "npv_new", "tp", "fn", "tn", "fp"), (*two, "prevalence")
        ),
        "sroc": {"sens": (*two, "fpr")}
        | dict.fromkeys(
            (
                "auc",
                "pauc",
                "hsroc_lambda",
                "hsroc_theta",
                "hsroc_beta",
                "hsroc_sigma2_alpha",
                "hsroc_sigma2_theta",
            ),
            two,
        ),
    }
    for name, want in dims.items():
        assert {k: v.dims for k, v in everything[name].data_vars.items()} == want
        assert everything[name].sizes["chain"] == 7
        assert everything[name].sizes["draw"] == 43
    assert everything["accuracy"]["margin"].values.tolist() == ["sens", "spec"]
    assert everything["predictive_values"]["prevalence"].values.tolist() == list(PREVALENCE)
    assert everything["sroc"]["fpr"].values.tolist() == list(FPR)


def test_every_variable_says_what_it_is(everything):
    for dataset in everything.values():
        for name, variable in dataset.data_vars.items():
            for key in ("units", "definition", "reference"):
                assert variable.attrs[key].strip(), (name, key)


def median(variable, **where):
    return float(variable.sel(**where).median())


def test_numbers_are_those_of_the_group(everything, group):
    point, ratio = everything["accuracy"], everything["ratios"]
    for margin in ("sens", "spec"):
        for name, key in (
            ("median_study", margin),
            ("population_mean", f"{margin}_population"),
            ("new_study", f"{margin}_new"),
        ):
            assert median(point[name], margin=margin) == pytest.approx(group[key].median)
        spread = everything["heterogeneity"]
        for name in ("mor", "i2", "r_jackson", "i2_jackson"):
            found = median(spread[name], margin=margin)
            assert found == pytest.approx(group[f"{name}_{margin}"].median)
        assert float(spread["i2_higgins"].sel(margin=margin)) == group[f"i2_higgins_{margin}"]
    for name in ("i2_joint", "r_jackson_joint", "i2_jackson_joint"):
        assert median(spread[name]) == pytest.approx(group[name].median)
    assert spread["q_higgins"].values == pytest.approx([567.01, 181.04], abs=5e-3)
    for name in ratio.data_vars:
        assert median(ratio[name]) == pytest.approx(group[name].median)
    for name in ("ppv", "npv", "ppv_new", "npv_new"):
        for row in group[name]:
            found = median(everything["predictive_values"][name], prevalence=row["prevalence"])
            assert found == pytest.approx(row["median"])
    for name in set(everything["sroc"].data_vars) - {"sens"}:
        assert median(everything["sroc"][name]) == pytest.approx(group[name].median)


def test_chains_and_draws_keep_their_places(everything, fit):
    at = everything["accuracy"]["median_study"].sel(chain=3, draw=20, margin="spec")
    assert float(at) == pytest.approx(1 / (1 + np.exp(-fit.mu[3, 20, 1])))
    curve = everything["sroc"]["sens"].sel(chain=3, draw=20, fpr=0.1)
    slope = fit.tau[3, 20, 0] / fit.tau[3, 20, 1]
    logit = fit.mu[3, 20, 0] + slope * (fit.mu[3, 20, 1] + np.log(0.1 / 0.9))
    assert float(curve) == pytest.approx(1 / (1 + np.exp(-logit)))
    cell = everything["predictive_values"]["fn"].sel(chain=3, draw=20, prevalence=0.3)
    sens = 1 / (1 + np.exp(-fit.mu[3, 20, 0]))
    assert float(cell) == pytest.approx(300 * (1 - sens))


def test_the_partial_area_carries_its_range_and_is_absent_without_one(everything, fit):
    low, high = observed_fpr_range(fit.table.fp, fit.table.tn)
    attrs = everything["sroc"]["pauc"].attrs
    assert (attrs["low"], attrs["high"]) == (low, high)
    table = SimpleNamespace(fp=np.array([1]), tn=np.array([9]))
    alone = SimpleNamespace(mu=fit.mu, tau=fit.tau, rho=fit.rho, table=table)
    assert "pauc" not in labelled.sroc(alone, FPR)


def test_bad_arguments_are_refused(fit):
    with pytest.raises(ValueError, match="prevalence"):
        labelled.predictive_values(fit, (0.1, 1.0))
    with pytest.raises(ValueError, match="false positive rate"):
        labelled.sroc(fit, (0.1, 1.5))


def test_no_prevalence_gives_an_empty_dimension(fit):
    assert labelled.predictive_values(fit, ()).sizes["prevalence"] == 0


@pytest.mark.parametrize(("card", "scale"), [("bivariate-probit", "probit"), ("bivariate-t", "t")])
def test_of_other_laws_what_is_not_defined_is_nan_and_says_why(card, scale):
    fitted = metadx.fit(metadx.load_dataset("telomerase"), card, draws=800, study_effects=False)
    told, curve = labelled.heterogeneity(fitted), labelled.sroc(fitted, FPR)
    for name in ("mor", "i2", "i2_joint", "r_jackson", "i2_jackson_joint"):
        assert told[name].isnull().all()
        assert scale in told[name].attrs["reason"]
    assert told["i2_higgins"].notnull().all()
    assert curve["hsroc_sigma2_alpha"].isnull().all()
    assert curve["hsroc_beta"].isnull().all() == (scale == "probit")
    group, accuracy = fitted.pooled, labelled.accuracy(fitted)
    np.testing.assert_array_equal(
        accuracy["new_study"].values.reshape(-1, 2), 1 / (1 + np.exp(-group.new_logits))
    )
    area, mean = curve["auc"].values.ravel(), accuracy["population_mean"].values.reshape(-1, 2)
    if scale == "probit":
        m, tau = group.location, group.tau
        crossed = (tau[:, 1] * m[:, 0] + tau[:, 0] * m[:, 1]) / np.hypot(*tau.T)
        np.testing.assert_allclose(area, norm.cdf(crossed), atol=1e-10)
        np.testing.assert_allclose(mean, norm.cdf(m / np.sqrt(1 + tau**2)), atol=1e-12)
        assert "probit scale" in accuracy["population_mean"].attrs["definition"]
    assert ((curve["sens"] >= 0) & (curve["sens"] <= 1)).all()
