"""Both engines of agreement on the same review: what each finds, and how far apart they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.result import AgreementFit
from metadx.estimands.agreement import kappa

type FloatArray = NDArray[np.float64]

RECORD_FILE = Path(__file__).parent / "agreement_record.json"
RECORD_FORMAT = "metadx/reference/agreement_record/1"
_LIBRARIES = ("metadx", "numpy", "scipy", "pymc", "pytensor", "nutpie", "arviz-stats")
#: Posterior standard deviations of NUTS; shares of them.
MEAN, SD = 0.1, 0.1


@dataclass(frozen=True)
class Apart:
    """One quantity by both engines: mean, standard deviation, and Monte Carlo error of the mean.

    Parameters
    ----------
    quantity : str
    marginal, nuts : mapping of str to float
        ``mean``, ``sd``, ``mcse_mean``.
    """

    quantity: str
    marginal: Mapping[str, float]
    nuts: Mapping[str, float]

    @property
    def mean_in_sd(self) -> float:
        """Difference of the means in posterior standard deviations."""
        return (self.marginal["mean"] - self.nuts["mean"]) / self.nuts["sd"]

    @property
    def mean_in_error(self) -> float:
        """Difference of the means in Monte Carlo errors of both together."""
        error = np.hypot(self.marginal["mcse_mean"], self.nuts["mcse_mean"])
        return (self.marginal["mean"] - self.nuts["mean"]) / float(error)

    @property
    def sd_relative(self) -> float:
        """Relative difference of the standard deviations."""
        return self.marginal["sd"] / self.nuts["sd"] - 1

    @property
    def agrees(self) -> bool:
        """Whether means and standard deviations lie within what is allowed."""
        return abs(self.mean_in_sd) <= MEAN and abs(self.sd_relative) <= SD


def quantities(fit: AgreementFit) -> dict[str, FloatArray]:
    """Return draws (chain, draw) of what the engines are compared on."""
    found = {name: np.asarray(draws) for name, draws in fit.hyper.items()}
    quadratic = kappa(fit.cells, "quadratic")
    for place, row in enumerate(fit.table.rows):
        found[f"z: {row.label}"] = fit.z[..., place]
        found[f"kappa: {row.label}"] = quadratic[..., place]
        if np.isfinite(fit.accuracy_factor[..., place]).all():
            found[f"accuracy factor: {row.label}"] = fit.accuracy_factor[..., place]
    return found


def summarised(draws: FloatArray) -> dict[str, float]:
    """Return mean, standard deviation and Monte Carlo error of the mean of (chain, draw)."""
    from arviz_stats.base import array_stats

    return {
        "mean": float(draws.mean()),
        "sd": float(draws.std(ddof=1)),
        "mcse_mean": float(array_stats.mcse(draws, chain_axis=0, draw_axis=1, method="mean")),
    }


def compare(record: Mapping[str, Any]) -> tuple[Apart, ...]:
    """Put the two engines of a record side by side."""
    ours, theirs = (record[name]["posterior"] for name in ("marginal", "nuts"))
    assert ours.keys() == theirs.keys()
    return tuple(Apart(name, ours[name], theirs[name]) for name in ours)


def about(fit: AgreementFit) -> dict[str, Any]:
    """Say how a fit was made and which checks it passed."""
    return {
        "engine": fit.engine.name,
        "seed": fit.settings.seed,
        "draws": int(fit.z.shape[0] * fit.z.shape[1]),
        "seconds": round(fit.engine.seconds, 1),
        "checks": {check.name: float(f"{check.value:.6g}") for check in fit.checks},
        "passed": fit.passed,
        "data_sha256": fit.table.sha256,
        "card_sha256": fit.card.sha256,
        "versions": {name: version(name) for name in _LIBRARIES},
    }


def with_posterior(fit: AgreementFit) -> dict[str, Any]:
    """Describe a fit together with what it found."""
    found = {
        name: {key: float(f"{value:.6g}") for key, value in summarised(draws).items()}
        for name, draws in quantities(fit).items()
    }
    return {**about(fit), "posterior": found}


def add_to_record(part: str, found: Mapping[str, Any]) -> None:
    """Write one part of the record; the others stay as they are."""
    whole = read_record() if RECORD_FILE.is_file() else {"format": RECORD_FORMAT}
    text = json.dumps({**whole, part: found}, indent=1)
    RECORD_FILE.write_text(text + "\n", encoding="utf-8")


def read_record() -> dict[str, Any]:
    """Read the record."""
    whole: dict[str, Any] = json.loads(RECORD_FILE.read_text(encoding="utf-8"))
    assert whole["format"] == RECORD_FORMAT
    return whole
