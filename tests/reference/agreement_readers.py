"""Seven readers: what a fit finds of them, and simulated ones with known loadings."""

from typing import Any

import numpy as np

from metadx.engines.agreement.result import AgreementFit
from metadx.estimands.agreement import kappa
from metadx.studies.agreement import AgreementTable
from metadx.studies.agreement_arrays import from_ratings

CATEGORIES = tuple("12345")
LOADINGS = (0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.4)
CASES = 300


def simulated(seed: int) -> AgreementTable:
    """Draw ratings of readers who see one thing, each with a loading and cut-points of his own."""
    rng = np.random.default_rng(seed)
    loadings = np.array(LOADINGS)
    common = rng.standard_normal((CASES, 1))
    seen = loadings * common + np.sqrt(1 - loadings**2) * rng.standard_normal((CASES, 7))
    cuts = np.array([-0.8, 0.0, 0.8, 1.5]) + rng.normal(0, 0.2, (7, 1))
    values = (seen[:, :, None] > cuts).sum(axis=2)
    return from_ratings(values + 1, raters=tuple("ABCDEFG"), categories=CATEGORIES)


def of_pairs(fit: AgreementFit) -> dict[str, Any]:
    """Set the quadratic kappa of every pair's own table beside what the model expects."""
    expected = kappa(fit.cells, "quadratic")
    counts = np.array([row.counts for row in fit.table.rows], dtype=float)
    observed = kappa(counts / counts.sum(axis=(1, 2), keepdims=True), "quadratic")
    mean = expected.mean(axis=(0, 1))
    lower, upper = np.quantile(expected, [0.05, 0.95], axis=(0, 1))
    return {
        "correlation": float(np.corrcoef(observed, mean)[0, 1]),
        "mean_difference": float(np.abs(observed - mean).mean()),
        "inside": int(((observed >= lower) & (observed <= upper)).sum()),
        "pairs": len(observed),
    }


def loadings_of(fit: AgreementFit) -> dict[str, list[float]]:
    """Summarise the loadings of a fit."""
    assert fit.loadings is not None
    lower, upper = np.quantile(fit.loadings, [0.025, 0.975], axis=(0, 1))
    mean = fit.loadings.mean(axis=(0, 1))
    return {
        name: [round(float(x), 4) for x in values]
        for name, values in {"mean": mean, "lower": lower, "upper": upper}.items()
    }
