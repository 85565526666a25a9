"""One replication of a study of contrasts: its data, its priors, and what is judged."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import metadx
from metadx.simulation import contrasts
from metadx.simulation.contrast_truth import quantities, truth_of_contrasts
from metadx.simulation.contrasts import (
    PEER,
    candidates,
    contrasts_replication,
    prior_name,
    simulated_review,
)
from metadx.simulation.load import load_contrasts


def logit(p):
    return math.log(p / (1 - p))


def expit(x):
    return 1 / (1 + math.exp(-x))


@pytest.fixture
def loaded(write, contrasts_text):
    return load_contrasts(write(contrasts_text))


@pytest.fixture
def exact(write, contrasts_text):
    """Reviews so large and alike that every study shows its truth."""
    text = contrasts_text.replace("[0.5, 0.7]", "[1e-6, 1e-6]").replace(
        "[0.5, 0.5]", "[1e-6, 1e-6]"
    )
    text = text.replace("diseased = 60", "diseased = 4e8").replace(
        "nondiseased = 90", "nondiseased = 4e8"
    )
    return load_contrasts(write(text))


def test_the_same_replication_is_the_same_in_any_order(loaded):
    pairs = [(0, 0), (1, 0), (0, 1)]
    forwards = {pair: contrasts_replication(loaded, *pair) for pair in pairs}
    backwards = {pair: contrasts_replication(loaded, *pair) for pair in reversed(pairs)}
    assert forwards == backwards
    assert json.loads(json.dumps(forwards[0, 0])) == forwards[0, 0]
    assert forwards[0, 0]["methods"] != forwards[0, 1]["methods"]
    other = replace(loaded, design=loaded.design.model_copy(update={"seed": 8}))
    assert contrasts_replication(other, 0, 0) != forwards[0, 0]


def test_studies_of_a_level_have_its_accuracy(exact):
    table, _ = simulated_review(exact.design, 0, 0)
    levels = table.covariates["x"].values
    assert sorted(levels) == list("aaaabbbcc")
    assert levels != tuple("aaaabbbcc")  # shuffled
    sens = {"a": logit(0.8), "b": logit(0.8) + 0.5, "c": logit(0.8)}
    spec = {"a": logit(0.9), "b": logit(0.9) - 0.3, "c": logit(0.9) - 1.2}
    for study, level in enumerate(levels):
        assert logit(table.tp[study] / table.n_diseased[study]) == pytest.approx(
            sens[level], abs=2e-3
        )
        found = logit(table.tn[study] / table.n_nondiseased[study])
        assert found == pytest.approx(spec[level], abs=2e-3)


def test_a_continuous_covariate_changes_accuracy_along_a_line(exact):
    table, _ = simulated_review(exact.design, 1, 0)
    x = table.covariates["x"].values
    assert x.mean() == pytest.approx(0, abs=1e-12)
    assert x.std(ddof=1) == pytest.approx(1)
    sens = [logit(a / b) for a, b in zip(table.tp, table.n_diseased, strict=True)]
    spec = [logit(a / b) for a, b in zip(table.tn, table.n_nondiseased, strict=True)]
    assert np.polyfit(x, sens, 1) == pytest.approx([0.5, logit(0.8) + 0.5], abs=2e-3)
    assert np.polyfit(x, spec, 1) == pytest.approx([-0.75, logit(0.9) - 0.75], abs=2e-3)


def test_the_truth_of_levels():
    cell = load_contrasts().design.cells
    (three,) = (c for c in cell if c.name == "K21-nodules")
    values = truth_of_contrasts(three).values
    assert values["mean[spec,a]"] == pytest.approx(logit(0.82))
    assert expit(values["mean[spec,b]"]) == pytest.approx(0.83, abs=0.001)
    assert expit(values["mean[spec,c]"]) == pytest.approx(0.58, abs=0.002)
    assert values["contrast[spec,c-b]"] == pytest.approx(-1.26)
    assert values["difference[spec,c-a]"] == pytest.approx(0.58 - 0.82, abs=0.002)
    assert values["contrast[sens,b-a]"] == values["difference[sens,c-b]"] == 0
    assert len(values) == 18


def test_the_derivative_of_what_is_judged_is_that_of_its_value(loaded):
    means = np.array([[0.3, 1.0], [-0.4, 2.0], [1.1, -0.5]])
    for quantity in quantities(loaded.design.cells[0]):
        slope = quantity.slope(means)
        for kind in range(3):
            step = np.zeros_like(means)
            step[kind, quantity.margin] = 1e-6
            up, down = (quantity.value((means + s)[:, None, :])[0] for s in (step, -step))
            assert slope[kind] == pytest.approx((up - down) / 2e-6, abs=1e-8)


@pytest.mark.parametrize("cell", [0, 1])
def test_each_prior_answers_as_a_fit_under_it_would(loaded, cell):
    """By moved weights from the widest prior; against fits with many draws and their effects."""
    described = loaded.design.cells[cell]
    found = contrasts_replication(loaded, cell, 0)["methods"]
    table, _ = simulated_review(loaded.design, cell, 0)
    truth = truth_of_contrasts(described)
    last = {0: "c", 1: "high"}[cell]
    first = {0: "a", 1: "low"}[cell]
    name = f"contrast[spec,{last}-{first}]"
    widths = []
    for prior, card in candidates(loaded, described).items():
        fitted = metadx.fit(table, card, sens="~ x", spec="~ x", draws=20_000, seed=5)
        effect = fitted.effects[
            ..., list(fitted.effect_names).index("spec,x=c" if cell == 0 else "spec,x")
        ]
        contrast = effect if cell == 0 else 2 * effect
        low, middle, high = np.quantile(contrast, [0.05, 0.5, 0.95])
        se = (high - low) / (2 * 1.645) / math.sqrt(400)
        assert found[prior][name][1] == pytest.approx(high - low, abs=12 * se)
        assert found[prior][name][2] == pytest.approx(middle - truth.values[name], abs=5 * se)
        widths.append(high - low)
    assert widths[0] > 1.05 * widths[1]  # so the priors are told apart


def test_the_widest_prior_is_fitted_and_the_others_follow(loaded, monkeypatch):
    fitted = []

    def seen(table, card, *rest):
        fitted.append(card.card.parameters.beta)
        return original(table, card, *rest)

    original = contrasts.fit_quietly
    monkeypatch.setattr(contrasts, "fit_quietly", seen)
    assert contrasts_replication(loaded, 0, 0)["refitted"] == []
    assert [(beta.contrast.sd, beta.slope.sd) for beta in fitted] == [
        (3.0, loaded.card.card.parameters.beta.slope.sd)
    ]
    monkeypatch.setattr(contrasts, "moved_to", lambda *_: None)
    again = contrasts_replication(loaded, 1, 0)
    assert again["refitted"] == [prior_name(0.5)]
    assert [beta.slope.sd for beta in fitted[1:]] == [1.5, 0.5]


@pytest.mark.parametrize("cell", [0, 1])
def test_maximum_likelihood_is_judged_by_wald_intervals(loaded, cell):
    """The contrast of logits by its own standard error; of accuracies by simulation from it."""
    found = contrasts_replication(loaded, cell, 1)["methods"][PEER]
    table, _ = simulated_review(loaded.design, cell, 1)
    truth = truth_of_contrasts(loaded.design.cells[cell]).values
    answer = metadx.maximum_likelihood(table, nodes=1, sens="~ x", spec="~ x")
    z = stats.norm.ppf(0.95)
    names = list(answer.parameters)
    if cell == 0:
        place, name, times = names.index("beta[spec,x=c]"), "contrast[spec,c-a]", 1
    else:
        place, name, times = names.index("beta[spec,x]"), "contrast[spec,high-low]", 2
    width = 2 * z * times * answer.standard_errors[place]
    error = times * answer.estimates[place] - truth[name]
    covered = float(abs(error) < width / 2)
    score = width + 20 * max(abs(error) - width / 2, 0)
    assert found[name] == pytest.approx([covered, width, error, score], rel=1e-4)
    # accuracy of sens in two kinds: draws from the law that a Wald interval takes for true
    size = 3 if cell == 0 else 2
    covariance = answer.covariance[:size, :size] * 1e-4  # near the estimate all is linear
    rng = np.random.default_rng(1)
    draws = rng.multivariate_normal(answer.estimates[:size], covariance, 40_000)
    if cell == 0:
        kinds, name = (draws[:, 0] + draws[:, 1], draws[:, 0] + draws[:, 2]), "difference[sens,c-b]"
    else:
        kinds, name = (
            (draws[:, 0] - draws[:, 1], draws[:, 0] + draws[:, 1]),
            "difference[sens,high-low]",
        )
    spread = np.std(1 / (1 + np.exp(-kinds[1])) - 1 / (1 + np.exp(-kinds[0])))
    assert found[name][1] == pytest.approx(2 * z * 100 * spread, rel=0.03)


def test_maximum_likelihood_is_asked_for_the_first_replications_only(loaded):
    asked = [PEER in contrasts_replication(loaded, 1, number)["methods"] for number in range(3)]
    assert asked == [True, True, False]


def test_where_maximum_likelihood_has_no_answer_there_is_none(loaded, write, contrasts_text):
    """Every diseased person is found: no finite maximum, no standard error."""
    text = contrasts_text.replace("sens = 0.8", "sens = 0.999999999")
    sure = load_contrasts(write(text))
    found = contrasts_replication(sure, 0, 0)
    assert PEER not in found["methods"]
    assert list(found["methods"]) == [prior_name(3.0), prior_name(1.0)]
