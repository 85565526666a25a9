"""What the accuracy means for those who decide, with names: targets reached and net benefit."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from metadx.estimands.decision import (
    Performance,
    Target,
    best_choice,
    meets,
    net_benefit,
    treat_all,
)
from metadx.estimands.definitions import about
from metadx.estimands.group import MARGINS_NEEDED, has_margins
from metadx.estimands.labelled_fit import Fit, dataset_of, flat_draws
from metadx.estimands.logistic import FloatArray

if TYPE_CHECKING:
    import xarray as xr

_TARGETS: Mapping[Target, float] = MappingProxyType({"lr_neg": 0.1, "lr_pos": 10.0})
_THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
_AT_PREVALENCE = ("npv", "ppv")


def decision(
    fit: Fit,
    prevalence: Sequence[float],
    *,
    thresholds: Sequence[float] = _THRESHOLDS,
    targets: Mapping[Target, float] = _TARGETS,
) -> "xr.Dataset":
    """Whether targets are reached, and the net benefit of testing, draw by draw.

    Parameters
    ----------
    fit : Fit
        Posterior draws.
    prevalence : sequence of float, length P
        Probabilities of disease before the test, each in (0, 1).
    thresholds : sequence of float, length T
        Threshold probabilities, each in (0, 1): the probability of disease from which a person
        would be treated. A false positive weighs the odds of the threshold.
    targets : mapping of str to float, length G
        A value for any of "lr_neg", "lr_pos", "sens", "spec", "npv" and "ppv". The negative
        likelihood ratio is to be below its value, everything else above it.

    Returns
    -------
    xarray.Dataset
        `met` with dims (chain, draw, target, prevalence), 1 where the target is reached: its mean
        is the posterior probability of that. `net_benefit` with dims (chain, draw, prevalence,
        threshold), and `treat_all` and `best`, the probability that testing beats both treating
        all and treating nobody, with dims (prevalence, threshold). All of the median study;
        with ``_new`` of a new study. NaN where no study has the participants that a number needs,
        and the attribute `reason` says so.

    Raises
    ------
    ValueError
        If a prevalence, a threshold or the value of a target is out of bounds.

    References
    ----------
    In the attributes `reference` of the variables; see `metadx.estimands.decision`.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = metadx.decision(fit, [0.1, 0.3], thresholds=[0.05, 0.2])
    >>> found["net_benefit"].dims
    ('chain', 'draw', 'prevalence', 'threshold')
    >>> chance = found["met"].mean(("chain", "draw"))  # that the median study's LR− is below 0.1
    >>> 0 <= float(chance.sel(target="lr_neg", prevalence=0.1)) <= 1
    True
    """
    mu, _, _ = flat_draws(fit)
    kinds = {"": Performance.of(mu), "_new": Performance.of(fit.new_study_logits())}
    at, chances = list(prevalence), list(thresholds)
    met = {f"met{new}": _met(draws, targets, at) for new, draws in kinds.items()}
    found = dataset_of(fit, met, {"target": list(targets), "prevalence": at})
    gained = {
        f"net_benefit{new}": _by_prevalence([net_benefit(draws, p, chances).T for p in at])
        for new, draws in kinds.items()
    }
    found = found.merge(dataset_of(fit, gained, {"prevalence": at, "threshold": chances}))
    dims = ("prevalence", "threshold")
    found["treat_all"] = (dims, np.stack([treat_all(p, chances) for p in at]), about("treat_all"))
    for new, draws in kinds.items():
        best = np.stack([best_choice(draws, p, chances) for p in at])
        found[f"best{new}"] = (dims, best, about(f"best{new}"))
    return _without_the_unknown(found, fit)


def _without_the_unknown(found: "xr.Dataset", fit: Fit) -> "xr.Dataset":
    """Put NaN where a number needs a margin that no study has."""
    known = bool(fit.table.n_diseased.any()), bool(fit.table.n_nondiseased.any())
    if all(known):
        return found
    which = ("diseased", "non-diseased")[known.index(False)]
    for new in ("", "_new"):
        for name in (f"net_benefit{new}", f"best{new}"):
            found[name] = (found[name] * np.nan).assign_attrs(found[name].attrs)
        for row, target in enumerate(found["target"].to_numpy()):
            if not has_margins(MARGINS_NEEDED[target], known):
                found[f"met{new}"][..., row, :] = np.nan
        for name in (f"net_benefit{new}", f"best{new}", f"met{new}"):
            found[name].attrs["reason"] = f"Not identified: no study has {which} participants."
    return found


def _met(
    draws: Performance, targets: Mapping[Target, float], prevalence: Sequence[float]
) -> FloatArray:
    """Tell it for each target and prevalence, shape (S, G, P)."""
    rows = [
        _by_prevalence(
            [meets(draws, name, value, p if name in _AT_PREVALENCE else None) for p in prevalence]
        )
        for name, value in targets.items()
    ]
    return np.stack(rows, axis=1).astype(np.float64)


def _by_prevalence(arrays: Sequence[np.ndarray]) -> FloatArray:
    """Put arrays of S draws side by side, shape (S, P, ...)."""
    return np.stack(arrays, axis=1)
