"""The contract of summary.json: keys, types, limits that are the draws' own quantiles."""

import hashlib
import json
import re
from math import isfinite

import numpy as np
import pytest

from metadx import Fit
from metadx.resources import data_dir, models_dir

TOP = """
    schema metadx review title kind synthetic synthetic_note model data settings engine checks
    covariates parameters groups explained contrasts ranks decision studies
    notes
"""
ESTIMANDS = """
    sens spec sens_population spec_population sens_new spec_new lr_pos lr_neg dor youden auc pauc
    pauc_range hsroc_lambda hsroc_theta hsroc_beta hsroc_sigma2_alpha hsroc_sigma2_theta mor_sens
    mor_spec region_area_credible region_area_prediction i2_joint i2_sens i2_spec r_jackson_joint
    r_jackson_sens r_jackson_spec i2_jackson_joint i2_jackson_sens i2_jackson_spec i2_higgins_sens
    i2_higgins_spec ppv npv
"""
NEW = ("lr_pos_new", "lr_neg_new", "dor_new", "ppv_new", "npv_new")
S = ["mean", "sd", "median", "lower", "upper"]
PARAMETERS = ["mu[sens]", "mu[spec]", "tau[sens]", "tau[spec]", "rho"]
NO_MOMENTS = {"hsroc_lambda", "hsroc_theta", "lr_pos_new", "lr_neg_new", "dor_new"}
PREVALENCE = ("--prevalence", "0.2", "--prevalence", "0.5")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """One run with the fit kept: its folder, its summary and its fit."""
    from metadx.cli import answer

    out = tmp_path_factory.mktemp("stored") / "r"
    review = data_dir() / "anti-ccp"
    arguments = ["run", review, "--out", out, "--no-figures", "--no-report", "--quiet"]
    arguments += PREVALENCE
    assert answer([str(argument) for argument in arguments]) == 0
    text = (out / "summary.json").read_text(encoding="utf-8")
    return out, json.loads(text), Fit.load(out / "fit.nc")


def estimands(found):
    return found["groups"][0]["estimands"]


def summaries(value, path=""):
    """Every summary of a document with its path."""
    if isinstance(value, dict):
        if list(value)[-5:] == S:
            yield path, value
        else:
            for key, inner in value.items():
                yield from summaries(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from summaries(inner, f"{path}[{i}]")


def test_the_keys_stand_in_the_order_of_the_contract(stored):
    _, found, _ = stored
    assert list(found) == TOP.split()
    assert list(found["model"]) == ["id", "card_sha256", "link", "law"]
    sizes = ["n_studies", "n_diseased", "n_nondiseased"]
    assert list(found["data"]) == ["sha256", *sizes, "counted", "dropped"]
    settings = ["seed", "prob", "draws", "sens", "spec", "subgroup", "only", "only_left_out"]
    assert list(found["settings"]) == settings
    engine = ["name", "pareto_k", "ess", "nodes", "seconds", "fell_back"]
    assert list(found["engine"]) == [*engine, "log_evidence", "parametrisation"]
    assert list(found["parameters"]) == PARAMETERS
    assert [list(group) for group in found["groups"]] == [["label", "at", "n_studies", "estimands"]]
    assert [name for name in estimands(found) if name not in NEW] == ESTIMANDS.split()
    assert set(estimands(found)) == {*ESTIMANDS.split(), *NEW}
    assert {tuple(check) for check in found["checks"]} == {("name", "value", "threshold", "passed")}
    keys = ["study", "tp", "fp", "fn", "tn", "sens", "spec", "pareto_k", "elpd"]
    assert all(list(row) == keys for row in found["studies"])
    assert all(list(note) == ["about", "text"] for note in found["notes"])


def test_the_values_have_the_types_of_the_contract(stored):
    _, found, _ = stored
    assert found["schema"] == "metadx/summary/1"
    assert found["kind"] == "accuracy"
    assert (found["synthetic"], found["synthetic_note"]) == (False, "")
    assert found["groups"][0]["label"] == "all"
    assert found["groups"][0]["at"] == {}
    assert (found["contrasts"], found["ranks"], found["covariates"]) == ([], [], {})
    assert found["explained"] is None
    assert found["data"]["dropped"] == []
    assert isinstance(found["engine"]["nodes"], int)
    assert all(isinstance(found["engine"][k], float) for k in ("pareto_k", "ess", "seconds"))
    assert all(check["passed"] is True for check in found["checks"])
    assert all(type(row[c]) is int for row in found["studies"] for c in ("tp", "fp", "fn", "tn"))
    for name in ("region_area_credible", "region_area_prediction", "i2_higgins_sens"):
        assert 0 < estimands(found)[name] < 1
    low, high = estimands(found)["pauc_range"]
    assert 0 <= low < high <= 1
    for name in ("ppv", "npv", "ppv_new", "npv_new"):
        assert [list(row) for row in estimands(found)[name]] == [["prevalence", *S]] * 2
        assert [row["prevalence"] for row in estimands(found)[name]] == [0.2, 0.5]


def test_every_summary_is_ordered_and_finite(stored):
    _, found, _ = stored
    everything = list(summaries(found))
    # People of two prevalences, in four cells, for the median study and for a new one.
    assert len(everything) == 5 + 31 + 4 * 2 + 2 * 4 * 2 + 2 * 37
    for path, values in everything:
        assert [key for key in values if key != "prevalence"] == S, path
        assert values["lower"] < values["median"] < values["upper"], path
        empty = path.rpartition(".")[2] in NO_MOMENTS
        assert all((values[key] is None) == empty for key in ("mean", "sd")), path
        assert all(isfinite(values[key]) for key in S if values[key] is not None), path


def recomputed(fit):
    """The draws of what is reported, by formulas written out here."""
    mu, tau, rho = fit.mu.reshape(-1, 2), fit.tau.reshape(-1, 2), fit.rho.ravel()
    sens, spec = (1 / (1 + np.exp(-mu))).T
    new_sens, new_spec = (1 / (1 + np.exp(-fit.new_study_logits()))).T
    own = 1 / (1 + np.exp(-fit.study_logits.reshape(-1, fit.table.n_studies, 2)))
    ratio = tau[:, 1] / tau[:, 0]
    return {
        ".parameters.mu[sens]": mu[:, 0],
        ".parameters.tau[spec]": tau[:, 1],
        ".parameters.rho": rho,
        ".groups[0].estimands.sens": sens,
        ".groups[0].estimands.spec": spec,
        ".groups[0].estimands.sens_new": new_sens,
        ".groups[0].estimands.spec_new": new_spec,
        ".groups[0].estimands.lr_pos": sens / (1 - spec),
        ".groups[0].estimands.lr_neg": (1 - sens) / spec,
        ".groups[0].estimands.dor": sens * spec / (1 - sens) / (1 - spec),
        ".groups[0].estimands.youden": sens + spec - 1,
        ".groups[0].estimands.hsroc_beta": np.log(ratio),
        ".groups[0].estimands.hsroc_lambda": ratio**0.5 * mu[:, 0] + ratio**-0.5 * mu[:, 1],
        ".groups[0].estimands.mor_sens": np.exp(np.sqrt(2) * 0.6744897501960817 * tau[:, 0]),
        ".groups[0].estimands.ppv[0]": 0.2 * sens / (0.2 * sens + 0.8 * (1 - spec)),
        ".groups[0].estimands.npv[1]": spec / (spec + 1 - sens),
        ".groups[0].estimands.ppv_new[1]": new_sens / (new_sens + 1 - new_spec),
        ".studies[0].sens": own[:, 0, 0],
        ".studies[36].spec": own[:, 36, 1],
    }


@pytest.mark.parametrize("prob", ["0.95", "0.5", "0.99"])
def test_limits_are_the_quantiles_of_the_stored_draws(stored, cli, prob):
    _, found, fit = stored
    if prob != "0.95":
        found = cli("run", "anti-ccp", "--quick", "--json", "--prob", prob, *PREVALENCE).json
    assert found["settings"]["prob"] == float(prob)
    tail = (1 - float(prob)) / 2
    told = dict(summaries(found))
    for path, draws in recomputed(fit).items():
        want = np.quantile(draws, [0.5, tail, 1 - tail])
        got = [told[path][key] for key in ("median", "lower", "upper")]
        np.testing.assert_allclose(got, want, rtol=1e-12, err_msg=path)
        if told[path]["mean"] is not None:
            moments = [told[path]["mean"], told[path]["sd"]]
            np.testing.assert_allclose(moments, [draws.mean(), draws.std(ddof=1)], rtol=1e-9)


def test_it_names_the_data_and_the_card_by_their_bytes(stored):
    _, found, fit = stored
    table = (data_dir() / "anti-ccp" / "studies.csv").read_bytes()
    card = (models_dir() / "bivariate-binomial.toml").read_bytes()
    assert found["data"]["sha256"] == hashlib.sha256(table).hexdigest() == fit.table.sha256
    assert found["model"]["card_sha256"] == hashlib.sha256(card).hexdigest()
    assert found["data"]["n_studies"] == len(found["studies"]) == 37
    assert found["data"]["n_diseased"] == sum(row["tp"] + row["fn"] for row in found["studies"])
    assert found["data"]["n_nondiseased"] == sum(row["fp"] + row["tn"] for row in found["studies"])


def test_what_is_printed_is_what_is_written(cli, small):
    done = cli("run", small, "--quick", "--json")
    assert done.out.encode() == (small.parent / "here/results/small/summary.json").read_bytes()


def same_but_time(text):
    shortened, found = re.subn(r'"seconds": [^,]+', '"seconds": 0', text)
    assert found == 1
    return shortened


def test_the_seed_decides_every_byte_but_the_time(cli, small):
    runs = [cli("run", small, "--quick", "--json", "--seed", seed).out for seed in (5, 5, 6)]
    assert same_but_time(runs[0]) == same_but_time(runs[1])
    first, other = (json.loads(run) for run in (runs[0], runs[2]))
    assert first["parameters"]["rho"] != other["parameters"]["rho"]
    assert first["studies"][0]["sens"] != other["studies"][0]["sens"]


def test_a_result_says_which_version_made_it(stored):
    _, found, _ = stored
    pyproject = (data_dir().parent / "pyproject.toml").read_text(encoding="utf-8")
    assert f'\nversion = "{found["metadx"]}"\n' in pyproject
