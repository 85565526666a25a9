"""How well misaligned codes, or other lines, explain a kappa without margins."""

import math
from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.cards.agreement_card import load_agreement_card
from metadx.criticism.alignment import alignment_probabilities, rounding_error
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.result import EngineReport
from metadx.errors import DataError
from metadx.studies.agreement import AgreementRow, AgreementTable, PrintedKappa
from metadx.studies.agreement_audit import audit_agreement

CARD = load_agreement_card()
QUADRATIC = PrintedKappa(0.55, lower=0.42, upper=0.68, weights="quadratic")


def fit_of(table, z, lam=0.6, **settings):
    n_draws, n_rows = z.shape
    return AgreementFit(
        table=table,
        audit=audit_agreement(table),
        card=CARD,
        settings=AgreementSettings(**{"part_kappa": False} | settings),
        z=z[None],
        cells=np.empty((1, n_draws, n_rows, 0, 0)),
        kappa_coded=np.full((1, n_draws, n_rows), np.nan),
        accuracy_factor=np.full((1, n_draws, n_rows), np.nan),
        hyper={"lambda": np.broadcast_to(lam, n_draws)[None]},
        engine=EngineReport("marginal", None, 400, None, 0),
        checks=(),
    )


def test_misaligned_codes_are_told_from_aligned_ones():
    """The lung study: what a longer fit of all cut-points gave, in the order of the rows."""
    table = metadx.load_agreement("ild-agreement").table
    rng = np.random.default_rng(6)
    z = rng.normal(1.0, 0.2, (2000, len(table.rows)))
    z[:, 10:12] = rng.normal(0.2, 0.12, (2000, 2))
    found = alignment_probabilities(fit_of(table, z, rng.beta(10, 5, 2000)))
    assert [reading.row for reading in found] == list(range(6, 16))
    aligned = np.array([reading.aligned for reading in found])
    total = [r.aligned + r.first_higher + r.first_lower for r in found]
    np.testing.assert_allclose(total, 1)
    assert (aligned[[8, 9]] < 0.05).all()  # emphysema
    assert (aligned[[2, 3, 6, 7]] > 0.8).all()  # ground-glass and honeycombing
    assert ((aligned[[0, 1, 4, 5]] > 0.01) & (aligned[[0, 1, 4, 5]] < 0.8)).all()
    lines = np.array([reading.factor_lines for reading in found])
    assert (lines[[0, 8, 9]] > 20).all()  # lines that differ explain them about as well
    assert (lines[[2, 3]] < 3).all()
    for one in found:
        off = one.first_higher + one.first_lower
        assert one.factor_off == pytest.approx(off / 0.1 / (one.aligned / 0.9), rel=1e-6)


def test_a_fit_that_used_the_kappa_cannot_weigh_it():
    row = AgreementRow("", "cyst", "", "A", "B", 80, kappa=QUADRATIC)
    fit = fit_of(AgreementTable(("0", "1", "2"), (row,)), np.full((30, 1), 0.9), part_kappa=True)
    with pytest.raises(DataError, match="used the kappa of cyst, which is to be weighed"):
        alignment_probabilities(fit)


def test_rows_with_margins_or_other_weights_are_not_weighed():
    margins = (np.array([40, 25, 15]),)
    row = AgreementRow("", "cyst", "", "A", "B", 80, kappa=QUADRATIC)
    rows = (
        replace(row, margins_a=margins, margins_b=margins),
        replace(row, finding="scar", kappa=replace(QUADRATIC, weights="linear")),
        replace(row, finding="node", kappa=None, counts=np.diag([40, 25, 15])),
    )
    table = AgreementTable(("0", "1", "2"), rows)
    assert alignment_probabilities(fit_of(table, np.full((30, 3), 0.9))) == ()


def test_rounding_of_the_error_follows_the_level_and_the_digits():
    assert rounding_error(PrintedKappa(0.6, se=0.08)) == pytest.approx(0.01 / math.sqrt(12))
    ninety = PrintedKappa(0.6, lower=0.5, upper=0.72, level=0.9, lower_decimals=1)
    both = math.hypot(0.1, 0.01) / math.sqrt(12)
    assert rounding_error(ninety) == pytest.approx(both / (2 * 1.644854), rel=1e-6)
