"""Cumulative meta-analysis against fits of the first studies, and tables that have no order."""

import numpy as np
import pytest

from metadx.criticism.cumulative import cumulative, ordering
from metadx.engines.fit import fit
from metadx.errors import DataError, FitError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.review import load_dataset


def dated(years, rows=None):
    size = len(years)
    rows = rows or [(18 + i, 2, 5, 30 - i) for i in range(size)]
    return AccuracyTable.from_counts(
        [f"S{i}" for i in range(size)],
        *zip(*rows, strict=True),
        covariates={"year": Continuous("year", years, unit="calendar year")},
    )


def test_studies_enter_by_year_and_ties_by_the_table():
    order, values, unit = ordering(dated([2005.0, 1999.0, 2005.0, 2001.0]), "year")
    assert order.tolist() == [1, 3, 0, 2]
    assert values.tolist() == [2005, 1999, 2005, 2001]
    assert unit == "calendar year"


def test_each_step_is_the_fit_of_the_studies_so_far():
    review = load_dataset("telomerase")
    found = cumulative(review, draws=4000)
    order = found.order
    assert found.values.tolist() == sorted(review.table.covariates["year"].values.tolist())
    assert found.labels == tuple(review.table.study[i] for i in order)
    for step in (0, 4, 9):
        anew = fit(review.table.take(order[: step + 1]), draws=20_000, seed=5, study_effects=False)
        draws = 1 / (1 + np.exp(-anew.pooled.mu[:, 1]))
        moved = found.quantities["spec"]
        error = 5 * draws.std() * np.sqrt(1 / 2500 + 1 / 12_000)
        assert moved.median[step] == pytest.approx(np.median(draws), abs=error)
        assert moved.lower[step] == pytest.approx(np.quantile(draws, 0.025), abs=4 * error)
    assert found.quantities["spec"].whole == found.quantities["spec"].median[-1]
    assert found.verdict.rule_in[-1] == found.verdict.whole_rule_in


def test_a_fit_is_the_last_step_itself():
    table = dated([2003.0, 2001.0, 2002.0])
    whole = fit(table, draws=1000, seed=3)
    found = cumulative(whole, draws=500)
    assert found.quantities["tau_sens"].median[-1] == np.median(whole.pooled.tau[:, 0])
    assert found.labels == ("S1", "S2", "S0")
    with pytest.raises(FitError, match="fit without covariates"):
        cumulative(fit(load_dataset("anti-ccp"), sens="~ generation", draws=200))


def test_ties_are_said_to_stand_in_the_order_of_the_table():
    tied = cumulative(dated([2001.0, 2002.0, 2002.0]), draws=300).words
    assert "Studies of the same year enter in the order of the table." in tied
    assert "same year" not in cumulative(dated([2001.0, 2002.0]), draws=300).words


def test_a_margin_is_unknown_until_a_study_has_it():
    rows = [(20, 0, 5, 0), (15, 4, 6, 30), (25, 3, 4, 40)]
    found = cumulative(dated([1.0, 2.0, 3.0], rows), draws=500)
    spec = found.quantities["spec"].median
    assert np.isnan(spec[0])
    assert np.isfinite(spec[1:]).all()
    assert np.isfinite(found.quantities["sens"].median).all()
    # nothing is said of an interval that was not there
    none = cumulative(dated([1.0, 2.0], [(20, 0, 5, 0), (9, 0, 2, 0)]), draws=500)
    assert "specificity" not in none.words


def test_the_words_tell_when_the_answer_settled():
    found = cumulative(load_dataset("telomerase"), draws=1000)
    sens = found.quantities["sens"].median
    away = np.flatnonzero(np.abs(sens - sens[-1]) > 0.02)
    assert f"The pooled sensitivity is {sens[-1]:.2f} and" in found.words
    assert f"since {found.labels[away[-1] + 1]} " in found.words


def test_near_1_settled_means_nearer_and_nothing_is_called_certain():
    rows = [(199, 0, 1, 40), (198, 0, 2, 30), (199, 0, 1, 60), (199, 0, 1, 50), (2000, 0, 5, 70)]
    found = cumulative(dated([1.0, 2.0, 3.0, 4.0, 5.0], rows), draws=2000)
    sens = found.quantities["sens"].median
    assert sens[-1] > 0.995
    assert f"The pooled sensitivity is {sens[-1]:.4f} and" in found.words
    assert "0.0002" in found.words
    assert "1.00" not in found.words
    assert "0.00 " not in found.words
    alone = cumulative(dated([1.0], rows[:1]), draws=2000)
    assert "after the only study." in alone.words


def test_the_verdict_of_each_step_is_about_stated_ratios():
    rows = [(20, 3, 5, 40), (15, 4, 6, 30)]
    table = dated([1.0, 2.0], rows)
    usual, own = (cumulative(table, draws=500, **more) for more in ({}, {"cuts": (0.3, 4.0)}))
    assert (own.verdict.rule_out > usual.verdict.rule_out).all()
    assert (own.verdict.rule_in > usual.verdict.rule_in).all()
    assert own.verdict.cuts == (0.3, 4.0)


@pytest.mark.parametrize(
    ("covariates", "said"),
    [
        ({}, 'add a column "year" with a number for each study'),
        ({"year": Categorical("year", ("x", "y", "x"), ("x", "y"), "x")}, "have no order"),
        ({"year": Continuous("year", [1.0, float("nan"), 3.0])}, 'no "year" for B;'),
        ({"size": Continuous("size", [1.0, 2.0, 3.0])}, 'wanted one of "size"'),
    ],
)
def test_what_has_no_order_is_refused(covariates, said):
    table = AccuracyTable.from_counts(
        ["A", "B", "C"], [9, 8, 7], [1, 2, 3], [2, 2, 2], [8, 9, 9], covariates=covariates
    )
    with pytest.raises(DataError, match=said):
        cumulative(table)
