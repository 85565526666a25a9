"""Printed figures are read with the values they may have been rounded from, and never guessed."""

from fractions import Fraction as F

import pytest

from metadx.errors import DataError
from metadx.studies.reported_figures import read_figure, read_figures


@pytest.mark.parametrize(
    ("name", "text", "low", "high"),
    [
        ("sens", "88%", F(875, 1000), F(885, 1000)),
        ("sens", "88 %", F(875, 1000), F(885, 1000)),
        ("sens", "88", F(875, 1000), F(885, 1000)),
        ("sens", "0.88", F(875, 1000), F(885, 1000)),
        ("sens", ".880", F(8795, 10000), F(8805, 10000)),
        ("spec", "89.86 %", F(89855, 100000), F(89865, 100000)),
        ("spec", "1.00", F(995, 1000), F(1005, 1000)),
        ("ppv", "0·93", F(925, 1000), F(935, 1000)),
        ("prevalence", "0.9%", F(85, 10000), F(95, 10000)),
        ("spec", "1.2%", F(115, 10000), F(125, 10000)),
        ("ppv", "10.0", F(995, 10000), F(1005, 10000)),
        ("prevalence", "5.7", F(565, 10000), F(575, 10000)),
        ("youden", "-0.1", F(-15, 100), F(-5, 100)),
        ("youden", "\N{MINUS SIGN}12%", F(-125, 1000), F(-115, 1000)),
        ("lr_pos", "3.55", F(3545, 1000), F(3555, 1000)),
        ("dor", "22.4", F(2235, 100), F(2245, 100)),
        ("dor", "120", F(1195, 10), F(1205, 10)),
        ("n", "360", F(360), F(360)),
        ("tp", " 12.0 ", F(12), F(12)),
    ],
)
def test_the_values_behind_a_figure(name, text, low, high):
    figure = read_figure(name, text)
    assert (figure.low, figure.high) == (low, high)
    assert not figure.infinite


@pytest.mark.parametrize("text", ["∞", "inf", "Infinity"])
def test_an_infinite_ratio(text):
    assert read_figure("lr_pos", text).infinite
    with pytest.raises(ValueError, match="is not a number"):
        read_figure("sens", text)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("sens", "1", "may be a fraction or a per cent; write 100% or 1%"),
        ("sens", "0", "may be a fraction or a per cent; write 0% or 0.00"),
        ("spec", "1.2", "is more than 1 and little for a per cent; write a per cent sign, or a"),
        ("youden", "-1.5", "is more than 1 and little for a per cent"),
        ("sens", "101%", "exceeds 100 %"),
        ("sens", "880", "exceeds 100 %"),
        ("sens", "-5%", "is negative"),
        ("sens", "0,88", "write decimals with a point"),
        ("sens", "88-90%", "is not a number"),
        ("sens", "<90%", "is not a number"),
        ("sens", "", "is not a number"),
        ("sens", ".", "is not a number"),
        ("sens", "0.1234567890123", "more digits than"),
        ("lr_pos", "355%", "is a ratio and no per cent"),
        ("dor", "-1", "is negative"),
        ("n", "1,234", "thousands separator"),
        ("n", "12.5", "not a whole number"),
        ("n", "88%", "is not a number"),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(name, text, reason):
    with pytest.raises(ValueError, match=reason):
        read_figure(name, text)


def test_several_figures_come_in_one_order_and_say_where_they_are_from():
    figures = read_figures({"n": "10", "lr_pos": "2.0", "sens": "80%"})
    assert [str(figure) for figure in figures] == ["sens = 80%", "lr_pos = 2.0", "n = 10"]
    with pytest.raises(DataError, match=r'^Kim 2019: spec = "x" is not a number'):
        read_figures({"spec": "x"}, source="Kim 2019")
    with pytest.raises(DataError, match=r"auc: unknown; wanted sens, spec"):
        read_figures({"auc": "0.9"})
