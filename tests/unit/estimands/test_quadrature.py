import numpy as np
import pytest

from metadx.estimands.quadrature import gauss_legendre, logistic_trapezoid, normal_trapezoid


def test_legendre_is_exact_for_polynomials():
    nodes, weights = gauss_legendre(6)
    for degree in range(12):
        assert weights @ nodes**degree == pytest.approx(1.0 / (degree + 1), rel=1e-13)


@pytest.mark.parametrize("step", [0.5, 0.25, 0.125])
def test_normal_moments(step):
    nodes, weights = normal_trapezoid(step)
    moments = [float(weights @ nodes**k) for k in (0, 1, 2, 4, 6)]
    assert moments == pytest.approx([1.0, 0.0, 1.0, 3.0, 15.0], abs=1e-10)
    assert np.diff(nodes) == pytest.approx(step)


def test_logistic_moments():
    nodes, weights = logistic_trapezoid()
    moments = [float(weights @ nodes**k) for k in (0, 1, 2, 4)]
    want = [1.0, 0.0, np.pi**2 / 3, 7 * np.pi**4 / 15]
    assert moments == pytest.approx(want, abs=1e-9)


def test_rules_are_shared_and_cannot_be_written_to():
    for rule in (gauss_legendre(6), normal_trapezoid(0.5), logistic_trapezoid()):
        for values in rule:
            with pytest.raises(ValueError, match="read-only"):
                values[0] = 1.0
    assert gauss_legendre(6) is gauss_legendre(6)
