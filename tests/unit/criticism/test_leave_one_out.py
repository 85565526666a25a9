"""Leave-one-out from the draws at hand against refits that leave each study out."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.criticism.leave_one_out import leave_one_out
from metadx.engines.fit import Fit, fit
from metadx.engines.pareto import smooth
from metadx.studies.accuracy import AccuracyTable

DRAWS = 40_000


def table_of(rows: list[tuple[int, int, int, int]]) -> AccuracyTable:
    tp, fp, fn, tn = zip(*rows, strict=True)
    return AccuracyTable.from_counts([f"S{i}" for i in range(len(rows))], tp, fp, fn, tn)


ROWS = [(18, 2, 5, 30), (9, 4, 3, 25), (30, 1, 2, 12), (7, 0, 0, 15), (12, 9, 8, 40), (20, 3, 6, 0)]


@pytest.fixture(scope="module")
def fitted() -> Fit:
    return fit(table_of(ROWS), engine="marginal", draws=DRAWS, study_effects=False)


@pytest.fixture(scope="module")
def exact() -> np.ndarray:
    """log p(y_i | the others) as the difference of two log evidences, each from its own fit."""
    whole = fit(table_of(ROWS), engine="marginal", draws=DRAWS, study_effects=False, seed=2)
    parts = [
        fit(
            table_of([row for j, row in enumerate(ROWS) if j != i]),
            engine="marginal",
            draws=DRAWS,
            study_effects=False,
        ).engine.log_evidence
        for i in range(len(ROWS))
    ]
    return whole.engine.log_evidence - np.array(parts)


def test_it_is_the_refit_without_the_study(fitted, exact):
    found = leave_one_out(fitted)
    assert (found.pareto_k < 0.7).all()
    # four standard errors of two log evidences and a ratio, about 1 / sqrt(ess) each
    np.testing.assert_allclose(found.elpd, exact, rtol=0, atol=0.04)


def test_draws_without_weights_of_their_own_give_the_same(fitted, exact):
    """As of NUTS: no raw proposals, draws that all count alike."""
    plain = replace(fitted, result=replace(fitted.result, proposals=None))
    np.testing.assert_allclose(leave_one_out(plain).elpd, exact, rtol=0, atol=0.06)


def test_the_tail_shape_is_that_of_both_weights_together(fitted):
    raw = fitted.proposals
    found = leave_one_out(fitted).pareto_k
    for i in range(len(ROWS)):
        assert found[i] == smooth(raw.log_weights - raw.log_likelihood[:, i]).pareto_k


def test_proposals_without_weight_do_not_disturb(fitted):
    """A proposal outside the support has weight 0 and no likelihood."""
    raw = fitted.proposals
    size, n = raw.rho.size, len(ROWS)
    nothing = np.full(500, -np.inf)
    padded = replace(
        raw,
        log_weights=np.concatenate([raw.log_weights, nothing]),
        log_likelihood=np.vstack([raw.log_likelihood, np.full((500, n), -np.inf)]),
    )
    assert padded.log_weights.size == size + 500
    more = replace(fitted, result=replace(fitted.result, proposals=padded))
    one, two = leave_one_out(fitted), leave_one_out(more)
    np.testing.assert_allclose(one.elpd, two.elpd)
    np.testing.assert_allclose(one.pareto_k, two.pareto_k)


def test_a_study_unlike_the_others_is_predicted_worst_and_has_the_heaviest_tail():
    rows = [(90, 10, 10, 90)] * 7 + [(10, 90, 90, 10)]
    found = leave_one_out(fit(table_of(rows), draws=4000, study_effects=False))
    assert found.elpd.argmin() == 7
    assert found.pareto_k.argmax() == 7


def test_a_study_that_is_alone_cannot_be_left_out_unnoticed():
    """What is left is the prior, which the posterior covers badly: the tail shape says so."""
    alone = fit(table_of([(30, 10, 10, 40)]), engine="marginal", draws=4000)
    assert leave_one_out(alone).pareto_k[0] > 0.5
