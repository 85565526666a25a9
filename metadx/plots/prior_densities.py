"""Densities of a parameter before and after the data, on the scale it is reported on."""

from dataclasses import dataclass

import numpy as np

from metadx.cards.priors import Prior
from metadx.engines.fit import Fit
from metadx.estimands.links import Link, from_logit
from metadx.estimands.logistic import FloatArray, expit

_POINTS = 401
_EDGE = 1e-4  # of a probability or of a correlation, from its ends
_BLOCK = 50  # grid points worked on at a time
_SMOOTHER = 1.5  # times the usual width: draws of one posterior must not look like several modes


@dataclass(frozen=True, eq=False)
class PriorDensity:
    """One parameter before and after the data.

    Parameters
    ----------
    parameter : str
        As of `metadx.criticism.power_scaling.PowerScaled`.
    x : ndarray, shape (G,)
        Grid, rising.
    prior, posterior : ndarray, shape (G,)
        Densities at it.
    """

    parameter: str
    x: FloatArray
    prior: FloatArray
    posterior: FloatArray


def prior_densities(fit: Fit) -> tuple[PriorDensity, ...]:
    """Return the densities of sens, spec, each tau and rho, as far as the model leaves them free.

    The prior is exact. The posterior is a kernel estimate, reflected at the ends of what the
    parameter can be, so that none of it is lost beyond them; that of sens and spec is made on the
    scale of the link, where a posterior is nearly normal.

    Parameters
    ----------
    fit : Fit
        Without covariates.

    Returns
    -------
    tuple of PriorDensity
        "mu[sens]" and "mu[spec]" as probabilities, "tau[sens]", "tau[spec]", "rho".

    References
    ----------
    Silverman BW. Density estimation for statistics and data analysis. Chapman and Hall, 1986,
    equation 3.31 (the width of the kernel) and section 2.10 (reflection).
    """
    parameters = fit.card.card.parameters
    link: Link = fit.card.card.link
    found = []
    # Even steps on both scales: a posterior close to 0 or 1 is narrow there, and wide on the other.
    edge = np.log(_EDGE) - np.log1p(-_EDGE)
    x = np.union1d(
        np.linspace(_EDGE, 1 - _EDGE, _POINTS), expit(np.linspace(edge, -edge, _POINTS)[1:-1])
    )
    eta = from_logit(np.log(x) - np.log1p(-x), link)
    for place, margin in enumerate(("sens", "spec")):
        slope = np.gradient(eta, x)
        density = np.exp(parameters.mu.priors()[place].log_density(eta)) * slope
        # What lies beyond the axis, at 0 or 1 for the eye, is shown at its end.
        draws = np.clip(fit.intercepts[..., place].ravel(), eta[0], eta[-1])
        posterior = _kernel(draws, eta) * slope
        found.append(PriorDensity(f"mu[{margin}]", x, density, posterior))
    for place, margin in enumerate(("sens", "spec")):
        draws = fit.tau[..., place].ravel()
        if np.ptp(draws) > 0:
            prior = parameters.tau.priors()[place]
            top = _reach(draws, prior)
            x = np.linspace(top * _EDGE, top, _POINTS)
            density = np.exp(prior.log_density(x))
            posterior = _kernel(draws, x, (0.0, None))
            found.append(PriorDensity(f"tau[{margin}]", x, density, posterior))
    draws = fit.rho.ravel()
    if np.ptp(draws) > 0:
        x = np.linspace(-1 + _EDGE, 1 - _EDGE, _POINTS)
        density = np.exp(parameters.rho.priors()[0].log_density(x))
        found.append(PriorDensity("rho", x, density, _kernel(draws, x, (-1.0, 1.0))))
    return tuple(found)


def _kernel(
    draws: FloatArray, at: FloatArray, ends: tuple[float | None, float | None] = (None, None)
) -> FloatArray:
    """Estimate a density between two ends by normal kernels, reflected at each."""
    quarters = np.quantile(draws, [0.25, 0.75])
    spread = min(float(draws.std(ddof=1)), float(np.ptp(quarters)) / 1.34) or float(draws.std())
    here = int(np.clip(np.searchsorted(at, np.median(draws)), 1, at.size - 1))
    width = max(_SMOOTHER * 0.9 * spread * draws.size**-0.2, float(at[here] - at[here - 1]) / 2)
    places = [at, *(2 * end - at for end in ends if end is not None)]
    out = np.zeros(at.size)
    for points in places:
        for first in range(0, at.size, _BLOCK):
            part = slice(first, first + _BLOCK)
            away = (points[part, None] - draws) / width
            out[part] += np.exp(-0.5 * away**2).mean(axis=1)
    return np.asarray(out / (width * np.sqrt(2 * np.pi)))


def _reach(draws: FloatArray, prior: Prior) -> float:
    """End of the axis of a tau: nearly all of the posterior, and most of the prior."""
    before = prior.draw(np.random.default_rng(0), 2000)
    return float(max(np.quantile(draws, 0.995), np.quantile(before, 0.9)))
