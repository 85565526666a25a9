"""What a fit with covariates says of each kind of study."""

import numpy as np
import pytest

import metadx
from metadx.designs.formula import design_row
from metadx.engines.fit import Fit, fit
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.review import load_dataset

SETTINGS = ("ward", "clinic", "home", "clinic", "ward", "home", "clinic", "ward")
YEARS = (2001.0, 2004.0, 2003.0, 2009.0, 2010.0, 2006.0, 2002.0, 2011.0)


@pytest.fixture(scope="module")
def assay() -> Fit:
    review = load_dataset("anti-ccp")
    return fit(review, sens="~ generation", spec="~ generation", draws=1000)


@pytest.fixture(scope="module")
def table() -> AccuracyTable:
    return AccuracyTable.from_counts(
        [f"Study {i}" for i in range(8)],
        [18, 40, 7, 25, 9, 33, 51, 12],
        [3, 1, 5, 9, 2, 4, 6, 1],
        [2, 9, 1, 5, 3, 8, 20, 3],
        [30, 22, 9, 60, 14, 41, 35, 12],
        covariates={
            "setting": Categorical("setting", SETTINGS, ("clinic", "home", "ward"), "ward"),
            "year": Continuous("year", YEARS, "year"),
        },
    )


@pytest.fixture(scope="module")
def mixed(table) -> Fit:
    return fit(table, sens="~ setting + year", spec="~ year", draws=1000)


def test_two_levels_are_the_intercept_less_and_plus_half_the_difference(assay):
    beta = assay.coefficients.reshape(-1, 4)
    first, second = assay.groups
    assert (first.label, second.label) == ("CCP1", "CCP2")
    for group, half in ((first, -0.5), (second, 0.5)):
        np.testing.assert_allclose(group.mu[:, 0], beta[:, 0] + half * beta[:, 1], atol=1e-12)
        np.testing.assert_allclose(group.mu[:, 1], beta[:, 2] + half * beta[:, 3], atol=1e-12)
        assert group.covariate == "generation"
        assert dict(group.at) == {"generation": group.label}
    np.testing.assert_allclose(assay.effects.reshape(-1, 2), beta[:, [1, 3]], atol=1e-12)
    np.testing.assert_allclose(
        assay.intercepts.reshape(-1, 2), first.mu, atol=1e-12
    )  # CCP1: reference
    counts = [list(assay.table.covariates["generation"].values).count(x) for x in ("CCP1", "CCP2")]
    assert [group.studies.size for group in assay.groups] == counts == [8, 29]


def test_all_groups_share_the_draws_of_the_heterogeneity(assay):
    for group in assay.groups:
        np.testing.assert_array_equal(group.tau, assay.tau.reshape(-1, 2))
        np.testing.assert_array_equal(group.rho, assay.rho.ravel())


def test_effects_are_differences_from_the_reference_and_changes_per_sd(mixed):
    """Helmert codes of three levels: -b/2 - c/sqrt(12), b/2 - c/sqrt(12) and c/sqrt(3)."""
    assert mixed.effect_names == (
        *("sens,setting=clinic", "sens,setting=home", "sens,year", "spec,year"),
    )
    beta = mixed.coefficients.reshape(-1, 6)
    assert mixed.design.sens.kinds == ("intercept", "contrast", "contrast", "slope")
    clinic = -beta[:, 1] / 2 - beta[:, 2] / np.sqrt(12)
    home = beta[:, 1] / 2 - beta[:, 2] / np.sqrt(12)
    ward = beta[:, 2] / np.sqrt(3)
    effects = mixed.effects.reshape(-1, 4)
    np.testing.assert_allclose(effects[:, 0], clinic - ward, atol=1e-12)
    np.testing.assert_allclose(effects[:, 1], home - ward, atol=1e-12)
    np.testing.assert_allclose(effects[:, 2:], beta[:, [3, 5]], atol=1e-12)
    mu = mixed.intercepts.reshape(-1, 2)
    np.testing.assert_allclose(mu[:, 0], beta[:, 0] + ward, atol=1e-12)
    np.testing.assert_allclose(mu[:, 1], beta[:, 4], atol=1e-12)


def test_a_level_stands_at_the_average_year_and_a_year_at_the_average_of_the_settings(mixed):
    beta = mixed.coefficients.reshape(-1, 6)
    groups = {group.label: group for group in mixed.groups}
    ward = groups["setting = ward"]
    np.testing.assert_allclose(
        ward.mu[:, 0], beta[:, 0] + beta[:, 2] / np.sqrt(3), atol=1e-9
    )  # the mean of the scaled years is 0
    assert ward.studies.tolist() == [0, 4, 7]
    (kind,) = [k for k in mixed.design.kinds if k.label.startswith("year = 2005")]
    year = groups[kind.label]
    scaled = (kind.at["year"] - np.mean(YEARS)) / np.std(YEARS, ddof=1)
    levels = {
        "clinic": -beta[:, 1] / 2 - beta[:, 2] / np.sqrt(12),
        "home": beta[:, 1] / 2 - beta[:, 2] / np.sqrt(12),
        "ward": beta[:, 2] / np.sqrt(3),
    }
    average = sum(levels[setting] for setting in SETTINGS) / 8
    wanted = beta[:, 0] + average + scaled * beta[:, 3]
    np.testing.assert_allclose(year.mu[:, 0], wanted, atol=1e-9)
    np.testing.assert_allclose(year.mu[:, 1], beta[:, 4] + scaled * beta[:, 5], atol=1e-9)
    assert year.studies.size == 0


def test_a_kind_that_is_asked_for_has_all_its_values_set(mixed, table):
    kind = design_row(table, mixed.design, {"setting": "home", "year": 2015})
    group = mixed.group(kind)
    beta = mixed.coefficients.reshape(-1, 6)
    scaled = (2015 - np.mean(YEARS)) / np.std(YEARS, ddof=1)
    home = beta[:, 1] / 2 - beta[:, 2] / np.sqrt(12)
    np.testing.assert_allclose(group.mu[:, 0], beta[:, 0] + home + scaled * beta[:, 3], atol=1e-9)
    assert group.covariate == ""
    assert any("beyond" in remark for remark in kind.remarks)


def test_new_studies_follow_the_law_of_their_kind_and_repeat(assay):
    for group in assay.groups:
        z = (group.new_logits - group.mu) / group.tau
        assert abs(z.mean()) < 0.1
        np.testing.assert_allclose(z.std(axis=0), 1, atol=0.1)
        link = np.mean(z[:, 0] * z[:, 1]) - group.rho.mean()
        assert abs(link) < 0.12
    again = assay.groups
    for one, two in zip(assay.groups, again, strict=True):
        np.testing.assert_array_equal(one.new_logits, two.new_logits)


def test_new_studies_of_different_kinds_are_different_studies(assay):
    first, second = (
        (group.new_logits - group.mu) / group.tau for group in assay.groups
    )  # standardised, so that what they share of mu and tau is gone
    for margin in (0, 1):
        assert abs(np.corrcoef(first[:, margin], second[:, margin])[0, 1]) < 0.13


def test_a_fit_with_covariates_has_no_single_mean(assay):
    with pytest.raises(FitError, match="no single mean"):
        assay.pooled  # noqa: B018 - the property is what is tested
    plain = fit(assay.table, draws=400)
    assert plain.groups == ()
    assert plain.effect_names == ()
    assert plain.effects.shape == (4, 100, 0)
    np.testing.assert_array_equal(plain.pooled.mu, plain.mu.reshape(-1, 2))
    np.testing.assert_array_equal(plain.pooled.new_logits, plain.new_study_logits())


@pytest.mark.parametrize(
    "asked",
    [
        metadx.accuracy,
        metadx.ratios,
        metadx.heterogeneity,
        lambda fit: metadx.predictive_values(fit, [0.1]),
        lambda fit: metadx.sroc(fit, [0.1]),
        lambda fit: metadx.plot_sroc(fit, backend="none"),
        lambda fit: metadx.plot_forest(fit, backend="none"),
        lambda fit: fit.new_study_logits(),
        lambda fit: fit.pooled,
    ],
)
def test_what_is_of_all_studies_refuses_a_fit_with_covariates(assay, asked):
    """Else the reference level would pass for all studies."""
    with pytest.raises(FitError, match="no single mean"):
        asked(assay)
