"""The likelihood of several raters: by other integrals, and its derivatives by differences."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import multivariate_normal, norm

from metadx.builders.factor_likelihood import factor_log_likelihood, factor_operation
from metadx.builders.one_factor import build_one_factor, factor_nodes, one_direction
from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.factor.quadrature import grouped_log_likelihood, quadrature_error

LOADINGS = np.array([0.8, -0.5, 0.9])
CUTS = np.array([[-0.5, 0.4, 1.8], [-1.0, 0.0, 0.3], [0.1, 0.9, 1.0]])
PATTERNS = np.array([[0, 3, 0], [3, -1, 3], [2, 1, -1], [1, 0, 3]])
COUNTS = np.array([4.0, 1.0, 2.0, 3.0])


def probability(pattern):
    """Integrate over what the raters have in common by adaptive quadrature."""
    framed = np.column_stack([np.full(3, -np.inf), CUTS, np.full(3, np.inf)])

    def integrand(eta):
        place = (framed - LOADINGS[:, None] * eta) / np.sqrt(1 - LOADINGS[:, None] ** 2)
        given = [ndtr(place[j, c + 1]) - ndtr(place[j, c]) for j, c in enumerate(pattern) if c >= 0]
        return norm.pdf(eta) * np.prod(given)

    return quad(integrand, -9, 9, epsabs=1e-13, epsrel=1e-11, limit=400)[0]


def evaluated(loadings=LOADINGS, cuts=CUTS, nodes=161):
    return factor_log_likelihood(loadings, cuts, PATTERNS, COUNTS, *factor_nodes(nodes))


def test_the_sum_over_nodes_is_the_integral():
    wanted = COUNTS @ np.log([probability(pattern) for pattern in PATTERNS])
    assert evaluated()[0] == pytest.approx(wanted, abs=1e-5)


def test_two_raters_have_the_bivariate_normal_law():
    loadings, cuts = np.array([0.9, 0.7]), np.array([[0.2], [-0.4]])
    both = multivariate_normal([0, 0], [[1, 0.63], [0.63, 1]])
    value = factor_log_likelihood(
        loadings, cuts, np.array([[0, 0]]), np.ones(1), *factor_nodes(161)
    )[0]
    assert value == pytest.approx(np.log(both.cdf([0.2, -0.4])), abs=1e-6)


def test_the_derivatives_are_those_of_the_value():
    step = 1e-6
    _, by_loading, by_cut = evaluated()
    for j in range(3):
        move = step * np.eye(3)[j]
        slope = (evaluated(LOADINGS + move)[0] - evaluated(LOADINGS - move)[0]) / (2 * step)
        assert by_loading[j] == pytest.approx(slope, rel=1e-5, abs=1e-6)
        for c in range(3):
            move = step * (np.arange(9).reshape(3, 3) == 3 * j + c)
            slope = (evaluated(cuts=CUTS + move)[0] - evaluated(cuts=CUTS - move)[0]) / (2 * step)
            assert by_cut[j, c] == pytest.approx(slope, rel=1e-5, abs=1e-6)


def test_loops_and_matrices_agree():
    in_matrices = grouped_log_likelihood(LOADINGS, CUTS, PATTERNS, COUNTS, 161)
    assert evaluated()[0] == pytest.approx(in_matrices, abs=1e-9)


def test_the_error_of_coarse_nodes_is_seen():
    loadings = np.array([[0.99, 0.985, 0.995], [0.9, 0.95, 0.9], [0.5, 0.5, 0.5]])
    cuts = np.stack([np.abs(CUTS), CUTS, CUTS])
    coarse, fine = (
        quadrature_error(loadings, cuts, PATTERNS[[1, 2]], COUNTS[:2], nodes) for nodes in (15, 241)
    )
    assert coarse > 0.03
    assert fine < 1e-3


def test_far_and_narrow_categories_stay_finite():
    cuts = np.array([[-40.0, 30.0, 30.0], [-1.0, 0.0, 0.3], [0.1, 0.9, 1.0]])
    value, by_loading, by_cut = evaluated(np.array([0.9994, 0.0, -0.9994]), cuts)
    assert np.isfinite(value)
    assert np.isfinite(by_loading).all()
    assert np.isfinite(by_cut).all()


def test_the_operation_hands_on_value_and_derivatives():
    import pytensor
    import pytensor.tensor as pt

    loadings, cuts = pt.dvector(), pt.dmatrix()
    value = factor_operation()(loadings, cuts, PATTERNS, COUNTS, *factor_nodes(41))[0]
    slopes = pt.grad(2 * value, [loadings, cuts])
    function = pytensor.function([loadings, cuts], [value, *slopes], mode="FAST_COMPILE")
    found = function(LOADINGS, CUTS)
    wanted = evaluated(nodes=41)
    assert found[0] == pytest.approx(wanted[0])
    assert found[1] == pytest.approx(2 * wanted[1])
    assert found[2] == pytest.approx(2 * wanted[2])


@pytest.mark.parametrize(("n_categories", "free"), [(2, 4), (4, 5)])
def test_the_model_is_prior_times_likelihood(n_categories, free):
    card = load_agreement_card().card
    model = build_one_factor(3, n_categories, card)
    assert len(model.free_RVs) == free
    model.set_data("patterns", np.minimum(PATTERNS, n_categories - 1))
    model.set_data("counts", COUNTS)
    nodes, log_weights = factor_nodes(41)
    model.set_data("nodes", nodes)
    model.set_data("log_weights", log_weights)
    rng = np.random.default_rng(1)
    start = model.initial_point()
    point = {name: x + rng.normal(0, 0.3, np.shape(x)) for name, x in start.items()}
    found = model.compile_logp(mode="FAST_COMPILE")(point)
    sd = np.exp(point["sd_loading_log__"])
    z = point["loading"] + sd * point["z_raw"]
    cuts = point["first_cut"][:, None]
    either = norm.pdf(point["loading"], [0.9, -0.9], 0.7).mean()
    wanted = np.log(either) + norm.logpdf(point["z_raw"]).sum()
    wanted += np.log(2) + norm.logpdf(sd, 0, 0.7) + point["sd_loading_log__"]
    wanted += norm.logpdf(point["first_cut"], 0, 1.5).sum()
    if n_categories > 2:
        wanted += norm.logpdf(point["log_gap"], 0, 0.7).sum()
        cuts = np.column_stack([cuts, cuts + np.exp(point["log_gap"]).cumsum(axis=1)])
    wanted += grouped_log_likelihood(
        0.9995 * np.tanh(z), cuts, np.minimum(PATTERNS, n_categories - 1), COUNTS, 41
    )
    assert float(found) == pytest.approx(wanted, abs=1e-6)


def test_draws_are_turned_to_point_the_same_way():
    rng = np.random.default_rng(5)
    true = np.array([0.9, 0.7, -0.8, 0.1])
    draws = true + rng.normal(0, 0.15, (400, 4))
    signs = rng.choice([-1.0, 1.0], 400)
    assert one_direction(signs[:, None] * draws) == pytest.approx(signs)
    assert one_direction(-draws) == pytest.approx(-np.ones(400))
