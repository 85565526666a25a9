"""Studies in which the test seems to point the wrong way, and the mix-up that would explain it."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from metadx.studies.accuracy import COUNTS, AccuracyTable
from metadx.studies.counts import IntArray
from metadx.studies.covariates import FloatArray
from metadx.studies.problems import listed, quoted

# Sens and spec that add up to 1 may miss it by a rounding error of their sum.
_ROUNDING = 1e-12
# A mix-up whose median of sens + spec - 1 is so near the best one explains the table as well.
_NEARLY = 0.9

# Which column each count would have to be read from; the simplest mistakes come first.
_MIX_UPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("tp and fn", {"tp": "fn", "fn": "tp"}),
    ("fp and tn", {"fp": "tn", "tn": "fp"}),
    ("tp and fp", {"tp": "fp", "fp": "tp"}),
    ("fn and tn", {"fn": "tn", "tn": "fn"}),
    ("fp and fn", {"fp": "fn", "fn": "fp"}),
    ("tp and tn", {"tp": "tn", "tn": "tp"}),
    (
        "tp and fn, and fp and tn (positive and negative results exchanged), or tp and fp, and fn "
        "and tn (diseased and non-diseased exchanged)",
        {"tp": "fn", "fn": "tp", "fp": "tn", "tn": "fp"},
    ),
)


def youden(counts: Mapping[str, IntArray]) -> FloatArray:
    """Return sens + spec - 1 of each study; nan where an arm is empty.

    Parameters
    ----------
    counts : mapping of str to (N,) int array
        tp, fp, fn and tn.

    Returns
    -------
    (N,) float array
        Between -1 and 1.

    References
    ----------
    Youden WJ. Index for rating diagnostic tests. Cancer 1950;3:32-35.

    Examples
    --------
    >>> one = {"tp": np.array([9]), "fn": np.array([1]), "fp": np.array([2]), "tn": np.array([8])}
    >>> youden(one).round(3)
    array([0.7])
    """
    diseased = counts["tp"] + counts["fn"]
    nondiseased = counts["fp"] + counts["tn"]
    both = (diseased > 0) & (nondiseased > 0)
    index = np.full(len(diseased), np.nan)
    np.divide(counts["tp"], diseased, out=index, where=both)
    index[both] += counts["tn"][both] / nondiseased[both] - 1
    return index


def upper_limit(counts: Mapping[str, IntArray]) -> FloatArray:
    """Return the upper 95 % limit of sens + spec - 1 of each study.

    Parameters
    ----------
    counts : mapping of str to (N,) int array
        tp, fp, fn and tn.

    Returns
    -------
    (N,) float array
        The limit of the interval that adds one to every count.

    References
    ----------
    Agresti A, Caffo B. Simple and effective confidence intervals for proportions and differences of
    proportions result from adding two successes and two failures. Am Stat 2000;54:280-288.

    Examples
    --------
    >>> one = {"tp": np.array([1]), "fn": np.array([8]), "fp": np.array([9]), "tn": np.array([1])}
    >>> upper_limit(one).round(3)
    array([-0.341])
    """
    diseased = counts["tp"] + counts["fn"] + 2
    nondiseased = counts["fp"] + counts["tn"] + 2
    sens = (counts["tp"] + 1) / diseased
    spec = (counts["tn"] + 1) / nondiseased
    error = np.sqrt(sens * (1 - sens) / diseased + spec * (1 - spec) / nondiseased)
    limit: FloatArray = sens + spec - 1 + 1.96 * error
    return limit


def low_accuracy(table: AccuracyTable) -> list[tuple[str, str]]:
    """Return what to say about studies with sens + spec < 1: none, or one remark.

    Where most studies are low by their counts, the remark names the mix-up of columns that would
    explain it. Where few are, only those are named that are low beyond chance: small studies of a
    middling test fall below 1 all by themselves.

    Parameters
    ----------
    table : AccuracyTable
        The studies.

    Returns
    -------
    list of (str, str)
        What the remark is about, and the remark.
    """
    counts: dict[str, IntArray] = {name: getattr(table, name) for name in COUNTS}
    index = youden(counts)
    judged = np.isfinite(index)
    low = judged & (index < -_ROUNDING)
    if low.sum() > judged.sum() / 2:
        about = f"{int(low.sum())} of {int(judged.sum())} studies"
        mended = _mending(counts, int(low.sum()))
        way_out = (
            f"exchanging the columns {mended} would mend it" if mended else "check the columns"
        )
        return [(about, f"sens + spec < 1, worse than chance ({_names(table, low)}); {way_out}")]
    low &= upper_limit(counts) < 0
    if low.any():
        text = "sens + spec < 1, worse than chance; are two counts exchanged?"
        return [(_names(table, low), text)]
    return []


def _names(table: AccuracyTable, chosen: npt.NDArray[np.bool_]) -> str:
    return listed([quoted(table.study[i], 40) for i in np.flatnonzero(chosen).tolist()], 5)


def _mending(counts: Mapping[str, IntArray], n_low: int) -> str | None:
    """Return the mix-ups that bring most of the studies above chance, if any, the best first."""
    mended: list[tuple[float, str]] = []
    for name, taken_from in _MIX_UPS:
        index = youden({c: counts[taken_from.get(c, c)] for c in COUNTS})
        if np.isfinite(index).any() and (index <= _ROUNDING).sum() <= n_low / 4:
            mended.append((float(np.nanmedian(index)), name))
    best = max((value for value, _ in mended), default=0.0)
    # One that leaves the test little better than chance does not explain a mix-up that two would.
    named = sorted((one for one in mended if one[0] >= _NEARLY * best), key=lambda one: -one[0])
    return ", or ".join(name for _, name in named) or None
