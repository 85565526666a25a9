"""Mean, sd and quantiles of draws, each with its Monte Carlo error."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from metadx.engines.fit import Fit

type FloatArray = NDArray[np.float64]
type Summariser = Callable[[FloatArray], dict[str, float]]

PROBS = {"q2.5": 0.025, "q50": 0.5, "q97.5": 0.975}


def summariser(fit: Fit) -> Summariser:
    """Return the function that summarises draws of shape (chain, draw) of a fit.

    The error of importance draws follows from the effective number of draws that the engine
    reports, 1 / sum(w²); that of a Markov chain from its autocorrelation, by ArviZ.
    """
    if fit.engine.name == "marginal":
        return lambda draws: _weighted(draws, fit.engine.ess)
    return _chain


def _values(draws: FloatArray) -> dict[str, float]:
    quantiles = np.quantile(draws, list(PROBS.values()))
    return {
        "mean": float(draws.mean()),
        "sd": float(draws.std(ddof=1)),
        **dict(zip(PROBS, map(float, quantiles), strict=True)),
    }


def _weighted(draws: FloatArray, ess: float) -> dict[str, float]:
    from scipy.stats import beta

    found = _values(draws)
    deviation = np.square(draws - found["mean"])
    found["mcse_mean"] = found["sd"] / np.sqrt(ess)
    # Delta method: var(s²) = var((x − m)²) / ess and s = √s².
    found["mcse_sd"] = float(deviation.std()) / (2 * found["sd"] * np.sqrt(ess))
    for name, prob in PROBS.items():
        # Half the width of the order statistics one standard error either side of the rank.
        ranks = beta.ppf([0.1586553, 0.8413447], ess * prob + 1, ess * (1 - prob) + 1)
        low, high = np.quantile(draws, ranks)
        found[f"mcse_{name}"] = float(high - low) / 2
    return found


def _chain(draws: FloatArray) -> dict[str, float]:
    import arviz_stats as azs

    found = _values(draws)
    found["mcse_mean"] = float(azs.mcse(draws, method="mean"))
    found["mcse_sd"] = float(azs.mcse(draws, method="sd"))
    for name, prob in PROBS.items():
        found[f"mcse_{name}"] = float(azs.mcse(draws, method="quantile", prob=prob))
    return found


def study_moments(fit: Fit, draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the means of draws (chain, draw, study, 2) and their Monte Carlo errors.

    Each result has shape (study, 2).
    """
    mean, sd = draws.mean(axis=(0, 1)), draws.std(axis=(0, 1), ddof=1)
    if fit.engine.name == "marginal":
        return mean, sd / np.sqrt(fit.engine.ess)
    import arviz_stats as azs

    return mean, np.asarray(azs.mcse(draws, method="mean", chain_axis=0, draw_axis=1))
