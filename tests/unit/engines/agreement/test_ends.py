"""Rows far from what their table shows: the ends of the grid, both signs, and sampled tables."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import gammaln

from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.cuts.integral import Z_GRID, RowIntegral, _mended, integrate_row
from metadx.engines.agreement.cuts.rows import row_likelihoods
from metadx.engines.agreement.evidence.cells import FigureEvidence, Predicted
from metadx.engines.agreement.evidence.choose import NOTHING_BUT_MARGINS, row_evidence
from metadx.engines.agreement.evidence.part_cuts import margin_cuts
from metadx.engines.agreement.hierarchy.single import draw_single
from metadx.engines.agreement.hierarchy.splines import splines_through
from metadx.engines.agreement.marginal import draws_outside
from metadx.engines.agreement.nuts import row_terms
from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.result import Check
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.polychoric import polychoric
from metadx.studies.agreement import AgreementRow, AgreementTable, PrintedKappa, PrintedSpearman
from metadx.studies.agreement_audit import audit_agreement

CARD = load_agreement_card().card
BALANCED = {"margins_a": (np.array([20, 12, 8]),), "margins_b": (np.array([18, 14, 8]),)}


def table_of(counts=None, n=40, categories=3, **known):
    if counts is not None:
        counts = np.array(counts)
        n, categories = int(counts.sum()), len(counts)
    row = AgreementRow("", "", "", "A", "B", n, counts, **known)
    return AgreementTable(tuple(map(str, range(categories))), (row,))


def likelihood(table, points=None):
    return row_likelihoods(table, audit_agreement(table), CARD, points=points)[0]


def draws(found, size=1000):
    splines = splines_through(found.z, found.lam, found.log_likelihood[None])
    return draw_single(splines, CARD, size, np.random.default_rng(1))[0]


def random_table(rng):
    """A table of the model, of anything, or of a heavy diagonal."""
    size, n, kind = int(rng.integers(2, 5)), int(rng.choice([300, 1000, 5000])), rng.integers(3)
    if kind == 0:
        cuts = np.sort(rng.normal(size=(2, size - 1)), axis=1)
        cells = cell_probabilities(rng.uniform(-0.9, 0.97), *cuts)
    elif kind == 1:
        cells = rng.dirichlet(np.full(size * size, 0.5)).reshape(size, size)
    else:
        diagonal = np.diag(rng.dirichlet(np.ones(size)))
        cells = 0.8 * diagonal + 0.2 * rng.dirichlet(np.ones(size**2)).reshape(size, size)
    return rng.multinomial(n, cells.ravel()).reshape(size, size)


def test_latent_correlation_is_that_of_maximum_likelihood():
    rng = np.random.default_rng(3)
    signs, sure = set(), 0
    for _ in range(40):
        counts = random_table(rng)
        if 0 in counts.sum(0) or 0 in counts.sum(1):
            continue
        wanted = polychoric(counts).r
        r = np.tanh(draws(likelihood(table_of(counts), 101)))
        assert r.min() - 0.03 < wanted < r.max() + 0.03, counts
        if np.std(r) < 0.05:  # little room for the prior
            assert np.median(r) == pytest.approx(wanted, abs=0.12), counts
            sure += 1
        signs.add(np.sign(wanted))
    assert signs == {-1, 1}
    assert sure > 15


@pytest.mark.parametrize("counts", [[[69, 3], [0, 28]], [[3, 40], [45, 12]], [[20, 5], [6, 9]]])
def test_the_integral_holds_at_the_ends(counts):
    """Two by two, by brute force over both cut-points."""
    found = likelihood(table_of(counts), 1021)
    first = CARD.parameters.first_cut.prior
    cuts = np.linspace(-4.5, 4.5, 361)
    log_prior = first.log_density(cuts)
    counts = np.array(counts, dtype=float)
    constant = gammaln(counts.sum() + 1) - gammaln(counts + 1).sum()
    last = Z_GRID.size - 1
    wanted, places = [], [0, 1, 2, 3, 5, 8, 16, last // 2, last - 8, last - 3, last - 1, last]
    for z in Z_GRID[places]:
        r = CARD.numbers.r_max * np.tanh(z)
        cells = cell_probabilities(r, cuts[:, None, None], cuts[None, :, None])
        logs = (counts * np.log(cells)).sum((-2, -1)) + log_prior[:, None] + log_prior
        wanted.append(np.logaddexp.reduce(logs.ravel()) + 2 * np.log(cuts[1] - cuts[0]))
    wanted = np.array(wanted) + constant
    ours = found.log_likelihood[places, 0]
    # Hundreds of logs below the best of them, where a search that starts at the margins ends on a
    # plateau, hundreds of logs too low.
    assert np.ptp(wanted) > 30 * (counts.min() < 4)
    np.testing.assert_allclose(ours, wanted, atol=0.3)


def test_nodes_without_an_integral_are_filled_in_and_never_rise():
    values = np.array([50.0, -9.0, -4.0, 1.0, 99.0, 2.0, 1.0, 3.0, -70.0, 80.0])
    good = np.ones(10, dtype=bool)
    good[[0, 4, 8, 9]] = False
    wanted = [-14.0, -9.0, -4.0, 1.0, 1.5, 2.0, 1.0, 3.0, 3.0, 3.0]  # the upper end would rise
    assert _mended(values, good).tolist() == wanted
    assert _mended(values, ~good | good).tolist() == values.tolist()


def test_no_draw_lies_beyond_the_grid_nor_has_the_wrong_sign():
    z = draws(likelihood(table_of([[69, 3], [0, 28]])))
    assert z.min() > 1
    assert z.max() <= Z_GRID[-1]


@pytest.mark.parametrize("continuous", [True, False])
def test_a_sample_of_tables_stands_for_all_of_them(continuous):
    table = table_of(**BALANCED, spearman=PrintedSpearman(0.62, 1, continuous=continuous))
    (known,) = row_evidence(table, audit_agreement(table), CARD, AgreementSettings())
    assert (known.full is not None) == continuous
    sampled = integrate_row(known, 211)
    every = sampled
    if continuous:
        every = integrate_row(replace(known, evidence=known.full, full=None), 211)
    logs, wanted = sampled.log_likelihood, every.log_likelihood
    near = wanted > wanted.max() - 15
    np.testing.assert_allclose(logs[near], wanted[near], atol=0.3)
    assert (logs[~near] < wanted.max() - 10).all()
    assert np.median(draws(likelihood(table), 500)) > 0.3


def test_the_sample_holds_for_both_signs():
    """The likelihood of the sample alone, at the cut-points of the margins."""
    table = table_of(**BALANCED, spearman=PrintedSpearman(0.0, 1))
    (known,) = row_evidence(table, audit_agreement(table), CARD, AgreementSettings())
    bare = replace(known.evidence, spearman=None), replace(known.full, spearman=None)
    cuts = [margin_cuts(margin) for margin in known.evidence.first_margins]
    z = np.linspace(-2.5, 3.0, 12)
    seen = Predicted(np.array([cell_probabilities(np.tanh(each), *cuts) for each in z]))
    ours, all_of_them = (each.log_likelihood(seen, np.array([0.5]))[:, 0] for each in bare)
    np.testing.assert_allclose(ours, all_of_them, atol=0.3)


@pytest.mark.parametrize("kappa", [None, PrintedKappa(-0.95, 2, weights="quadratic")])
def test_margins_alone_say_nothing_of_the_association(kappa):
    found = likelihood(table_of(**BALANCED, kappa=kappa))
    assert found.how == NOTHING_BUT_MARGINS
    assert isinstance(found.integral.known.evidence, FigureEvidence)
    assert np.ptp(found.log_likelihood) < 0.05
    prior, z = CARD.parameters.single.prior, draws(found, 4000)
    assert np.median(z) == pytest.approx(prior.mean, abs=0.05)
    assert z.std() == pytest.approx(prior.sd, abs=0.05)


def test_draws_beyond_the_grid_are_told():
    z = np.full((4, 250, 2), 1.0)
    splines = splines_through(
        Z_GRID, np.array([0.5]), np.stack([2 * Z_GRID, 0 * Z_GRID])[..., None]
    )
    assert draws_outside(z, splines) == Check("row_outside_grid", 0.0, 1e-3, True)
    z[0, :5, 1] = 4.2  # a likelihood that is level: nothing to be wrong about
    assert draws_outside(z, splines).passed
    z[0, :5, 0] = 4.2
    assert draws_outside(z, splines) == Check("row_outside_grid", 0.005, 1e-3, False)
    z[0, :5, 0] = -3.1
    assert not draws_outside(z, splines).passed


def test_the_complete_model_has_every_table_where_it_can():
    table = table_of(**BALANCED, spearman=PrintedSpearman(0.6, 1))
    (known,) = row_evidence(table, audit_agreement(table), CARD, AgreementSettings())
    held = row_terms(known).tables.tables
    assert len(held) == len(known.full.tables) > len(known.evidence.tables)


def test_quality_is_that_of_the_worst_node_that_matters():
    rng = np.random.default_rng(7)
    logs = rng.normal(0, 0.3, (Z_GRID.size, 1, 2000))
    logs[40] = 0.9 * rng.exponential(size=(1, 2000))  # weights of Pareto shape 0.9
    value = -0.5 * ((Z_GRID[:, None] - Z_GRID[43]) / 0.15) ** 2  # a tenth of the top at node 40
    good = np.ones(value.shape, dtype=bool)
    integral = RowIntegral(None, np.array([0.5]), None, logs, value, good)
    flat = np.zeros(value.shape)
    pareto_k, _ = integral.quality(flat)
    assert pareto_k > 0.7
    logs[40] = logs[41]
    assert integral.quality(flat)[0] < 0.5
    good[46] = False
    assert integral.quality(flat) == (np.inf, 0.0)
    good[46], good[60] = True, False  # far down
    assert integral.quality(flat)[0] < 0.5
