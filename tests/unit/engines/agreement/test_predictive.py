"""Kappas of as many other cases: laws that are known, weights that are told."""

from types import SimpleNamespace

import numpy as np
import pytest

from metadx.engines.agreement.predictive import predict_kappa, weights_of
from metadx.engines.agreement.settings import AgreementSettings
from metadx.studies.agreement import AgreementRow, AgreementTable, PrintedKappa
from metadx.studies.agreement_audit import AgreementAudit, Convention, Match, RowAudit
from metadx.studies.kappa import kappa_standard_error

SETTINGS = AgreementSettings
NOTHING = AgreementAudit((RowAudit(0, "table known"),), (), None, ())
DIAGONAL = np.diag([100, 60, 40])
CELLS = np.array([[0.40, 0.10, 0.00], [0.05, 0.20, 0.05], [0.00, 0.05, 0.15]])


def row_of(kappa, **more):
    return AgreementRow("", "cysts", "", "A", "B", 200, kappa=kappa, **more)


def predicted(row, coded=np.nan, cells=CELLS, audit=NOTHING, **settings):
    drawn = np.broadcast_to(cells, (4, 2000, 1, *cells.shape))
    table = AgreementTable(("0", "1", "2"), (row,))
    return predict_kappa(table, audit, drawn, np.full((4, 2000, 1), coded), SETTINGS(**settings))[
        ..., 0
    ]


@pytest.mark.parametrize("weights", ["unweighted", "linear", "quadratic"])
def test_a_new_table_has_the_spread_of_the_standard_error(weights):
    printed = PrintedKappa(0.6, weights=weights)
    found = predicted(row_of(printed, counts=np.round(200 * CELLS).astype(int)))
    sd = kappa_standard_error(np.round(200 * CELLS).astype(int), weights)
    assert found.shape == (4, 2000)
    assert found.std() == pytest.approx(sd, rel=0.06)


def test_without_margins_kappa_as_coded_and_the_printed_error():
    found = predicted(row_of(PrintedKappa(0.3, lower=0.2, upper=0.4)), coded=0.25)
    assert found.mean() == pytest.approx(0.25, abs=0.003)
    assert found.std() == pytest.approx(0.1 / 1.959964, rel=0.03)


def test_nothing_is_predicted_where_nothing_says_what_kappa_measures():
    assert np.isnan(predicted(row_of(None, counts=DIAGONAL))).all()
    assert np.isnan(predicted(row_of(PrintedKappa(0.3, lower=0.2, upper=0.4)))).all()
    assert np.isnan(predicted(row_of(PrintedKappa(0.3)), coded=0.2)).all()
    alone = np.zeros((3, 3))
    alone[1, 1] = 1
    assert np.isnan(predicted(row_of(PrintedKappa(0.3), counts=DIAGONAL), cells=alone)).all()


def test_misaligned_codes_where_these_were_asked_for():
    """Diagonal cells, codes of the first rater one too high: every disagreement is one."""
    off = Convention("quadratic", "fleiss-cohen-everitt", 200, 1)
    down = Convention("quadratic", "fleiss-cohen-everitt", 200, -1)
    matches = (Match(off, 0, 0, 9, 2, 2), Match(down, 0, 0, 9, 2, 1))
    audit = AgreementAudit((RowAudit(0, "misaligned only", matches),), (), None, ())
    row = row_of(PrintedKappa(0.3), counts=DIAGONAL)
    cells = DIAGONAL / 200
    as_they_are = predicted(row, cells=cells, audit=audit)
    np.testing.assert_allclose(as_they_are, 1)
    moved = predicted(row, cells=cells, audit=audit, impossible="misaligned")
    # Codes 1, 2, 3 against 0, 1, 2: 1 - 1 / (2 var + 1), var of the category.
    share = np.array([0.5, 0.3, 0.2])
    variance = share @ np.arange(3) ** 2 - (share @ np.arange(3)) ** 2
    assert moved.mean() == pytest.approx(1 - 1 / (2 * variance + 1), abs=0.005)


def test_it_is_the_first_rater_whose_codes_are_moved():
    """The first rater one below the second in every case: one up, and they agree."""
    below = np.array([[0, 120, 0], [0, 0, 80], [0, 0, 0]])
    off = Convention("quadratic", "fleiss-cohen-everitt", 200, 1)
    audit = AgreementAudit(
        (RowAudit(0, "misaligned only", (Match(off, 0, 0, 9, 2, 2),)),), (), None, ()
    )
    row = row_of(PrintedKappa(0.3), counts=below)
    moved = predicted(row, cells=below / 200, audit=audit, impossible="misaligned")
    np.testing.assert_allclose(moved, 1)


def test_the_weights_are_those_told_or_found():
    linear, unweighted = (
        Convention(weights, "fleiss-cohen-everitt", 200) for weights in ("linear", "unweighted")
    )
    row = row_of(PrintedKappa(0.5))
    stated = row_of(PrintedKappa(0.5, weights="unweighted"))
    own = RowAudit(0, "unique", (Match(linear, 0, 0, 9, 2, 1), Match(unweighted, 0, 0, 9, 2, 0)))

    def audit(chosen=None, rows=(own,), conventions=()):
        return SimpleNamespace(chosen=chosen, rows=rows, conventions=conventions)

    assert weights_of(stated, audit(linear), 0) == "unweighted"
    assert weights_of(row, audit(unweighted), 0) == "unweighted"
    assert weights_of(row, audit(), 0) == "linear"
    nothing = RowAudit(0, "no margins")
    assert weights_of(row, audit(rows=(nothing,), conventions=(unweighted,)), 0) == "unweighted"
    assert weights_of(row, audit(rows=(nothing,)), 0) == "quadratic"
