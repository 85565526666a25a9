"""The warning about an I² that falls, from draws alone."""

import numpy as np

from metadx.report.missing import I2_FALLS, i2_notes

BOTH = (True, True)


def draws(*taus):
    """Two chains of five draws with mean logits (0, 3)."""
    tau = np.array(taus).reshape(2, -1, 2)
    return np.broadcast_to([0.0, 3.0], tau.shape), tau


def test_the_index_is_warned_of_where_it_falls_in_more_than_half_of_the_draws():
    """At a mean logit of 3 it falls from 1.42 on, at 0 from 1.60 on."""
    low, high = (0.9, 1.4), (0.9, 1.45)
    assert i2_notes(*draws(*[high] * 5, *[low] * 5), BOTH) == []
    assert i2_notes(*draws(*[high] * 6, *[low] * 4), BOTH) == [I2_FALLS]
    assert i2_notes(*draws(*[(1.55, 0.1)] * 10), BOTH) == []
    assert i2_notes(*draws(*[(1.65, 0.1)] * 10), BOTH) == [I2_FALLS]


def test_a_margin_that_nobody_measured_warns_of_nothing():
    assert i2_notes(*draws(*[(0.1, 9.0)] * 4), (True, False)) == []
    assert i2_notes(*draws(*[(0.1, 9.0)] * 4), (False, True)) == [I2_FALLS]
