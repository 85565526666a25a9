"""Each prior family against SciPy, against PyMC and against itself."""

from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import integrate, stats

from metadx.cards import priors
from metadx.cards.explain import FAMILIES
from metadx.cards.priors import Prior

# family, numbers, the law in SciPy, range of its support
LAWS = {
    "Normal": ({"mean": -0.5, "sd": 2.5}, stats.norm(-0.5, 2.5), (-np.inf, np.inf)),
    "StudentT": (
        {"df": 3.5, "mean": 0.7, "sd": 1.8},
        stats.t(3.5, 0.7, 1.8),
        (-np.inf, np.inf),
    ),
    "HalfNormal": ({"sd": 1.5}, stats.halfnorm(0, 1.5), (0, np.inf)),
    "HalfStudentT": (
        {"df": 3.0, "sd": 0.8},
        SimpleNamespace(logpdf=lambda x: np.log(2) + stats.t(3.0, 0, 0.8).logpdf(x)),
        (0, np.inf),
    ),
    "Exponential": ({"rate": 1.7}, stats.expon(scale=1 / 1.7), (0, np.inf)),
    "Uniform": ({"lower": -0.75, "upper": 0.5}, stats.uniform(-0.75, 1.25), (-0.75, 0.5)),
    "LKJ": (
        {"eta": 2.5},
        SimpleNamespace(logpdf=lambda x: stats.beta(2.5, 2.5).logpdf((x + 1) / 2) - np.log(2)),
        (-1, 1),
    ),
    "Beta": ({"a": 2.0, "b": 3.5}, stats.beta(2, 3.5), (0, 1)),
}
ONLY_AGREEMENT = ("Beta",)
NO_LAW = ("Fixed",)


def make(family: str, **numbers: float) -> Prior:
    if family in ONLY_AGREEMENT:
        return getattr(priors, family)(family=family, **numbers)
    return TypeAdapter(Prior).validate_python({"family": family, **numbers})


def inside(family: str) -> np.ndarray:
    low, high = LAWS[family][2]
    return np.linspace(max(low, -6) + 0.02, min(high, 9) - 0.02, 24).reshape(4, 6)


def outside(family: str) -> np.ndarray:
    low, high = LAWS[family][2]
    return np.array([x for x in (low - 0.5, high + 0.5) if np.isfinite(x)])


def test_every_family_is_tested():
    laws = tuple(family for family in FAMILIES if family not in NO_LAW)
    assert tuple(LAWS) == laws + ONLY_AGREEMENT


def test_a_fixed_value_is_drawn_stated_and_scored_as_itself():
    prior = make("Fixed", value=0.25)
    x = np.array([0.25, 0.3])
    np.testing.assert_array_equal(prior.log_density(x), [0.0, -np.inf])
    np.testing.assert_array_equal(prior.score(x), [0.0, 0.0])
    np.testing.assert_array_equal(prior.draw(np.random.default_rng(1), 3), [0.25] * 3)
    import pymc as pm

    with pm.Model():
        assert float(prior.pymc("x").eval()) == 0.25


@pytest.mark.parametrize("family", LAWS)
def test_the_log_density_is_that_of_scipy(family):
    numbers, law, _ = LAWS[family]
    x = inside(family)
    found = make(family, **numbers).log_density(x)
    assert found.shape == x.shape
    np.testing.assert_allclose(found, law.logpdf(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("family", LAWS)
def test_nothing_lies_outside_the_support(family):
    found = make(family, **LAWS[family][0]).log_density(outside(family))
    assert np.isneginf(found).all()


@pytest.mark.parametrize("family", LAWS)
def test_the_density_integrates_to_one(family):
    prior = make(family, **LAWS[family][0])
    total, error = integrate.quad(
        lambda x: np.exp(prior.log_density(np.array([x])))[0], *LAWS[family][2], epsabs=1e-10
    )
    assert error < 1e-7
    assert total == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize("family", LAWS)
def test_the_score_is_the_slope_of_the_log_density(family):
    prior, x = make(family, **LAWS[family][0]), inside(family)
    h = 1e-5
    slope = (prior.log_density(x + h) - prior.log_density(x - h)) / (2 * h)
    found = prior.score(x)
    assert found.shape == x.shape
    np.testing.assert_allclose(found, slope, rtol=1e-6, atol=1e-7)


def test_pymc_states_the_same_laws():
    """One compiled function for all families; an LKJ law in PyMC is a stretched beta."""
    import pymc as pm
    import pytensor
    import pytensor.tensor as pt

    inputs, outputs = [], []
    with pm.Model():
        for family, (numbers, *_) in LAWS.items():
            x = pt.vector(f"{family}_x")
            inputs.append(x)
            outputs.append(pm.logp(make(family, **numbers).pymc(family), x))
    logp = pytensor.function(inputs, outputs, mode="FAST_COMPILE")
    points = [np.concatenate([inside(family).ravel(), outside(family)]) for family in LAWS]
    for family, x, found in zip(LAWS, points, logp(*points), strict=True):
        wanted = make(family, **LAWS[family][0]).log_density(x)
        # PyMC holds some constants in single precision.
        np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-7, err_msg=family)


@pytest.mark.parametrize("eta", [0.5, 1.0, 2.0, 30.0])
def test_the_lkj_law_has_the_variance_of_its_stretched_beta(eta):
    prior = make("LKJ", eta=eta)
    angle = (np.arange(20_000) + 0.5) / 20_000 * np.pi  # rho = cos(angle) takes the poles out
    rho = np.cos(angle)
    weight = np.exp(prior.log_density(rho)) * np.sin(angle) * np.pi / 20_000
    assert weight.sum() == pytest.approx(1, abs=2e-5)
    assert (weight * rho**2).sum() == pytest.approx(1 / (2 * eta + 1), abs=2e-5)


def test_the_lkj_law_holds_nothing_at_the_ends():
    assert np.isneginf(make("LKJ", eta=2).log_density(np.array([-1.0, 1.0]))).all()


@pytest.mark.parametrize(
    ("family", "light"),
    [
        ("Normal", True),
        ("HalfNormal", True),
        ("Uniform", True),
        ("LKJ", True),
        ("Beta", True),
        ("StudentT", False),
        ("HalfStudentT", False),
        ("Exponential", False),
    ],
)
def test_a_family_knows_whether_all_exponential_moments_exist(family, light):
    prior = make(family, **LAWS[family][0])
    assert prior.light_tailed is light
    if prior.support != "interval":  # the log density must outrun any line, however steep
        far = np.array([1e3, 1e4])
        assert bool((prior.log_density(far) + 10 * far < -1e4).all()) is light


def test_a_prior_is_written_as_a_formula():
    assert str(make("StudentT", df=3, mean=0, sd=2.5)) == "StudentT(df=3, mean=0, sd=2.5)"


@pytest.mark.parametrize(
    ("family", "numbers"),
    [
        ("Normal", {"mean": 0, "sd": 0}),
        ("StudentT", {"df": 0, "mean": 0, "sd": 1}),
        ("StudentT", {"df": 1, "mean": 0, "sd": -1}),
        ("HalfNormal", {"sd": 0}),
        ("HalfStudentT", {"df": -1, "sd": 1}),
        ("HalfStudentT", {"df": 1, "sd": 0}),
        ("Exponential", {"rate": 0}),
        ("LKJ", {"eta": 0}),
        ("Beta", {"a": 0, "b": 1}),
        ("Beta", {"a": 1, "b": -1}),
        ("Uniform", {"lower": 1, "upper": 1}),
        ("Normal", {"mean": np.nan, "sd": 1}),
        ("Normal", {"mean": 0}),
    ],
)
def test_impossible_numbers_are_refused(family, numbers):
    with pytest.raises(ValidationError):
        getattr(priors, family)(family=family, **numbers)


@pytest.mark.parametrize("family", LAWS)
def test_draws_follow_the_density(family):
    numbers, law, (low, high) = LAWS[family]
    drawn = make(family, **numbers).draw(np.random.default_rng(5), 20_000)
    assert drawn.shape == (20_000,)
    cuts = np.quantile(drawn, [0.1, 0.3, 0.5, 0.7, 0.9])
    below = [integrate.quad(lambda x: np.exp(law.logpdf(x)), low, cut)[0] for cut in cuts]
    np.testing.assert_allclose(below, [0.1, 0.3, 0.5, 0.7, 0.9], atol=0.012)
    assert low <= drawn.min() <= drawn.max() <= high
