"""Three or more raters: what is recovered, what is refused, and what the pairs' tables are."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal

from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.factor.fit import fit_one_factor, grouped, only_block
from metadx.engines.agreement.notes import agreement_notes
from metadx.engines.agreement.settings import AgreementSettings
from metadx.errors import DataError
from metadx.studies.agreement import AgreementRow, AgreementTable, Ratings
from metadx.studies.agreement_audit import audit_agreement

RATERS = ("A", "B", "C", "D")
LOADINGS = np.array([0.95, 0.8, -0.85, 0.0])
CUTS = (-0.4, 0.9)
CASES = 250


def table_of(values, categories=("0", "1", "2", "3"), **more):
    """Put ratings into a table with a row for every pair."""
    rows = []
    raters = RATERS[: values.shape[1]]
    for i, j in combinations(range(len(raters)), 2):
        both = (values[:, [i, j]] >= 0).all(axis=1)
        counts = np.zeros((len(categories), len(categories)), dtype=np.int64)
        np.add.at(counts, (values[both, i], values[both, j]), 1)
        rows.append(AgreementRow("", "", "", raters[i], raters[j], int(both.sum()), counts=counts))
    return AgreementTable(categories, tuple(rows), (Ratings("", "", "", raters, values),), **more)


def ratings(seed=2):
    """Simulate raters of whom the third scores in reverse and the fourth gives one category."""
    rng = np.random.default_rng(seed)
    common, own = rng.standard_normal((CASES, 1)), rng.standard_normal((CASES, 4))
    seen = LOADINGS * common + np.sqrt(1 - LOADINGS**2) * own
    values = (seen[:, :, None] > np.array(CUTS)).sum(axis=2) * np.array([1, 1, 1, 0])
    values = np.where(values == 2, 3, values)  # nobody gives category 2
    values[rng.random(values.shape) < 0.1] = -1
    return values


@pytest.fixture(scope="module")
def fitted():
    table = table_of(ratings())
    settings = AgreementSettings(draws=2000, seed=3)
    return fit_one_factor(table, None, load_agreement_card(), settings)


def test_the_fit_passes_its_checks(fitted):
    assert fitted.passed
    assert {check.name for check in fitted.checks} == {
        *("rhat", "ess_bulk", "ess_tail", "divergences", "bfmi", "quadrature_error")
    }
    assert fitted.engine.name == "nuts"
    assert fitted.z.shape == (4, 500, 6)
    assert set(fitted.hyper) == {"loading", "sd_loading"}


def test_known_loadings_are_recovered_with_their_signs(fitted):
    mean, sd = fitted.loadings.mean(axis=(0, 1)), fitted.loadings.std(axis=(0, 1))
    assert mean[:3] == pytest.approx(LOADINGS[:3], abs=0.12)
    assert (np.abs(mean[:3] - LOADINGS[:3]) < 3 * sd[:3]).all()


def test_a_rater_of_one_category_is_left_to_the_prior(fitted):
    assert fitted.loadings.std(axis=(0, 1))[3] > 0.25
    assert any(note.about == "D" and "one category only" in note.text for note in fitted.notes)


def test_what_readers_must_know_is_said(fitted):
    notes = {note.about: note.text for note in fitted.notes}
    assert "in reverse" in notes["C"]
    missing = int((fitted.table.ratings[0].values < 0).sum())
    assert f"{missing:,} of 1,000 ratings are missing" in notes["missing ratings"]


def test_the_table_of_a_pair_is_that_of_its_loadings_and_cuts(fitted):
    r = fitted.loadings[..., 0] * fitted.loadings[..., 1]
    assert fitted.z[..., 0] == pytest.approx(np.arctanh(r / 0.9995))
    cells = fitted.cells[1, 7, 0]
    assert cells.sum() == pytest.approx(1)
    assert cells[2].max() < 1e-11  # nobody gave this category
    assert cells[:, 2].max() < 1e-11
    cut_a, cut_b = ndtri(cells[0].sum()), ndtri(cells[:, 0].sum())
    law = multivariate_normal([0, 0], [[1, r[1, 7]], [r[1, 7], 1]])
    assert cells[0, 0] == pytest.approx(law.cdf([cut_a, cut_b]), abs=1e-6)


def test_expected_tables_are_near_the_observed_ones(fitted):
    expected = fitted.cells.mean(axis=(0, 1))
    for row, cells in zip(fitted.table.rows[:2], expected[:2], strict=True):
        error = np.sqrt(cells * (1 - cells) / row.n) + 0.01
        assert (np.abs(row.counts / row.n - cells) < 3.5 * error).all()


def test_equal_rows_are_grouped():
    values = ratings()
    block = Ratings("", "", "", RATERS, values)
    patterns, counts = grouped(block, np.array([0, 1, 3]))
    assert counts.sum() == (values >= 0).any(axis=1).sum()
    assert patterns.max() == 2
    whole = np.repeat(patterns, counts.astype(int), axis=0)
    back = np.where(whole == 2, 3, whole)
    kept = values[(values >= 0).any(axis=1)]
    assert sorted(map(tuple, back)) == sorted(map(tuple, kept))


def refused(table):
    with pytest.raises(DataError) as caught:
        fit_one_factor(table, None, load_agreement_card(), AgreementSettings())
    return str(caught.value)


def test_ratings_of_one_category_are_refused():
    said = refused(table_of(np.ones((30, 3), dtype=np.int64), source="ratings.csv"))
    assert said.startswith("ratings.csv: every rating is the same category (1)")


def test_several_blocks_are_refused():
    values = ratings()[:, :3]
    one = table_of(values)
    blocks = tuple(Ratings("", name, "", RATERS[:3], values) for name in ("nodules", "cysts"))
    said = refused(AgreementTable(one.categories, one.rows, blocks, source="ratings.csv"))
    assert "ratings.csv: ratings of three or more raters about 2 things (nodules; cysts)" in said


def test_other_rows_beside_ratings_are_refused():
    one = table_of(ratings()[:, :3])
    other = AgreementRow("", "cysts", "", "A", "B", 30)
    table = AgreementTable(one.categories, (*one.rows, other), one.ratings)
    assert "cysts stands beside ratings of three or more raters" in refused(table)
    assert only_block(one) is one.ratings[0]


@pytest.mark.parametrize(("engine", "told"), [("marginal", True), ("auto", False)])
def test_an_engine_that_does_not_know_three_raters_is_not_taken_in_silence(fitted, engine, told):
    asked = replace(
        fitted,
        audit=audit_agreement(fitted.table),
        settings=replace(fitted.settings, engine=engine),
    )
    assert any(note.about == "engine" for note in agreement_notes(asked)) is told
