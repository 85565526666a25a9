import numpy as np
import pytest

from metadx.engines.quadrature import normal_rule


def double_factorial_moment(power: int) -> float:
    """E[Z^power] of a standard normal Z: (power - 1)!! for even powers, 0 for odd ones."""
    return float(np.prod(np.arange(power - 1, 0, -2, dtype=float))) if power % 2 == 0 else 0.0


@pytest.mark.parametrize("nodes", [1, 2, 3, 7, 15])
def test_polynomials_are_exact_up_to_twice_the_nodes_less_one(nodes):
    z, w = normal_rule(nodes)
    for power in range(2 * nodes):
        scale = max(1.0, double_factorial_moment(power + power % 2))
        assert (w * z**power).sum() / scale == pytest.approx(
            double_factorial_moment(power) / scale, abs=1e-12
        )


@pytest.mark.parametrize("nodes", [2, 3, 7])
def test_one_power_more_is_not_exact(nodes):
    z, w = normal_rule(nodes)
    wanted = double_factorial_moment(2 * nodes)
    assert abs((w * z ** (2 * nodes)).sum() - wanted) > 0.01 * wanted


@pytest.mark.parametrize("nodes", [1, 2, 7, 15, 31, 47, 61])
def test_the_rule_is_that_of_numpy(nodes):
    z, w = np.polynomial.hermite_e.hermegauss(nodes)
    found_z, found_w = normal_rule(nodes)
    np.testing.assert_allclose(found_z, z, rtol=0, atol=1e-12)
    # Relative precision also of the outermost weights, which are as small as 1e-47.
    np.testing.assert_allclose(found_w, w / np.sqrt(2 * np.pi), rtol=1e-11)


def test_the_rule_is_symmetric_and_cannot_be_overwritten():
    for nodes in (7, 31):
        z, w = normal_rule(nodes)
        assert np.array_equal(z, -z[::-1])
        assert np.array_equal(w, w[::-1])
        assert w.sum() == pytest.approx(1, abs=1e-15)
        with pytest.raises(ValueError, match="read-only"):
            z[0] = 0
        with pytest.raises(ValueError, match="read-only"):
            w[0] = 0
