"""Newton steps in many cells at once: each ends at its own mode, whatever its neighbours need."""

from dataclasses import fields

import numpy as np
import pytest
from scipy.optimize import minimize

from metadx.engines import newton
from metadx.engines.newton import (
    Cells,
    Effects,
    binomial_score,
    bounded,
    climb,
    expanded,
    linearised,
)

# y1, n1, y0, n0, m1, m0, then tau1, tau0, rho
ROWS = np.array(
    [
        [25, 33, 40, 43, 1.0, 2.0, 0.7, 0.9, -0.4],
        [12, 12, 40, 40, -4.0, 6.0, 1.5, 2.0, 0.8],
        [0, 0, 30, 34, 1.0, 2.0, 0.7, 0.9, -0.9],
        [9_000, 10_000, 2, 900, 8.0, 9.0, 3.0, 3.0, 0.99],
        [5, 9, 4, 9, 0.2, -0.2, 0.1, 0.2, 0.0],
    ]
)


def cells_of(rows: np.ndarray) -> Cells:
    *known, tau1, tau0, rho = rows.T
    matrix = (tau1**2, tau0**2, rho * tau1 * tau0, (tau1 * tau0) ** 2 * (1 - rho**2))
    return Cells(*known, *matrix)


def at_the_means(count: int) -> Effects:
    return Effects(*np.zeros((4, count)))


def mode_by_scipy(row: np.ndarray) -> np.ndarray:
    y1, n1, y0, n0, m1, m0, tau1, tau0, rho = row
    precision = np.linalg.inv([[tau1**2, rho * tau1 * tau0], [rho * tau1 * tau0, tau0**2]])

    def loss(x):
        d = x - (m1, m0)
        fit = sum(y * z - n * np.logaddexp(0, z) for y, n, z in ((y1, n1, x[0]), (y0, n0, x[1])))
        return 0.5 * d @ precision @ d - fit

    found = minimize(loss, (0.0, 0.0), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    return found.x


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_the_search_ends_at_the_mode(row, monkeypatch):
    monkeypatch.setattr(newton, "_DECREMENT", 1e-16)
    found = climb(cells_of(ROWS[[row]]), at_the_means(1), expanded)
    wanted = mode_by_scipy(ROWS[row])
    assert [found.a[0], found.b[0]] == pytest.approx(wanted, abs=1e-4)
    assert found.decrement[0] < 1e-12


def test_a_cell_ends_where_it_would_alone():
    """Cells that have arrived are left alone while others go on."""
    together = climb(cells_of(ROWS), at_the_means(len(ROWS)), expanded)
    for row in range(len(ROWS)):
        alone = climb(cells_of(ROWS[[row]]), at_the_means(1), expanded)
        for field in fields(alone):
            found = getattr(together, field.name)[row]
            assert found == pytest.approx(getattr(alone, field.name)[0], rel=1e-12), field.name


def test_cells_that_have_arrived_cost_nothing_more(monkeypatch):
    sizes = []

    def counted(y, n, logit):
        sizes.append(logit.size)
        return binomial_score(y, n, logit)

    monkeypatch.setattr(newton, "binomial_score", counted)
    rows = np.vstack([np.tile(ROWS[4], (100, 1)), ROWS[3]])
    found = climb(cells_of(rows), at_the_means(101), expanded)
    assert found.decrement.max() < newton._DECREMENT
    assert sizes[:2] == [101, 101]
    assert sizes[-1] == 1
    assert sum(sizes) < 2 * 101 * 4


def test_a_step_is_cut_to_two_logits():
    step = Effects(*(np.array([x, x / 10]) for x in (3.0, -1.0, 8.0, -4.0)))
    moved = at_the_means(2).moved(step)
    assert moved.d1 == pytest.approx([2.0, 0.8])
    assert moved.d0 == pytest.approx([-1.0, -0.4])
    assert moved.v1 == pytest.approx([0.75, 0.3])  # v and d keep to d = Sigma v


def test_one_step_from_a_normal_likelihood_is_the_mode_itself():
    """With score W (x - a) at a the posterior mean is known in closed form."""
    cells = cells_of(ROWS[[0]])
    start, w = (np.array([1.5]), np.array([1.0])), (np.array([6.0]), np.array([2.0]))
    score = (np.array([3.0]), np.array([-1.0]))
    found = linearised(cells, start, score, w)
    sigma = np.array([[cells.s11[0], cells.s12[0]], [cells.s12[0], cells.s22[0]]])
    peak = np.array([1.5 + 3.0 / 6.0, 1.0 - 1.0 / 2.0])  # of the likelihood
    precision = np.linalg.inv(sigma) + np.diag([6.0, 2.0])
    wanted = np.linalg.solve(precision, np.diag([6.0, 2.0]) @ (peak - [1.0, 2.0]))
    assert [found.d1[0], found.d0[0]] == pytest.approx(wanted)
    assert np.linalg.solve(sigma, wanted) == pytest.approx([found.v1[0], found.v0[0]])


def test_a_far_start_is_forgotten():
    cells = cells_of(ROWS[[0, 0]])
    start = (np.array([50.0, 1.0]), np.array([2.0, 2.0]))
    score = (np.array([-8.0, 1.0]), np.zeros(2))
    found = linearised(cells, start, score, (np.array([1e-9, 6.0]), np.array([3.0, 3.0])))
    assert found.d1[0] == found.v1[0] == found.d0[0] == 0.0
    assert found.d1[1] != 0.0


def test_logits_are_kept_where_they_can_be_exponentiated():
    kept = bounded(np.array([-1e6, -3.0, 1e300]))
    assert kept[1] == -3.0
    assert np.isfinite(np.exp(np.abs(kept))).all()
