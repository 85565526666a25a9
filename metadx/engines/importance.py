"""Adaptive multiple importance sampling with Pareto-smoothed weights.

A pilot around the mode, then a proposal fitted to the pilot's weighted moments in coordinates that
take the funnel out of the posterior, then further fitted proposals while the weights are poor. All
draws share deterministic-mixture weights.

References
----------
Veach E, Guibas LJ. Optimally combining sampling techniques for Monte Carlo rendering. SIGGRAPH 95.
Cornuet J-M, Marin J-M, Mira A, Robert CP. Adaptive multiple importance sampling. Scand J Stat
2012;39:798-812.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.coordinates import Coordinates, Placed
from metadx.engines.mode import Mode
from metadx.engines.pareto import SmoothedWeights, smooth
from metadx.engines.proposals import Proposal, around_mode, from_moments
from metadx.errors import FitError

type FloatArray = NDArray[np.float64]
type LogDensity = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

_EXTRA_ROUNDS = 4
_GOOD_PARETO_K = 0.5
_GOOD_SHARE = 0.5  # effective number of draws over the number of draws asked for at first
_LEAST_ROUND = 250
_SPARE = 1.2  # more draws than the last efficiency says are still needed


@dataclass(frozen=True, eq=False)
class WeightedSample:
    """Raw proposals with their log weights, kept beside the draws resampled from them.

    Parameters
    ----------
    theta : ndarray, shape (R, D)
        Unconstrained coordinates.
    log_density : ndarray, shape (R,)
        Log posterior, up to the log evidence.
    log_likelihood : ndarray, shape (R, N)
        By study, random effects integrated out.
    log_weights : ndarray, shape (R,)
        log_density minus the log density of the mixture of proposals; not smoothed.
    smoothed : SmoothedWeights
    log_evidence : float
        Log marginal likelihood of the data under the card.
    """

    theta: FloatArray
    log_density: FloatArray
    log_likelihood: FloatArray
    log_weights: FloatArray
    smoothed: SmoothedWeights
    log_evidence: float


def pilot_sample(mode: Mode, count: int, rng: np.random.Generator) -> tuple[Proposal, FloatArray]:
    """Draw the first round around the mode.

    Parameters
    ----------
    mode : Mode
    count : int
    rng : numpy.random.Generator

    Returns
    -------
    Proposal
        The law of the draws.
    ndarray, shape (count, D)
        The draws.
    """
    proposal = around_mode(mode.location, mode.precision, count)
    return proposal, proposal.draw(rng).theta


def sample(
    target: LogDensity,
    pilot: tuple[Proposal, FloatArray],
    count: int,
    coordinates: Coordinates,
    rng: np.random.Generator,
    *,
    evaluated: tuple[FloatArray, FloatArray] | None = None,
) -> WeightedSample:
    """Draw fitted rounds after a pilot until the weights are good or the rounds are spent.

    Parameters
    ----------
    target : callable
        Maps theta (S, D) to log density (S,) and log-likelihood by study (S, N).
    pilot : tuple of Proposal and ndarray
        From `pilot_sample`; a law of theta itself.
    count : int
        Draws of the first round after the pilot, and at most of each further one.
    coordinates : Coordinates
        In which the fitted proposals are t laws.
    rng : numpy.random.Generator
    evaluated : pair of ndarray or None
        What `target` gives at the pilot draws, where that is known already.

    Returns
    -------
    WeightedSample

    Raises
    ------
    FitError
        If no draw of the pilot lies where the density is positive.
    """
    law, theta = pilot
    density, likelihood = target(theta) if evaluated is None else evaluated
    possible = np.isfinite(density)  # a draw from the far tail need not have finite coordinates
    if not possible.any():
        msg = "no proposal of the importance sampler lies where the posterior has mass"
        raise FitError(msg)
    density, likelihood = density[possible], likelihood[possible]
    places = coordinates.forward(theta[possible])
    fitted: list[Proposal] = []
    current = _weigh(law, fitted, places, density, likelihood)
    wanted, size = _GOOD_SHARE * (law.count + count), count
    for _ in range(1 + _EXTRA_ROUNDS):
        narrow, wide = from_moments(coordinates, places.points, current.smoothed.weights, size)
        fitted += [narrow, wide]
        new = narrow.draw(rng).followed_by(wide.draw(rng))
        new_density, new_likelihood = target(new.theta)
        places = places.followed_by(new)
        density = np.concatenate([density, new_density])
        likelihood = np.concatenate([likelihood, new_likelihood])
        current = _weigh(law, fitted, places, density, likelihood)
        if current.smoothed.pareto_k > _GOOD_PARETO_K:
            size = count
        elif current.smoothed.ess >= wanted:
            break
        else:
            drawn = law.count + sum(done.count for done in fitted)
            short = (wanted / current.smoothed.ess - 1) * drawn
            size = int(np.clip(_SPARE * short, _LEAST_ROUND, count))
    return current


def _weigh(
    pilot: Proposal,
    fitted: list[Proposal],
    places: Placed,
    density: FloatArray,
    likelihood: FloatArray,
) -> WeightedSample:
    asked = pilot.count + sum(law.count for law in fitted)
    at_pilot = pilot.coordinates.forward(places.theta)
    mixture = np.log(pilot.count / asked) + pilot.log_density(at_pilot)
    for law in fitted:
        mixture = np.logaddexp(mixture, np.log(law.count / asked) + law.log_density(places))
    log_weights = density - mixture
    top = float(log_weights.max())
    log_evidence = top + float(np.log(np.exp(log_weights - top).sum() / asked))
    return WeightedSample(
        places.theta, density, likelihood, log_weights, smooth(log_weights), log_evidence
    )


def resample(weights: FloatArray, count: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Pick rows by systematic resampling, in random order.

    Parameters
    ----------
    weights : ndarray, shape (R,)
        Sum to 1.
    count : int
    rng : numpy.random.Generator

    Returns
    -------
    ndarray of int, shape (count,)
        Each row i stands there count * weights[i] times, rounded up or down.

    References
    ----------
    Kitagawa G. Monte Carlo filter and smoother for non-Gaussian nonlinear state space models.
    J Comput Graph Stat 1996;5:1-25.

    Examples
    --------
    >>> rows = resample(np.array([0.5, 0.0, 0.5]), 4, np.random.default_rng(1))
    >>> sorted(rows.tolist())
    [0, 0, 2, 2]
    """
    positions = (np.arange(count) + rng.random()) / count
    rows = np.searchsorted(np.cumsum(weights), positions)
    chosen = np.minimum(rows, weights.size - 1)
    rng.shuffle(chosen)
    return chosen
