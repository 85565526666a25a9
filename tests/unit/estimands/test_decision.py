"""Decisions, against arithmetic on whole people and against other ways to the same number."""

from fractions import Fraction

import numpy as np
import pytest

from metadx.estimands.decision import (
    Performance,
    best_choice,
    log_odds,
    meets,
    net_benefit,
    people_summaries,
    treat_all,
)
from metadx.estimands.predictive_values import npv, per_1000, ppv
from metadx.estimands.summary import summarise


@pytest.fixture(scope="module")
def logits():
    return np.random.default_rng(4).normal([2.0, 1.2], [0.8, 1.1], (2001, 2))


@pytest.fixture(scope="module")
def draws(logits):
    return Performance.of(logits)


def odd(sens, spec):
    """One draw, of a sensitivity and a specificity."""
    values = np.array([[sens, spec]])
    return Performance.of(np.log(values) - np.log1p(-values))


def test_likelihood_ratios_by_hand():
    # 9 of 10 diseased and 2 of 10 healthy people are positive: LR+ 4.5, LR- 1/8.
    one = odd(0.9, 0.8)
    for target, value, met in (
        *(("lr_pos", 4.49, True), ("lr_pos", 4.51, False)),
        *(("lr_neg", 0.126, True), ("lr_neg", 0.124, False)),
        *(("sens", 0.89, True), ("sens", 0.91, False)),
        *(("spec", 0.79, True), ("spec", 0.81, False)),
    ):
        assert meets(one, target, value).tolist() == [met], (target, value)


def test_predictive_values_of_whole_people():
    # Of 1000, 50 are ill: 45 found, 5 missed, 190 alarmed, 760 cleared.
    one = odd(0.9, 0.8)
    positive, negative = Fraction(45, 235), Fraction(760, 765)
    for target, value in (("ppv", float(positive)), ("npv", float(negative))):
        assert meets(one, target, value - 1e-9, 0.05).tolist() == [True]
        assert meets(one, target, value + 1e-9, 0.05).tolist() == [False]


@pytest.mark.parametrize("prevalence", [0.02, 0.3, 0.9])
def test_chances_are_shares_of_draws_of_the_predictive_values(draws, logits, prevalence):
    for value in (0.3, 0.8, 0.99):
        found = meets(draws, "npv", value, prevalence).mean()
        assert found == (npv(prevalence, logits) > value).mean()
        found = meets(draws, "ppv", value, prevalence).mean()
        assert found == (ppv(prevalence, logits) > value).mean()


def test_extreme_draws_do_not_break_the_ratios():
    far = Performance.of(np.array([[800.0, 800.0], [-800.0, -800.0]]))
    assert meets(far, "lr_neg", 0.1).tolist() == [True, False]
    assert meets(far, "lr_pos", 10.0).tolist() == [True, False]
    assert meets(far, "npv", 0.999, 0.5).tolist() == [True, False]


@pytest.mark.parametrize(
    ("target", "value", "prevalence", "match"),
    [
        ("lr_neg", 0.0, None, "above 0"),
        ("lr_pos", np.inf, None, "above 0"),
        ("sens", 1.0, None, "between 0 and 1"),
        ("npv", 0.9, None, "needs a prevalence"),
        ("npv", 0.9, 1.0, "between 0 and 1"),
    ],
)
def test_targets_that_make_no_sense_are_refused(target, value, prevalence, match):
    with pytest.raises(ValueError, match=match):
        meets(odd(0.9, 0.8), target, value, prevalence)


def test_people_are_those_of_every_draw(draws):
    for prevalence, row in zip((0.01, 0.4), people_summaries(draws, [0.01, 0.4], 0.9), strict=True):
        people = per_1000(prevalence, draws.sens, draws.spec)
        for cell, found in row.items():
            wanted = summarise(people[cell], 0.9)
            for name, value in wanted.as_dict().items():
                assert getattr(found, name) == pytest.approx(value, rel=1e-12), (cell, name)


def test_net_benefit_of_whole_people():
    # 100 of 1000 ill, 90 found; 180 of 900 alarmed. At 1 to 4 a false alarm costs a quarter.
    assert net_benefit(odd(0.9, 0.8), 0.1, [0.2])[0, 0] == pytest.approx((90 - 180 / 4) / 1000)
    assert treat_all(0.1, [0.2]) == pytest.approx([(100 - 900 / 4) / 1000])


@pytest.mark.parametrize("prevalence", [0.03, 0.25, 0.7])
def test_the_curve_meets_treating_all_at_one_less_npv_and_zero_at_ppv(prevalence):
    for sens, spec in ((0.9, 0.8), (0.6, 0.97), (0.99, 0.3)):
        one = odd(sens, spec)
        logits = np.array([[log_odds(sens), log_odds(spec)]])
        low, high = 1.0 - npv(prevalence, logits)[0], ppv(prevalence, logits)[0]
        at_low, at_high = net_benefit(one, prevalence, [low, high])[:, 0]
        assert at_low == pytest.approx(treat_all(prevalence, [low])[0], abs=1e-12)
        assert at_high == pytest.approx(0.0, abs=1e-12)


def test_the_curve_is_straight_in_the_odds_of_the_threshold():
    odds = np.array([0.1, 0.2, 0.3])
    curve = net_benefit(odd(0.9, 0.8), 0.1, odds / (1 + odds))[:, 0]
    assert curve[1] - curve[0] == pytest.approx(curve[2] - curve[1])
    assert curve[1] - curve[0] == pytest.approx(-0.1 * 0.9 * 0.2)


def test_testing_is_best_where_it_beats_both_others(draws):
    at = np.array([0.005, 0.05, 0.2, 0.5, 0.9])
    curve = net_benefit(draws, 0.2, at)
    wanted = ((curve > treat_all(0.2, at)[:, None]) & (curve > 0)).mean(axis=1)
    assert best_choice(draws, 0.2, at) == pytest.approx(wanted, abs=1e-12)
    assert wanted.max() > 0.5 > wanted.min()


def test_a_test_worse_than_chance_is_never_the_best_choice():
    assert best_choice(odd(0.3, 0.4), 0.2, [0.01, 0.1, 0.2, 0.5]).max() == 0


@pytest.mark.parametrize("wrong", [[0.0], [0.5, 1.0], [-0.1]])
def test_thresholds_out_of_bounds_are_refused(draws, wrong):
    for function in (net_benefit, best_choice):
        with pytest.raises(ValueError, match="between 0 and 1"):
            function(draws, 0.1, wrong)
    with pytest.raises(ValueError, match="between 0 and 1"):
        treat_all(0.1, wrong)
    with pytest.raises(ValueError, match="prevalence"):
        net_benefit(draws, 10, [0.1])
