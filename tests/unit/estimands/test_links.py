"""Links against numbers with three hundred digits and against SciPy's own distributions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metadx.estimands.links import LINKS, from_logit, inverse, to_logit

# link, eta, log F(eta) - log(1 - F(eta)); mpmath
LOGITS = [
    ("probit", -60, -1805.013560681),
    ("probit", -7, -27.38430749881),
    ("probit", 0.3, 0.4806926565804),
    ("probit", 9, 43.62814911333),
    ("cloglog", -45, -45.0),
    ("cloglog", -5, -4.996629134837),
    ("cloglog", -0.2, 0.2371410008913),
    ("cloglog", 1.5, 4.470310290493),
    ("cloglog", 5, 148.4131591026),
]


@pytest.mark.parametrize(("link", "eta", "logit"), LOGITS)
def test_logits_are_exact_where_probabilities_have_rounded(link, eta, logit):
    assert to_logit(np.array([float(eta)]), link)[0] == pytest.approx(logit, rel=1e-11)
    assert from_logit(np.array([logit]), link)[0] == pytest.approx(eta, rel=1e-9)


@pytest.mark.parametrize(
    ("link", "law"),
    [("logit", stats.logistic), ("probit", stats.norm), ("cloglog", stats.gumbel_l)],
)
def test_the_inverse_is_the_distribution_it_is_said_to_be(link, law):
    eta = np.linspace(-12, 6, 181)
    np.testing.assert_allclose(inverse(eta, link), law.cdf(eta), rtol=1e-11)


@given(st.sampled_from(LINKS), st.floats(-600, 600))
def test_there_and_back_again(link, logit):
    with np.errstate(all="raise", under="ignore"):
        eta = from_logit(np.array([logit]), link)
        back = to_logit(eta, link)[0]
    assert back == pytest.approx(logit, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("link", LINKS)
def test_the_ends_are_the_ends(link):
    eta = from_logit(np.array([-np.inf, np.inf]), link)
    assert eta.tolist() == [-np.inf, np.inf]
    assert inverse(np.array([-1e4, 1e4]), link).tolist() == [0.0, 1.0]
    rising = to_logit(np.array([-1e6, -600.0, -1.0, 0.0, 1.0, 600.0]), link)
    assert np.isfinite(rising).all()
    assert (np.diff(rising) > 0).all()
