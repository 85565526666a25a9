"""The DataTree of a fit: its layout, and that ArviZ works on it."""

import json

import arviz as az
import numpy as np
import pytest

from metadx.engines.fit import fit


def test_the_groups_and_dims_of_a_marginal_fit(telomerase_fit):
    tree = telomerase_fit.tree
    assert set(tree.children) == {
        "posterior",
        "log_likelihood",
        "observed_data",
        "constant_data",
        "proposals",
    }
    posterior = tree["posterior"].to_dataset()
    dims = {name: posterior[name].dims for name in posterior}
    assert dims == {
        "mu": ("chain", "draw", "margin"),
        "tau": ("chain", "draw", "margin"),
        "rho": ("chain", "draw"),
        "study_logit": ("chain", "draw", "study", "margin"),
        "sens": ("chain", "draw", "study"),
        "spec": ("chain", "draw", "study"),
    }
    assert posterior["margin"].values.tolist() == ["sens", "spec"]
    assert posterior["study"].values.tolist() == list(telomerase_fit.table.study)
    assert tree["log_likelihood"]["table"].dims == ("chain", "draw", "study")
    assert posterior["mu"].attrs["units"] == "logit"


def test_the_numbers_stand_where_their_names_say(telomerase_fit):
    tree, table = telomerase_fit.tree, telomerase_fit.table
    posterior = tree["posterior"]
    np.testing.assert_array_equal(posterior["tau"].sel(margin="spec"), telomerase_fit.tau[..., 1])
    logit = telomerase_fit.study_logits[..., 3, 0]
    np.testing.assert_allclose(posterior["sens"].isel(study=3), 1 / (1 + np.exp(-logit)))
    logit = telomerase_fit.study_logits[..., 3, 1]
    np.testing.assert_allclose(posterior["spec"].isel(study=3), 1 / (1 + np.exp(-logit)))
    assert tree["observed_data"]["tp"].values.tolist() == table.tp.tolist()
    assert tree["observed_data"]["tn"].values.tolist() == table.tn.tolist()
    assert tree["constant_data"]["n_diseased"].values.tolist() == table.n_diseased.tolist()
    assert tree["constant_data"]["n_nondiseased"].values.tolist() == table.n_nondiseased.tolist()
    np.testing.assert_array_equal(
        tree["proposals"]["log_weight"], telomerase_fit.proposals.log_weights
    )


def test_the_attributes_say_where_it_all_came_from(telomerase_fit):
    attrs = telomerase_fit.tree.attrs
    assert attrs["format"] == "metadx/fit/2"
    assert attrs["card"] == telomerase_fit.card.text
    assert attrs["card_sha256"] == telomerase_fit.card.sha256
    assert attrs["data_sha256"] == telomerase_fit.table.sha256
    assert json.loads(attrs["settings"])["seed"] == telomerase_fit.seed
    assert json.loads(attrs["versions"]).keys() >= {"metadx", "numpy", "pymc", "nutpie", "arviz"}
    assert json.loads(attrs["synthetic"]) is False


def test_covariates_are_there_under_names_that_a_file_can_hold(rich_table):
    constants = fit(rich_table, draws=1000).tree["constant_data"]
    assert set(constants.data_vars) == {
        "n_diseased",
        "n_nondiseased",
        "year",
        "threshold (µg_L)",
        "study_",
        "n_diseased_",
        "n_diseased__",
        "fit",
    }
    assert constants["threshold (µg_L)"].values.tolist() == ["low", "", "hôch", "low"]
    assert constants["n_diseased"].values.tolist() == rich_table.n_diseased.tolist()


def test_a_fit_by_nuts_has_sample_stats(nuts_fit):
    tree = nuts_fit.tree
    assert "proposals" not in tree
    assert set(tree["sample_stats"].data_vars) >= {"diverging", "energy"}
    assert tree["sample_stats"]["energy"].dims == ("chain", "draw")


@pytest.mark.parametrize("which", ["telomerase_fit", "nuts_fit"])
def test_arviz_summarises_it(which, request):
    fitted = request.getfixturevalue(which)
    summary = az.summary(fitted.tree, var_names=["mu", "tau", "rho"], round_to="none")
    assert list(summary.index) == ["mu[sens]", "mu[spec]", "tau[sens]", "tau[spec]", "rho"]
    assert summary.loc["mu[spec]", "mean"] == pytest.approx(fitted.mu[..., 1].mean())
    ess = az.ess(fitted.tree)
    assert (ess["mu"] > 200).all()


@pytest.mark.parametrize("which", ["telomerase_fit", "nuts_fit"])
def test_arviz_leaves_one_out_on_it(which, request):
    from metadx.criticism.leave_one_out import leave_one_out

    fitted = request.getfixturevalue(which)
    found = az.loo(fitted.tree, var_name="table", pointwise=True)
    own = leave_one_out(fitted)
    np.testing.assert_allclose(found.elpd_i, own.elpd, atol=0.1)
    assert found.elpd == pytest.approx(own.elpd.sum(), abs=0.2)
