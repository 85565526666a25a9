"""What is used of each row of a table, and likelihoods of rows of every kind."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.cuts.rows import row_likelihoods
from metadx.engines.agreement.evidence.cells import FigureEvidence, TableEvidence
from metadx.engines.agreement.evidence.choose import row_evidence, shared_weights
from metadx.engines.agreement.evidence.figures import KappaFactor, KappaNormal
from metadx.engines.agreement.settings import AgreementSettings
from metadx.studies.agreement import (
    AgreementRow,
    AgreementTable,
    PrintedKappa,
    PrintedSpearman,
)
from metadx.studies.agreement_audit import AgreementAudit, RowAudit, audit_agreement
from metadx.studies.agreement_review import load_agreement
from metadx.studies.kappa import kappas_of

CARD = load_agreement_card().card


@pytest.fixture(scope="module")
def ild():
    table = load_agreement("ild-agreement").table
    return table, audit_agreement(table)


@pytest.fixture(scope="module")
def ild_rows(ild):
    return row_likelihoods(*ild, CARD)


def alone(row, verdict="table known", n_categories=5):
    table = AgreementTable(tuple(map(str, range(n_categories))), (row,))
    return table, AgreementAudit((RowAudit(0, verdict),), (), None, ())


def printed(counts=None, n=200, **known):
    if counts is not None:
        counts = np.array(counts)
        n = int(counts.sum())
    return AgreementRow("", "", "", "A", "B", n, counts, **known)


def one(*args, settings=None, points=None, **known):
    return row_likelihoods(*alone(*args, **known), CARD, settings, points=points)[0]


def quantiles(found, share=3):
    """Of z under the prior of a row alone, at one lambda."""
    log = found.log_likelihood[:, share] + CARD.parameters.single.prior.log_density(found.z)
    fine = np.linspace(found.z[0], found.z[-1], 2001)
    density = np.exp(np.interp(fine, found.z, log - log.max()))
    below = np.cumsum(density)
    return np.interp([0.05, 0.5, 0.95], below / below[-1], fine)


def test_what_is_used_of_the_lung_study(ild):
    how = [known.how for known in row_evidence(*ild, CARD, AgreementSettings())]
    assert how[:6] == [
        "all 181,607 tables with these margins and Spearman",
        "1 table and Spearman",
        "18 tables and Spearman",
        "1 table and Spearman",
        "all 105 tables with these margins and Spearman",
        "1 table and Spearman",
    ]
    assert set(how[6:]) == {"kappa and Spearman, normal"}
    how = [
        known.how
        for known in row_evidence(
            *ild, CARD, AgreementSettings(spearman=False, part_kappa=False, impossible="misaligned")
        )
    ]
    assert how[4] == "2 tables of misaligned codes"
    assert how[:6:2][0] == "15 tables of misaligned codes"
    assert set(how[6:]) == {"nothing: prior and other rows only"}


def test_the_lung_study_passes_the_checks_of_the_card(ild_rows):
    gate = CARD.checks.marginal
    assert len(ild_rows) == 16
    for found in ild_rows:
        assert found.pareto_k <= gate.pareto_k_max
        assert found.ess >= gate.ess_min
        assert np.isfinite(found.log_likelihood).all()
        np.testing.assert_array_equal(found.z, ild_rows[0].z)
        assert np.ptp(found.log_likelihood, axis=1).max() > 0.1  # a Spearman is used everywhere


# Median latent correlation and kappa of rows on their own, from integrals over 16,381 points.
LONG = {0: (0.9683, 0.864), 1: (0.834, 0.589), 4: (0.8816, 0.645), 8: (0.814, 0.409)}


@pytest.mark.parametrize("row", LONG)
def test_more_points_change_nothing(ild_rows, row):
    found = ild_rows[row]
    assert np.tanh(quantiles(found)[1]) == pytest.approx(LONG[row][0], abs=0.004)
    rng = np.random.default_rng(1)
    log = found.log_likelihood[:, 3] + CARD.parameters.single.prior.log_density(found.z)
    share = np.exp(log - log.max())
    z = rng.choice(found.z, 3000, p=share / share.sum()) + 0.15 * (rng.random(3000) - 0.5)
    cells = found.draw(z, np.full(3000, 0.5), rng).cells
    assert np.median(kappas_of(cells, "quadratic")) == pytest.approx(LONG[row][1], abs=0.02)


def test_a_part_gives_kappa_as_coded(ild_rows):
    found = ild_rows[9]
    rng = np.random.default_rng(2)
    draws = found.draw(np.full(2000, 0.9), rng.beta(2, 2, 2000), rng)
    np.testing.assert_allclose(draws.cells.sum((1, 2)), 1)
    assert np.median(draws.kappa_coded) == pytest.approx(0.52, abs=0.03)  # as printed
    assert ((draws.accuracy_factor > 0) & (draws.accuracy_factor < 1)).all()


ODD = {
    "perfect": [[10, 0], [0, 10]],
    "perfectly wrong": [[0, 10], [10, 0]],
    "constant second rater": [[20, 0], [3, 0]],
    "a category between that nobody gave": [[10, 0, 2], [0, 0, 0], [3, 0, 10]],
    "constant first rater": [[0, 0, 0], [5, 3, 2], [0, 0, 0]],
    "four cases": [[1, 1], [1, 1]],
    "many cases": [[4000, 300], [200, 500]],
    "nine categories": np.eye(9, dtype=int) * 5 + 1,
}


def test_a_spearman_that_no_table_can_have_is_left_out():
    found = one(printed(ODD["perfect"], spearman=PrintedSpearman(0.5)), n_categories=2)
    assert found.how == "cross-table (none can have the printed Spearman)"
    assert np.ptp(found.log_likelihood, axis=1).max() == 0
    # Ranks of ten and ten in two blocks: sqrt(3)/2 whatever the order within.
    assert one(printed(ODD["perfect"], spearman=PrintedSpearman(0.87)), n_categories=2).how == (
        "cross-table and Spearman"
    )


@pytest.mark.parametrize("name", ODD)
def test_odd_tables_have_a_likelihood(name):
    counts = np.array(ODD[name])
    found = one(printed(counts, spearman=PrintedSpearman(0.5)), n_categories=len(counts))
    assert np.isfinite(found.log_likelihood).all()
    assert found.pareto_k <= 0.7
    assert found.ess >= 100
    rng = np.random.default_rng(4)
    draws = found.draw(rng.normal(0.9, 0.5, 300), rng.random(300), rng)
    assert np.isfinite(draws.cells).all()
    np.testing.assert_allclose(draws.cells.sum((1, 2)), 1)
    unused = (counts.sum(0) + counts.sum(1)) == 0
    assert (draws.cells[:, unused] == 0).all()
    assert (draws.cells[:, :, unused] == 0).all()


def test_the_sign_of_the_association_is_found():
    assert quantiles(one(printed(ODD["perfect"]), n_categories=2))[1] > 1.2
    assert quantiles(one(printed(ODD["perfectly wrong"]), n_categories=2))[1] < -0.9


def test_one_category_alone_says_nothing():
    found = one(printed([[20, 0], [0, 0]], spearman=PrintedSpearman(0.5)), n_categories=2)
    assert np.ptp(found.log_likelihood) == 0
    draws = found.draw(np.zeros(5), np.zeros(5), np.random.default_rng(0))
    np.testing.assert_array_equal(draws.cells, np.tile([[1.0, 0.0], [0.0, 0.0]], (5, 1, 1)))


def test_swapping_the_raters_changes_nothing():
    counts = np.array([[22, 5, 1], [9, 14, 3], [0, 4, 12]])
    there = one(printed(counts), n_categories=3)
    back = one(printed(counts.T), n_categories=3)
    some = slice(15, 40, 5)
    np.testing.assert_allclose(there.log_likelihood[some], back.log_likelihood[some], atol=0.03)


MARGINS = {
    "margins_a": (np.array([40, 40, 40, 40, 40]),),
    "margins_b": (np.array([30, 50, 40, 50, 30]),),
}
KAPPA = PrintedKappa(0.60, 2, 0.52, 0.68, weights="quadratic")


def test_many_tables_are_replaced_by_normal_laws():
    row = printed(**MARGINS, kappa=KAPPA, spearman=PrintedSpearman(0.6, continuous=False))
    found = one(row, "too many to list")
    assert found.how == "margins, kappa and Spearman, normal"
    evidence = found.integral.known.evidence
    assert isinstance(evidence, FigureEvidence)
    assert isinstance(evidence.kappa, KappaNormal)
    assert evidence.kappa.kinds == ("quadratic",)
    assert np.ptp(found.log_likelihood, axis=1).max() == 0  # no measurement: no lambda
    # Equal margins and kappa 0.6: a table of 200 cases drawn at r has that kappa near r = 0.66.
    assert np.tanh(quantiles(found)[1]) == pytest.approx(0.66, abs=0.03)


def test_a_kappa_that_nothing_allows_is_left_out_however_many_the_tables():
    row = printed(**MARGINS, kappa=replace(KAPPA, value=0.2))
    assert one(row, "impossible").how == "nothing but margins"


def test_only_a_quadratic_kappa_is_used_without_margins():
    spearman = PrintedSpearman(0.7)
    for weights, how in (
        ("quadratic", "kappa and Spearman, normal"),
        ("linear", "Spearman, normal"),
        (None, "Spearman, normal"),
    ):
        row = printed(kappa=replace(KAPPA, weights=weights), spearman=spearman)
        (known,) = row_evidence(*alone(row, "no margins"), CARD, AgreementSettings())
        assert known.how == how
        assert isinstance(known.evidence.kappa, KappaFactor) == (weights == "quadratic")


def test_nothing_known_gives_a_flat_likelihood():
    row = printed(kappa=replace(KAPPA, weights="linear"))
    found = one(row, "no margins")
    assert found.how == "nothing: prior and other rows only"
    np.testing.assert_allclose(found.log_likelihood, 0, atol=0.01)


def test_one_margin_is_used_with_what_else_there_is():
    row = printed(margins_a=MARGINS["margins_a"], kappa=KAPPA, spearman=PrintedSpearman(0.7))
    found = one(row, "no margins")
    assert found.how == "one margin, kappa and Spearman, normal"
    rng = np.random.default_rng(5)
    cells = found.draw(np.full(500, 1.0), np.full(500, 0.5), rng).cells
    np.testing.assert_allclose(np.median(cells.sum(2), axis=0), 0.2, atol=0.03)


def test_weights_are_those_stated_then_those_shared_then_any(ild):
    table, audit = ild
    row = table.rows[0]
    assert shared_weights(row, audit) == ("quadratic",)
    assert shared_weights(row, replace(audit, chosen=None)) == ("unweighted", "linear", "quadratic")
    assert shared_weights(replace(row, kappa=KAPPA), replace(audit, chosen=None)) == ("quadratic",)
    assert shared_weights(replace(row, kappa=None), audit) == ()


def test_a_known_table_outweighs_its_printed_figures():
    counts = np.array([[22, 5], [9, 14]])
    plain = one(printed(counts), n_categories=2)
    told = printed(counts, kappa=KAPPA, spearman=PrintedSpearman(0.4, continuous=False))
    both = one(told, n_categories=2)
    assert both.how == "cross-table"
    assert isinstance(both.integral.known.evidence, TableEvidence)
    np.testing.assert_array_equal(plain.log_likelihood, both.log_likelihood)
