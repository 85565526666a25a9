"""The predictive law of a study's two counts, and how far out observed counts lie under it.

The logits of a new study are known as many draws. They are spread over a fine lattice and smoothed,
so that p(tp, tn) becomes a product of three matrices: binomial probabilities of tp at the lattice,
the mass of the lattice, binomial probabilities of tn. Where an arm is so large that its counts are
finer than the lattice, neighbouring counts are taken together, one cell of the lattice each.

"Far out" is judged by density on the scale of the empirical logit, log((y + 1/2) / (n - y + 1/2)),
the scale on which the model has its normal laws. The probability of a count alone would not do:
near 0 or n the counts of all extreme studies crowd together, so that a specificity far above all
others would still sit on a likely count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]

_CELLS = 128  # of the lattice along each margin
_FINEST = 1.5  # cells of the lattice within one standard deviation of a count, as a logit
_REACH = 4.0  # bandwidths kept free at each end
_FARTHEST = 40.0  # logits; beyond it a probability is 0 or 1
_DIGAMMA_HALF = -1.9635100260214235
_TIE = 1e-9  # densities that differ by less are the same


@dataclass(frozen=True, eq=False)
class Axis:
    """The lattice along one margin, for an arm of a given size.

    Parameters
    ----------
    size : int
        Participants of the arm.
    nodes : ndarray, shape (G,)
        Logits.
    first : ndarray of int, shape (B + 1,)
        First count of each bin, and size + 1 at the end; bins of one count each unless the arm is
        huge.
    chance : ndarray, shape (G, B)
        Probability of each bin at each logit.
    width : ndarray, shape (B,)
        Width of each bin on the scale of the empirical logit.
    """

    size: int
    nodes: FloatArray
    first: IntArray
    chance: FloatArray
    width: FloatArray

    def bin_of(self, count: int) -> int:
        """Return the bin of a count."""
        return int(np.searchsorted(self.first, count, side="right")) - 1


@dataclass(frozen=True, eq=False)
class PredictiveLaw:
    """The predictive law of (tp, tn) of one study.

    Parameters
    ----------
    sens, spec : Axis
        The two margins.
    weights : ndarray, shape (G, G)
        Mass of the lattice.
    mass : ndarray, shape (B, C)
        Probability of each pair of bins.
    draws : int
        Draws the law was made of: no p-value below 1 / draws can be told from 0.
    """

    sens: Axis
    spec: Axis
    weights: FloatArray
    mass: FloatArray
    draws: int

    @property
    def floor(self) -> float:
        """Smallest p-value that is known."""
        return 1.0 / self.draws

    def p_value(self, tp: int, tn: int) -> float:
        """Return the probability of counts as far out as these, both margins together.

        The complement of the highest-density region that ends at the counts. An empty arm adds
        nothing: the value is then that of the other arm.
        """
        widths = np.multiply.outer(self.sens.width, self.spec.width)
        return _tail(self.mass / widths, self.mass, (self.sens.bin_of(tp), self.spec.bin_of(tn)))

    def p_sens(self, tp: int) -> float:
        """Return the same for the count of one margin alone; NaN for an empty arm."""
        return _margin_tail(self.sens, self.mass.sum(axis=1), tp)

    def p_spec(self, tn: int) -> float:
        """Return the same for the other margin."""
        return _margin_tail(self.spec, self.mass.sum(axis=0), tn)

    def interval(self, prob: float) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return equal-tailed limits of the observed sens and spec of a study of this size.

        NaN for an empty arm; not finer than the bins of a huge arm.
        """
        return (
            _limits(self.sens, self.mass.sum(axis=1), prob),
            _limits(self.spec, self.mass.sum(axis=0), prob),
        )

    def pit(self, tp: int, tn: int, place: tuple[float, float]) -> tuple[float, float]:
        """Return P(count < observed) + place · P(count = observed) of both margins.

        Uniform under the law if `place` is uniform; NaN for an empty arm.
        """
        return (
            _pit(self.sens, self.weights.sum(axis=1), tp, place[0]),
            _pit(self.spec, self.weights.sum(axis=0), tn, place[1]),
        )


def predictive_law(logits: FloatArray, n_diseased: int, n_nondiseased: int) -> PredictiveLaw:
    """Build the law of the counts of a study from draws of its logits.

    Parameters
    ----------
    logits : ndarray, shape (D, 2)
        Draws of logit sens and logit spec of a new study; ten thousand or more.
    n_diseased, n_nondiseased : int
        Sizes of its arms; one may be 0.

    Returns
    -------
    PredictiveLaw

    References
    ----------
    Box GEP. Sampling and Bayes' inference in scientific modelling and robustness. J R Stat Soc A
    1980;143:383-430 (predictive p-value by density). Scott DW. Multivariate density estimation.
    2nd ed. Wiley, 2015, section 6.3 (bandwidth). Silverman BW. Density estimation. Chapman and
    Hall, 1986, section 6.4.1 (smoothing that keeps the variance).

    Examples
    --------
    Sens and spec of 1/2 in every study: (tp, tn) are two fair coins.

    >>> law = predictive_law(np.zeros((100, 2)), 1, 1)
    >>> law.mass.round(6).tolist(), round(law.p_value(1, 0), 6)
    ([[0.25, 0.25], [0.25, 0.25]], 1.0)
    """
    bounded = np.clip(np.asarray(logits, dtype=np.float64), -_FARTHEST, _FARTHEST)
    nodes, edges, weights = _lattice(bounded)
    sens = _axis(n_diseased, nodes[0], edges[0])
    spec = _axis(n_nondiseased, nodes[1], edges[1])
    mass = sens.chance.T @ weights @ spec.chance
    return PredictiveLaw(sens, spec, weights, mass / mass.sum(), bounded.shape[0])


def _lattice(logits: FloatArray) -> tuple[list[FloatArray], list[FloatArray], FloatArray]:
    """Spread draws over a lattice and smooth them: nodes and edges of each margin, and masses.

    The lattice is even in asinh((logit - median) / scale): fine in the middle, and as far out as
    the draws reach.
    """
    low, middle, high = np.quantile(logits, [0.16, 0.5, 0.84], axis=0)
    scale = np.maximum((high - low) / 2, 1e-6)
    u = np.arcsinh((logits - middle) / scale)
    bandwidth = len(u) ** (-1 / 6)
    centre, covariance = u.mean(axis=0), np.atleast_2d(np.cov(u, rowvar=False))
    u = centre + (u - centre) * np.sqrt(1 - bandwidth**2)  # smoothing puts the variance back
    kernel = covariance * bandwidth**2
    room = _REACH * np.sqrt(np.diag(kernel)) + 1e-6
    start, end = u.min(axis=0) - room, u.max(axis=0) + room
    step = (end - start) / (_CELLS - 1)
    masses = _smooth(_spread((u - start) / step), kernel / np.multiply.outer(step, step))
    nodes, edges = [], []
    for j in range(2):
        places = np.arange(-0.5, _CELLS)
        at = start[j] + step[j] * np.concatenate([places[1:] - 0.5, places])
        values = middle[j] + scale[j] * np.sinh(at)
        nodes.append(values[:_CELLS])
        edges.append(values[_CELLS:])
    return nodes, edges, masses


def _spread(places: FloatArray) -> FloatArray:
    """Share every point (D, 2), in cells, among the four nodes around it."""
    below = np.floor(places).astype(np.int64)
    part = places - below
    total = np.zeros(_CELLS * _CELLS)
    for i in (0, 1):
        for j in (0, 1):
            share = np.abs(1 - i - part[:, 0]) * np.abs(1 - j - part[:, 1])
            cell = (below[:, 0] + i) * _CELLS + below[:, 1] + j
            total += np.bincount(cell, share, total.size)
    return total.reshape(_CELLS, _CELLS) / len(places)


def _smooth(masses: FloatArray, kernel: FloatArray) -> FloatArray:
    """Convolve with a normal law whose covariance is `kernel`, in cells."""
    full = 2 * np.pi * np.fft.fftfreq(_CELLS)[:, None]
    half = 2 * np.pi * np.fft.rfftfreq(_CELLS)
    square = kernel[0, 0] * full**2 + 2 * kernel[0, 1] * full * half + kernel[1, 1] * half**2
    smoothed = np.fft.irfft2(np.fft.rfft2(masses) * np.exp(-square / 2), masses.shape)
    smoothed = np.maximum(smoothed, 0.0)
    return np.asarray(smoothed / smoothed.sum())


def _axis(size: int, nodes: FloatArray, edges: FloatArray) -> Axis:
    """Choose the bins of an arm and work out their probabilities at every node."""
    if size == 0:
        return Axis(0, nodes, np.array([0, 1]), np.ones((nodes.size, 1)), np.ones(1))
    p = 1 / (1 + np.exp(-nodes))
    # Counts one by one where the lattice resolves their scatter wherever studies may lie.
    information = size * p * (1 - p)
    if size <= 3 * _CELLS and (np.diff(edges) * np.sqrt(information)).max() < _FINEST:
        counts = np.arange(size + 1)
        log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])
        choose = log_factorial[-1] - log_factorial - log_factorial[::-1]
        softplus = np.logaddexp(0.0, nodes)
        chance = np.exp(choose + np.multiply.outer(nodes, counts) - size * softplus[:, None])
        first = np.arange(size + 2)
        return Axis(size, nodes, first, chance, _widths(first))
    inner = np.ceil(size / (1 + np.exp(-edges[1:-1]))).astype(np.int64)
    first = np.unique(np.concatenate([[0], np.clip(inner, 0, size), [size + 1]]))
    below = _cdf(first[1:-1] - 1, size, p[:, None])
    whole = np.concatenate([np.zeros((p.size, 1)), below, np.ones((p.size, 1))], axis=1)
    return Axis(size, nodes, first, np.diff(whole, axis=1), _widths(first))


def _widths(first: IntArray) -> FloatArray:
    """Return the widths of bins in empirical logits: sums of 1 / (y + 1/2) + 1 / (n - y + 1/2)."""

    def upto(count: FloatArray) -> FloatArray:  # the sum of 1 / (y + 1/2) over y < count
        some = np.maximum(count, 1.0)
        return np.where(count > 0, np.log(some) + 1 / (24 * some**2) - _DIGAMMA_HALF, 0.0)

    edges = first.astype(np.float64)
    return np.asarray(np.diff(upto(edges) - upto(edges[-1] - edges)))


def _cdf(count: IntArray | int, size: int, p: FloatArray) -> FloatArray:
    """Return P(binomial count <= count)."""
    from scipy.special import bdtr

    return np.asarray(bdtr(count, size, p))


def _tail(density: FloatArray, mass: FloatArray, at: tuple[int, ...]) -> float:
    return float(min(1.0, mass[density <= density[at] * (1 + _TIE)].sum()))


def _margin_tail(axis: Axis, mass: FloatArray, count: int) -> float:
    if axis.size == 0:
        return float("nan")
    return _tail(mass / axis.width, mass, (axis.bin_of(count),))


def _limits(axis: Axis, mass: FloatArray, prob: float) -> tuple[float, float]:
    if axis.size == 0:
        return float("nan"), float("nan")
    total = np.cumsum(mass)
    low, high = np.searchsorted(total, [(1 - prob) / 2, (1 + prob) / 2 - 1e-12])
    last = min(int(high), mass.size - 1)
    return axis.first[low] / axis.size, (axis.first[last + 1] - 1) / axis.size


def _pit(axis: Axis, weights: FloatArray, count: int, place: float) -> float:
    if axis.size == 0:
        return float("nan")
    p = 1 / (1 + np.exp(-axis.nodes))
    upto = float(weights @ _cdf(count, axis.size, p))
    below = float(weights @ _cdf(count - 1, axis.size, p)) if count > 0 else 0.0
    return float(np.clip(below + place * (upto - below), 0.0, 1.0))
