"""A fit to draw, without an engine: normal draws around given values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text
from numpy.typing import NDArray

from metadx.plots.style import figure_style
from metadx.studies.accuracy import AccuracyTable


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


class Maker:
    """Builds stand-in fits."""

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
