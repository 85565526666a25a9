import pytest

from metadx.report.numbers import (
    interval,
    percent,
    three_digits,
    two_decimals,
    two_digits,
    whole_percent,
)


@pytest.mark.parametrize(
    ("write", "certain"), [(percent, "0.0 100.0"), (whole_percent, "0 100"), (two_digits, "0 1")]
)
def test_no_rounding_makes_a_certainty(write, certain):
    for x in (1e-300, 1e-9, 0.0004, 0.9996, 1 - 1e-9, 1.0, 0.0):
        assert write(x)[0] in "<>"
        assert write(x) not in certain.split()


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.00049, "<0.1"),
        (0.0005, "<0.1"),
        (0.9995, ">99.9"),
        (0.00051, "0.1"),
        (0.9994, "99.9"),
        (0.99951, ">99.9"),
        (0.5, "50.0"),
    ],
)
def test_per_cent_at_the_edges(x, text):
    assert percent(x) == text


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.00049, "<0.001"),
        (0.00051, "0.001"),
        (0.0994, "0.099"),
        (0.0996, "0.10"),
        (9.949, "9.95"),
        (9.951, "10.0"),
        (99.49, "99.5"),
        (99.51, "100"),
        (99_999.4, "99,999"),
        (99_999.6, ">99,999"),
        (1e300, ">99,999"),
    ],
)
def test_three_digits_at_the_edges(x, text):
    assert three_digits(x) == text


def test_a_correlation_has_no_negative_nothing():
    assert two_decimals(-0.004) == "0.00"
    assert two_decimals(-0.996) == "-1.00"


def test_what_is_not_identified_is_said():
    assert interval(None, percent) == "not identified"
    assert interval({"median": 2, "lower": 1, "upper": 3}, str) == "2 (1 to 3)"
