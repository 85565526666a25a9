"""Coordinates of the cut-points, where they are read off, and the points of the integral."""

import numpy as np
import pytest
from scipy.integrate import nquad
from scipy.special import ndtri
from scipy.stats import norm

from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.cuts.coordinates import cuts_of, default_law
from metadx.engines.agreement.cuts.interpolation import cubic_weights, polynomial_weights
from metadx.engines.agreement.cuts.lattice import lattice_points
from metadx.engines.agreement.cuts.proposal import CutProposal, StretchedLaw, spread_points
from metadx.engines.agreement.evidence.part_cuts import margin_cuts, part_law, quartile_cuts
from metadx.studies.agreement import AgreementRow, AgreementTable, Quartiles

CARD = load_agreement_card().card
BOUNDARIES = (1.0, 25.0, 50.0, 75.0)


def test_the_prior_is_that_of_the_card():
    law = default_law(np.array([0, 2, 4]), 5, CARD)
    theta = np.array([[0.3, -0.2, 1.0, 0.4]])
    wanted = norm(0, 1.5).logpdf([0.3, 1.0]).sum() + norm(0, 0.7).logpdf([-0.2, 0.4]).sum()
    assert law.log_density(theta)[0] == pytest.approx(wanted)
    cells = np.arange(9.0).reshape(1, 3, 3)
    full = law.on_full_scale(cells)[0]
    np.testing.assert_array_equal(full[np.ix_([0, 2, 4], [0, 2, 4])], cells[0])
    assert full.sum() == cells.sum()


def test_cut_points_ascend_and_end():
    a, b = cuts_of(np.array([[-1.0, 0.0, np.log(2), 0.0, 3.0, 9.0]]))
    np.testing.assert_allclose(a, [[-1, 0, 2]])
    np.testing.assert_allclose(b, [[0, 9, 9]])


# Counts that the quartiles of a published table lead to, and those printed beside them.
PREDICTED = {
    (0.1, 0.4, 1.0): ((80.3, 26.7, 0.1), (79, 28, 0)),
    (1.5, 4.7, 13.4): ((19.4, 73.7, 9.8, 3.2, 0.8), (21, 71, 12, 3, 0)),
    (0.4, 1.6, 5.8): ((43.8, 56.5, 4.8, 1.5), (44, 62, 1, 0)),
}


@pytest.mark.parametrize("quartiles", PREDICTED)
def test_quartiles_predict_the_counts_of_categories(quartiles):
    cuts = quartile_cuts(Quartiles(*quartiles), BOUNDARIES)
    counts = 107 * np.diff([0, *norm.cdf(cuts), 1])
    known, printed = PREDICTED[quartiles]
    np.testing.assert_allclose(counts[: len(known)], known, atol=0.06)
    assert abs(counts[0] - printed[0]) < 2


@pytest.mark.parametrize("quartiles", [(0.0, 0.1, 0.2), (1, 1, 2), (5, 50, 100), (3, 2, 4)])
def test_quartiles_at_the_ends_say_nothing(quartiles):
    assert quartile_cuts(Quartiles(*quartiles), BOUNDARIES) is None
    assert quartile_cuts(Quartiles(1, 2, 3), ()) is None


def test_margins_place_cut_points():
    np.testing.assert_allclose(margin_cuts(np.array([10.0, 30.0, 60.0])), ndtri([0.1, 0.4]))
    beyond = margin_cuts(np.array([0.0, 0.0, 50.0, 50.0, 0.0]))
    np.testing.assert_allclose(beyond[1:3], [ndtri(0.003), 0], atol=1e-12)
    assert (np.diff(beyond) > 0.3).all()


def test_a_part_is_placed_by_its_quartiles_and_by_the_whole():
    def row(region, **known):
        return AgreementRow("", "finding", region, "A", "B", 107, **known)

    whole = row(
        "all", margins_a=(np.array([79, 28, 0, 0, 0]),), margins_b=(np.array([71, 35, 1, 0, 0]),)
    )
    part = row("left", quartiles=Quartiles(0.1, 0.4, 1.6))
    bare = row("right")
    table = AgreementTable(tuple("01234"), (whole, part, bare), boundaries=BOUNDARIES, whole="all")
    law = part_law(table, part, CARD)
    cuts = quartile_cuts(part.quartiles, BOUNDARIES)
    assert law.mean[0] == pytest.approx(cuts[0])
    np.testing.assert_allclose(np.exp(law.mean[1:4]), np.clip(np.diff(cuts), 0.25, 3))
    assert law.mean[4] == pytest.approx(ndtri(71 / 107) + 0.1)
    np.testing.assert_allclose(np.exp(law.mean[5:]), [1.4, 0.6, 0.6])
    np.testing.assert_allclose(law.sd, [0.35] * 4 + [0.4] + [0.45] * 3)
    assert part_law(table, bare, CARD).mean[0] == pytest.approx(ndtri(79 / 107))
    other = AgreementTable(tuple("01234"), (row("left"),), whole="all")
    plain = default_law(np.arange(5), 5, CARD)
    np.testing.assert_array_equal(part_law(other, other.rows[0], CARD).mean, plain.mean)


def test_a_lattice_integrates_better_than_chance():
    for count in (509, 1021, 4093):
        points = lattice_points(count, 8)
        assert (points.min(), points.max()) == pytest.approx((0.5 / count, 1 - 0.5 / count))
        for column in points.T:
            np.testing.assert_allclose(np.sort(column), (np.arange(count) + 0.5) / count)
        value = np.prod(1 + 0.5 * (points - 0.5), axis=1).mean()  # exactly 1
        chance = np.sqrt(((1 + 0.25 / 12) ** 8 - 1) / count)
        assert abs(value - 1) < 0.1 * chance


def test_interpolation_is_exact_for_cubics_and_holds_the_ends():
    grid = np.linspace(-1, 2, 16)
    x = np.array([-3.0, -1.0, -0.93, 0.4, 1.99, 2.0, 5.0])
    first, weights = cubic_weights(grid, x)
    value = (weights * (grid**3 - grid)[first[:, None] + np.arange(4)]).sum(axis=1)
    inside = np.clip(x, -1, 2)
    np.testing.assert_allclose(value, inside**3 - inside, atol=1e-12)
    nodes = np.array([0.0, 0.3, 0.8, 1.0])
    np.testing.assert_allclose(polynomial_weights(nodes, x) @ nodes**3, x**3, atol=1e-9)


def proposal(count=1021):
    law = StretchedLaw(
        np.array([[0.2, -0.1]]),
        np.array([[[0.5, 0.0], [0.3, 0.4]]]),
        np.array([[[0.8, 2.0], [1.0, 1.5]]]),
    )
    wide = StretchedLaw(np.array([[0.0, 0.5]]), np.array([np.eye(2)]), np.ones((1, 2, 2)))
    return CutProposal(law, spread_points(count, 2, 0.5), wide)


def test_points_have_the_density_they_claim():
    made = proposal()
    one = slice(0, 1)

    def density(x, y):
        return float(np.exp(made.log_density(one, np.array([[[x, y]]])))[0, 0])

    share = made.points.of_wide.mean()
    assert share == pytest.approx(0.5, abs=1e-3)
    theta = made.theta(one)[0]
    inside = (np.abs(theta) < [1.0, 1.5]).all(axis=1).mean()
    options = {"epsabs": 1e-4, "epsrel": 1e-4, "limit": 60}
    wanted, _ = nquad(density, [(-1, 1), (-1.5, 1.5)], opts=[options, options])
    assert inside == pytest.approx(wanted, abs=0.01)


def test_a_point_can_be_placed_between_nodes():
    made = proposal(101)
    law = made.law
    doubled = StretchedLaw(*(np.repeat(x, 4, axis=0) for x in (law.mode, law.root, law.stretch)))
    twice = CutProposal(doubled, made.points, made.wide)
    chosen = np.array([3, 50, 7])
    across = np.full((3, 4), 0.25)
    placed = twice.place(chosen, slice(0, 4), across)
    np.testing.assert_allclose(placed, made.theta(slice(0, 1))[0][chosen])
