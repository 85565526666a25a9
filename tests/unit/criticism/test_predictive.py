"""Predictive checks: features by hand, data from the model and data that contradict it."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.criticism.pit import PIT_BINS, extreme_pit, judge_pit, typical_pit
from metadx.criticism.predictive import predictive_checks
from metadx.criticism.predictive_statistics import Tables, compare_statistics, two_sided
from metadx.criticism.predictive_tree import predictive_tree
from metadx.criticism.refit import refits
from metadx.engines.fit import Fit, fit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset


def tables(rows):
    """One table of (tp, n1, tn, n0) by study."""
    tp, n1, tn, n0 = (np.array(x) for x in zip(*rows, strict=True))
    return Tables(tp[None], tn[None], n1, n0)


def test_features_by_hand():
    """Three studies, one without the condition; logits with half a participant added."""
    rows = [(9, 10, 4, 8), (0, 5, 8, 8), (0, 0, 2, 4), (5, 5, 1, 4)]
    observed = tables(rows)
    found, undefined = compare_statistics(observed, observed)
    values = {one.name: one.observed for one in found}
    sens = np.log([9.5 / 1.5, 0.5 / 5.5, 5.5 / 0.5])
    spec = np.log([4.5 / 4.5, 8.5 / 0.5, 2.5 / 2.5, 1.5 / 3.5])
    assert values["spread_sens"] == pytest.approx(np.sqrt(((sens - sens.mean()) ** 2).sum() / 2))
    assert values["spread_spec"] == pytest.approx(np.sqrt(((spec - spec.mean()) ** 2).sum() / 3))
    both = spec[[0, 1, 3]]
    wanted = (sens - sens.mean()) @ (both - both.mean())
    wanted /= np.sqrt(((sens - sens.mean()) ** 2).sum() * ((both - both.mean()) ** 2).sum())
    assert values["correlation"] == pytest.approx(wanted)
    assert values["zero_cells"] == 3  # fn and tp of the second, fn of the last; empty arms do not
    assert (values["lowest_sens"], values["lowest_spec"]) == (0, 0.25)
    assert undefined == ()


def test_zero_cells_by_hand():
    """tp = 0 in S1; fp = 0 in S1; fn = 0 in S3."""
    rows = [(9, 10, 4, 8), (0, 5, 8, 8), (0, 0, 2, 4), (5, 5, 1, 4)]
    full = [(9, 10, 4, 8), (1, 5, 7, 8), (0, 0, 4, 4), (4, 5, 1, 4)]
    found, _ = compare_statistics(tables(rows), tables(full))
    zero = next(one for one in found if one.name == "zero_cells")
    assert zero.observed == 3
    assert zero.replicated.tolist() == [1]


def test_what_few_studies_cannot_show_is_named():
    rows = [(9, 10, 4, 8), (3, 5, 7, 8)]
    found, undefined = compare_statistics(tables(rows), tables(rows))
    assert undefined == ("correlation of the empirical logits",)
    assert len(found) == 5
    one, undefined = compare_statistics(tables(rows[:1]), tables(rows[:1]))
    assert {each.name for each in one} == {"zero_cells", "lowest_sens", "lowest_spec"}
    assert len(undefined) == 3


def test_the_p_value_counts_half_of_the_ties():
    values = np.array([0.0, 1, 1, 2, 2, 2, 3, 4, 5, 6])
    # above 2: 4 of 10, equal: 3 of 10; 0.4 + 0.15 = 0.55, the other tail 0.45
    assert two_sided(2.0, values) == pytest.approx(0.9)
    assert two_sided(7.0, values) == 0
    assert two_sided(6.0, values) == pytest.approx(0.1)


@pytest.fixture(scope="module")
def whole() -> Fit:
    return fit(load_dataset("telomerase"), draws=2000, study_effects=False)


@pytest.fixture(scope="module")
def without(whole):
    return refits(whole, 1000)


def test_replicated_tables_have_the_spread_of_new_studies(whole, without):
    """Law of total variance: that of the new studies and the binomial."""
    found = predictive_checks(whole, without=without)
    group = whole.pooled
    rng = np.random.default_rng(3)
    new = group.mu + group.tau * rng.standard_normal(group.mu.shape)  # either margin by itself
    p = 1 / (1 + np.exp(-new))
    for replicated, size, column in (
        (found.replicated_tp, whole.table.n_diseased, 0),
        (found.replicated_tn, whole.table.n_nondiseased, 1),
    ):
        assert replicated.shape == (2000, 10)
        assert (replicated <= size).all()
        shares = replicated / size
        np.testing.assert_allclose(shares.mean(axis=0), p[:, column].mean(), atol=0.03)
        wanted = p[:, column].var() + (p[:, column] * (1 - p[:, column])).mean() / size
        np.testing.assert_allclose(shares.var(axis=0), wanted, rtol=0.25)
    # two studies share the parameters but not their effects
    assert abs(np.corrcoef(found.replicated_tp[:, :2].T)[0, 1]) < 0.35


def test_the_same_seed_gives_the_same_checks(whole, without):
    one, two = (predictive_checks(whole, without=without) for _ in range(2))
    np.testing.assert_array_equal(one.pit, two.pit)
    np.testing.assert_array_equal(one.replicated_tn, two.replicated_tn)
    other = predictive_checks(whole, without=without, seed=9)
    assert not np.array_equal(one.replicated_tn, other.replicated_tn)


def test_a_model_that_cannot_spread_is_found_out(whole, without):
    """Studies that hardly differ under the model: the observed spread is beyond it."""
    tight = replace(whole.result, tau=0.02 * whole.result.tau)
    parts = [
        replace(left, fit=replace(left.fit, result=replace(
            left.fit.result, tau=0.02 * left.fit.result.tau)))
        for left in without
    ]  # fmt: skip
    found = predictive_checks(replace(whole, result=tight), without=parts)
    failed = {one.name for one in found.failed}
    assert "spread_spec" in failed
    assert "where the model expects" in found.words
    sound = predictive_checks(whole, without=without)
    assert not sound.failed
    assert "reproduces the spread of sensitivity" in sound.words
    # the counts pile up at both ends of what a tight law predicts
    ends = ((found.pit[:, 1] < 0.05) | (found.pit[:, 1] > 0.95)).sum()
    assert ends >= 3 > ((sound.pit[:, 1] < 0.05) | (sound.pit[:, 1] > 0.95)).sum()


def test_pit_of_data_from_the_model_stay_inside_and_others_do_not():
    rng = np.random.default_rng(6)
    assert all(one.inside for one in judge_pit(rng.random((60, 2)), 0.95))
    crowded = np.column_stack([rng.random(60), 0.4 + 0.2 * rng.random(60)])
    sens, spec = judge_pit(crowded, 0.95)
    assert (sens.name, sens.inside, spec.name, spec.inside) == (
        "sensitivity",
        True,
        "specificity",
        False,
    )
    empty = np.column_stack([np.full(5, np.nan), rng.random(5)])
    assert [one.name for one in judge_pit(empty, 0.95)] == ["specificity"]
    assert judge_pit(np.full((2, 2), np.nan), 0.95) == ()
    assert PIT_BINS == 50


def test_one_unlucky_randomisation_condemns_no_table():
    """Ten counts at their highest value, expected with probability 0.5: the PIT is all jitter."""
    below, upto = np.full((10, 2), 0.5), np.ones((10, 2))
    below[:5], upto[:5] = 0.0, 0.5
    places = np.random.default_rng(2).random((25, 10, 2))
    places[0] = 0.99  # all at the upper end: ten values in two heaps
    spoilt = below + places[0] * (upto - below)
    assert not all(one.inside for one in judge_pit(spoilt, 0.95))
    pit, found = typical_pit(below, upto, places, 0.95)
    assert all(one.inside for one in found)
    middle = [sorted(judge_pit(below + place * (upto - below), 0.95)[column].p_value
                     for place in places)[12] for column in (0, 1)]  # fmt: skip
    assert [one.p_value for one in found] == middle
    assert [one.p_value for one in judge_pit(pit, 0.95)] == middle
    # what every randomisation shows is still found
    heap = typical_pit(np.full((40, 2), 0.4), np.full((40, 2), 0.5), np.tile(places, (1, 4, 1)),
                       0.95)  # fmt: skip
    assert not any(one.inside for one in heap[1])


def test_a_value_that_the_bands_cannot_see_is_told():
    pit = np.array([[0.3, 0.6], [1e-9, 0.2], [np.nan, 0.9]])
    found = extreme_pit(("A", "B", "C"), pit, 1e-4)
    assert (found.study, found.margin, found.counts) == ("B", "sensitivity", 5)
    assert found.p_value == found.floor == pytest.approx(2 * 5 * 1e-4)
    assert all(one.inside for one in judge_pit(pit, 0.95))
    assert extreme_pit(("A",), np.full((1, 2), np.nan), 1e-4) is None
    high = extreme_pit(("A",), np.array([[0.97, 0.5]]), 1e-4)
    assert high.p_value == pytest.approx(4 * 0.03)


def test_a_fixed_effect_is_not_said_to_predict_studies_that_it_does_not():
    fixed = fit(load_dataset("telomerase"), "fixed-effect", draws=1000, study_effects=False)
    found = predictive_checks(fixed, draws=1000)
    assert found.failed
    assert "stay inside" not in found.words
    assert "The specificity of Cassel 2001 is low beyond what the other studies predict" in (
        found.words
    )


def test_the_sound_table_stays_inside_and_no_more_is_claimed(whole, without):
    words = predictive_checks(whole, without=without).words
    assert "distributed as" not in words
    assert words.endswith(
        "The leave-one-out PIT values of sensitivity and specificity stay inside the 95% band of "
        "independent values, which only a gross conflict would leave."
    )
    assert "weak evidence: it was fitted to the same table." in words


def test_leave_one_out_pit_of_a_true_model_leave_the_band_almost_never():
    """Why the band is said to be that of independent values: exact PIT of normal tables by hand."""
    from scipy.stats import t

    rng, size, outside = np.random.default_rng(3), 30, 0
    for _ in range(100):
        x = rng.normal(size=(size, 2))
        pit = np.empty_like(x)
        for i in range(size):
            rest = np.delete(x, i, axis=0)
            scale = rest.std(axis=0, ddof=1) * np.sqrt(1 + 1 / (size - 1))
            pit[i] = t.cdf((x[i] - rest.mean(axis=0)) / scale, size - 2)
        outside += not all(one.inside for one in judge_pit(pit, 0.95))
    assert outside <= 1  # of independent values 5 would


def test_with_three_studies_nothing_is_said_to_be_reproduced():
    rows = [(40, 8, 5, 92), (30, 12, 10, 88), (20, 3, 6, 50)]
    table = AccuracyTable.from_counts(["A", "B", "C"], *np.transpose(rows))
    words = predictive_checks(fit(table, draws=400, study_effects=False), draws=400).words
    assert "reproduces" not in words
    assert words.startswith("With fewer than 4 studies hardly any table could contradict")


def test_one_study_has_replicates_but_no_pit():
    alone = fit(AccuracyTable.from_counts(["S"], [9], [1], [2], [8]), draws=400)
    found = predictive_checks(alone)
    assert np.isnan(found.pit).all()
    assert found.uniform == ()
    assert found.replicated_tp.shape == (400, 1)
    assert "nothing is left to predict it from" in found.words
    assert "Too few studies for the spread of sensitivity" in found.words


def test_an_empty_arm_has_no_pit():
    table = AccuracyTable.from_counts(
        ["A", "B", "C"], [9, 0, 20], [1, 3, 4], [2, 0, 7], [8, 40, 15]
    )
    found = predictive_checks(fit(table, draws=400), draws=400)
    assert np.isnan(found.pit[1, 0])
    assert np.isfinite(found.pit[[0, 0, 1, 2, 2], [0, 1, 1, 0, 1]]).all()
    assert (found.replicated_tp[:, 1] == 0).all()


def test_arviz_draws_the_tree(whole, without):
    import arviz as az

    checks = predictive_checks(whole, without=without)
    tree = predictive_tree(whole, checks)
    assert tree.observed_data.tp.values.tolist() == whole.table.tp.tolist()
    assert tree.constant_data.n_diseased.values.tolist() == whole.table.n_diseased.tolist()
    replicated = tree.posterior_predictive.tn.stack(sample=("chain", "draw")).transpose(
        "sample", ...
    )
    np.testing.assert_array_equal(replicated.values, checks.replicated_tn)
    figure = az.plot_ppc_tstat(tree, t_stat="std", backend="none")
    assert {"tp", "tn"} <= set(figure.viz["observed_tstat"].data_vars)
