import numpy as np

from metadx.estimands.group import observed_fpr_range


def test_observed_range(counts):
    rates = [f / (f + t) for f, t in zip(counts.fp, counts.tn, strict=True)]
    assert observed_fpr_range(counts.fp, counts.tn) == (min(rates), max(rates))
    # The study without a non-diseased arm does not count.
    assert observed_fpr_range(np.array([1, 0, 0]), np.array([3, 0, 5])) == (0.0, 0.25)
    assert observed_fpr_range(np.array([1, 2, 0]), np.array([3, 6, 0])) is None
    assert observed_fpr_range(np.array([0, 0]), np.array([0, 0])) is None
    assert observed_fpr_range(np.array([4]), np.array([6])) is None
    # One person makes an arm.
    assert observed_fpr_range(np.array([1, 1]), np.array([0, 9])) == (0.1, 1.0)
