import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadx.estimands.hsroc import HSROC, bivariate, hsroc


def test_the_handbook_review(glmer):
    """Values of the same estimates transformed in R, after Harbord 2007."""
    h = hsroc(glmer.mu, glmer.tau, glmer.rho)
    assert h.lambda_[0] == pytest.approx(3.7305751966, rel=1e-9)
    assert h.theta[0] == pytest.approx(-1.2034468793, rel=1e-9)
    assert h.beta[0] == pytest.approx(0.025690550007, rel=1e-8)
    assert h.sigma2_alpha[0] == pytest.approx(0.57292455601, rel=1e-9)
    assert h.sigma2_theta[0] == pytest.approx(0.41349160974, rel=1e-9)


def test_hand_arithmetic():
    """tau 1 and 4: root 2, so Lambda = 2 * 3 + 5 / 2, Theta = (6 - 2.5) / 2, covariance 1."""
    h = hsroc(np.array([[3.0, 5.0]]), np.array([[1.0, 4.0]]), np.array([0.25]))
    assert h.lambda_[0] == pytest.approx(8.5)
    assert h.theta[0] == pytest.approx(1.75)
    assert h.beta[0] == pytest.approx(np.log(4.0))
    assert h.sigma2_alpha[0] == pytest.approx(10.0)
    assert h.sigma2_theta[0] == pytest.approx(1.5)


def test_inverse_on_rounded_published_values():
    h = HSROC(*(np.array([x]) for x in (3.7306, -1.2034, 0.0257, 0.5729, 0.4135)))
    mu, tau, rho = bivariate(h)
    assert mu[0] == pytest.approx([0.65339, 3.10841], abs=2e-4)
    assert (tau[0] ** 2) == pytest.approx([0.5426, 0.5712], abs=2e-4)
    assert rho[0] * tau[0].prod() == pytest.approx(-0.2703, abs=2e-4)


@given(
    st.tuples(st.floats(-10, 10), st.floats(-10, 10)),
    st.tuples(st.floats(1e-2, 20), st.floats(1e-2, 20)),
    st.floats(-0.999, 0.999),
)
def test_round_trip(mu, tau, rho):
    start = (np.array([mu]), np.array([tau]), np.array([rho]))
    back = bivariate(hsroc(*start))
    for got, want in zip(back, start, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9)


def test_a_margin_without_spread_has_no_shape_but_has_variances():
    tau = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 0.0], [1.0, 1.0]])
    with np.errstate(all="raise"):
        h = hsroc(np.ones((4, 2)), tau, np.zeros(4))
    for values in (h.lambda_, h.theta, h.beta):
        assert np.isnan(values[:3]).all()
        assert np.isfinite(values[3])
    assert h.sigma2_alpha.tolist() == [0.0, 0.0, 0.0, 2.0]
    assert h.sigma2_theta.tolist() == [0.0, 0.0, 0.0, 0.5]


def test_a_ratio_past_double_precision_is_not_a_number():
    with np.errstate(all="raise"):
        h = hsroc(np.ones((2, 2)), np.array([[5e-324, 1e300], [1e300, 5e-324]]), np.zeros(2))
    assert np.isnan(h.beta).all()


def test_parameters_cannot_be_replaced(glmer):
    h = hsroc(glmer.mu, glmer.tau, glmer.rho)
    with pytest.raises(dataclasses.FrozenInstanceError):
        h.beta = np.zeros(1)


def test_inverse_without_any_variance_has_no_correlation():
    zero = np.zeros(1)
    mu, tau, rho = bivariate(HSROC(np.array([2.0]), np.array([0.5]), zero, zero, zero))
    assert mu.tolist() == [[1.5, 0.5]]
    assert tau.tolist() == [[0.0, 0.0]]
    assert np.isnan(rho[0])
