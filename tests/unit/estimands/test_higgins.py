import math

import numpy as np
import pytest

from metadx.estimands.arms import Arms
from metadx.estimands.higgins import higgins


def test_q_and_i2_of_the_handbook_review(counts):
    """Sens Q 567.01, I² 93.65 %; spec Q 181.04, I² 80.11 %, 36 degrees of freedom each."""
    arms = Arms(counts.tp, counts.tp + counts.fn, counts.tn, counts.fp + counts.tn)
    sens, spec = higgins(arms)
    assert sens.q == pytest.approx(567.01, abs=5e-3)
    assert spec.q == pytest.approx(181.04, abs=5e-3)
    assert (sens.df, spec.df) == (36, 36)
    assert sens.i2 == pytest.approx(0.9365, abs=5e-5)
    assert spec.i2 == pytest.approx(0.8011, abs=5e-5)


def test_by_hand_with_a_correction_only_where_a_cell_is_empty():
    """Arms of 20 of 30 and 9 of 9; the third study has no such arm."""
    one, none = np.array([1, 1, 1]), np.array([1, 2, 2])
    sens, spec = higgins(Arms(np.array([20, 9, 0]), np.array([30, 9, 0]), one, none))
    y = [math.log(20 / 10), math.log(9.5 / 0.5)]
    w = [1 / (1 / 20 + 1 / 10), 1 / (1 / 9.5 + 1 / 0.5)]
    mean = (w[0] * y[0] + w[1] * y[1]) / (w[0] + w[1])
    q = w[0] * (y[0] - mean) ** 2 + w[1] * (y[1] - mean) ** 2
    assert sens.q == pytest.approx(q)
    assert sens.df == 1
    assert sens.i2 == pytest.approx((q - 1) / q)
    assert spec.df == 2


def test_homogeneous_arms_have_no_heterogeneity():
    """Q is 0, or below its degrees of freedom: I² is exactly 0 and never negative."""
    n = np.array([30, 30, 30])
    sens, spec = higgins(Arms(np.array([20, 20, 20]), n, np.array([20, 21, 19]), n))
    assert sens.q == pytest.approx(0.0, abs=1e-20)
    assert 0.0 < spec.q < 2.0
    assert sens.i2 == spec.i2 == 0.0


@pytest.mark.parametrize("sizes", [[40], [40, 0], [0, 0]])
def test_fewer_than_two_arms_have_no_q(sizes):
    n = np.array(sizes)
    full = np.full(n.size, 10)
    sens, spec = higgins(Arms(n // 2, n, full // 2, full))
    assert sens is None
    assert (spec is None) == (n.size < 2)
