import dataclasses
import json
import math
import time

import numpy as np
import pytest
from scipy import integrate

from metadx.estimands.group import (
    MARGINS_NEEDED,
    NO_MOMENTS,
    HeavyTails,
    as_json,
    estimate_group,
)
from metadx.estimands.summary import Summary

N1, N0 = np.array([40, 120, 8, 0]), np.array([100, 0, 33, 75])
RANGE, PREVALENCE, SEED = (0.02, 0.35), (0.05, 0.4), 17

# The names and their order in the published output.
KEYS = [
    "sens",
    "spec",
    "sens_population",
    "spec_population",
    "sens_new",
    "spec_new",
    "lr_pos",
    "lr_neg",
    "dor",
    "youden",
    "lr_pos_new",
    "lr_neg_new",
    "dor_new",
    "auc",
    "pauc",
    "pauc_range",
    "hsroc_lambda",
    "hsroc_theta",
    "hsroc_beta",
    "hsroc_sigma2_alpha",
    "hsroc_sigma2_theta",
    "mor_sens",
    "mor_spec",
    "i2_joint",
    "i2_sens",
    "i2_spec",
    "region_area_credible",
    "region_area_prediction",
    "ppv",
    "npv",
    "ppv_new",
    "npv_new",
]
BY_PREVALENCE = ("ppv", "npv", "ppv_new", "npv_new")


def estimate(p, **changes):
    settings = {
        "n_diseased": N1,
        "n_nondiseased": N0,
        "fpr_range": RANGE,
        "prevalence": PREVALENCE,
        "prob": 0.95,
        "rng": np.random.default_rng(SEED),
    }
    return estimate_group(p.mu, p.tau, p.rho, **(settings | changes))


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def hermite_mean(m, t):
    value = lambda z: logistic(m + t * z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    return integrate.quad(value, -9, 9, points=[-m / t] if abs(m / t) < 9 else None)[0]


def areas(m, t):
    slope = t[0] / t[1]

    def height(x):
        return logistic(m[0] + slope * (m[1] + math.log(x / (1 - x))))

    breaks = [1e-9, 1e-6, 1e-4, 1e-3, *RANGE, 1 - 1e-3, 1 - 1e-6]
    turn = logistic(-m[1])
    whole = sum(
        integrate.quad(height, a, b, limit=200)[0]
        for a, b in zip(
            sorted([1e-15, *breaks, turn]), sorted([*breaks, turn, 1 - 1e-15]), strict=True
        )
    )
    inside = [turn] if RANGE[0] < turn < RANGE[1] else None
    part = integrate.quad(height, *RANGE, points=inside, limit=200)[0] / (RANGE[1] - RANGE[0])
    return whole, part


def within(m, t, sizes):
    arms = [n for n in sizes.tolist() if n]
    return (
        (math.exp(m + t * t / 2) + math.exp(t * t / 2 - m) + 2)
        * sum(1 / n for n in arms)
        / len(arms)
    )


def scalar_draw(m, t, r, z):
    """Everything about one draw, in plain arithmetic from the definitions."""
    cov = r * t[0] * t[1]
    root = [[t[0], 0.0], [cov / t[0], math.sqrt(t[1] ** 2 - (cov / t[0]) ** 2)]]
    new = [m[0] + root[0][0] * z[0], m[1] + root[1][0] * z[0] + root[1][1] * z[1]]
    out = {}
    for tail, (a, b) in {"": m, "_new": new}.items():
        se, sp = logistic(a), logistic(b)
        out |= {f"sens{tail}": se, f"spec{tail}": sp}
        out |= {f"lr_pos{tail}": se / (1 - sp), f"lr_neg{tail}": (1 - se) / sp}
        out[f"dor{tail}"] = se * sp / ((1 - se) * (1 - sp))
        for p in PREVALENCE:
            out[f"ppv{tail}", p] = p * se / (p * se + (1 - p) * (1 - sp))
            out[f"npv{tail}", p] = (1 - p) * sp / ((1 - p) * sp + p * (1 - se))
    out["youden"] = out["sens"] + out["spec"] - 1
    out |= {f"{k}_population": hermite_mean(m[j], t[j]) for j, k in enumerate(("sens", "spec"))}
    out["auc"], out["pauc"] = areas(m, t)
    up, down = math.sqrt(t[1] / t[0]), math.sqrt(t[0] / t[1])
    out["hsroc_lambda"] = up * m[0] + down * m[1]
    out["hsroc_theta"] = (up * m[0] - down * m[1]) / 2
    out["hsroc_beta"] = math.log(t[1] / t[0])
    out["hsroc_sigma2_alpha"] = 2 * (t[0] * t[1] + cov)
    out["hsroc_sigma2_theta"] = (t[0] * t[1] - cov) / 2
    quartile = 0.6744897501960817
    out |= {
        f"mor_{k}": math.exp(math.sqrt(2 * t[j] ** 2) * quartile)
        for j, k in ((0, "sens"), (1, "spec"))
    }
    w = [within(m[0], t[0], N1), within(m[1], t[1], N0)]
    out["i2_sens"], out["i2_spec"] = (t[j] ** 2 / (t[j] ** 2 + w[j]) for j in (0, 1))
    between = math.sqrt(t[0] ** 2 * t[1] ** 2 - cov**2)
    out["i2_joint"] = between / (between + math.sqrt(w[0] * w[1]))
    return out


@pytest.fixture(scope="module")
def scalar_draws(posterior):
    z = np.random.default_rng(SEED).standard_normal(posterior.mu.shape)
    parts = zip(posterior.mu, posterior.tau, posterior.rho, z, strict=True)
    rows = [scalar_draw(m.tolist(), t.tolist(), float(r), zz.tolist()) for m, t, r, zz in parts]
    return {k: np.array([row[k] for row in rows]) for k in rows[0]}


def intervals(out):
    """Every summary of a group under one flat name."""
    flat = {k: v for k, v in out.items() if isinstance(v, Summary)}
    for name in BY_PREVALENCE:
        for row in out[name]:
            numbers = {k: v for k, v in row.items() if k != "prevalence"}
            flat[name, row["prevalence"]] = Summary(**numbers)
    return flat


@pytest.mark.parametrize("prob", [0.5, 0.95, 0.99])
def test_every_summary_against_scalar_arithmetic(posterior, scalar_draws, prob):
    found = intervals(estimate(posterior, prob=prob))
    assert set(found) == set(scalar_draws)
    q = [0.5, (1 - prob) / 2, (1 + prob) / 2]
    for name, draws in scalar_draws.items():
        s = found[name]
        want = np.quantile(draws, q)
        np.testing.assert_allclose([s.median, s.lower, s.upper], want, rtol=1e-7, err_msg=str(name))
        if name in NO_MOMENTS:
            assert s.mean is None
            assert s.sd is None
        else:
            moments = [draws.mean(), draws.std(ddof=1)]
            np.testing.assert_allclose([s.mean, s.sd], moments, rtol=1e-7, err_msg=str(name))


def test_the_output_has_its_names_in_order_and_nothing_is_empty(posterior):
    out = estimate(posterior)
    assert list(out) == KEYS == list(MARGINS_NEEDED)
    assert all(v is not None for v in out.values())
    assert out["pauc_range"] == list(RANGE)
    assert [row["prevalence"] for row in out["npv"]] == list(PREVALENCE)
    assert list(out["ppv_new"][0]) == ["prevalence", "mean", "sd", "median", "lower", "upper"]


def test_region_areas_are_those_of_the_95_percent_normal_regions(posterior):
    out = estimate(posterior, prob=0.5)
    p = posterior
    t0, t1 = p.tau.T
    between = np.array(
        [[np.mean(t0 * t0), np.mean(p.rho * t0 * t1)], [np.mean(p.rho * t0 * t1), np.mean(t1 * t1)]]
    )
    for name, cov in (
        ("region_area_credible", np.cov(p.mu.T)),
        ("region_area_prediction", np.cov(p.mu.T) + between),
    ):
        angle = np.linspace(0, 2 * np.pi, 20_001)
        circle = math.sqrt(-2 * math.log(0.05)) * np.array([np.cos(angle), np.sin(angle)])
        a, b = p.mu.mean(axis=0)[:, None] + np.linalg.cholesky(cov) @ circle
        x, y = 1 / (1 + np.exp(-a)), 1 / (1 + np.exp(-b))
        assert out[name] == pytest.approx(abs(np.trapezoid(y, x)), rel=2e-4)


def test_every_interval_answers_to_the_spread_of_the_draws(posterior):
    """Half the distance of each draw from the median, medians as they were, none stays put."""
    middle = dataclasses.replace(_draws(posterior), mu=_shrink(posterior.mu))
    middle.tau = np.exp(_shrink(np.log(posterior.tau)))
    middle.rho = np.tanh(_shrink(np.arctanh(posterior.rho)))
    np.testing.assert_allclose(np.median(middle.mu, axis=0), np.median(posterior.mu, axis=0))
    np.testing.assert_allclose(np.median(middle.tau, axis=0), np.median(posterior.tau, axis=0))
    wide, narrow = intervals(estimate(posterior)), intervals(estimate(middle))
    for name, s in wide.items():
        width, less = s.upper - s.lower, narrow[name].upper - narrow[name].lower
        assert 0.0 < less < 0.97 * width, name
        assert abs(s.lower - narrow[name].lower) > 1e-6, name
        assert abs(s.upper - narrow[name].upper) > 1e-6, name


@dataclasses.dataclass
class _Draws:
    mu: np.ndarray
    tau: np.ndarray
    rho: np.ndarray


def _draws(p):
    return _Draws(p.mu.copy(), p.tau.copy(), p.rho.copy())


def _shrink(values):
    centre = np.median(values, axis=0)
    return centre + 0.5 * (values - centre)


def test_new_studies_come_from_the_generator_alone(posterior):
    first, same = estimate(posterior), estimate(posterior)
    other = estimate(posterior, rng=np.random.default_rng(SEED + 1))
    assert first == same
    changed = {k for k in KEYS if first[k] != other[k]}
    assert changed == {k for k in KEYS if k.endswith("_new")}


def test_moments_that_do_not_exist_are_left_out(posterior):
    always = {"hsroc_lambda", "hsroc_theta", "lr_pos_new", "lr_neg_new", "dor_new"}
    cases = {
        HeavyTails(): always,
        HeavyTails(mu=True): always | {"lr_pos", "lr_neg", "dor"},
        HeavyTails(tau=True): always | {"mor_sens", "mor_spec"},
        HeavyTails(mu=True, tau=True): always | {"lr_pos", "lr_neg", "dor", "mor_sens", "mor_spec"},
    }
    for tails, without in cases.items():
        out = estimate(posterior, heavy_tails=tails)
        found = {k for k, v in intervals(out).items() if v.mean is None and v.sd is None}
        assert found == without
        assert all(math.isfinite(v.median) for v in intervals(out).values())


def test_without_a_range_there_is_no_partial_area(posterior):
    out = estimate(posterior, fpr_range=None)
    assert {k for k in KEYS if out[k] is None} == {"pauc", "pauc_range"}


def test_without_prevalences_the_lists_are_empty(posterior):
    out = estimate(posterior, prevalence=())
    assert [out[k] for k in BY_PREVALENCE] == [[], [], [], []]


ONLY_SENS = {"sens", "sens_population", "sens_new", "mor_sens", "i2_sens"}
ONLY_SPEC = {"spec", "spec_population", "spec_new", "mor_spec", "i2_spec", "pauc_range"}


@pytest.mark.parametrize(
    ("identified", "changes", "kept"),
    [
        ((True, False), {"n_nondiseased": np.zeros(4, int)}, ONLY_SENS),
        ((False, True), {"n_diseased": np.zeros(4, int)}, ONLY_SPEC),
        ((False, False), {}, set()),
    ],
)
def test_a_margin_that_no_study_has_leaves_its_estimands_empty(
    posterior, identified, changes, kept
):
    full = estimate(posterior)
    out = estimate(posterior, identified=identified, **changes)
    assert list(out) == KEYS
    assert {k for k in KEYS if out[k] is not None} == kept
    assert all(out[k] == full[k] for k in kept)


@pytest.mark.parametrize(
    ("tau", "empty"),
    [
        ([0.0, 0.7], {"hsroc_lambda", "hsroc_theta", "hsroc_beta"}),
        ([0.7, 0.0], {"hsroc_lambda", "hsroc_theta", "hsroc_beta"}),
        ([0.0, 0.0], {"hsroc_lambda", "hsroc_theta", "hsroc_beta", "auc", "pauc"}),
    ],
)
def test_a_model_without_spread_has_no_shape(posterior, tau, empty):
    flat = _draws(posterior)
    flat.tau = np.tile(tau, (flat.rho.size, 1))
    out = estimate(flat)
    assert {k for k in KEYS if out[k] is None} == empty


def test_draws_far_out_on_the_scale_still_give_finite_json():
    rng = np.random.default_rng(1)
    tau = np.exp(rng.normal(0.0, 6.0, (500, 2)))
    wild = _Draws(rng.normal(0.0, 40.0, (500, 2)), tau, np.tanh(rng.normal(0.0, 5.0, 500)))
    json.dumps(as_json(estimate(wild)), allow_nan=False)


def test_a_perfect_correlation_is_allowed(posterior):
    for sign in (1.0, -1.0):
        draws = _draws(posterior)
        draws.rho[:] = sign
        out = estimate(draws)
        assert out["i2_joint"].upper == 0.0
        narrow, wide = ("hsroc_sigma2_theta", "hsroc_sigma2_alpha")[:: int(sign)]
        assert out[narrow].upper == pytest.approx(0.0, abs=1e-12)
        assert out[wide].lower > 0.0


def test_settings_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        HeavyTails().mu = True


def test_as_json_round_trips(posterior):
    out = estimate(posterior)
    data = json.loads(json.dumps(as_json(out), allow_nan=False))
    assert list(data) == KEYS
    assert data["sens"] == out["sens"].as_dict()
    assert data["ppv"] == out["ppv"]
    assert data["pauc_range"] == [0.02, 0.35]
    assert data["region_area_credible"] == out["region_area_credible"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tau": np.ones((5, 3))}, "must have shapes"),
        ({"rho": np.zeros(4)}, "must have shapes"),
        ({"mu": np.zeros((5, 3)), "tau": np.ones((5, 3))}, "must have shapes"),
        ({"mu": np.zeros(10)}, "must have shapes"),
        ({"mu": np.full((5, 2), math.nan)}, "10 draws of mu are not finite"),
        ({"tau": np.full((5, 2), math.inf)}, "10 draws of tau are not finite"),
        ({"rho": np.full(5, math.nan)}, "5 draws of rho are not finite"),
        ({"tau": np.full((5, 2), -0.1)}, "at least 0"),
        ({"rho": np.full(5, 1.01)}, "between -1 and 1"),
    ],
)
def test_draws_that_cannot_be_are_refused(change, words):
    draws = dataclasses.replace(_Draws(np.zeros((5, 2)), np.ones((5, 2)), np.zeros(5)), **change)
    with pytest.raises(ValueError, match=words):
        estimate(draws)


def test_settings_that_cannot_be_are_refused(posterior):
    for change, words in (
        ({"prob": 95}, "prob"),
        ({"prevalence": (0.1, 1.0)}, "prevalence"),
        ({"fpr_range": (0.3, 0.1)}, "low < high"),
    ):
        with pytest.raises(ValueError, match=words):
            estimate(posterior, **change)


def test_4000_draws_of_37_studies_are_quick(counts):
    rng = np.random.default_rng(0)
    size = 4000
    draws = _Draws(
        rng.normal([0.65, 3.1], 0.14, (size, 2)),
        np.abs(rng.normal(0.75, 0.15, (size, 2))),
        np.tanh(rng.normal(-0.5, 0.2, size)),
    )
    sizes = {"n_diseased": counts.tp + counts.fn, "n_nondiseased": counts.fp + counts.tn}
    spent = []
    for _ in range(5):
        start = time.process_time()
        estimate(draws, **sizes)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.06
