"""One replication of a coverage study: its data, its fits and what it says of them."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from metadx.cards.load import parse_card
from metadx.engines import fit as engine
from metadx.engines.result import Check
from metadx.resources import models_dir
from metadx.simulation import coverage
from metadx.simulation.coverage import coverage_replication, simulated_table
from metadx.simulation.judged import judge_draws
from metadx.simulation.laws import draw_effects, truth_of
from metadx.simulation.load import load_coverage
from metadx.simulation.tables import draw_arms, draw_table

MAIN, OTHER = "bivariate-binomial", "bivariate-binomial-n15"


@pytest.fixture
def loaded(write, coverage_text):
    return load_coverage(write(coverage_text))


@pytest.fixture
def fits(monkeypatch):
    """Every fit that is made: (card, settings)."""
    made = []

    def counted(table, card, **settings):
        made.append((card.card.id, settings))
        return engine.fit(table, card, **settings)

    monkeypatch.setattr(coverage, "fit", counted)
    return made


def test_the_same_replication_is_the_same_in_any_order(loaded):
    pairs = [(0, 0), (1, 0), (0, 1)]
    forwards = {pair: coverage_replication(loaded, *pair) for pair in pairs}
    backwards = {pair: coverage_replication(loaded, *pair) for pair in reversed(pairs)}
    assert forwards == backwards
    assert json.loads(json.dumps(forwards[0, 0])) == forwards[0, 0]
    widths = {found["methods"][MAIN]["mu[sens]"][1] for found in forwards.values()}
    assert len(widths) == 3


def test_the_data_are_those_of_the_replications_own_stream(loaded):
    """Sizes, then effects, then counts: results that are kept can be made again."""
    seeds = np.random.SeedSequence(11).spawn(2)[1].spawn(3)[2]  # cell 1, replication 2
    rng = np.random.default_rng(seeds.spawn(2)[0])
    cell = loaded.design.cells[1]
    sizes = draw_arms(loaded.design.arms["some"], 3, rng)
    wanted = draw_table(draw_effects(cell, 3, rng), sizes, rng)
    table, _ = simulated_table(loaded.design, 1, 2)
    for counts in ("tp", "fp", "fn", "tn"):
        np.testing.assert_array_equal(getattr(table, counts), getattr(wanted, counts))
    assert table.n_studies == 3


def test_another_seed_gives_other_data(loaded):
    table, for_fit = simulated_table(loaded.design, 0, 0)
    other, for_other = simulated_table(loaded.design.model_copy(update={"seed": 12}), 0, 0)
    assert (table.tp != other.tp).any()
    assert for_fit.generate_state(1) != for_other.generate_state(1)


def test_what_is_judged_is_the_fit_of_the_table(loaded):
    table, for_fit = simulated_table(loaded.design, 0, 1)
    seed = int(for_fit.generate_state(1)[0])
    fitted = engine.fit(table, loaded.card, draws=1000, seed=seed, study_effects=False)
    found = coverage_replication(loaded, 0, 1)
    wanted = judge_draws(
        truth_of(loaded.design.cells[0]),
        fitted.mu.reshape(-1, 2),
        fitted.tau.reshape(-1, 2),
        fitted.rho.ravel(),
        prob=0.9,
        rng=fitted.new_study_rng(),
    )
    assert found["methods"][MAIN] == wanted
    assert (found["fell_back"], found["failed_checks"], found["refitted"]) == (False, False, [])


def test_moved_weights_give_what_fitting_the_other_card_gives(loaded, fits):
    table, _ = simulated_table(loaded.design, 0, 0)
    own = engine.fit(table, loaded.others[0], draws=20_000, seed=99, study_effects=False)
    wanted = judge_draws(
        truth_of(loaded.design.cells[0]),
        own.mu.reshape(-1, 2),
        own.tau.reshape(-1, 2),
        own.rho.ravel(),
        prob=0.9,
        rng=np.random.default_rng(99),
    )
    found = coverage_replication(loaded, 0, 0)
    moved, first = found["methods"][OTHER], found["methods"][MAIN]
    assert [card for card, _ in fits] == [MAIN]
    assert list(moved) == list(wanted)
    for name, (covered, width, error, score) in wanted.items():
        sd = width / (2 * 1.645)
        se = sd / math.sqrt(400)  # fewer effective draws than that are not trusted
        assert moved[name][2] == pytest.approx(error, abs=4 * 1.25 * se)
        assert moved[name][1] == pytest.approx(width, abs=4 * 3 * se)
        assert moved[name][3] == pytest.approx(score, abs=4 * 3 * se)
        assert moved[name][0] == pytest.approx(covered, abs=0.05)
    # the narrower prior of tau shows, so the weights have moved at all
    assert moved["tau[spec]"][1] < 0.95 * first["tau[spec]"][1]


@pytest.mark.parametrize(("limit", "value"), [("_TRUSTED_ESS", 1e9), ("_TRUSTED_K", -9.0)])
def test_a_card_the_weights_cannot_reach_is_fitted_itself(loaded, fits, monkeypatch, limit, value):
    monkeypatch.setattr(coverage, limit, value)
    found = coverage_replication(loaded, 0, 0)
    assert found["refitted"] == [OTHER]
    assert [card for card, _ in fits] == [MAIN, OTHER]
    table, for_fit = simulated_table(loaded.design, 0, 0)
    seed = int(for_fit.generate_state(1)[0])
    own = engine.fit(table, loaded.others[0], draws=1000, seed=seed, study_effects=False)
    low, middle, high = np.quantile(own.mu[..., 0], [0.05, 0.5, 0.95])
    truth = math.log(4)
    score = high - low + 20 * max(low - truth, 0, truth - high)
    wanted = [float(low <= truth <= high), high - low, middle - truth, score]
    assert found["methods"][OTHER]["mu[sens]"] == pytest.approx(wanted, rel=1e-5, abs=1e-6)


def test_a_card_that_allows_what_the_first_rules_out_is_fitted_itself(loaded):
    text = (models_dir() / f"{MAIN}.toml").read_text(encoding="utf-8")
    short = 'family = "Uniform", lower = 0, upper = 0.9 }'
    bounded = parse_card(text.replace('family = "HalfNormal", sd = 1.5 }', short), "own.toml")
    with_bound = replace(loaded, card=bounded, others=(loaded.card,))
    assert coverage_replication(with_bound, 0, 0)["refitted"] == [MAIN]


def test_a_fit_that_fell_back_or_failed_a_check_is_reported(loaded, monkeypatch):
    def troubled(table, card, **settings):
        fitted = engine.fit(table, card, **settings)
        report = replace(fitted.engine, fell_back="because")
        checks = (*fitted.checks, Check("rhat", 1.2, 1.01, False))
        result = replace(fitted.result, report=report, checks=checks, proposals=None)
        return replace(fitted, result=result)

    monkeypatch.setattr(coverage, "fit", troubled)
    found = coverage_replication(loaded, 0, 0)
    assert (found["fell_back"], found["failed_checks"]) == (True, True)
    assert found["refitted"] == [OTHER]  # there were no weights to move


def test_a_failed_check_is_counted_and_not_warned_of(loaded):
    text = (models_dir() / f"{MAIN}.toml").read_text(encoding="utf-8")
    strict = parse_card(text.replace("ess_min = 400 ", "ess_min = 99999 "), "own.toml")
    found = coverage_replication(replace(loaded, card=strict), 0, 0)
    assert (found["fell_back"], found["failed_checks"]) == (False, True)
