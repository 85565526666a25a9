import math

import numpy as np
import pytest
from scipy import special

from metadx.estimands.predictive_values import check_prevalence, npv, per_1000, ppv


def test_a_table_of_1000_people():
    """Prevalence 10 %, sens 90 %, spec 80 %: 90 of 270 positives and 720 of 730 negatives."""
    logits = special.logit(np.array([[0.9, 0.8]]))
    assert ppv(0.1, logits)[0] == pytest.approx(90 / 270)
    assert npv(0.1, logits)[0] == pytest.approx(720 / 730)
    cells = per_1000(0.1, np.array([0.9]), np.array([0.8]))
    assert list(cells) == ["tp", "fn", "tn", "fp"]
    assert [float(v[0]) for v in cells.values()] == pytest.approx([90, 10, 720, 180])


@pytest.mark.parametrize("prevalence", [0.001, 0.2, 0.97])
def test_bayes_rule_draw_by_draw(posterior, prevalence):
    sens, spec = special.expit(posterior.mu).T
    cells = per_1000(prevalence, sens, spec)
    got = ppv(prevalence, posterior.mu), npv(prevalence, posterior.mu)
    for s in range(sens.size):
        tp, fp = prevalence * sens[s], (1 - prevalence) * (1 - spec[s])
        tn, fn = (1 - prevalence) * spec[s], prevalence * (1 - sens[s])
        assert got[0][s] == pytest.approx(tp / (tp + fp), rel=1e-12)
        assert got[1][s] == pytest.approx(tn / (tn + fn), rel=1e-12)
        want = [1000 * x for x in (tp, fn, tn, fp)]
        assert [float(cells[k][s]) for k in ("tp", "fn", "tn", "fp")] == pytest.approx(want)
    np.testing.assert_allclose(sum(cells.values()), 1000.0)


def test_perfect_and_worthless_tests_at_the_ends_of_the_scale():
    with np.errstate(all="raise", under="ignore"):
        assert ppv(0.1, np.array([[800.0, 800.0], [0.0, 0.0]])).tolist() == pytest.approx([1, 0.1])
        assert npv(0.1, np.array([[800.0, 800.0], [0.0, 0.0]])).tolist() == pytest.approx([1, 0.9])


@pytest.mark.parametrize("bad", [0.0, 1.0, 10, -0.2, math.nan])
def test_a_prevalence_must_be_a_proportion(bad):
    logits = np.zeros((1, 2))
    for call in (
        lambda: check_prevalence(bad),
        lambda: ppv(bad, logits),
        lambda: npv(bad, logits),
        lambda: per_1000(bad, np.ones(1), np.ones(1)),
    ):
        with pytest.raises(ValueError, match="prevalence must lie strictly between 0 and 1"):
            call()
