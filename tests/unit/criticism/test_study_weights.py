"""Burke's weights against normal theory, Louis' identity and what must hold of any weights."""

import numpy as np
import pytest

import metadx
from metadx.criticism.study_weights import StudyWeights, study_weights
from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable


def fit_of(*rows, card="bivariate-binomial", draws=1000):
    labels = [f"S{i}" for i in range(len(rows))]
    table = AccuracyTable.from_counts(labels, *np.transpose(rows))
    return metadx.fit(table, card, draws=draws, study_effects=False)


def covariance(fit):
    (first, second), rho = fit.tau.mean(axis=(0, 1)), fit.rho.mean()
    cross = rho * first * second
    return np.array([[first**2, cross], [cross, second**2]])


def test_large_studies_weigh_as_in_a_normal_model():
    # With many people each study tells its logits with variance 1 / (n p q), so its information
    # is that of Normal(mu, Sigma + S), known in closed form.
    counts = np.array(
        [
            (9000, 600, 1000, 5400),
            (2100, 150, 400, 1850),
            (1500, 300, 300, 2700),
            (700, 90, 60, 710),
        ]
    )
    fit = fit_of(*counts)
    tp, fp, fn, tn = counts.T.astype(float)
    within = np.stack([1 / tp + 1 / fn, 1 / tn + 1 / fp], axis=1)
    information = np.linalg.inv(covariance(fit) + within[:, :, None] * np.eye(2))
    spread = np.linalg.inv(information.sum(axis=0))
    expected = 100 * np.einsum("ij,njk,ki->ni", spread, information, spread) / np.diag(spread)
    found = study_weights(fit)
    np.testing.assert_allclose(found.sens, expected[:, 0], rtol=0.01)
    np.testing.assert_allclose(found.spec, expected[:, 1], rtol=0.01)
    joint = 50 * np.einsum("ij,nji->n", spread, information)
    np.testing.assert_allclose(found.joint, joint, rtol=0.01)


def test_curvatures_follow_louis_identity():
    # minus the second derivative = Sigma⁻¹ - Sigma⁻¹ Var(effects | counts) Sigma⁻¹
    fit = metadx.fit(metadx.load_dataset("galactomannan-children"), draws=1000)
    mean = fit.mu.mean(axis=(0, 1))[None]
    hyper = Hyper.of(mean, fit.tau.mean(axis=(0, 1))[None], np.array([fit.rho.mean()]))
    likelihood = IntegratedLikelihood.of(Counts.from_table(fit.table), 31)
    of = likelihood.moments(hyper)
    cross = of.cross - of.sens * of.spec
    flat = np.stack([of.sens2 - of.sens**2, cross, cross, of.spec2 - of.spec**2], axis=-1)
    inverse = np.linalg.inv(covariance(fit))
    expected = inverse - inverse @ flat.reshape(-1, 2, 2) @ inverse
    np.testing.assert_allclose(study_weights(fit).information, expected, atol=2e-6)


@pytest.mark.parametrize(
    "card", ["bivariate-t", "bivariate-probit", "bivariate-cloglog", "independent-margins"]
)
def test_weights_of_every_model_add_up(card):
    found = study_weights(metadx.fit(metadx.load_dataset("telomerase"), card, draws=1000))
    for weights in (found.sens, found.spec, found.joint):
        assert weights.sum() == pytest.approx(100)
        assert 2 < weights.min() < weights.max() < 25
    np.testing.assert_allclose(found.information, np.swapaxes(found.information, 1, 2))


def test_without_heterogeneity_weights_are_shares_of_people():
    # One accuracy for all: the information of a study is n p q, the same p for all.
    fit = metadx.fit(metadx.load_dataset("telomerase"), "fixed-effect", draws=1000)
    found, table = study_weights(fit), fit.table
    np.testing.assert_allclose(found.sens, 100 * table.n_diseased / table.n_diseased.sum())
    np.testing.assert_allclose(found.spec, 100 * table.n_nondiseased / table.n_nondiseased.sum())


def test_a_study_with_one_arm_weighs_on_the_other_through_the_correlation():
    rows = [(40, 5, 10, 60), (30, 9, 20, 55), (45, 3, 5, 40), (38, 12, 12, 70)]
    found = study_weights(fit_of(*rows, (50, 0, 9, 0)))
    assert found.sens[-1] > 10
    assert 0 < found.spec[-1] < 10
    alone = study_weights(fit_of(*rows, (50, 0, 9, 0), card="independent-margins"))
    assert alone.spec[-1] == pytest.approx(0, abs=1e-6)


def test_a_margin_that_no_study_has_gets_no_weights():
    found = study_weights(fit_of((40, 0, 10, 0), (30, 0, 20, 0), (45, 0, 5, 0)))
    assert np.isnan(found.spec).all()
    assert found.sens.sum() == pytest.approx(100)
    assert found.joint.sum() == pytest.approx(100)
    assert "No study has the arm that the pooled specificity" in found.words


def test_one_study_has_all_the_weight():
    found = study_weights(fit_of((40, 5, 10, 60)))
    assert found.sens == pytest.approx([100])
    assert found.words == "There is one study, S0, and it has all the weight."


def test_more_than_half_is_not_called_half():
    words = study_weights(fit_of((400, 5, 100, 60), (4, 1, 1, 9))).words
    assert "it alone carries more than half of the weight" in words
    assert "it alone carries half" not in words


def test_a_negative_weight_is_told_also_where_a_margin_has_none():
    nan = np.full(2, np.nan)
    below = np.array([101.0, -1.0])
    for sens, spec in ((below, nan), (nan, below)):
        found = StudyWeights(("A", "B"), sens, spec, below, np.zeros((2, 2, 2)))
        assert "A weight below 0" in found.words


def test_covariates_are_refused():
    fit = metadx.fit(metadx.load_dataset("anti-ccp"), sens="~ generation", draws=1000)
    with pytest.raises(FitError, match="weight of a study"):
        study_weights(fit)


def test_words_name_the_heaviest():
    found = study_weights(metadx.fit(metadx.load_dataset("telomerase"), draws=1000))
    top = int(found.sens.argmax())
    assert f"{found.study[top]} weighs most, {found.sens[top]:.1f}%" in found.words
    assert "With equal weights each would have 10.0%." in found.words
