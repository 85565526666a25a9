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

    The error of importance draws follows from the weights of the proposals they were picked from,
    quantity by quantity: in a tail that the proposals reach rarely it is larger than the overall
    effective number of draws makes believe. That of a Markov chain is ArviZ's.
    """
    if fit.engine.name == "marginal":
        factors = _variance_factors(fit)
        return lambda draws: _picked(draws, factors)
    return _chain


def _variance_factors(fit: Fit) -> FloatArray:
    """Return for every posterior draw what its square counts for in the variance of a mean.

    The normalised weight w of its proposal, and what picking S draws systematically adds: a
    proposal with an expected number S w of copies gets one more or one less by chance, with
    variance f (1 - f) for the fractional part f.
    """
    raw = fit.proposals
    assert raw is not None
    weights = np.exp(raw.log_weights - raw.log_weights.max())
    weights /= weights.sum()
    order = np.argsort(raw.coefficients[:, 0])
    places = order[np.searchsorted(raw.coefficients[order, 0], fit.coefficients[..., 0])]
    assert (raw.coefficients[places, 0] == fit.coefficients[..., 0]).all()
    w, picks = weights[places], fit.rho.size
    fraction = np.mod(picks * w, 1.0)
    return np.asarray(w + fraction * (1 - fraction) / (picks**2 * w))


def _values(draws: FloatArray) -> dict[str, float]:
    quantiles = np.quantile(draws, list(PROBS.values()))
    return {
        "mean": float(draws.mean()),
        "sd": float(draws.std(ddof=1)),
        **dict(zip(PROBS, map(float, quantiles), strict=True)),
    }


def _picked(draws: FloatArray, factors: FloatArray) -> dict[str, float]:
    """Summarise picked draws; the sum of w² g² over proposals is the mean of w g² over picks.

    References
    ----------
    Owen AB. Monte Carlo theory, methods and examples, ch. 9.2: variance of the self-normalised
    importance sampling estimate.
    """
    from scipy.stats import beta

    found = _values(draws)
    square = np.square(draws - found["mean"])
    found["mcse_mean"] = float(np.sqrt((factors * square).mean()))
    # Delta method: s is the root of the mean of the squares.
    spread = (factors * np.square(square - square.mean())).mean()
    found["mcse_sd"] = float(np.sqrt(spread)) / (2 * found["sd"])
    for name, prob in PROBS.items():
        below = (draws <= found[name]) - prob
        ess = prob * (1 - prob) / float((factors * np.square(below)).mean())
        # Half the width of the order statistics one standard error either side of the rank.
        ranks = beta.ppf([0.1586553, 0.8413447], ess * prob + 1, ess * (1 - prob) + 1)
        low, high = np.quantile(draws, ranks)
        found[f"mcse_{name}"] = float(high - low) / 2
    return found


def _chain(draws: FloatArray) -> dict[str, float]:
    found = _values(draws)
    found["mcse_mean"] = float(_arviz_error(draws, method="mean"))
    found["mcse_sd"] = float(_arviz_error(draws, method="sd"))
    for name, prob in PROBS.items():
        found[f"mcse_{name}"] = float(_arviz_error(draws, method="quantile", prob=prob))
    return found


def _arviz_error(draws: FloatArray, method: str, prob: float | None = None) -> FloatArray:
    import arviz_stats as azs

    return np.asarray(azs.mcse(draws, method=method, prob=prob))  # type: ignore[attr-defined, no-untyped-call]


def study_moments(fit: Fit, draws: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the means of draws (chain, draw, study, 2) and their Monte Carlo errors.

    Each result has shape (study, 2). The error of importance draws is sd / sqrt(ess).
    """
    mean, sd = draws.mean(axis=(0, 1)), draws.std(axis=(0, 1), ddof=1)
    if fit.engine.name == "marginal":
        return mean, sd / np.sqrt(fit.engine.ess)
    return mean, _arviz_error(draws, method="mean")
