"""A fit to draw, without an engine: normal draws around given values."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray

from metadx.designs.design import Design, Kind
from metadx.designs.formula import build_design
from metadx.engines.group_draws import Group
from metadx.plots.style import figure_style
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous


@dataclass(frozen=True, eq=False)
class StandIn:
    """What the figures read of a fit."""

    table: AccuracyTable
    mu: NDArray[np.float64]
    tau: NDArray[np.float64]
    rho: NDArray[np.float64]
    title: str = "A review"
    synthetic: bool = False
    seed: int = 1

    def new_study_logits(self) -> NDArray[np.float64]:
        rng = np.random.default_rng(self.seed)
        mu, tau, rho = self.mu.reshape(-1, 2), self.tau.reshape(-1, 2), self.rho.ravel()
        z = rng.standard_normal(mu.shape)
        other = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
        return mu + tau * np.stack([z[:, 0], other], axis=1)


@dataclass(frozen=True, eq=False)
class RegressionStandIn:
    """What the figures read of a fit with covariates."""

    table: AccuracyTable
    design: Design
    coefficients: NDArray[np.float64]
    tau: NDArray[np.float64]
    title: str = "A regression"
    synthetic: bool = False

    @property
    def effect_names(self) -> tuple[str, ...]:
        margins = (("sens", self.design.sens), ("spec", self.design.spec))
        return tuple(f"{name},{effect}" for name, m in margins for effect in m.effects)

    @property
    def effects(self) -> NDArray[np.float64]:
        split = self.design.sens.size
        sens = self.coefficients[..., :split] @ self.design.sens.to_effects.T
        spec = self.coefficients[..., split:] @ self.design.spec.to_effects.T
        return np.concatenate([sens[..., 1:], spec[..., 1:]], axis=-1)

    def group(self, kind: Kind) -> Group:
        split = self.design.sens.size
        flat = self.coefficients.reshape(-1, self.coefficients.shape[-1])
        mu = np.stack([flat[:, :split] @ kind.sens, flat[:, split:] @ kind.spec], axis=1)
        rho = np.zeros(len(mu))
        return Group(kind.label, kind.covariate, kind.at, mu, self.tau, rho, mu, kind.studies)


class Maker:
    """Builds stand-in fits."""

    @staticmethod
    def groups(
        levels: dict[str, list[int]],
        *,
        covariate: str = "setting_type",
        draws: int = 400,
        shared: bool = True,
    ) -> list[Group]:
        """Levels with the given rows of a table, one after the other less sensitive."""
        rng = np.random.default_rng(len(levels))
        tau = 0.6 * np.exp(rng.normal(0, 0.15, (draws, 2)))
        rho = np.tanh(rng.normal(-0.3, 0.2, draws))
        made = []
        for number, (label, rows) in enumerate(levels.items()):
            mu = rng.normal((2.0 - 0.3 * number, 1.5), 0.25, (draws, 2))
            own = tau if shared else tau * (1.0 + number)
            z = rng.standard_normal(mu.shape)
            z[:, 1] = rho * z[:, 0] + np.sqrt(1 - rho**2) * z[:, 1]
            at, new = {covariate: label}, mu + own * z
            made.append(Group(label, covariate, at, mu, own, rho, new, np.array(rows, dtype=int)))
        return made

    @staticmethod
    def regression(
        *,
        sens: str = "~ 1",
        spec: str = "~ 1",
        draws: int = 400,
        names: Sequence[str] = "abc",
        **named: object,
    ) -> RegressionStandIn:
        """Twelve studies: a setting with three levels, a year, and no diseased in the last."""
        rng = np.random.default_rng(5)
        setting = Categorical(
            "setting_type", tuple(names[i % 3] for i in range(12)), tuple(names), names[1]
        )
        year = Continuous("year", np.arange(2001.0, 2013.0), unit="year")
        size = Continuous("slice_mm", np.linspace(0.625, 5.0, 12) ** 2, unit="mm")
        field = Continuous("field", np.repeat([3.0, 1.5], [5, 7]), unit="tesla")
        counts = rng.integers(1, 60, (4, 12))
        counts[[0, 2], 11] = 0
        covariates = {c.name: c for c in (setting, year, size, field)}
        labels = [f"S{i:02d}" for i in range(12)]
        table = AccuracyTable.from_counts(labels, *counts, covariates=covariates)
        design = build_design(table, sens=sens, spec=spec)
        coefficients = rng.normal(0.3, 0.4, (2, draws // 2, sum(design.sizes)))
        tau = 0.6 * np.exp(rng.normal(0, 0.15, (draws, 2)))
        return RegressionStandIn(table, design, coefficients, tau, **named)

    @staticmethod
    def table(rows: dict[str, tuple[int, int, int, int]]) -> AccuracyTable:
        tp, fp, fn, tn = zip(*rows.values(), strict=True)
        return AccuracyTable.from_counts(list(rows), tp, fp, fn, tn)

    @staticmethod
    def fit(table: AccuracyTable, *, draws: int = 400, **named: object) -> StandIn:
        rng = np.random.default_rng(0)
        mu = rng.normal((0.653, 3.108), (0.127, 0.145), (2, draws // 2, 2))
        tau = np.array((0.737, 0.756)) * np.exp(rng.normal(0, 0.14, mu.shape))
        rho = np.tanh(rng.normal(-0.53, 0.2, mu.shape[:2]))
        return StandIn(table, mu, tau, rho, **named)

    def review(self, **named: object) -> StandIn:
        """Six studies, one of them without diseased participants, one with a zero cell."""
        return self.fit(self.table(ROWS), **named)


ROWS = {
    "Bas 2003": (110, 24, 86, 215),
    "Ōno 2001": (40, 5, 58, 227),
    "No diseased 2004": (0, 3, 0, 97),
    "Hitchon 2004": (26, 8, 15, 15),
    "Bombardieri 2004": (23, 0, 7, 39),
    "van Venrooij 2004": (865, 79, 252, 2218),
}


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture
def fit(make: Maker) -> StandIn:
    return make.review()


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def assert_fits() -> Callable[[Figure], list[Text]]:
    """Check that every text seen lies on the page and over no other, and return the texts."""

    def check(figure: Figure) -> list[Text]:
        with figure_style():
            figure.set_dpi(150)
            figure.canvas.draw()
            seen = [
                text
                for text in figure.findobj(Text)
                if text.get_visible()
                and text.get_text().strip()
                and (text.axes is None or text.axes.axison or text in text.axes.texts)
            ]
            boxes = np.array([text.get_window_extent().extents for text in seen])
        assert (boxes[:, :2] >= 0).all()
        assert (boxes[:, 2:] <= figure.bbox.extents[2:]).all()
        low, high = boxes[:, None, :2], boxes[:, None, 2:]
        shared = np.minimum(high, high.swapaxes(0, 1)) - np.maximum(low, low.swapaxes(0, 1))
        heights = boxes[:, 3] - boxes[:, 1]
        # Rows are set so that line boxes may touch; 15% of a line is leading, not ink.
        room = 0.15 * np.minimum.outer(heights, heights)
        over = (shared[..., 0] > 0.5) & (shared[..., 1] > room)
        np.fill_diagonal(over, val=False)
        assert not [(seen[i].get_text(), seen[j].get_text()) for i, j in np.argwhere(over)]
        return seen

    return check
