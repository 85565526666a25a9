import dataclasses
import json
import math
import time

import numpy as np
import pytest

from metadx.estimands.arms import Arms
from metadx.estimands.group import (
    HIGGINS,
    MARGINS_NEEDED,
    NO_MOMENTS,
    HeavyTails,
    as_json,
    estimate_group,
)
from metadx.estimands.summary import Summary
from tests.unit.estimands.scalar_arithmetic import (
    ARMS,
    N0,
    N1,
    PREVALENCE,
    RANGE,
    TN,
    TP,
    scalar_draw,
)

NONE, SEED = np.zeros(4, int), 17

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
    "region_area_credible",
    "region_area_prediction",
    "i2_joint",
    "i2_sens",
    "i2_spec",
    "r_jackson_joint",
    "r_jackson_sens",
    "r_jackson_spec",
    "i2_jackson_joint",
    "i2_jackson_sens",
    "i2_jackson_spec",
    "i2_higgins_sens",
    "i2_higgins_spec",
    "ppv",
    "npv",
    "ppv_new",
    "npv_new",
]
BY_PREVALENCE = ("ppv", "npv", "ppv_new", "npv_new")


def estimate(p, **changes):
    settings = {
        "arms": ARMS,
        "fpr_range": RANGE,
        "prevalence": PREVALENCE,
        "prob": 0.95,
        "rng": np.random.default_rng(SEED),
    }
    return estimate_group(p.mu, p.tau, p.rho, **(settings | changes))


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


MARGIN = ("{}", "{}_population", "{}_new", "mor_{}", "i2_{}", "i2_higgins_{}")
LENT = ("r_jackson_{}", "i2_jackson_{}")  # the other margin lends them information
ONLY_SENS = {name.format("sens") for name in (*MARGIN, *LENT)}
ONLY_SPEC = {name.format("spec") for name in (*MARGIN, *LENT)} | {"pauc_range"}


@pytest.mark.parametrize(
    ("identified", "changes", "kept"),
    [
        ((True, False), {"arms": Arms(TP, N1, NONE, NONE)}, ONLY_SENS),
        ((False, True), {"arms": Arms(NONE, NONE, TN, N0)}, ONLY_SPEC),
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
    assert all(out[k] == full[k] for k in kept if "_jackson_" not in k)


def test_the_i2_of_higgins_is_one_number_of_the_counts(posterior):
    """Q of three arms by hand: 10 of 40, 50 of 120 and (with 0.5) 0.5 of 9 were missed."""
    right, wrong = [30, 70, 8.5], [10, 50, 0.5]
    y = [math.log(a / b) for a, b in zip(right, wrong, strict=True)]
    w = [1 / (1 / a + 1 / b) for a, b in zip(right, wrong, strict=True)]
    mean = sum(a * b for a, b in zip(w, y, strict=True)) / sum(w)
    q = sum(a * (b - mean) ** 2 for a, b in zip(w, y, strict=True))
    out = estimate(posterior)
    assert out["i2_higgins_sens"] == pytest.approx((q - 2) / q)
    assert 0.5 < out["i2_higgins_sens"] < 1.0
    one = Arms(TP[:1], N1[:1], TN[:1], N0[:1])
    assert [estimate(posterior, arms=one)[k] for k in HIGGINS] == [None, None]


def test_arms_in_which_all_results_agree_have_no_r_and_the_rest_stays(posterior):
    full = estimate(posterior)
    out = estimate(posterior, arms=Arms(N1, N1, TN, N0))
    empty = {k for k in KEYS if out[k] is None}
    assert empty == {name.format(m) for name in LENT for m in ("joint", "sens")}
    assert out["i2_sens"] == full["i2_sens"]


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
    arms = Arms(counts.tp, counts.tp + counts.fn, counts.tn, counts.fp + counts.tn)
    spent = []
    for _ in range(5):
        start = time.process_time()
        estimate(draws, arms=arms)
        spent.append(time.process_time() - start)
    assert min(spent) < 0.06
