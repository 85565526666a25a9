"""What rounds to a print, by trying every value."""

from fractions import Fraction

import numpy as np
import pytest

from metadx.studies.agreement import PrintedKappa
from metadx.studies.kappa_rounding import errors_that_round, sums_that_round


@pytest.mark.parametrize("decimals", [1, 2, 3])
@pytest.mark.parametrize("value", [-0.2, 0.0, 0.37, 0.6, 1.0])
def test_total_disagreements_are_all_that_round(value, decimals):
    n, expected = 43, 1234
    printed = PrintedKappa(round(value, decimals), decimals)
    target, half = Fraction(str(printed.value)), Fraction(1, 2 * 10**decimals)
    wanted = [s for s in range(100) if abs(1 - Fraction(n * s, expected) - target) <= half]
    assert [s for s in sums_that_round(printed, n, expected) if s >= 0] == wanted


def test_a_value_on_the_edge_belongs_to_both_prints():
    # 1 - 10 * 1 / 80 = 0.875
    assert 1 in sums_that_round(PrintedKappa(0.87), 10, 80)
    assert 1 in sums_that_round(PrintedKappa(0.88), 10, 80)
    assert 1 not in sums_that_round(PrintedKappa(0.86), 10, 80)


@pytest.mark.parametrize(("level", "z"), [(0.95, 1.959964), (0.90, 1.644854)])
def test_limits_give_standard_errors(level, z):
    kappa = 0.6011
    printed = PrintedKappa(0.60, lower=0.45, upper=0.76, level=level)
    low, high = errors_that_round(printed, kappa)
    for error in np.arange(0, 0.3, 0.0001):
        fits = abs(kappa - z * error - 0.45) <= 0.005 and abs(kappa + z * error - 0.76) <= 0.005
        assert fits == (low <= error <= high)


def test_a_standard_error_beside_the_interval_narrows():
    printed = PrintedKappa(0.5, lower=0.3, upper=0.7, se=0.1)
    low, high = errors_that_round(printed, 0.5)
    alone = errors_that_round(PrintedKappa(0.5, se=0.1), 0.5)
    assert alone == pytest.approx((0.095, 0.105))
    assert low > 0.0994
    assert high < 0.105


def test_every_limit_is_rounded_to_its_own_digits():
    # 0.52 was printed with two digits: the error is narrow, though 0.6 has one only.
    printed = PrintedKappa(0.5, 1, 0.52, 0.6, lower_decimals=2, upper_decimals=1)
    low, high = errors_that_round(printed, 0.549)
    for error in np.arange(0, 0.1, 0.0001):
        lower, upper = 0.549 - 1.959964 * error, 0.549 + 1.959964 * error
        fits = abs(lower - 0.52) <= 0.005 and abs(upper - 0.6) <= 0.05
        assert fits == (low <= error <= high)
    with_error = PrintedKappa(0.5, 1, 0.4, 0.6, se=0.051, interval_decimals=1, se_decimals=3)
    assert errors_that_round(with_error, 0.5) == pytest.approx((0.0505, 0.0515))


def test_a_limit_cut_off_at_one_only_says_that_the_error_is_large():
    low, high = errors_that_round(PrintedKappa(0.9, upper=1.0), 0.9)
    assert low == pytest.approx(0.095 / 1.959964, abs=1e-6)
    assert high == np.inf
    low, high = errors_that_round(PrintedKappa(-0.9, lower=-1.0), -0.9)
    assert low == pytest.approx(0.095 / 1.959964, abs=1e-6)
    assert high == np.inf


def test_nothing_beside_kappa_leaves_every_error():
    assert errors_that_round(PrintedKappa(0.4), 0.4) == (0, np.inf)
    assert errors_that_round(PrintedKappa(0.4, se=0.1), 0.4, "set aside") == (0, np.inf)


def test_limits_from_rounded_figures():
    # Altman's xeromammograms: kappa 0.4728 (0.0727) printed 0.47, 0.07 and 0.33 to 0.61, which is
    # 0.47 -+ 1.96 * 0.07; from the unrounded figures the limits are 0.3303 and 0.6153.
    printed = PrintedKappa(0.47, lower=0.33, upper=0.61, se=0.07)
    for interval, fits in (("exact", False), ("from rounded", True)):
        low, high = errors_that_round(printed, 0.472789, interval)
        assert (low <= 0.072715 <= high) == fits
    low, high = errors_that_round(PrintedKappa(0.47, lower=0.33, upper=0.9), 0.47, "from rounded")
    assert low > high


def test_values_may_be_many():
    kappa = np.array([0.598, 0.6011])
    low, high = errors_that_round(PrintedKappa(0.60, lower=0.45, upper=0.76), kappa)
    each = [errors_that_round(PrintedKappa(0.60, lower=0.45, upper=0.76), one) for one in kappa]
    assert np.column_stack([low, high]) == pytest.approx(np.array(each))
