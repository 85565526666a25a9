"""A fit to draw, without an engine: normal draws around given values."""

from collections.abc import Iterator
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

import matplotlib.pyplot as plt
from numpy.typing import NDArray

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
