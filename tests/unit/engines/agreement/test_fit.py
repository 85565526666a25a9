"""What is asked for is what is fitted; what cannot be meant is refused."""

from dataclasses import replace

import numpy as np
import pytest

import metadx
from metadx.engines.agreement import fit as agreement
from metadx.engines.agreement import marginal
from metadx.engines.result import Check
from metadx.errors import CardError, ConvergenceWarning, DataError, FitError, MetadxError
from metadx.resources import models_dir
from metadx.studies.agreement import AgreementRow, AgreementTable


@pytest.fixture(scope="module")
def review():
    return metadx.load_agreement("xeromammograms")


def small(**options):
    return metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=400, **options)


@pytest.fixture(scope="module")
def fitted():
    return small()


def test_one_cross_table(fitted, review):
    assert fitted.z.shape == (4, 100, 1)
    assert fitted.cells.shape == (4, 100, 1, 4, 4)
    np.testing.assert_allclose(fitted.cells.sum(axis=(-1, -2)), 1)
    assert np.isnan(fitted.kappa_coded).all()
    assert fitted.evidence == ("cross-table",)
    assert fitted.title == review.title
    assert fitted.passed
    assert "xeromammograms" in repr(fitted)
    counts = review.table.rows[0].counts
    expected = fitted.cells.mean(axis=(0, 1, 2)) * counts.sum()
    assert np.abs(expected - counts).max() < 4  # of up to 34 cases in a cell


def test_the_seed_decides_the_draws(fitted):
    again, other = small(seed=fitted.seed), small(seed=fitted.seed + 1)
    np.testing.assert_array_equal(again.cells, fitted.cells)
    np.testing.assert_array_equal(again.predicted_kappa, fitted.predicted_kappa)
    assert not np.array_equal(other.z, fitted.z)


def test_a_table_is_as_good_as_a_review(fitted, review):
    found = metadx.fit_agreement(review.table, draws=400)
    np.testing.assert_array_equal(found.z, fitted.z)
    assert found.title == ""


def test_a_card_of_ones_own(tmp_path, fitted):
    text = (models_dir() / "ordinal-agreement.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("mean = 0.9, sd = 0.7", "mean = 0, sd = 0.1"))
    found = small(model=path)
    assert found.card.source == str(path)
    assert found.latent_rho.mean() < fitted.latent_rho.mean() - 0.2
    with pytest.raises(CardError, match="a card for diagnostic accuracy"):
        small(model="bivariate-binomial")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"draws": 10}, "draws = 10"),
        ({"engine": "gibbs"}, "engine = 'gibbs'"),
        ({"seed": -1}, "seed = -1"),
        ({"impossible": "keep"}, "impossible = 'keep'"),
    ],
)
def test_settings_that_cannot_be_meant(review, options, words):
    with pytest.raises(MetadxError, match=words):
        metadx.fit_agreement(review, **options)


def test_tables_that_cannot_be_fitted(review):
    with pytest.raises(MetadxError, match=r"data = {}; wanted an AgreementTable"):
        metadx.fit_agreement({})
    row = AgreementRow("", "cysts", "", "A", "B", 3, counts=np.array([[1, 0], [1, 1]]))
    with pytest.raises(DataError, match="cysts: n = 3, but the card ordinal-agreement needs"):
        metadx.fit_agreement(AgreementTable(("0", "1"), (row,)))


def test_auto_goes_on_to_nuts_where_an_integral_cannot_be_trusted(monkeypatch, review, fitted):
    def distrusted(*_given):
        return (Check("row_pareto_k", 0.9, 0.7, passed=False),), 0.9

    nuts = replace(fitted, engine=replace(fitted.engine, name="nuts"))
    monkeypatch.setattr(marginal, "_row_checks", distrusted)
    monkeypatch.setattr(agreement, "_full_engine", lambda: lambda *_given: nuts)
    found = metadx.fit_agreement(review, draws=400)
    assert found.engine.name == "nuts"
    assert found.engine.fell_back == (
        "Pareto k of the integral over the cut-points of a row is 0.90, not below 0.7"
    )
    with pytest.warns(ConvergenceWarning, match="row_pareto_k = 0.9"):
        kept = metadx.fit_agreement(review, draws=400, engine="marginal")
    assert kept.engine.name == "marginal"
    assert not kept.passed


def test_auto_goes_on_to_nuts_where_the_marginal_engine_fails(monkeypatch, review, fitted):
    def failing(*_given):
        raise FitError("no start")

    monkeypatch.setattr(agreement, "fit_rows", failing)
    monkeypatch.setattr(agreement, "_full_engine", lambda: lambda *_given: fitted)
    found = metadx.fit_agreement(review, draws=400)
    assert found.engine.fell_back == "the marginal engine failed: no start"
    with pytest.raises(FitError, match="no start"):
        metadx.fit_agreement(review, draws=400, engine="marginal")


def test_three_or_more_raters_have_their_own_engine(monkeypatch, fitted):
    from metadx.engines.agreement.factor import fit as one_factor

    asked = []
    monkeypatch.setattr(
        one_factor, "fit_one_factor", lambda table, *_rest: asked.append(table) or fitted
    )
    monkeypatch.setattr(
        agreement, "predict_kappa", lambda *_given: np.full(fitted.kappa_coded.shape, np.nan)
    )
    metadx.fit_agreement(metadx.load_agreement("carcinoma-pathologists"), draws=400)
    assert len(asked[0].ratings) == 1


def test_a_failed_check_is_told(monkeypatch, review):
    monkeypatch.setattr(
        marginal,
        "_row_checks",
        lambda *_given: ((Check("row_ess", 30.0, 100.0, passed=False),), None),
    )
    with pytest.warns(ConvergenceWarning, match=r"row_ess = 30 \(limit 100\)"):
        metadx.fit_agreement(review, draws=400)
