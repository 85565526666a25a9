"""Prior families of the cards: one log density for the marginal engine, one PyMC term for NUTS.

Every family states its log density, the derivative of it (the mode is found by Newton steps with
exact gradients), how to draw from it, and the PyMC variable of the same law; tests hold them equal.
"""

import math
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

type FloatArray = NDArray[np.float64]
type Support = Literal["real", "positive", "interval", "point", "choice"]

_LOG_2PI = math.log(2 * math.pi)


class _Prior(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    support: ClassVar[Support]
    #: Whether E[exp(c x)] is finite for every c: decides which posterior means exist.
    light_tailed: ClassVar[bool] = True

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(x), -inf outside the support; any shape."""
        raise NotImplementedError

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(x) / dx inside the support; any shape."""
        raise NotImplementedError

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from the law, shape (size,)."""
        raise NotImplementedError

    def pymc(self, name: str) -> Any:  # noqa: ANN401 - PyMC ships no types
        """Create the scalar random variable of this law in the active PyMC model."""
        raise NotImplementedError

    def __str__(self) -> str:
        """Write the prior as a formula: ``Normal(mean=0, sd=3)``."""
        values = {k: v for k, v in self.model_dump().items() if k != "family"}
        return f"{type(self).__name__}({', '.join(f'{k}={v:g}' for k, v in values.items())})"


def _positive(x: FloatArray, value: FloatArray) -> FloatArray:
    return np.where(x > 0, value, -np.inf)


class Normal(_Prior):
    """Normal law on the real line."""

    support: ClassVar[Support] = "real"
    family: Literal["Normal"]
    mean: float
    sd: float = Field(gt=0)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(x)."""
        z = (x - self.mean) / self.sd
        return -0.5 * z * z - math.log(self.sd) - 0.5 * _LOG_2PI

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(x) / dx."""
        return -(x - self.mean) / self.sd**2

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from the law, shape (size,)."""
        return self.mean + self.sd * rng.standard_normal(size)

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create the PyMC variable."""
        import pymc as pm

        return pm.Normal(name, self.mean, self.sd)


class StudentT(_Prior):
    """Student t law on the real line, for a mean with heavy tails."""

    support: ClassVar[Support] = "real"
    light_tailed: ClassVar[bool] = False
    family: Literal["StudentT"]
    df: float = Field(gt=0)
    mean: float
    sd: float = Field(gt=0, description="scale, not the standard deviation")

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(x)."""
        return _log_t((x - self.mean) / self.sd, self.df) - math.log(self.sd)

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(x) / dx."""
        z = (x - self.mean) / self.sd
        return -(self.df + 1) * z / (self.df + z * z) / self.sd

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from the law, shape (size,)."""
        return self.mean + self.sd * rng.standard_t(self.df, size)

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create the PyMC variable."""
        import pymc as pm

        return pm.StudentT(name, nu=self.df, mu=self.mean, sigma=self.sd)


class HalfNormal(_Prior):
    """Normal law folded at zero, for a standard deviation."""

    support: ClassVar[Support] = "positive"
    family: Literal["HalfNormal"]
    sd: float = Field(gt=0)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(x)."""
        z = x / self.sd
        return _positive(x, -0.5 * z * z + math.log(2 / self.sd) - 0.5 * _LOG_2PI)

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(x) / dx."""
        return -x / self.sd**2

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from the law, shape (size,)."""
        return np.abs(self.sd * rng.standard_normal(size))

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create the PyMC variable."""
        import pymc as pm

        return pm.HalfNormal(name, self.sd)


class HalfStudentT(_Prior):
    """Student t law folded at zero, for a standard deviation that may be large."""

    support: ClassVar[Support] = "positive"
    light_tailed: ClassVar[bool] = False
    family: Literal["HalfStudentT"]
    df: float = Field(gt=0)
    sd: float = Field(gt=0, description="scale, not the standard deviation")

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(x)."""
        return _positive(x, _log_t(x / self.sd, self.df) + math.log(2 / self.sd))

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(x) / dx."""
        z = x / self.sd
        return -(self.df + 1) * z / (self.df + z * z) / self.sd

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from the law, shape (size,)."""
        return np.abs(self.sd * rng.standard_t(self.df, size))

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create the PyMC variable."""
        import pymc as pm

        return pm.HalfStudentT(name, nu=self.df, sigma=self.sd)


class Exponential(_Prior):
    """Exponential law, for a standard deviation; the penalised-complexity prior of one."""

    support: ClassVar[Support] = "positive"
    light_tailed: ClassVar[bool] = False
    family: Literal["Exponential"]
    rate: float = Field(gt=0)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(x)."""
        return _positive(x, math.log(self.rate) - self.rate * x)

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(x) / dx."""
        return np.full_like(x, -self.rate)

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from the law, shape (size,)."""
        return rng.standard_exponential(size) / self.rate

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create the PyMC variable."""
        import pymc as pm

        return pm.Exponential(name, self.rate)


class Uniform(_Prior):
    """Uniform law between two bounds, for a correlation or a standard deviation."""

    support: ClassVar[Support] = "interval"
    family: Literal["Uniform"]
    lower: float
    upper: float

    @model_validator(mode="after")
    def _ordered(self) -> "Uniform":
        if not self.lower < self.upper:
            what = f"lower = {self.lower:g} must be below upper = {self.upper:g}"
            raise PydanticCustomError("impossible", "{what}", {"what": what})
        return self

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(x)."""
        inside = (x >= self.lower) & (x <= self.upper)
        return np.where(inside, -math.log(self.upper - self.lower), -np.inf)

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(x) / dx."""
        return np.zeros_like(x)

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from the law, shape (size,)."""
        return rng.uniform(self.lower, self.upper, size)

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create the PyMC variable."""
        import pymc as pm

        return pm.Uniform(name, self.lower, self.upper)


class LKJ(_Prior):
    """LKJ law of a 2 × 2 correlation matrix: density of rho proportional to (1 - rho²)^(eta - 1).

    References
    ----------
    Lewandowski D, Kurowicka D, Joe H. Generating random correlation matrices based on vines and
    extended onion method. J Multivar Anal 2009;100:1989-2001.
    """

    support: ClassVar[Support] = "interval"
    family: Literal["LKJ"]
    eta: float = Field(gt=0)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(rho)."""
        eta = self.eta
        log_beta = 2 * math.lgamma(eta) - math.lgamma(2 * eta)
        constant = -(2 * eta - 1) * math.log(2) - log_beta
        with np.errstate(divide="ignore", invalid="ignore"):
            value = (eta - 1) * np.log1p(-x * x) + constant
        return np.where(np.abs(x) < 1, value, -np.inf)

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(rho) / d rho."""
        return -2 * (self.eta - 1) * x / (1 - x * x)

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from rho (for two margins a stretched beta), shape (size,)."""
        return 2 * rng.beta(self.eta, self.eta, size) - 1

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create the PyMC variable (for two margins an LKJ correlation is a stretched beta)."""
        import pymc as pm

        return pm.Deterministic(name, 2 * pm.Beta(f"{name}_unit", self.eta, self.eta) - 1)


class Beta(_Prior):
    """Beta law between 0 and 1, for a share."""

    support: ClassVar[Support] = "interval"
    family: Literal["Beta"]
    a: float = Field(gt=0)
    b: float = Field(gt=0)

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return log p(x)."""
        constant = math.lgamma(self.a + self.b) - math.lgamma(self.a) - math.lgamma(self.b)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = constant + (self.a - 1) * np.log(x) + (self.b - 1) * np.log1p(-x)
        return np.where((x > 0) & (x < 1), value, -np.inf)

    def score(self, x: FloatArray) -> FloatArray:
        """Return d log p(x) / dx."""
        return (self.a - 1) / x - (self.b - 1) / (1 - x)

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Draw from the law, shape (size,)."""
        return rng.beta(self.a, self.b, size)

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create the PyMC variable."""
        import pymc as pm

        return pm.Beta(name, self.a, self.b)


class Fixed(_Prior):
    """No law but a value the model takes as given."""

    support: ClassVar[Support] = "point"
    family: Literal["Fixed"]
    value: float

    def log_density(self, x: FloatArray) -> FloatArray:
        """Return 0 at the value, -inf elsewhere: log p(x) with respect to the point itself."""
        return np.where(x == self.value, 0.0, -np.inf)

    def score(self, x: FloatArray) -> FloatArray:
        """Return 0: the value does not move."""
        return np.zeros_like(x)

    def draw(self, rng: np.random.Generator, size: int) -> FloatArray:
        """Return the value, shape (size,)."""
        return np.full(size, self.value)

    def pymc(self, name: str) -> Any:  # noqa: ANN401
        """Create a PyMC variable that is always the value."""
        import pymc as pm

        return pm.Deterministic(name, pm.math.constant(self.value))


def _log_t(z: FloatArray, df: float) -> FloatArray:
    constant = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return constant - (df + 1) / 2 * np.log1p(z * z / df)


type Prior = Annotated[
    Normal | StudentT | HalfNormal | HalfStudentT | Exponential | Uniform | LKJ | Fixed,
    Field(discriminator="family"),
]


class Choice(BaseModel):
    """One of a few values, each with its weight."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    support: ClassVar[Support] = "choice"
    family: Literal["Choice"]
    values: Annotated[
        tuple[Annotated[float, Field(gt=0)], ...],
        Field(min_length=1, strict=False, description="ascending, above 0"),
    ]
    weights: Annotated[
        tuple[Annotated[float, Field(gt=0)], ...],
        Field(min_length=1, strict=False, description="one for each value, up to a factor"),
    ]

    @model_validator(mode="after")
    def _matched(self) -> "Choice":
        what = ""
        if len(self.weights) != len(self.values):
            what = f"found {len(self.weights)} weights for {len(self.values)} values"
        elif any(a >= b for a, b in zip(self.values, self.values[1:], strict=False)):
            what = f"found the values {list(self.values)}, wanted them ascending"
        if what:
            raise PydanticCustomError("impossible", "{what}", {"what": what})
        return self

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Prior probabilities of the values; they add up to 1."""
        total = math.fsum(self.weights)
        return tuple(weight / total for weight in self.weights)

    def __str__(self) -> str:
        """Write the prior as text: ``Choice(3: 0.5, 20: 0.5)``."""
        pairs = zip(self.values, self.probabilities, strict=True)
        return f"Choice({', '.join(f'{value:g}: {share:.3g}' for value, share in pairs)})"
