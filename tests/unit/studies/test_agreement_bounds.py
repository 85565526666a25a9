"""Bounds without a model: published values, and every whole-number table of small margins."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.studies.agreement import AgreementRow, PrintedKappa, PrintedSpearman
from metadx.studies.agreement_bounds import MEASURES, agreement_bounds, bounds_of_tables
from metadx.studies.cross_tables import all_tables
from metadx.studies.kappa import kappa_max, kappas_of

A, B = np.array([96, 48, 28, 18, 10]), np.array([110, 40, 24, 16, 10])
ROW = AgreementRow(
    *("", "", "", "AI", "reader", 200),
    margins_a=(A,),
    margins_b=(B,),
    kappa=PrintedKappa(0.61, weights="linear"),
    spearman=PrintedSpearman(0.75, continuous=False),
)
# An independent linear programme over the 5 x 5 tables with these margins, kappa 0.61 and
# Spearman 0.75 within half a unit: margins alone, with kappa, with both.
KNOWN = {
    "agreement_exact": [(0.03, 0.93), (0.518, 0.857), (0.518, 0.827)],
    "agreement_within1": [(0.47, 1), (0.784, 1), (0.784, 1)],
    "a_higher": [(0.07, 0.52), (0.080, 0.296), (0.090, 0.296)],
    "b_higher": [(0, 0.45), (0.045, 0.186), (0.048, 0.186)],
}


@pytest.mark.parametrize("what", KNOWN)
def test_bounds_of_a_known_case(what):
    every = ("margins", "kappa", "spearman")
    for used, wanted in zip((1, 2, 3), KNOWN[what], strict=True):
        found = agreement_bounds(ROW, what, every[:used])
        assert (found.lower, found.upper) == pytest.approx(wanted, abs=5.1e-4)


def values(tables, what):
    """Compute a measure of each table the plain way."""
    n = tables.sum((1, 2))
    codes = np.arange(tables.shape[1])
    apart = codes[:, None] - codes
    share = {"agreement_exact": apart == 0, "a_higher": apart > 0, "b_higher": apart < 0}
    share["agreement_within1"] = abs(apart) <= 1
    if what in share:
        return (tables * share[what]).sum((1, 2)) / n
    if what == "ac1":
        p = tables / n[:, None, None]
        mean = (p.sum(1) + p.sum(2)) / 2
        chance = (mean * (1 - mean)).sum(1) / (len(codes) - 1)
        return (np.trace(p, axis1=1, axis2=2) - chance) / (1 - chance)
    kind = {"kappa": "unweighted", "kappa_linear": "linear", "kappa_quadratic": "quadratic"}
    return kappas_of(tables, kind[what])


def rank_correlation(x, y):
    def ranks(v):
        return np.array([(v < one).sum() + ((v == one).sum() + 1) / 2 for one in v])

    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])


@pytest.mark.parametrize("what", MEASURES)
def test_margins_alone_bound_what_whole_tables_reach(what):
    a, b = np.array([7, 4, 3]), np.array([5, 6, 3])
    row = AgreementRow("", "", "", "A", "B", 14, margins_a=(a,), margins_b=(b,))
    tables = all_tables(a, b)
    reached = values(tables.tables, what)
    found = agreement_bounds(row, what)
    # The margins are whole numbers and the measures have their extremes at whole tables.
    assert found.lower == pytest.approx(reached.min(), abs=1e-8)
    assert found.upper == pytest.approx(reached.max(), abs=1e-8)
    listed = bounds_of_tables(tables, what)
    assert (listed.lower, listed.upper) == pytest.approx((reached.min(), reached.max()))


@pytest.mark.parametrize("continuous", [False, True])
def test_printed_figures_never_cut_off_the_truth(continuous):
    rng = np.random.default_rng(3)
    narrower = 0
    for _ in range(12):
        latent = rng.normal(size=40)
        measured = latent + rng.normal(size=40) * 0.5
        a, b = np.digitize(measured, [-0.4, 0.9]), np.digitize(latent, [0, 1.1])
        table = np.zeros((3, 3), dtype=int)
        np.add.at(table, (a, b), 1)
        rho = rank_correlation(measured if continuous else a, b)
        kappa = float(kappas_of(table[None], "quadratic")[0])
        row = AgreementRow(
            *("", "", "", "A", "B", 40),
            margins_a=(table.sum(1),),
            margins_b=(table.sum(0),),
            kappa=PrintedKappa(round(kappa, 2)),
            spearman=PrintedSpearman(round(rho, 2), continuous=continuous),
        )
        for what in ("agreement_exact", "a_higher", "ac1"):
            truth = values(table[None], what)[0]
            found = [
                agreement_bounds(row, what, ("margins", *more), weights="quadratic")
                for more in ((), ("kappa",), ("spearman",), ("kappa", "spearman"))
            ]
            for one in found:
                assert one.lower - 1e-8 <= truth <= one.upper + 1e-8
            assert found[3].upper <= min(found[1].upper, found[2].upper) + 1e-8
            narrower += found[2].upper < found[0].upper - 0.01
    assert narrower > 3  # Spearman does say something


def test_ranks_within_a_category_are_free():
    # The three cases that B calls higher are those that A measured highest: Spearman is as large as
    # it can be, sqrt(3 q (1 - q)) with q = 3 / 40 but for the finite number of cases.
    measured, b = np.arange(40), np.repeat([0, 1], [37, 3])
    rho = rank_correlation(measured, b)
    assert rho == pytest.approx(np.sqrt(3 * 0.075 * 0.925), abs=2e-4)
    row = AgreementRow(
        *("", "", "", "A", "B", 40),
        margins_a=(np.array([38, 2]),),
        margins_b=(np.array([37, 3]),),
        spearman=PrintedSpearman(round(rho, 4), 4),
    )
    found = agreement_bounds(row, "agreement_exact")
    assert found.lower <= 39 / 40 <= found.upper + 1e-8
    higher = replace(row, spearman=PrintedSpearman(round(rho, 4) + 0.05, 4))
    assert agreement_bounds(higher, "agreement_exact").empty


def test_the_largest_kappa_is_the_closed_form():
    for what, kind in (("kappa", "unweighted"), ("kappa_linear", "linear")):
        found = agreement_bounds(ROW, what, ("margins",))
        assert found.upper == pytest.approx(kappa_max(A, B, kind), abs=1e-8)


def test_a_kappa_without_weights_is_not_used():
    unknown = replace(ROW, kappa=PrintedKappa(0.61), spearman=None)
    assert agreement_bounds(unknown, "a_higher") == agreement_bounds(ROW, "a_higher", ("margins",))
    with_weights = agreement_bounds(unknown, "a_higher", weights="linear")
    assert with_weights == agreement_bounds(ROW, "a_higher", ("margins", "kappa"))


def test_candidates_widen_and_contradictions_leave_nothing():
    other = replace(ROW, margins_a=(A, np.array([97, 47, 28, 18, 10])), kappa=None, spearman=None)
    one = agreement_bounds(ROW, "a_higher", ("margins",))
    both = agreement_bounds(other, "a_higher", ("margins",))
    assert both.lower < one.lower
    assert both.upper == one.upper
    assert agreement_bounds(replace(ROW, kappa=PrintedKappa(0.99, weights="linear")), "kappa").empty


def test_without_margins_only_the_measure_bounds_itself():
    bare = replace(ROW, margins_a=())
    assert (agreement_bounds(bare, "a_higher").lower, agreement_bounds(bare, "ac1").lower) == (
        0,
        -1,
    )
    assert agreement_bounds(ROW, "a_higher", ()).upper == 1


def test_a_known_table_is_one_point():
    table = np.array([[4, 1], [1, 4]])
    row = AgreementRow("", "", "", "A", "B", 10, counts=table)
    found = agreement_bounds(row, "kappa")
    assert found.lower == found.upper == pytest.approx(0.6)
    constant = AgreementRow(
        "", "", "", "A", "B", 5, margins_a=(np.array([5, 0]),), margins_b=(np.array([5, 0]),)
    )
    assert agreement_bounds(constant, "kappa").empty
    assert bounds_of_tables(np.zeros((0, 2, 2), dtype=int), "kappa").empty
