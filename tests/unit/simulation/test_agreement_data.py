"""Simulated raters: the truth is what a very large sample shows, and what is printed is rounded."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import spearmanr

from metadx.estimands.polychoric import polychoric
from metadx.estimands.spearman import spearman_blocks, spearman_measured
from metadx.simulation import agreement_data
from metadx.simulation.agreement import printed, simulated_raters
from metadx.simulation.agreement_data import row_name, simulate_agreement
from metadx.simulation.load import load_agreement_design
from metadx.studies.kappa import kappa_of

FIGURES, PARTS = 1, 2


@pytest.fixture(scope="module")
def loaded():
    return load_agreement_design()


def simulated(loaded, scenario, seed=1, **changed):
    design = loaded.design.model_copy(update=changed)
    rng = np.random.default_rng(seed)
    return simulate_agreement(design, design.scenarios[scenario], loaded.card.card, rng)


def test_truths_of_a_large_sample(loaded):
    """Latent correlation by maximum likelihood, kappa from the table, 200,000 cases a row."""
    found = simulated(loaded, 0, cases=200_000)
    assert found.table.n_rows == 6
    for row in found.table.rows:
        rho, kappa = (found.truth[f"{name}[{row.finding}]"] for name in ("latent_rho", "kappa"))
        assert polychoric(row.counts, "two-step").r == pytest.approx(rho, abs=0.02)
        assert kappa_of(row.counts, "quadratic") == pytest.approx(kappa, abs=0.01)


def cases_of(monkeypatch, loaded, scenario, **changed):
    """The cases behind each row of a simulated table."""
    kept = []
    draw = agreement_data._Cases.draw

    def keep(*given):
        kept.append(draw(*given))
        return kept[-1]

    monkeypatch.setattr(agreement_data._Cases, "draw", keep)
    return kept, simulated(loaded, scenario, **changed)


@pytest.mark.parametrize("seed", [1, 4])
def test_the_rank_correlation_lies_lambda_of_the_way(monkeypatch, loaded, seed):
    """Between that of an uninformative measurement and that of the bivariate normal law."""
    kept, found = cases_of(monkeypatch, loaded, FIGURES, seed=seed, cases=200_000)
    informative = found.truth["lambda"]
    seen = []
    for row, cases in zip(found.table.rows, kept, strict=True):
        sample = spearmanr(cases.measured, cases.b)[0]
        assert cases.spearman() == pytest.approx(sample, abs=1e-9)
        blocks = float(spearman_blocks(cases.counts(5)))
        normal = float(
            spearman_measured(found.truth[f"latent_rho[{row.finding}]"], row.margins_b[0])
        )
        assert sample == pytest.approx(blocks + informative * (normal - blocks), abs=0.006)
        seen.append(normal - blocks)
    assert max(seen) > 0.1  # the two ends are well apart somewhere


def test_a_measurement_stays_within_its_category(monkeypatch, loaded):
    kept, _ = cases_of(monkeypatch, loaded, PARTS)
    for cases in kept:
        order = np.argsort(cases.measured)
        assert (np.diff(cases.a[order]) >= 0).all()


def test_cross_tables_come_with_nothing_else(loaded):
    found = simulated(loaded, 0)
    for row in found.table.rows:
        assert row.counts.sum() == loaded.design.cases
        assert (row.kappa, row.spearman, row.margins_a) == (None, None, ())
    assert {"beta_part", "sd_region", "lambda"}.isdisjoint(found.truth)


def test_figures_are_rounded_and_margins_add_up(loaded):
    found = simulated(loaded, FIGURES)
    for row in found.table.rows:
        assert row.counts is None
        assert row.margins_a[0].sum() == row.margins_b[0].sum() == 107
        figures = [row.kappa.value, row.kappa.lower, row.kappa.upper, row.spearman.value]
        assert [round(x, 2) for x in figures] == figures
        assert row.kappa.weights == "quadratic"
    assert "lambda" in found.truth


def test_parts_have_figures_but_no_margins(loaded):
    found = simulated(loaded, PARTS)
    parts = [row for row in found.table.rows if found.table.is_part(row)]
    assert (found.table.n_rows, len(parts)) == (16, 10)
    for row, part in zip(parts, loaded.design.parts[:10], strict=True):
        assert (row.finding, row.region) == (part.finding, part.region)
        assert (row.margins_a, row.margins_b, row.counts) == ((), (), None)
        assert (row.quartiles is not None) is bool(part.quartiles)
        assert f"latent_rho[{row_name(row.finding, row.region, 'total')}]" in found.truth
    assert {"beta_part", "sd_region"} < set(found.truth)


def test_z_of_the_rows_is_made_as_the_model_says(loaded):
    """Over 20,000 draws mean and covariance of z of two wholes and two parts of one finding."""
    rng = np.random.default_rng(8)
    rows = [("consolidation", None), ("emphysema", None)]
    rows += [("consolidation", "RLL"), ("consolidation", "LLL")]
    z = []
    for _ in range(20_000):
        shared = agreement_data._Shared.draw(loaded.card.card, loaded.design, rng)
        z.append([shared.z(*row, rng) for row in rows])
    mu, finding, row, region, part = 0.6**2, 0.6**2, 0.3**2, 0.2**2, 0.4**2  # mean squares
    wanted = np.full((4, 4), mu)
    for i, j in np.ndindex(4, 4):
        if (i == 1) == (j == 1):
            wanted[i, j] += finding
        if min(i, j) >= 2:
            wanted[i, j] += part
        if i == j:
            wanted[i, j] += row + (region if i >= 2 else 0)
    np.testing.assert_allclose(np.mean(z, axis=0), 0.9, atol=0.025)
    np.testing.assert_allclose(np.cov(z, rowvar=False), wanted, atol=0.03)


def test_cut_points_in_a_part_lie_as_the_card_says(loaded):
    """First cut of the first rater from the quartiles; of the second 0.1 above the whole."""
    (part,) = (
        part
        for part in loaded.design.parts
        if (part.finding, part.region) == ("ground-glass", "RLL")
    )
    whole = (np.array([-0.8, 0.9, 2.0, 3.0]), np.array([-1.0, 1.1, 1.9, 2.5]))
    rng = np.random.default_rng(6)
    found = []
    for _ in range(2000):
        a, b = agreement_data._part_cuts(loaded.design, part, whole, loaded.card.card, rng)
        found.append([a[0], *np.log(np.diff(a))[:1], b[0], *np.log(np.diff(b))])
    points = np.array([1.0, 25.0, *part.quartiles])
    cut, second, q1, q2, q3 = np.log(points / (100 - points))
    first = ndtri(0.75) * (cut - q2) / (q2 - q1)
    gap = ndtri(0.75) * (second - q2) / (q3 - q2) - first
    wanted = [first, np.log(gap), -0.9, *np.log([1.4, 0.6, 0.6])]
    np.testing.assert_allclose(np.mean(found, axis=0), wanted, atol=0.04)
    np.testing.assert_allclose(np.std(found, axis=0), [0.35, 0.35, 0.4, *[0.45] * 3], rtol=0.06)


def test_where_a_rater_gives_one_category_a_paper_prints_no_figure(loaded):
    finding = loaded.design.findings[0]
    alone = finding.model_copy(update={"b": (0.0, 0.0, 0.0, 0.0, 1.0)})
    row = simulated(loaded, FIGURES, findings=(alone,)).table.rows[0]
    assert row.spearman is None
    assert row.margins_b[0].tolist() == [0, 0, 0, 0, 107]
    both = alone.model_copy(update={"a": (0.0, 0.0, 0.0, 0.0, 1.0)})
    row = simulated(loaded, FIGURES, findings=(both,)).table.rows[0]
    assert (row.kappa, row.spearman) == (None, None)


def test_a_replication_can_be_made_again(loaded):
    one, rest = simulated_raters(loaded, FIGURES, 3)
    again, same = simulated_raters(loaded, FIGURES, 3)
    other, _ = simulated_raters(loaded, FIGURES, 4)
    assert printed(one.table) == printed(again.table) != printed(other.table)
    assert one.truth == again.truth
    assert rest.generate_state(2).tolist() == same.generate_state(2).tolist()
    moved = replace(loaded, design=loaded.design.model_copy(update={"seed": 5}))
    assert printed(simulated_raters(moved, FIGURES, 3)[0].table) != printed(one.table)
