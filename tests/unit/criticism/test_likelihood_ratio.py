"""Likelihood ratios against those of lme4, the chi² law against SciPy's."""

import pytest
from scipy.stats import chi2

from metadx.criticism.likelihood_ratio import chi2_above, likelihood_ratio
from metadx.engines.maximum_likelihood import maximum_likelihood
from metadx.studies.review import load_dataset

# glmer(..., family = binomial, nAGQ = 1) of lme4: log-likelihoods without and with the covariate,
# of both margins and of sensitivity alone.
GLMER = [
    ("~ generation", "~ generation", 2 * (272.7808007997 - 266.6856469993), 2),
    ("~ generation", "~ 1", 2 * (272.7808007997 - 267.478825831), 1),
]


@pytest.mark.parametrize(("sens", "spec", "wanted", "df"), GLMER)
def test_it_is_that_of_glmer(sens, spec, wanted, df):
    review = load_dataset("anti-ccp")
    found = likelihood_ratio(
        maximum_likelihood(review, sens=sens, spec=spec, nodes=1),
        maximum_likelihood(review, sens="~ 1", spec="~ 1", nodes=1),
    )
    assert found.chi2 == pytest.approx(wanted, abs=0.05)
    assert found.df == df
    assert found.p == pytest.approx(chi2.sf(wanted, df), rel=0.03)
    assert found.converged
    assert found.deviance == pytest.approx(2 * 272.7808007997 - wanted, abs=0.05)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 5, 8, 11, 30])
def test_the_chi2_law_is_that_of_scipy(df):
    for x in (1e-6, 0.3, 2.0, 7.5, 40.0, 200.0):
        assert chi2_above(x, df) == pytest.approx(chi2.sf(x, df), rel=1e-10)


def test_no_gain_is_no_evidence():
    assert chi2_above(-1e-9, 3) == chi2_above(0.0, 0) == 1
    assert chi2_above(1.0, 0) == 0
