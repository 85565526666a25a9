"""Calibration with covariates: truths from the priors of a design, every coefficient ranked."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import metadx
from metadx.criticism.calibration import judge
from metadx.designs.design import Design
from metadx.designs.formula import build_design
from metadx.engines.likelihood import Hyper
from metadx.engines.marginal import fit_marginal
from metadx.simulation import sbc
from metadx.simulation.load import load_sbc
from metadx.simulation.sbc import draw_prior, sbc_replication
from metadx.simulation.sbc_quantities import log_likelihood_at, ranked
from metadx.studies.covariates import Categorical, Continuous
from tests.unit.engines.brute_force import brute_force

COVARIATES = """
[covariates]
levels = [3, 2, 2]
sens = "~ group + dose"
spec = "~ group"

[[groups]]"""
QUANTITIES = [
    *("mu[sens]", "mu[spec]", "tau[sens]", "tau[spec]", "rho", "sens_new", "spec_new", "auc"),
    *("log_likelihood", "beta[sens,group=b]", "beta[sens,group=c]", "beta[sens,dose]"),
    *("beta[spec,group=b]", "beta[spec,group=c]", "mean[sens]", "contrast[sens]"),
    *("mean[spec]", "contrast[spec]", "logit_sens[1]", "logit_spec[1]"),
]


@pytest.fixture
def text(sbc_text):
    found = sbc_text.replace("\n[[groups]]", COVARIATES, 1).replace("studies = 3", "studies = 7")
    return found.replace("studies = 4", "studies = 7")


@pytest.fixture
def loaded(write, text):
    return load_sbc(write(text))


@pytest.fixture
def seen(monkeypatch):
    """Every fit: (table, truth)."""
    made = []

    def drawn(*given):
        made.append([draw_prior(*given), given[3]])
        return made[-1][0]

    def fitted(table, card, **settings):
        made[-1].append(table)
        found = metadx.fit(table, card, **settings)
        made[-1].append(found)
        return found

    monkeypatch.setattr(sbc, "draw_prior", drawn)
    monkeypatch.setattr(sbc, "fit", fitted)
    return made


def test_every_coefficient_has_the_prior_of_its_kind(loaded):
    """Differences between any two levels, whichever, have the one prior of the card."""
    table = metadx.AccuracyTable.from_counts(
        [f"S{i}" for i in range(7)],
        *([5] * 7,) * 4,
        covariates={
            "group": Categorical("group", tuple("aabbccc"), tuple("abc"), "a"),
            "dose": Continuous("dose", np.arange(7.0)),
        },
    )
    design = build_design(table, sens="~ group + dose", spec="~ dose")
    beta = loaded.card.card.parameters.beta
    hyper = draw_prior(loaded.card.card, 20_000, np.random.default_rng(1), design)
    found = ranked(hyper, design, np.zeros((20_000, 2)), np.zeros(20_000))
    contrast, slope = stats.norm(0, beta.contrast.sd), stats.norm(0, beta.slope.sd)
    wanted = {
        "beta[sens,group=b]": contrast,
        "beta[sens,group=c]": contrast,
        "contrast[sens]": contrast,  # c - b
        "beta[sens,dose]": slope,
        "beta[spec,dose]": slope,
    }
    for name, law in wanted.items():
        assert stats.kstest(found[name], law.cdf).pvalue > 0.01
    np.testing.assert_allclose(
        found["contrast[sens]"], found["beta[sens,group=c]"] - found["beta[sens,group=b]"]
    )
    np.testing.assert_allclose(found["mean[sens]"], found["mu[sens]"] + found["beta[sens,group=c]"])
    np.testing.assert_allclose(found["contrast[spec]"], 0, atol=1e-12)


def test_what_is_ranked(loaded, seen):
    """Each rank again from the fit's own groups and effects, and from the truth by hand."""
    found = sbc_replication(loaded, 0, 3)
    assert list(found["ranks"]) == QUANTITIES
    ((truth, design, table, fitted),) = seen
    kept = np.linspace(0, 199, 19).astype(int)

    def rank(draws, value):
        return int((np.ravel(draws)[kept] < value).sum())

    coefficients = truth.coefficients[0]
    levels = dict(zip(table.covariates["group"].values, design.sens.matrix[:, 1:3], strict=True))
    sens = {level: coefficients[0] + row @ coefficients[1:3] for level, row in levels.items()}
    spec = {level: coefficients[4] + row @ coefficients[5:] for level, row in levels.items()}
    by_label = {group.label: group for group in fitted.groups if group.covariate == "group"}
    (c,) = (group for label, group in by_label.items() if label.endswith("c"))
    (b,) = (group for label, group in by_label.items() if label.endswith("b"))
    (a,) = (group for label, group in by_label.items() if label.endswith("a"))
    names = fitted.effect_names
    ranks = found["ranks"]
    effects = dict(zip(names, np.moveaxis(fitted.effects, -1, 0), strict=True))
    assert ranks["beta[sens,group=b]"] == rank(effects["sens,group=b"], sens["b"] - sens["a"])
    assert ranks["beta[spec,group=c]"] == rank(effects["spec,group=c"], spec["c"] - spec["a"])
    assert ranks["beta[sens,dose]"] == rank(effects["sens,dose"], coefficients[3])
    assert ranks["mu[sens]"] == rank(a.mu[:, 0], sens["a"])
    assert ranks["mean[spec]"] == rank(c.mu[:, 1], spec["c"])
    assert ranks["contrast[sens]"] == rank(c.mu[:, 0] - b.mu[:, 0], sens["c"] - sens["b"])
    assert ranks["tau[spec]"] == rank(fitted.tau[..., 1], truth.tau[0, 1])


def test_the_studies_come_from_the_truth_and_their_covariates(loaded, monkeypatch):
    """No spread: diseased are found in groups b and c, and in no other; specificity the reverse."""
    tables = []

    def sure(_card, _size, _rng, design):
        rows = np.linalg.inv(design.sens.to_effects)
        sens = rows @ np.array([-40.0, 80.0, 80.0, 0.0])
        spec = np.linalg.inv(design.spec.to_effects) @ np.array([40.0, -80.0, -80.0])
        return Hyper.of(np.concatenate([sens, spec])[None], np.full((1, 2), 1e-9), np.zeros(1))

    def stop(table, *_, **__):
        tables.append(table)
        raise InterruptedError

    monkeypatch.setattr(sbc, "draw_prior", sure)
    monkeypatch.setattr(sbc, "fit", stop)
    with pytest.raises(InterruptedError):
        sbc_replication(loaded, 0, 0)
    (table,) = tables
    assert sorted(table.covariates["group"].values) == list("aaabbcc")
    for study, level in enumerate(table.covariates["group"].values):
        assert (table.tp[study] > 0) == (table.tn[study] == 0) == (level != "a")
        assert (table.fn[study] > 0) == (table.fp[study] == 0) == (level == "a")


def test_the_log_likelihood_knows_the_covariates(loaded, seen):
    sbc_replication(loaded, 1, 0)
    ((truth, design, table, _),) = seen
    split = design.sens.size
    total = 0.0
    for study in range(7):
        mu = (
            float(design.sens.matrix[study] @ truth.coefficients[0, :split]),
            float(design.spec.matrix[study] @ truth.coefficients[0, split:]),
        )
        counts = tuple(int(x[study]) for x in (table.tp, table.fp, table.fn, table.tn))
        total += brute_force(counts, (mu, tuple(truth.tau[0]), float(truth.rho[0])))
    assert log_likelihood_at(table, truth, design)[0] == pytest.approx(total, abs=1e-4)


def test_nuts_is_given_the_design_and_its_draws_are_ranked(write, text, monkeypatch):
    loaded = load_sbc(write(text.replace('"marginal"', '"nuts"', 1)))
    asked = []

    def first_try(table, card, settings, design, **given):
        asked.append((design.sizes, given))
        return fit_marginal(table, card, replace(settings, engine="marginal"), design)

    monkeypatch.setattr(sbc, "fit_nuts", first_try)
    assert list(sbc_replication(loaded, 0, 0)["ranks"]) == QUANTITIES
    assert asked == [((4, 3), {"tries": 1})]


def test_a_wrong_prior_is_told_from_the_right_one(loaded, monkeypatch):
    """Truths from contrasts three times as wide as the card says: their ranks heap at the ends."""

    def wide(card, size, rng, design):
        found = draw_prior(card, size, rng, design)
        times = np.array(
            [1 if kind == "intercept" else 3 for kind in (*design.sens.kinds, *design.spec.kinds)]
        )
        return Hyper.of(found.coefficients * times, found.tau, found.rho)

    def verdicts():
        ranks = [sbc_replication(loaded, 0, number)["ranks"] for number in range(30)]
        counts = {name: np.bincount([r[name] for r in ranks], minlength=20) for name in QUANTITIES}
        return {verdict.name: verdict.inside for verdict in judge(counts, 0.99)}

    right = verdicts()
    assert all(right.values())
    monkeypatch.setattr(sbc, "draw_prior", wide)
    assert not all(verdicts().values())


def test_without_covariates_nothing_has_changed(loaded):
    card = loaded.card.card
    one = draw_prior(card, 3, np.random.default_rng(4))
    other = draw_prior(card, 3, np.random.default_rng(4), Design.without_covariates(5))
    np.testing.assert_array_equal(one.coefficients, other.coefficients)
    assert one.coefficients.shape == (3, 2)
    assert math.isclose(one.rho[0], other.rho[0])
