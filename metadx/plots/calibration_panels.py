"""The numbers that a calibration figure shows, before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metadx.criticism.calibration import Verdict, ecdf_bands, family_level, judge
from metadx.errors import MetadxError
from metadx.estimands.logistic import FloatArray

type Json = Mapping[str, Any]

_GREEK = {"mu": "μ", "tau": "τ", "rho": "ρ", "beta": "β"}
_WORDS = {
    "sens": "sensitivity",
    "spec": "specificity",
    "sens_new": "sensitivity, new study",
    "spec_new": "specificity, new study",
    "new[sens]": "sensitivity, new study",
    "new[spec]": "specificity, new study",
    "logit_sens[1]": "sensitivity, study 1",
    "logit_spec[1]": "specificity, study 1",
    "auc": "area under the curve",
    "log_likelihood": "log-likelihood",
}


@dataclass(frozen=True, eq=False)
class Band:
    """The band of all groups with the same numbers of replications and of ranks.

    Parameters
    ----------
    replications : int
        Replications N.
    x, bottom, top : ndarray, shape (B + 1,)
        Share of uniform ranks up to there, and the limits of the scaled difference.
    """

    replications: int
    x: FloatArray
    bottom: FloatArray
    top: FloatArray


@dataclass(frozen=True, eq=False)
class CalibrationPanels:
    r"""Differences between the distribution of ranks and the uniform one, scaled by √N.

    Parameters
    ----------
    quantities, groups, engines : tuple of str
        Names; one engine for each group.
    replications : tuple of int
        Replications of each group, those without a rank included.
    x, y : ndarray, shape (quantities, groups, points)
        Line of each group; nan where it has no ranks, or fewer points than others.
    bands : tuple of Band
        Few replications first.
    verdicts : mapping of (str, str) to Verdict
        Of each quantity and group.
    prob_family : float
        Probability that a correct engine stays inside all bands.
    """

    quantities: tuple[str, ...]
    groups: tuple[str, ...]
    engines: tuple[str, ...]
    replications: tuple[int, ...]
    x: FloatArray
    y: FloatArray
    bands: tuple[Band, ...]
    verdicts: Mapping[tuple[str, str], Verdict]
    prob_family: float

    def outside(self, quantity: str) -> tuple[str, ...]:
        """Name the groups that leave the band of one quantity."""
        verdicts = ((group, self.verdicts.get((quantity, group))) for group in self.groups)
        return tuple(group for group, verdict in verdicts if verdict and not verdict.inside)


def quantity_label(name: str) -> str:
    """Write the name of a quantity for a reader.

    Examples
    --------
    >>> quantity_label("tau[sens]"), quantity_label("sens_new"), quantity_label("odds")
    ('τ, sensitivity', 'sensitivity, new study', 'odds')
    >>> quantity_label("beta[spec,group=b]")
    'β, specificity, group=b'
    """
    if name in _WORDS:
        return _WORDS[name]
    stem, _, index = name.removesuffix("]").partition("[")
    words = [_GREEK.get(stem, stem), *(_WORDS.get(part, part) for part in index.split(",", 1))]
    return ", ".join(word for word in words if word)


def scaled_difference(counts: FloatArray) -> FloatArray:
    """Scale the distance of cumulative counts from uniform ones.

    Parameters
    ----------
    counts : ndarray, shape (B,)
        Ranks in bins 0 to j; their number N at the last.

    Returns
    -------
    ndarray, shape (B + 1,)
        √N (C/N − z), with 0 at the left end.
    """
    total, bins = float(counts[-1]), counts.size
    z = np.arange(1, bins + 1) / bins
    return np.concatenate([[0.0], np.sqrt(total) * (counts / total - z)])


def calibration_panels(record: Json, prob_family: float = 0.99) -> CalibrationPanels:
    """Compute the lines, bands and verdicts of a record of simulation-based calibration.

    Parameters
    ----------
    record : mapping
        "groups": for each a "name", an "engine", the number of "replications", and "ranks": for
        each quantity how often each rank occurred.
    prob_family : float, default 0.99
        Probability that a correct engine stays inside all bands.

    Returns
    -------
    CalibrationPanels

    Raises
    ------
    MetadxError
        If the record has no ranks, or more of them than replications.
    """
    groups: Sequence[Json] = record.get("groups", ())
    counts = {
        (quantity, str(group["name"])): np.asarray(found)
        for group in groups
        for quantity, found in group["ranks"].items()
    }
    asked = {str(group["name"]): int(group["replications"]) for group in groups}
    verdicts = _judge(counts, asked, prob_family)
    quantities = tuple(dict.fromkeys(quantity for quantity, _ in counts))
    names = tuple(asked)
    points = 1 + max(found.size for found in counts.values())
    x = np.full((len(quantities), len(names), points), np.nan)
    y = np.full_like(x, np.nan)
    for (quantity, group), found in counts.items():
        at = (quantities.index(quantity), names.index(group), slice(found.size + 1))
        x[at] = np.linspace(0.0, 1.0, found.size + 1)
        y[at] = scaled_difference(np.cumsum(found)) if found.sum() else np.nan
    sizes = sorted({(asked[group], found.size) for (_, group), found in counts.items()})
    level = family_level(prob_family, len(counts))
    return CalibrationPanels(
        quantities=quantities,
        groups=names,
        engines=tuple(str(group["engine"]) for group in groups),
        replications=tuple(asked.values()),
        x=x,
        y=y,
        bands=tuple(_band(replications, bins, level) for replications, bins in sizes),
        verdicts=verdicts,
        prob_family=prob_family,
    )


def _judge(
    counts: Mapping[tuple[str, str], FloatArray], asked: Mapping[str, int], prob_family: float
) -> dict[tuple[str, str], Verdict]:
    if not counts:
        raise MetadxError("record of calibration: found no ranks; wanted is at least one group")
    missing = {key: asked[key[1]] - int(found.sum()) for key, found in counts.items()}
    for (quantity, group), gap in missing.items():
        if gap < 0:
            raise MetadxError(
                f"record of calibration, group {group}: found {asked[group] - gap} ranks of "
                f"{quantity}; wanted are at most {asked[group]}, its number of replications"
            )
    label = {key: f"{key[0]} ({key[1]})" for key in counts}
    verdicts = judge(
        {label[key]: found for key, found in counts.items()},
        prob_family,
        {label[key]: gap for key, gap in missing.items()},
    )
    return dict(zip(counts, verdicts, strict=True))


def _band(replications: int, bins: int, level: float) -> Band:
    bands = ecdf_bands(replications, bins, level)
    bottom, top = (
        scaled_difference(limits.astype(np.float64)) for limits in (bands.lower, bands.upper)
    )
    return Band(replications, np.linspace(0.0, 1.0, bins + 1), bottom, top)
