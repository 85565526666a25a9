"""Ranks of known truths among made-up draws, and a few of the engine's own."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, optimize, stats

from metadx.criticism.calibration import judge
from metadx.engines import fit as engine
from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.engines.marginal import fit_marginal
from metadx.estimands.accuracy import new_study_logits
from metadx.simulation import sbc
from metadx.simulation.load import load_sbc
from metadx.simulation.sbc import draw_prior, sbc_replication
from metadx.simulation.tables import draw_arms, draw_table
from tests.unit.engines.brute_force import brute_force

QUANTITIES = [
    *("mu[sens]", "mu[spec]", "tau[sens]", "tau[spec]", "rho", "sens_new", "spec_new", "auc"),
    *("log_likelihood", "logit_sens[1]", "logit_spec[1]"),
]
TRUTH = Hyper.of(np.array([[1.0, 2.0]]), np.array([[0.5, 0.8]]), np.array([0.1]))
SHAPE = (4, 50)  # 200 draws, of which 19 are kept


@pytest.fixture
def loaded(write, sbc_text):
    return load_sbc(write(sbc_text))


@pytest.fixture
def with_draws(monkeypatch, stub_fit):
    """Let the truth be `TRUTH` and the engine answer what a test wants; returns its tables."""
    tables = []

    def _with(answer, truth=TRUTH):
        def fitted(table, _card, **_settings):
            tables.append(table)
            return stub_fit(**answer(table), studies=table.n_studies)

        monkeypatch.setattr(sbc, "draw_prior", lambda *_: truth)
        monkeypatch.setattr(sbc, "fit", fitted)
        return tables

    return _with


def everywhere(mu, tau, rho, other):
    """All draws alike."""
    return {
        "coefficients": np.full((*SHAPE, 2), mu),
        "tau": np.full((*SHAPE, 2), tau),
        "rho": np.full(SHAPE, rho),
        "new": np.full(2, other),
        "first": np.full(2, other),
        "log_likelihood": other,
    }


def test_the_same_replication_is_the_same_in_any_order(loaded):
    pairs = [(0, 0), (1, 0), (0, 1)]
    forwards = {pair: sbc_replication(loaded, *pair) for pair in pairs}
    backwards = {pair: sbc_replication(loaded, *pair) for pair in reversed(pairs)}
    assert forwards == backwards
    assert json.loads(json.dumps(forwards[0, 0])) == forwards[0, 0]
    assert len({tuple(found["ranks"].values()) for found in forwards.values()}) == 3
    other = replace(loaded, design=loaded.design.model_copy(update={"seed": 8}))
    assert sbc_replication(other, 0, 0)["ranks"] != forwards[0, 0]["ranks"]


def test_truth_and_data_are_those_of_the_replications_own_stream(loaded, monkeypatch):
    """Parameters, effects, sizes, counts: results that are kept can be made again."""
    seeds = np.random.SeedSequence(7).spawn(2)[1].spawn(3)[2]  # group 1, replication 2
    rng = np.random.default_rng(seeds.spawn(2)[0])
    hyper = draw_prior(loaded.card.card, 1, rng)
    effects = [new_study_logits(hyper.coefficients, hyper.tau, hyper.rho, rng) for _ in range(4)]
    wanted = draw_table(np.concatenate(effects), draw_arms(loaded.design.arms, 4, rng), rng)
    fitted = []

    def seen(table, card, **settings):
        fitted.append(table)
        return engine.fit(table, card, **settings)

    monkeypatch.setattr(sbc, "fit", seen)
    sbc_replication(loaded, 1, 2)
    for counts in ("tp", "fp", "fn", "tn"):
        np.testing.assert_array_equal(getattr(fitted[0], counts), getattr(wanted, counts))


def test_draws_above_the_truth_leave_it_the_lowest_rank(loaded, with_draws):
    with_draws(lambda _: everywhere(100.0, 90.0, 1.0, 1e9))
    found = sbc_replication(loaded, 0, 0)
    assert found["ranks"] == dict.fromkeys(QUANTITIES, 0)
    assert found["inside"] == dict.fromkeys(QUANTITIES, 0)


def test_draws_below_the_truth_leave_it_the_highest_rank(loaded, with_draws):
    with_draws(lambda _: everywhere(-100.0, 1e-3, -1.0, -1e9))
    found = sbc_replication(loaded, 0, 0)
    assert found["ranks"] == dict.fromkeys(QUANTITIES, 19)
    assert found["inside"] == dict.fromkeys(QUANTITIES, 0)


@pytest.mark.parametrize("below", [3, 60, 120, 188])
def test_a_rank_counts_the_kept_draws_below_the_truth(loaded, with_draws, below):
    """The first draws lie below the truth, the rest above; 19 of 200 are kept, evenly."""
    side = np.where(np.arange(200) < below, -1e-3, 1e-3).reshape(SHAPE)

    def answer(_table):
        made = everywhere(0.0, 0.0, 0.0, 0.0)
        made["coefficients"] = TRUTH.coefficients + np.stack([side, -side], axis=-1)
        made["tau"] = TRUTH.tau + np.stack([side, -side], axis=-1)
        made["rho"] = TRUTH.rho + side
        return made

    with_draws(answer)
    ranks = sbc_replication(loaded, 0, 0)["ranks"]
    wanted = sum(int(199 * i / 18) < below for i in range(19))
    assert ranks["mu[sens]"] == ranks["tau[sens]"] == ranks["rho"] == wanted
    assert ranks["mu[spec]"] == ranks["tau[spec]"] == 19 - wanted


@pytest.mark.parametrize(("below", "inside"), [(9, 0), (10, 1), (100, 1), (190, 1), (191, 0)])
def test_the_interval_is_judged_by_all_draws(loaded, with_draws, below, inside):
    """Of 200 draws the 90 % interval leaves out 10 at each end."""
    side = np.where(np.random.default_rng(3).permutation(200) < below, -0.1, 0.1)
    answer = everywhere(1.0, 0.5, 0.0, 0.0) | {"rho": TRUTH.rho + side.reshape(SHAPE)}
    with_draws(lambda _: answer)
    assert sbc_replication(loaded, 0, 0)["inside"]["rho"] == inside


def area(mu, tau):
    """Of the summary curve, with the false positive rate as the logistic law of its logit."""

    def height(t):
        at = mu[0] + tau[0] / tau[1] * (mu[1] + t)
        return 1 / (1 + math.exp(-at)) * math.exp(-abs(t)) / (1 + math.exp(-abs(t))) ** 2

    return integrate.quad(height, -40, 40, points=[0])[0]


@pytest.mark.parametrize(("shift", "rank"), [(0.01, 0), (-0.01, 19)])
def test_the_area_is_that_of_the_curve_of_each_draw(loaded, with_draws, shift, rank):
    """Draws of another mean and slope, whose area is that of the truth but for a shift of mu."""
    truth = area((1.0, 2.0), (0.5, 0.8))
    level = optimize.brentq(lambda x: area((x, 0.3), (0.9, 0.3)) - truth, -10, 10)
    answer = everywhere(0.0, 0.0, 0.0, 0.0) | {
        "coefficients": np.broadcast_to([level + shift, 0.3], (*SHAPE, 2)),
        "tau": np.broadcast_to([0.9, 0.3], (*SHAPE, 2)),
    }
    with_draws(lambda _: answer)
    assert sbc_replication(loaded, 0, 0)["ranks"]["auc"] == rank


@pytest.mark.parametrize(("shift", "rank"), [(1e-6, 0), (-1e-6, 19)])
def test_the_log_likelihood_of_the_truth_is_that_of_brute_force(loaded, with_draws, shift, rank):
    hyper = ((1.0, 2.0), (0.5, 0.8), 0.1)

    def answer(table):
        rows = zip(table.tp, table.fp, table.fn, table.tn, strict=True)
        exact = sum(brute_force(tuple(map(int, row)), hyper) for row in rows)
        return everywhere(1.0, 0.5, 0.1, exact + shift)

    tables = with_draws(answer)
    assert sbc_replication(loaded, 1, 0)["ranks"]["log_likelihood"] == rank
    assert tables[0].n_studies == 4


def test_the_studies_come_from_the_truth_that_is_ranked(loaded, with_draws):
    """Perfect sens and hopeless spec, no spread: all diseased are found, all others too."""
    sure = Hyper.of(np.array([[40.0, -40.0]]), np.full((1, 2), 1e-9), np.zeros(1))

    def answer(_table):
        made = everywhere(0.0, 0.5, 0.0, 0.0)
        return made | {"new": np.array([40.1, -40.1]), "first": np.array([39.9, -39.9])}

    tables = with_draws(answer, sure)
    ranks = sbc_replication(loaded, 1, 2)["ranks"]
    assert tables[0].fn.tolist() == tables[0].tn.tolist() == [0, 0, 0, 0]
    assert min(tables[0].tp.min(), tables[0].fp.min()) >= 20
    assert max(tables[0].tp.max(), tables[0].fp.max()) <= 60
    assert (ranks["sens_new"], ranks["spec_new"]) == (0, 19)
    assert (ranks["logit_sens[1]"], ranks["logit_spec[1]"]) == (19, 0)


def test_a_fit_that_fell_back_or_failed_a_check_is_reported(loaded, with_draws):
    with_draws(lambda _: everywhere(1.0, 0.5, 0.0, 0.0) | {"fell_back": "why", "passed": False})
    found = sbc_replication(loaded, 0, 0)
    assert (found["fell_back"], found["failed_checks"]) == (True, True)
    with_draws(lambda _: everywhere(1.0, 0.5, 0.0, 0.0))
    found = sbc_replication(loaded, 0, 0)
    assert (found["fell_back"], found["failed_checks"]) == (False, False)


def test_nuts_is_ranked_by_its_first_try(write, sbc_text, monkeypatch):
    loaded = load_sbc(write(sbc_text.replace('"marginal"', '"nuts"', 1)))
    asked = []

    def first_try(table, card, settings, design, **given):
        assert design.sizes == (1, 1)
        asked.append((card.id, settings, given))
        settings = replace(settings, engine="marginal")
        return fit_marginal(table, card, settings)

    monkeypatch.setattr(sbc, "fit_nuts", first_try)
    monkeypatch.setattr(sbc, "fit", None)
    assert list(sbc_replication(loaded, 0, 0)["ranks"]) == QUANTITIES
    ((card, settings, given),) = asked
    assert (card, given) == ("bivariate-binomial", {"tries": 1})
    assert (settings.engine, settings.draws, settings.study_effects) == ("nuts", 200, True)


def test_truths_come_from_the_priors_of_the_card(loaded):
    """Normal(0, 3), HalfNormal(1.5) and Uniform(-1, 1), every one on its own."""
    hyper = draw_prior(loaded.card.card, 20_000, np.random.default_rng(1))
    for margin in (0, 1):
        assert stats.kstest(hyper.coefficients[:, margin], stats.norm(0, 3).cdf).pvalue > 0.01
        assert stats.kstest(hyper.tau[:, margin], stats.halfnorm(0, 1.5).cdf).pvalue > 0.01
    assert stats.kstest(hyper.rho, stats.uniform(-1, 2).cdf).pvalue > 0.01
    columns = np.column_stack([hyper.coefficients, hyper.tau, hyper.rho])
    ties = stats.spearmanr(columns).statistic - np.eye(5)
    assert np.abs(ties).max() < 4 / math.sqrt(20_000)


def verdicts(replications, bins):
    histograms = {
        name: np.bincount([found["ranks"][name] for found in replications], minlength=bins)
        for name in QUANTITIES
    }
    return {verdict.name: verdict for verdict in judge(histograms, 0.99)}


def test_draws_from_the_prior_are_told_from_those_of_a_posterior(loaded, monkeypatch, stub_fit):
    """Draws that ignore the data rank every parameter evenly; only what asks the data tells."""

    def ignorant(table, card, seed, **_settings):
        rng = np.random.default_rng(seed)
        hyper = draw_prior(card.card, 200, rng)
        likelihood = IntegratedLikelihood.of(Counts.from_table(table), 9).by_study(hyper)
        new, first = (new_study_logits(hyper.coefficients, hyper.tau, hyper.rho, rng) for _ in "12")
        return stub_fit(
            coefficients=hyper.coefficients.reshape(*SHAPE, 2),
            tau=hyper.tau.reshape(*SHAPE, 2),
            rho=hyper.rho.reshape(SHAPE),
            new=new,
            first=first.reshape(*SHAPE, 2),
            log_likelihood=likelihood.sum(axis=1).reshape(SHAPE),
            studies=table.n_studies,
        )

    monkeypatch.setattr(sbc, "fit", ignorant)
    found = verdicts([sbc_replication(loaded, 0, number) for number in range(150)], 20)
    assert [name for name, verdict in found.items() if not verdict.inside] == ["log_likelihood"]
    assert found["log_likelihood"].p_value < 1e-6


def test_the_engine_is_calibrated_as_far_as_a_moment_can_tell(loaded):
    """The long run has its own command; this one would notice a gross mistake."""
    replications = [sbc_replication(loaded, 0, number) for number in range(60)]
    assert [v.name for v in verdicts(replications, 20).values() if not v.inside] == []
    for name in QUANTITIES:
        covered = sum(found["inside"][name] for found in replications)
        assert stats.binom(60, 0.9).cdf(covered) > 1e-4
        assert stats.binom(60, 0.9).sf(covered - 1) > 1e-4
