"""The density that is sampled: against PyMC's, its own slope, and the spline it rests on."""

import numpy as np
import pytest

from metadx.builders.ordinal_rows import build_row_hierarchy, row_hierarchy
from metadx.cards.agreement_card import parse_agreement_card
from metadx.engines.agreement.hierarchy import kernel
from metadx.engines.agreement.hierarchy.posterior import OutOfRangeError, row_posterior
from metadx.engines.agreement.hierarchy.splines import splines_through
from metadx.resources import models_dir
from tests.unit.engines.agreement.agreement_rows import CARD, LAM, Z, lung, normal_rows, table_of


def points(posterior, count=6):
    rng = np.random.default_rng(1)
    return [posterior.centre + rng.normal(0, 0.8, posterior.size) for _ in range(count)]


@pytest.mark.parametrize("far", [0.0, 5.0], ids=["on the grid", "beyond it"])
def test_the_gradient_is_the_slope_of_the_density(far):
    _, posterior = lung()
    for u in points(posterior):
        u[0] += far
        _, gradient = posterior.log_density(u)
        steps = 1e-6 * np.eye(u.size)
        slope = [
            (posterior.log_density(u + step)[0] - posterior.log_density(u - step)[0]) / 2e-6
            for step in steps
        ]
        np.testing.assert_allclose(gradient, slope, rtol=1e-5, atol=1e-5)


def values_in_pymc(model, hierarchy, posterior, u):
    """Write the coordinates as PyMC's own value variables."""
    n_sd = len(hierarchy.shape.levels)
    values = {"mu": u[0], "beta_part": u[1]}
    raw = u[2 + n_sd :]
    for place, (factor, _) in enumerate(hierarchy.shape.levels):
        values[f"sd_{factor}_log__"] = u[2 + place]
        values[f"{factor}_raw"] = raw[: posterior.factor.size][posterior.factor == place]
    values["lambda_logodds__"] = u[-1]
    assert {variable.name for variable in model.value_vars} == set(values)
    return values


def test_pymc_states_the_same_model():
    import pymc as pm

    hierarchy, posterior = lung()
    model = build_row_hierarchy(hierarchy.shape, CARD)
    with model:
        pm.set_data({"spline": posterior.splines.coefficients, "grid": posterior.splines.grid})
        pm.set_data({"part": hierarchy.part})
        for factor, _ in hierarchy.shape.levels:
            pm.set_data({f"{factor}_index": hierarchy.index[factor]})
            pm.set_data({f"{factor}_weight": hierarchy.weight[factor]})
    both = model.compile_fn(
        [model.logp(), model.dlogp()], inputs=model.value_vars, mode="FAST_COMPILE"
    )
    names = [variable.name for variable in model.value_vars]
    found, wanted = [], []
    for far in (0.0, 0.0, 0.0, 4.0, -6.0):
        u = points(posterior)[len(found)]
        u[0] += far
        values = values_in_pymc(model, hierarchy, posterior, u)
        logp, slopes = both(values)
        ours, gradient = posterior.log_density(u)
        found.append(ours)
        wanted.append(logp)
        place = values_in_pymc(model, hierarchy, posterior, gradient)
        in_order = np.concatenate([np.ravel(place[name]) for name in names])
        # PyMC holds some constants in single precision.
        np.testing.assert_allclose(in_order, slopes, rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(np.diff(found), np.diff(wanted), rtol=1e-7, atol=1e-5)


def test_any_family_of_a_spread_may_be_stated():
    text = (models_dir() / "ordinal-agreement.toml").read_text(encoding="utf-8")
    table = table_of(("s", "a", ""), ("t", "b", ""), ("s", "c", ""))
    splines = normal_rows(np.array([0.4, 1.0, 1.3]), np.full(3, 0.3))
    hierarchy = row_hierarchy(table, 0)
    at = 1 + [name for name, _ in hierarchy.shape.levels].index("finding")
    for prior in ("HalfStudentT(df=3, sd=0.5)", "Exponential(rate=2)"):
        family, numbers = prior.rstrip(")").split("(")
        stated = f'{{ family = "{family}", {numbers.replace("=", " = ")} }}'
        old = '{ family = "HalfNormal", sd = 0.6 }'
        card = parse_agreement_card(text.replace(old, stated, 1), "own.toml").card
        changed, usual = (row_posterior(hierarchy, splines, each) for each in (card, CARD))
        u, v = usual.centre + 0.1, usual.centre + 0.1
        v[at] += 0.7
        law, default = (each.parameters.sd_finding.prior for each in (card, CARD))
        sds = np.exp(np.array([u[at], v[at]]))
        wanted = np.diff(law.log_density(sds) - default.log_density(sds))[0]
        ours = [p.log_density(v)[0] - p.log_density(u)[0] for p in (changed, usual)]
        assert ours[0] - ours[1] == pytest.approx(wanted, abs=1e-10)


def test_the_kernels_say_the_same_without_numba(monkeypatch):
    from metadx.engines.agreement.hierarchy import posterior as home

    _, posterior = lung()
    u = points(posterior)[0]
    compiled = posterior.log_density(u)
    plain = (kernel.prior_density, kernel.add_rows)
    monkeypatch.setattr(home, "compiled_kernels", lambda: plain)
    value, gradient = posterior.log_density(u)
    assert value == pytest.approx(compiled[0], rel=1e-12)
    np.testing.assert_allclose(gradient, compiled[1], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("place", [2, -1], ids=["a standard deviation", "lambda"])
def test_a_leap_into_nowhere_is_an_error_the_sampler_survives(place):
    _, posterior = lung()
    u = posterior.centre.copy()
    u[place] = 800.0
    with pytest.raises(OutOfRangeError) as caught:
        posterior.log_density(u)
    assert caught.value.is_recoverable


def test_splines_go_through_the_nodes_and_beyond_them_never_upwards():
    rng = np.random.default_rng(3)
    smooth = np.cos(Z[:, None] + LAM) - 0.1 * Z[:, None] ** 2
    splines = splines_through(Z, LAM, np.stack([smooth, 2 * smooth]))
    z, lam = rng.uniform(-3.5, 3.9, (40, 2)), rng.uniform(0, 1, 40)
    wanted = np.cos(z + lam[:, None]) - 0.1 * z**2
    found = splines.values(z, lam)
    np.testing.assert_allclose(found, wanted * [1, 2], atol=2e-4)
    below, above = np.linspace(-5.5, -4.0, 4), np.linspace(4.2, 5.7, 4)
    slopes = []
    for ends in (below, above):
        out = splines.values(np.tile(ends[:, None], 2), np.full(4, 0.3))
        np.testing.assert_allclose(np.diff(out, n=2, axis=0), 0, atol=1e-9)
        slopes.append(np.diff(out, axis=0)[0] / 0.5)
    # The lower end falls outwards; the upper one would rise: level.
    assert -np.sin(4.3) - 0.8 > 0
    np.testing.assert_allclose(slopes[0], (np.sin(3.5) + 0.76) * np.array([1, 2]), rtol=5e-3)
    np.testing.assert_array_equal(slopes[1], 0)


def test_lambda_is_not_in_the_model_where_it_does_not_matter():
    assert normal_rows(np.zeros(2), np.ones(2)).share_nodes == 1
    assert normal_rows(np.zeros(2), np.ones(2), 0.1).share_nodes == 7
