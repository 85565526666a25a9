"""Sampling laws of printed figures, and what a rank correlation tells of tables."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm, spearmanr

from metadx.engines.agreement.evidence.cells import FigureEvidence, Predicted, TableEvidence
from metadx.engines.agreement.evidence.figures import (
    KappaFactor,
    KappaNormal,
    SpearmanNormal,
    score_correlation,
)
from metadx.engines.agreement.evidence.table_ranks import (
    category_spearman,
    rank_reach,
    with_spearman,
)
from metadx.estimands.spearman import spearman_given_table
from metadx.studies.agreement import PrintedSpearman
from metadx.studies.kappa import kappa_of

TABLE = np.array([[66, 13, 0], [5, 22, 1], [0, 2, 4]])
CELLS = TABLE / TABLE.sum()


def cases(table):
    """Every case of a table: category by the first and by the second rater."""
    a, b = np.indices(table.shape)
    return np.repeat(a.ravel(), table.ravel()), np.repeat(b.ravel(), table.ravel())


def test_score_correlation_is_that_of_the_cases():
    codes = np.array([0, 1, 4])
    a, b = cases(TABLE)
    wanted = np.corrcoef(codes[a], codes[b])[0, 1]
    assert score_correlation(CELLS, codes) == pytest.approx(wanted)


def test_quadratic_kappa_is_correlation_times_accuracy():
    """Lin's factor of these margins, by hand, times the correlation of the codes."""
    a, b = cases(TABLE)
    accuracy = 2 * a.std() * b.std() / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)
    wanted = kappa_of(TABLE, "quadratic")
    assert score_correlation(CELLS, np.arange(3)) * accuracy == pytest.approx(wanted)


def test_the_accuracy_factor_is_integrated_out():
    law = KappaFactor(0.43, 0.06, 1.0, 1.5, np.arange(3))
    ratio = float(score_correlation(CELLS, np.arange(3)))

    def integrand(logit):
        factor = 1 / (1 + np.exp(-logit))
        return norm(ratio * factor, 0.06).pdf(0.43) * norm(1, 1.5).pdf(logit)

    wanted, _ = quad(integrand, -8, 10, epsabs=1e-10)
    assert law.log_likelihood(CELLS[None])[0] == pytest.approx(np.log(wanted), abs=2e-4)
    mean, _ = quad(lambda x: integrand(x) / (1 + np.exp(-x)), -8, 10, epsabs=1e-10)
    drawn = law.draw(np.tile(CELLS, (40_000, 1, 1)), np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(mean / wanted, abs=2e-3)


def test_spearman_is_normal_on_fishers_scale():
    residual, sd = SpearmanNormal(0.6, 2, 107).residual(np.array([0.5]))
    variance = (1 + 0.5**2 / 2) / 104 + (0.01**2 / 12) / (1 - 0.36) ** 2
    assert sd[0] == pytest.approx(variance**0.5)
    assert residual[0] == pytest.approx((np.arctanh(0.6) - np.arctanh(0.5)) / variance**0.5)


def test_kappa_is_normal_around_that_of_the_cells():
    used = np.array([0, 1, 3])
    law = KappaNormal(0.5, 2, 107, ("unweighted", "quadratic"), used, 5)
    full = np.zeros((5, 5))
    full[np.ix_(used, used)] = CELLS
    for (residual, sd), kind in zip(law.residuals(CELLS[None]), law.kinds, strict=True):
        assert residual[0] * sd[0] == pytest.approx(0.5 - kappa_of(full, kind))
        assert 0.05 < sd[0] < 0.12


def test_spearman_of_categories_picks_tables():
    near, far = TABLE.astype(float), np.array([[60, 15, 4], [10, 15, 3], [1, 5, 0]], dtype=float)
    tables = np.stack([near, far])
    wanted = [spearmanr(*cases(table.astype(int))).statistic for table in tables]
    np.testing.assert_allclose(category_spearman(tables), wanted, rtol=1e-12)
    evidence = TableEvidence(tables, np.zeros(2))
    printed = PrintedSpearman(round(wanted[0], 2), continuous=False)
    kept, words = with_spearman(evidence, printed)
    np.testing.assert_array_equal(kept.tables, tables[:1])
    assert words == ", 1 with the printed Spearman"
    kept, words = with_spearman(evidence, PrintedSpearman(0.99, continuous=False))
    assert kept is evidence
    assert "none can have" in words


def test_the_order_within_categories_reaches_what_sorting_gives():
    a, b = cases(TABLE)
    mean = float(spearman_given_table(TABLE)[0])
    reach = float(rank_reach(TABLE[None].astype(float))[0])
    for sign in (1, -1):
        order = np.lexsort((sign * b, a))  # cases sorted within the category of the first rater
        measured = np.empty(a.size)
        measured[order] = np.arange(a.size)
        assert spearmanr(measured, b).statistic == pytest.approx(mean + sign * reach)


def test_a_measurement_gives_every_table_a_mean_and_a_variance():
    evidence = TableEvidence(TABLE[None].astype(float), np.zeros(1))
    ranked, words = with_spearman(evidence, PrintedSpearman(0.61))
    assert words == " and Spearman"
    null, sd = spearman_given_table(TABLE)
    assert ranked.spearman.value == 0.61
    assert ranked.spearman.null[0] == pytest.approx(null)
    assert ranked.spearman.variance[0] == pytest.approx(sd**2 + 0.01**2 / 12)
    constant = TableEvidence(np.array([[[5.0, 0.0], [3.0, 0.0]]]), np.zeros(1))
    kept, words = with_spearman(constant, PrintedSpearman(0.61))
    assert kept is constant
    assert "not defined" in words


def test_kappa_and_spearman_err_together():
    used, share = np.arange(3), 0.6
    kappa = KappaNormal(0.5, 2, 107, ("linear",), used, 3)
    rank = SpearmanNormal(0.6, 2, 107)
    evidence = FigureEvidence(np.zeros((1, 2, 3)), np.zeros(1), kappa, rank, share)
    seen = Predicted(CELLS[None], np.array([0.45]), np.array([0.2]))
    found = evidence.log_likelihood(seen, np.array([0.0, 0.5]))[0]
    ((of_kappa, sd),) = kappa.residuals(CELLS[None])
    joint = multivariate_normal(cov=[[1, share], [share, 1]])
    for value, rho in zip(found, (0.45, 0.55), strict=True):
        of_rank, sd_rank = rank.residual(np.array([rho]))
        wanted = joint.logpdf([of_kappa[0], of_rank[0]]) - np.log(sd[0] * sd_rank[0])
        assert value == pytest.approx(wanted)


def test_margins_are_two_multinomials_averaged_over_candidates():
    a, b, other = np.array([50, 40, 17]), np.array([60, 30, 17]), np.array([49, 41, 17])
    evidence = FigureEvidence(np.array([[a, b], [other, b]], dtype=float), np.log([0.5, 0.5]))
    found = evidence.log_likelihood(Predicted(CELLS[None]), np.zeros(1))[0, 0]
    log_a, log_b = np.log(CELLS.sum(1)), np.log(CELLS.sum(0))
    wanted = np.log(0.5 * np.exp(a @ log_a + 240) + 0.5 * np.exp(other @ log_a + 240)) - 240
    assert found == pytest.approx(wanted + b @ log_b)
