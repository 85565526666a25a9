"""The integral over the cut-points of a row against brute force, and what it must reproduce."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.special import gammaln, logsumexp, ndtri
from scipy.stats import multivariate_normal, norm

from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.cuts.coordinates import default_law
from metadx.engines.agreement.cuts.integral import Z_GRID, RowEvidence, integrate_row, lam_nodes
from metadx.engines.agreement.evidence.cells import Predicted, TableEvidence, TableSpearman
from metadx.engines.agreement.evidence.sampled_tables import sample_tables
from metadx.engines.agreement.evidence.table_ranks import with_spearman
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.polychoric import polychoric
from metadx.studies.agreement import AgreementRow, AgreementTable, PrintedSpearman
from metadx.studies.agreement_audit import AgreementAudit, RowAudit

CARD = load_agreement_card().card
CARCINOMA = [
    [22, 2, 2, 0, 0],
    [5, 7, 14, 0, 0],
    [0, 2, 36, 0, 0],
    [0, 1, 14, 7, 0],
    [0, 0, 3, 0, 3],
]


def of_tables(*tables, spearman=None, n_categories=None):
    """Evidence of one row, every category used."""
    counts = np.array(tables, dtype=float)
    coefficients = gammaln(counts.sum((1, 2)) + 1) - gammaln(counts + 1).sum((1, 2))
    size = counts.shape[1]
    law = default_law(np.arange(size), n_categories or size, CARD)
    evidence = TableEvidence(counts, coefficients, spearman)
    return RowEvidence(0, law, evidence, CARD.numbers.r_max, "")


def node(z):
    return int(np.argmin(np.abs(Z_GRID - z)))


def two_by_two(table, r, *, spearman=None, lam=0.0):
    """Log integral over both cut-points on a fine grid, cells from SciPy; and the mean cells."""
    cuts = np.linspace(-4.5, 4.5, 91)
    both = np.array(np.meshgrid(cuts, cuts, indexing="ij"))
    corner = multivariate_normal(cov=[[1, r], [r, 1]]).cdf(np.moveaxis(both, 0, -1))
    a, b = norm.cdf(both)
    cells = np.array([[corner, a - corner], [b - corner, 1 - a - b + corner]]).clip(1e-12)
    table = np.array(table)
    log = (table[:, :, None, None] * np.log(cells)).sum((0, 1))
    log += gammaln(table.sum() + 1) - gammaln(table + 1).sum()
    log += norm(0, 1.5).logpdf(both).sum(0)
    if spearman is not None:
        null, sd, value = spearman
        v = np.array([b / 2, (1 + b) / 2])
        below = np.array([0 * b, _quadrant(b, r), 0 * b + 0.5])
        unit = np.sqrt(1 - b**3 - (1 - b) ** 3)
        measured = 12 * ((np.diff(below, axis=0) * v).sum(0) - 0.25) / unit
        u = np.array([a / 2, (1 + a) / 2])
        blocks = 12 * np.einsum("ij...,i...,j...->...", cells, u - 0.5, v - 0.5) / unit
        log += norm(null + lam * (measured - blocks), sd).logpdf(value)
    weight = np.exp(log - log.max())
    mean = (cells * weight).sum((2, 3)) / weight.sum()
    return log.max() + np.log(weight.sum() * (cuts[1] - cuts[0]) ** 2), mean


def _quadrant(b, r):
    """P(W < X, Y < c) for W independent of the pair (X, Y), P(Y < c) = b."""
    law = multivariate_normal(cov=[[1, -r / np.sqrt(2)], [-r / np.sqrt(2), 1]])
    return law.cdf(np.stack([np.zeros_like(b), ndtri(b)], axis=-1))


@pytest.mark.parametrize("z", [-0.6, 0.6, 1.2, 2.1])
def test_a_two_by_two_table_equals_brute_force(z):
    table = [[23, 4], [6, 11]]
    found = integrate_row(of_tables(table), 509)
    g = node(z)
    wanted, mean = two_by_two(table, CARD.numbers.r_max * np.tanh(Z_GRID[g]))
    assert found.log_likelihood[g, 0] == pytest.approx(wanted, abs=0.02)
    weight = np.exp(found.log_weights[g, 0] - found.log_weights[g, 0].max())
    r = np.full(509, CARD.numbers.r_max * np.tanh(Z_GRID[g]))
    theta = found.proposal.theta(slice(g, g + 1))[0]
    cells = cell_probabilities(r, theta[:, :1], theta[:, 1:])
    np.testing.assert_allclose(np.average(cells, axis=0, weights=weight), mean, atol=2e-3)


@pytest.mark.parametrize("place", [0, 3, 5])
def test_spearman_of_a_measurement_enters_as_stated(place):
    table, null, sd, value = [[23, 4], [6, 11]], 0.45, 0.05, 0.58
    rank = TableSpearman(value, np.array([null]), np.array([sd**2]))
    found = integrate_row(of_tables(table, spearman=rank), 509)
    g, lam = node(0.9), lam_nodes()[place]
    r = CARD.numbers.r_max * np.tanh(Z_GRID[g])
    wanted, _ = two_by_two(table, r, spearman=(null, sd, value), lam=lam)
    assert found.log_likelihood[g, place] == pytest.approx(wanted, abs=0.02)


def test_a_three_by_three_table_equals_brute_force():
    table = np.array([[14, 3, 0], [4, 9, 2], [0, 2, 6]])
    found = integrate_row(of_tables(table), 1021)
    g = node(1.05)
    r = CARD.numbers.r_max * np.tanh(Z_GRID[g])
    first, gaps = np.linspace(-1.6, 1.2, 29), np.linspace(-1.9, 1.5, 29)
    f, d = np.meshgrid(first, gaps, indexing="ij")
    cuts = np.stack([f, f + np.exp(d)], axis=-1).reshape(-1, 2)
    prior = norm(0, 1.5).logpdf(f).ravel() + norm(0, 0.7).logpdf(d).ravel()
    cells = cell_probabilities(r, cuts[:, None], cuts[None])
    log = np.log(cells).reshape(len(cuts), len(cuts), 9) @ table.ravel()
    log += prior[:, None] + prior
    log += gammaln(table.sum() + 1) - gammaln(table + 1).sum()
    volume = ((first[1] - first[0]) * (gaps[1] - gaps[0])) ** 2
    wanted = logsumexp(log) + np.log(volume)
    assert found.log_likelihood[g, 0] == pytest.approx(wanted, abs=0.03)


def test_several_tables_give_the_sum_of_what_each_gives():
    tables = np.array([[[30, 3], [5, 12]], [[29, 4], [6, 11]], [[25, 8], [10, 7]]])
    together = integrate_row(of_tables(*tables), 1021).log_likelihood[:, 0]
    apart = [integrate_row(of_tables(table), 1021).log_likelihood[:, 0] for table in tables]
    some = slice(node(-0.9), node(2.7), 4)
    np.testing.assert_allclose(together[some], logsumexp(apart, axis=0)[some], atol=0.02)


def test_the_likelihood_is_smooth_in_z():
    value = integrate_row(of_tables(CARCINOMA), 509).log_likelihood[:, 0]
    likely = value > value.max() - 6
    spline = CubicSpline(Z_GRID[::2], value[::2])
    left_out = likely & (np.arange(Z_GRID.size) % 2 == 1)
    assert left_out.sum() >= 3
    np.testing.assert_allclose(spline(Z_GRID[left_out]), value[left_out], atol=0.02)


def test_a_large_table_has_its_mode_at_the_polychoric_correlation():
    value = integrate_row(of_tables(50 * np.array(CARCINOMA)), 509).log_likelihood[:, 0]
    z = np.linspace(0.9, 2, 1101)
    mode = CARD.numbers.r_max * np.tanh(z[np.argmax(CubicSpline(Z_GRID, value)(z))])
    assert mode == pytest.approx(0.88852, abs=0.02)  # a maximum found apart from this project
    assert mode == pytest.approx(polychoric(CARCINOMA, "full").r, abs=0.001)


PLUG_IN = {
    "consolidation": ([[66, 13, 0], [5, 22, 1], [0, 0, 0]], (0.695, 0.833, 0.918)),
    "reticulation": ([[27, 17, 0], [16, 45, 1], [0, 1, 0]], (0.339, 0.545, 0.710)),
    "emphysema": ([[98, 2, 0], [4, 2, 1], [0, 0, 0]], (0.525, 0.806, 0.936)),
}


@pytest.mark.parametrize("finding", PLUG_IN)
def test_cut_points_at_the_margins_give_the_known_posteriors(finding):
    """Reference values computed apart from this project, z normal (0.9, 0.7), no Spearman.

    They are quantiles of a plain cumulative sum on a grid of step 0.02, which is half a step low.
    """
    table, wanted = PLUG_IN[finding]
    known = of_tables(table)
    cuts = [ndtri((np.cumsum(m) / m.sum())[:-1]) for m in known.evidence.first_margins]

    def quantiles(step, shift):
        z = np.arange(-3, 5, step)
        cells = cell_probabilities(np.tanh(z), *cuts)
        log = known.evidence.log_likelihood(Predicted(cells), np.zeros(1))[:, 0]
        log += CARD.parameters.single.prior.log_density(z)
        below = np.cumsum(np.exp(log - log.max()))
        return np.tanh(np.interp([0.05, 0.5, 0.95], below / below[-1], z + shift))

    np.testing.assert_allclose(quantiles(0.02, 0.0), wanted, atol=6e-4)
    np.testing.assert_allclose(quantiles(0.001, 0.0005), wanted, atol=0.01)


def every_table(a, b):
    """All 3 x 3 tables with these margins."""
    found = []
    for i in range(min(a[0], b[0]) + 1):
        for j in range(min(a[0] - i, b[1]) + 1):
            for k in range(min(a[1], b[0] - i) + 1):
                for m in range(min(a[1] - k, b[1] - j) + 1):
                    rows = [[i, j, a[0] - i - j], [k, m, a[1] - k - m]]
                    last = np.array(b) - np.sum(rows, axis=0)
                    if (np.array(rows) >= 0).all() and (last >= 0).all():
                        found.append([*rows, last.tolist()])
    return np.array(found)


@pytest.mark.parametrize("ranked", [False, True])
def test_a_sample_of_many_tables_stands_for_all(ranked):
    tables = every_table((30, 25, 20), (28, 30, 17))
    known = of_tables(*tables)
    full = known.evidence
    if ranked:
        full, words = with_spearman(full, PrintedSpearman(0.7))
        assert "Spearman" in words
    sample = sample_tables(full, 1500)
    assert len(tables) > 10_000
    assert len(sample.tables) <= 1500
    a, b = full.first_margins
    cuts = [ndtri((np.cumsum(margin) / margin.sum())[:-1]) for margin in (a, b)]
    cells = cell_probabilities(np.tanh([0.5, 0.9, 1.4, 1.9, 2.5]), cuts[0] + 0.05, cuts[1] - 0.05)
    seen = Predicted(cells, np.zeros(5), np.full(5, 0.12)) if ranked else Predicted(cells)
    lam = np.array([0.3, 0.8])
    np.testing.assert_allclose(
        sample.log_likelihood(seen, lam), full.log_likelihood(seen, lam), atol=0.05
    )


def test_what_a_sample_misses_is_put_back():
    tables = every_table((9, 8, 6), (10, 8, 5))
    known = of_tables(*tables)
    whole = integrate_row(known, 251).log_likelihood[:, 0]
    few = replace(known, evidence=sample_tables(known.evidence, 25))
    rough = integrate_row(few, 251).log_likelihood[:, 0]
    mended = integrate_row(replace(few, full=known.evidence), 251).log_likelihood[:, 0]
    some = slice(node(-1.5), node(3))
    assert len(few.evidence.tables) <= 25
    assert len(tables) > 500
    assert np.ptp((rough - whole)[some]) > 0.1
    assert np.ptp((mended - whole)[some]) < 0.25 * np.ptp((rough - whole)[some])


def test_draws_have_the_mean_of_the_integral():
    from metadx.engines.agreement.cuts.rows import row_likelihoods

    counts = np.array([[23, 4], [6, 11]])
    row = AgreementRow("", "", "", "A", "B", 44, counts)
    table = AgreementTable(("no", "yes"), (row,))
    audit = AgreementAudit((RowAudit(0, "table known"),), (), None, ())
    (found,) = row_likelihoods(table, audit, CARD)
    z = np.full(20_000, 0.93)  # between two nodes of the grid
    draws = found.draw(z, np.full(z.size, 0.5), np.random.default_rng(3))
    _, mean = two_by_two(counts, CARD.numbers.r_max * np.tanh(0.93))
    np.testing.assert_allclose(draws.cells.mean(axis=0), mean, atol=3e-3)
    assert draws.kappa_coded is None
    assert draws.accuracy_factor is None
