"""Outliers by the two-dimensional predictive p-value, and the surprise of a new study."""

import numpy as np
import pytest
from scipy.special import expit

from metadx.criticism.new_study import new_effects, predictive_logits
from metadx.criticism.outliers import Outliers, holm, logit_distance, outliers
from metadx.criticism.predictive import predictive_checks
from metadx.criticism.surprise import surprise
from metadx.engines.fit import fit
from metadx.errors import DataError, FitError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset


def correlated(rho, size=24, n=300, seed=3):
    """Studies along a steep trade-off."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((size, 2))
    z[:, 1] = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
    p = expit(np.array([1.2, 1.0]) + z)
    return rng.binomial(n, p[:, 0]), rng.binomial(n, p[:, 1]), n


def test_a_study_that_is_odd_only_as_a_pair_is_found():
    """1.3 sd high in both margins, where the others trade one for the other."""
    tp, tn, n = correlated(-0.96)
    tp, tn = np.append(tp, round(n * expit(2.5))), np.append(tn, round(n * expit(2.3)))
    names = [f"S{i}" for i in range(tp.size - 1)] + ["Pair"]
    table = AccuracyTable.from_counts(names, tp, n - tn, n - tp, tn)
    whole = fit(table, draws=2000, study_effects=False)
    found = outliers(whole, draws=500)
    assert found.order[0] == tp.size - 1
    assert found.flagged[-1]
    assert min(found.p_sens[-1], found.p_spec[-1]) > 0.15
    assert found.only_as_pair[-1]
    assert "Pair: sensitivity and specificity are ordinary one by one" in found.words
    # the same pair is ordinary where the margins rise together
    tp, tn, n = correlated(0.96)
    tp, tn = np.append(tp, round(n * expit(2.5))), np.append(tn, round(n * expit(2.3)))
    alike = AccuracyTable.from_counts(names, tp, n - tn, n - tp, tn)
    other = outliers(fit(alike, draws=1000, study_effects=False), draws=500)
    assert other.p_value[-1] > 0.2


def test_holm_by_hand():
    """Sorted 0.001, 0.012, 0.02, 0.04 against 0.05 over 4, 3, 2, 1: all are below."""
    p = np.array([0.04, 0.001, 0.012, 0.02])
    assert holm(p).all()
    # 0.03 > 0.05 / 2 stops the procedure, and with it 0.04
    assert holm(np.array([0.04, 0.001, 0.012, 0.03])).tolist() == [False, True, True, False]
    assert not holm(np.full(3, np.nan)).any()


def test_distance_by_hand():
    """Predicted logits around 0 with variances 1 and 4, nothing shared."""
    rng = np.random.default_rng(1)
    logits = rng.standard_normal((200_000, 2)) * [1.0, 2.0]
    cells = (20, 4, 9, 9)  # tp, fn, tn, fp
    first = np.log(20.5 / 4.5)
    wanted = np.sqrt(first**2 / (1 + 1 / 20.5 + 1 / 4.5))
    assert logit_distance(logits, cells) == pytest.approx(wanted, rel=0.01)
    assert logit_distance(logits, (20, 4, 0, 0)) == pytest.approx(wanted, rel=0.01)


def test_covariates_enter_the_prediction():
    """Two kinds of study, far apart: each is ordinary among its own kind only."""
    from metadx.studies.covariates import Categorical

    rng = np.random.default_rng(2)
    kind = Categorical("kind", ("a",) * 8 + ("b",) * 8, ("a", "b"), "a")
    tp = np.where(np.arange(16) < 8, rng.binomial(200, 0.95, 16), rng.binomial(200, 0.4, 16))
    tn = rng.binomial(200, 0.8, 16)
    table = AccuracyTable.from_counts([f"S{i}" for i in range(16)], tp, 200 - tn, 200 - tp, tn,
                                      covariates={"kind": kind})  # fmt: skip
    whole = fit(table, sens="~ kind", draws=1000, study_effects=False)
    found = outliers(whole, draws=500)
    assert (found.sens[:8, 1] > 0.9).all()
    assert (found.sens[8:, 1] < 0.5).all()
    assert not found.flagged.any()
    assert found.sens[0, 0] < found.sens[0, 1] < found.sens[0, 2]


def test_a_study_with_several_possible_tables_is_named():
    table = AccuracyTable.from_counts(
        ["A", "B", "C"],
        [9, 8, 20],
        [1, 3, 4],
        [2, 5, 7],
        [8, 40, 15],
        alternatives={1: [[8, 3, 5, 40], [9, 3, 4, 40]]},
    )
    whole = fit(table, draws=1000)
    found = outliers(whole, draws=500)
    assert "the one shown was judged: B." in found.words
    assert "the one shown was checked: B." in predictive_checks(whole, draws=500).words
    assert (found.p_value > 0).all()


def test_predictive_draws_are_those_of_the_model():
    """Variance of a new study: that of the mean and of the studies together."""
    whole = fit(load_dataset("iqcode-dementia"), sens="~ 1", spec="~ 1", study_effects=False)
    logits = predictive_logits(whole, whole.design, 0)
    assert logits.shape == (16_000, 2)
    wanted = whole.pooled.mu.var(axis=0) + (whole.pooled.tau**2).mean(axis=0)
    np.testing.assert_allclose(logits.var(axis=0), wanted, rtol=0.1)
    one, two = (new_effects(whole, whole.design, 0, copy) for copy in (0, 1))
    other = new_effects(whole, whole.design, 1)
    residual = [x - whole.pooled.mu for x in (one, two, other)]
    for a, b in ((0, 1), (0, 2)):
        assert abs(np.corrcoef(residual[a][:, 0], residual[b][:, 0])[0, 1]) < 0.06


@pytest.fixture(scope="module")
def whole():
    return fit(load_dataset("iqcode-dementia"), sens="~ 1", spec="~ 1", study_effects=False)


def test_a_new_study_in_the_middle_is_no_surprise(whole):
    found = surprise(whole, tp=90, fp=33, fn=10, tn=67)
    assert found.p_value > 0.7
    assert found.observed == (0.9, 0.67)
    assert found.distance < 0.5
    assert "in line with the present studies" in found.words
    # the ellipse is the prediction region: it holds the point, and sens and spec stay inside (0, 1)
    assert ((found.ellipse > 0) & (found.ellipse < 1)).all()
    assert found.ellipse[:, 0].min() < 0.9 < found.ellipse[:, 0].max()


def test_a_new_study_far_out_conflicts(whole):
    found = surprise(whole, tp=10, fp=1, fn=90, tn=99)
    assert found.p_value < 0.005
    assert "conflicts" in found.words
    assert found.sens[0] > 0.1  # the lower limit of what was expected
    flat = surprise(whole, tp=10, fp=0, fn=90, tn=0)
    assert flat.p_value == flat.p_sens
    assert np.isnan(flat.p_spec)
    assert "specificity" not in flat.words


def test_expected_limits_are_quantiles_of_simulated_studies(whole):
    found = surprise(whole, tp=20, fp=20, fn=10, tn=30, prob=0.8)
    rng = np.random.default_rng(4)
    chances = expit(predictive_logits(whole, whole.design, 0))
    for j, (size, limits) in enumerate(((30, found.sens), (50, found.spec))):
        seen = rng.binomial(size, chances[:, j]) / size
        np.testing.assert_allclose(limits, np.quantile(seen, [0.1, 0.9]), atol=1.01 / size)


def test_impossible_counts_are_refused(whole):
    for counts, said in (
        ((1, -1, 2, 3), "fp = -1"),
        ((1, 1.5, 2, 3), "fp = 1.5"),
        ((0, 0, 0, 0), "all four counts are 0"),
    ):
        with pytest.raises(DataError, match=said):
            surprise(whole, **dict(zip(("tp", "fp", "fn", "tn"), counts, strict=True)))
    other = fit(load_dataset("anti-ccp"), sens="~ generation", draws=200)
    with pytest.raises(FitError, match="without covariates"):
        surprise(other, tp=1, fp=1, fn=1, tn=1)


def judged(p_value, p_alone):
    """Outliers with given p-values of the pair and of each count alone."""
    p, alone = np.array(p_value), np.array(p_alone)
    none = np.zeros((p.size, 3))
    return Outliers(
        study=tuple(f"S{i}" for i in range(p.size)),
        p_value=p,
        p_sens=alone,
        p_spec=alone,
        distance=p,
        sens=none,
        spec=none,
        order=np.argsort(p),
        suspicious=p < 0.05,
        flagged=holm(p),
        floor=1e-4,
        prob=0.95,
    )


def test_only_a_flagged_study_is_named_as_odd_as_a_pair():
    """p = 0.03 among four: one in twenty of a sound review has that."""
    words = judged([0.03, 0.5, 0.6, 0.9], [0.3] * 4).words
    assert "one by one" not in words
    assert "the least expected is S0 (p = 0.030)" in words
    assert "S0: sensitivity and specificity are ordinary one by one" in (
        judged([0.003, 0.5, 0.6, 0.9], [0.3] * 4).words
    )


def test_no_study_is_called_the_least_expected_where_all_are_ordinary():
    words = judged([1.0, 0.7, 0.2], [1.0] * 3).words
    assert "No study is an outlier once 3 tests are allowed for (Holm's rule)." in words
    assert "least expected" not in words
