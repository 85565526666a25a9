r"""Are ranks uniform? Exact simultaneous bands for their distribution, and a verdict on many.

In simulation-based calibration the rank of the true value among L posterior draws is uniform on
0, 1, ..., L whenever the engine samples the posterior of the model that made the data. The
empirical distribution of N such ranks is compared with the uniform one at the right ends
:math:`z_j = (j + 1)/(L + 1)` of the L + 1 bins, all at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from metadx.errors import MetadxError

type FloatArray = npt.NDArray[np.float64]
type IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Bands:
    """Simultaneous limits of the number of ranks up to each bin.

    Parameters
    ----------
    replications : int
        Number of ranks N.
    bins : int
        Number of values B = L + 1 that a rank can take.
    prob : float
        Probability asked for: uniform ranks stay inside everywhere at least this often.
    attained : float
        The probability with which they do; larger than `prob` because counts come in steps.
    tail : float
        Pointwise probability: a limit is crossed at a given bin, on a given side, at most this
        often.
    lower, upper : ndarray of int, shape (B,)
        Smallest and largest number of ranks in bins 0 to j that is inside; N at the last bin.
    """

    replications: int
    bins: int
    prob: float
    attained: float
    tail: float
    lower: IntArray
    upper: IntArray


@dataclass(frozen=True)
class Verdict:
    """What the bands say of the ranks of one quantity.

    Parameters
    ----------
    name : str
        The quantity.
    inside : bool
        Whether its ranks stay inside the bands everywhere.
    p_value : float
        Probability that uniform ranks come as near to a limit, or farther beyond it, anywhere;
        for this quantity alone. Absolute accuracy about 1e-11.
    exceedance : float
        Largest excess beyond a limit, as a share of the replications; 0 where inside.
    worst : int
        The rank at which the distribution is least plausible.
    replications, missing : int
        Number of replications, and how many of them gave no rank.
    """

    name: str
    inside: bool
    p_value: float
    exceedance: float
    worst: int
    replications: int
    missing: int


def _log_factorials(top: int) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, top + 1)))])


@lru_cache(maxsize=4)
def _lower_tails(replications: int, bins: int) -> FloatArray:
    """P(C_j <= k) of binomial counts, shape (B - 1, N + 1).

    Upper tails need no table of their own: P(C_j >= k) = P(C_i <= N - k) with i = B - 2 - j.
    """
    log_factorial = _log_factorials(replications)
    k = np.arange(replications + 1)
    z = np.arange(1, bins)[:, None] / bins
    choose = log_factorial[-1] - log_factorial - log_factorial[::-1]
    # 1 - z from whole numbers: mirrored entries then agree to the last digit.
    mass = np.exp(choose + k * np.log(z) + (replications - k) * np.log(z[::-1]))
    tails: FloatArray = np.minimum(np.cumsum(mass, axis=1), 1.0)
    tails.setflags(write=False)
    return tails


def probability_inside(lower: IntArray, upper: IntArray) -> float:
    r"""Probability that the counts of uniform ranks stay between limits at every bin.

    With :math:`C_j` ranks in bins 0 to j, the next bin holds
    :math:`\mathrm{Bin}(N - C_j, 1/(B - 1 - j))` of the rest, a Markov chain whose mass is carried
    from bin to bin, cut at the limits. The chain is that of independent Poisson counts given
    their sum N, which turns every step into a convolution with the same masses. Nothing is
    simulated.

    Parameters
    ----------
    lower, upper : ndarray of int, shape (B,)
        Inclusive limits, neither falling from bin to bin; N, the number of ranks, at the last.

    Returns
    -------
    float

    References
    ----------
    Säilynoja T, Bürkner PC, Vehtari A. Graphical test for discrete uniformity and its applications
    in goodness-of-fit evaluation and multiple sample comparison. Stat Comput 2022;32:32. Section 2.

    Moscovich A, Nadler B. Fast calculation of boundary crossing probabilities for Poisson
    processes. Stat Probab Lett 2017;123:177-182.

    Examples
    --------
    Three ranks of three values each, neither all the lowest nor all the highest: 1 − 2/27.

    >>> round(probability_inside(np.array([0, 1, 3]), np.array([2, 3, 3])), 4)
    0.9259
    """
    if (lower > upper).any():
        return 0.0
    total, bins = int(upper[-1]), upper.size
    mean = total / bins
    k = np.arange(total + 1)
    log_factorial = _log_factorials(total)
    bin_mass = np.exp(k * np.log(mean) - mean - log_factorial)
    state = bin_mass[lower[0] : upper[0] + 1]
    for j in range(1, bins):
        steps = bin_mass[: upper[j] - lower[j - 1] + 1]
        first = lower[j] - lower[j - 1]
        state = np.convolve(state, steps)[first : first + upper[j] - lower[j] + 1]
    log_of_sum = total * np.log(total) - total - log_factorial[-1]
    return float(min(state[0] / np.exp(log_of_sum), 1.0))


def _limits(outside: npt.NDArray[np.bool_]) -> tuple[IntArray, IntArray]:
    """Limits from the table of lower tails that are too small, shape (B - 1, N + 1)."""
    replications = outside.shape[1] - 1
    lower = outside.sum(axis=1)
    upper = replications - lower[::-1]
    return np.append(lower, replications), np.append(upper, replications)


@lru_cache(maxsize=64)
def ecdf_bands(replications: int, bins: int, prob: float) -> Bands:
    """Compute limits that the distribution of uniform ranks respects everywhere at once.

    At every bin the limits leave out the counts whose binomial tail is below one common value,
    the largest with which uniform ranks stay inside at all bins with probability `prob`. It is
    found exactly, among the finitely many tails there are.

    Parameters
    ----------
    replications : int
        Number of ranks N, at least 1.
    bins : int
        Number of values a rank can take, at least 2: one more than the number of draws.
    prob : float
        Probability of staying inside everywhere, between 0 and 1.

    Returns
    -------
    Bands

    Raises
    ------
    MetadxError
        If an argument is outside its range.

    References
    ----------
    Säilynoja T, Bürkner PC, Vehtari A. Graphical test for discrete uniformity and its applications
    in goodness-of-fit evaluation and multiple sample comparison. Stat Comput 2022;32:32.

    Examples
    --------
    >>> bands = ecdf_bands(replications=100, bins=4, prob=0.95)
    >>> bands.lower, bands.upper
    (array([ 15,  39,  65, 100]), array([ 35,  61,  85, 100]))
    >>> round(bands.attained, 3)
    0.955
    """
    if replications < 1 or bins < 2 or not 0.0 < prob < 1.0:
        raise MetadxError(
            f"bands for {replications} ranks of {bins} values at {prob}: wanted are at least "
            "1 rank, at least 2 values and a probability between 0 and 1"
        )
    tails = _lower_tails(replications, bins)
    # The limits change at these values only; below the first, no more than 1 - prob is lost even
    # if crossings at different bins never came together.
    safe = (1.0 - prob) / (2 * (bins - 1))
    values = np.unique(tails[(tails > safe) & (tails <= 0.5)])
    tail, attained = safe, probability_inside(*_limits(tails < safe))
    low, high = 0, values.size
    while low < high:
        middle = (low + high) // 2
        inside = probability_inside(*_limits(tails < values[middle]))
        if inside >= prob:
            tail, attained, low = float(values[middle]), inside, middle + 1
        else:
            high = middle
    lower, upper = _limits(tails < tail)
    lower.setflags(write=False)
    upper.setflags(write=False)
    return Bands(replications, bins, prob, attained, tail, lower, upper)


def family_level(prob_family: float, members: int) -> float:
    """Level of each of several bands so that all hold together with at least `prob_family`.

    Bonferroni's inequality: it needs no independence. The ranks of related quantities come from
    the same replications and go up and down together, so the bands hold more often than asked.

    Parameters
    ----------
    prob_family : float
        Probability for the whole family.
    members : int
        Number of distributions m.

    Returns
    -------
    float
        1 − (1 − `prob_family`)/m.

    Examples
    --------
    >>> round(family_level(0.99, 40), 6)
    0.99975
    """
    return 1.0 - (1.0 - prob_family) / members


def judge(
    histograms: Mapping[str, npt.ArrayLike],
    prob_family: float = 0.99,
    missing: Mapping[str, int] | None = None,
) -> tuple[Verdict, ...]:
    """Judge whether the ranks of every quantity are uniform, all quantities together.

    An engine that samples the right posterior has every quantity inside with probability at
    least `prob_family` (`family_level`). A replication that gave no rank still counts: its rank
    may have been any, so the quantity is inside only if it would be wherever the missing ranks
    lie. That is the case exactly if it is inside with all of them at the low end and with all of
    them at the high end.

    Parameters
    ----------
    histograms : mapping of str to array_like of int, shape (B,)
        Of each quantity, how many replications had rank 0, 1, ..., B − 1.
    prob_family : float, default 0.99
        Probability that a correct engine has all quantities inside.
    missing : mapping of str to int, optional
        Replications without a rank, by quantity; none by default.

    Returns
    -------
    tuple of Verdict
        In the order of `histograms`.

    Raises
    ------
    MetadxError
        If there is nothing to judge, if counts are negative or no whole numbers, or if `missing`
        names a quantity that is not there.

    Examples
    --------
    >>> even, heaped = judge({"even": [25, 25, 25, 25], "heaped": [10, 40, 40, 10]})
    >>> even.inside, heaped.inside
    (True, False)
    >>> judge({"even": [25, 25, 25, 25]}, missing={"even": 40})[0].inside
    False
    """
    missing = missing or {}
    unknown = sorted(missing.keys() - histograms.keys())
    if not histograms or unknown:
        found = f"missing ranks of {', '.join(unknown)}" if unknown else "no quantity"
        raise MetadxError(f"ranks to judge: found {found}; wanted are the ranks of each quantity")
    level = family_level(prob_family, len(histograms))
    return tuple(
        _verdict(name, _whole_numbers(name, counts), missing.get(name, 0), level)
        for name, counts in histograms.items()
    )


def _whole_numbers(name: str, counts: npt.ArrayLike) -> IntArray:
    found = np.asarray(counts)
    usable = found.dtype.kind in "iuf" and found.ndim == 1 and found.size > 1
    if not usable or not (np.isfinite(found) & (found >= 0) & (found == np.floor(found))).all():
        raise MetadxError(
            f"ranks of {name}: found {counts!r}; wanted is how often each rank occurred, at least "
            "two whole numbers that are not negative"
        )
    return np.asarray(found, dtype=np.int64)


def _verdict(name: str, counts: IntArray, missing: int, level: float) -> Verdict:
    replications, bins = int(counts.sum()) + missing, counts.size
    if missing < 0 or replications < 1:
        raise MetadxError(
            f"ranks of {name}: found {replications - missing} ranks and {missing} missing; "
            "wanted is at least one replication"
        )
    bands = ecdf_bands(replications, bins, level)
    fewest = np.cumsum(counts)[:-1]  # all missing ranks at the high end
    most = fewest + missing  # all at the low end
    beyond = np.maximum(bands.lower[:-1] - fewest, most - bands.upper[:-1])
    tails = _lower_tails(replications, bins)
    row = np.arange(bins - 1)
    own = np.minimum(tails[row, fewest], tails[row[::-1], replications - most])
    rarer = probability_inside(*_limits(tails <= own.min()))
    return Verdict(
        name=name,
        inside=bool((beyond <= 0).all()),
        p_value=1.0 - rarer,
        exceedance=max(0.0, float(beyond.max()) / replications),
        worst=int(own.argmin()),
        replications=replications,
        missing=missing,
    )
