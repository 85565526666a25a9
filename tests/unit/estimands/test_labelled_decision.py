"""Decision, regions and HSROC parameters with names, against arithmetic by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

import metadx
from metadx.estimands.labelled_decision import decision
from metadx.estimands.labelled_regions import hsroc, regions
from metadx.plots.sroc_square import NAME


def logit(p):
    p = np.asarray(p)
    return np.log(p / (1 - p))


def stand_in(median, new, arms=((10,), (10,))):
    """A fit of one chain whose median study and new studies have these (sens, spec)."""
    draws = len(median)
    table = SimpleNamespace(
        n_diseased=np.array(arms[0]), n_nondiseased=np.array(arms[1]), fp=None, tn=None
    )
    return SimpleNamespace(
        mu=logit(median)[None],
        tau=np.full((1, draws, 2), 0.5),
        rho=np.zeros((1, draws)),
        table=table,
        new_study_logits=lambda: logit(new),
    )


@pytest.fixture
def two():
    return stand_in([[0.9, 0.8], [0.95, 0.96]], [[0.6, 0.5], [0.9, 0.8]])


def test_targets_are_those_of_each_draw(two):
    # LR+ 4.5 and 23.75, LR− 0.125 and 0.052; NPV at 10 % 0.986 and 0.994, PPV 0.333 and 0.725.
    found = decision(two, [0.1], targets={"lr_pos": 10.0, "lr_neg": 0.1, "npv": 0.99, "ppv": 0.3})
    met = found["met"].sel(chain=0, prevalence=0.1)
    assert met.sel(target="lr_pos").to_numpy().tolist() == [0, 1]
    assert met.sel(target="lr_neg").to_numpy().tolist() == [0, 1]
    assert met.sel(target="npv").to_numpy().tolist() == [0, 1]
    assert met.sel(target="ppv").to_numpy().tolist() == [1, 1]
    # Of the new studies LR+ 1.2 and 4.5; PPV 0.118 and 0.333.
    assert found["met_new"].sel(target="lr_pos").to_numpy().ravel().tolist() == [0, 0]
    assert found["met_new"].sel(target="ppv").to_numpy().ravel().tolist() == [0, 1]


def test_net_benefit_is_true_positives_less_the_weighed_harm(two):
    found = decision(two, [0.1, 0.3], thresholds=[0.2, 0.4])
    at = {"chain": 0, "draw": 0, "prevalence": 0.1, "threshold": 0.2}
    assert found["net_benefit"].sel(at) == pytest.approx(0.1 * 0.9 - 0.9 * 0.2 * 0.25)
    assert found["net_benefit_new"].sel(at) == pytest.approx(0.1 * 0.6 - 0.9 * 0.5 * 0.25)
    at = {"chain": 0, "draw": 1, "prevalence": 0.3, "threshold": 0.4}
    assert found["net_benefit"].sel(at) == pytest.approx(0.3 * 0.95 - 0.7 * 0.04 * 2 / 3)
    assert found["treat_all"].sel(prevalence=0.3, threshold=0.2) == pytest.approx(0.3 - 0.7 * 0.25)
    # PPV at 10 % is 0.333 in one draw, 0.725 in the other: 0.4 lies below one of them.
    assert found["best"].sel(prevalence=0.1).to_numpy().tolist() == [1.0, 0.5]


def test_what_no_study_shows_is_nan_and_says_why():
    fit = stand_in([[0.9, 0.8]] * 3, [[0.9, 0.8]] * 3, arms=((0, 0), (9, 9)))
    found = decision(fit, [0.1], targets={"sens": 0.5, "spec": 0.5, "ppv": 0.5})
    met = found["met"].isel(chain=0, draw=0, prevalence=0).to_series()
    assert met.isna().to_dict() == {"sens": True, "spec": False, "ppv": True}
    assert np.isnan(found["net_benefit"]).all()
    assert not np.isnan(found["treat_all"]).any()
    assert found["net_benefit"].attrs["reason"] == (
        "Not identified: no study has diseased participants."
    )
    outlines = regions(fit)
    assert np.isnan(outlines["credible_region"]).all()
    assert np.isnan(outlines["prediction_area"])
    assert "Not identified" in outlines["prediction_area"].attrs["reason"]


def test_numbers_are_those_of_the_summary():
    review = metadx.load_dataset("anti-ccp")
    fit = metadx.fit(review, sens="~ 1", spec="~ 1", draws=1000)
    told = metadx.summary(fit, prevalence=[0.2])["decision"]
    found = metadx.decision(fit, [0.2])
    chance = found["met"].mean(("chain", "draw")).sel(prevalence=0.2)
    assert float(chance.sel(target="lr_pos")) == told["median"]["lr_pos"]
    assert float(found["met_new"].sel(target="lr_neg").mean()) == told["new"]["lr_neg"]
    (row,) = told["net_benefit"]["by_prevalence"]
    medians = found["net_benefit_new"].median(("chain", "draw")).to_numpy()[0]
    assert medians == pytest.approx([one["median"] for one in row["new"]], rel=1e-12)
    assert found["best"].to_numpy()[0].tolist() == [one["best"] for one in row["median"]]
    drawn = metadx.plot_sroc(fit, backend="none").viz
    whole = metadx.regions(fit)
    for name in ("credible_region", "prediction_region"):
        y = drawn[name][NAME].item()["y"]
        assert whole[name].sel(margin="sens").to_numpy() == pytest.approx(y)
    assert set(metadx.hsroc(fit)) <= set(metadx.sroc(fit, [0.1]))
    for name, values in metadx.hsroc(fit).items():
        assert values.identical(metadx.sroc(fit, [0.1])[name])


def test_hsroc_of_equal_taus_is_symmetric(two):
    found = hsroc(two)
    assert np.allclose(found["hsroc_beta"], 0)
    # Lambda is then the log diagnostic odds ratio.
    assert found["hsroc_lambda"].to_numpy()[0, 0] == pytest.approx(np.log(9 * 4))
