"""What the labelled estimands ask of a fit, and how their draws become an xarray Dataset."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from metadx.estimands.definitions import about
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.logistic import FloatArray
from metadx.estimands.undefined import not_defined

if TYPE_CHECKING:
    import xarray as xr

    from metadx.studies.accuracy import AccuracyTable

MARGIN = ("sens", "spec")


class Fit(Protocol):
    """What these functions ask of a fit: C chains of D draws and the data.

    The law of the study effects is read from its attribute `pooled` where it has one; else they are
    taken to be normal on the logit scale.
    """

    @property
    def mu(self) -> FloatArray:
        """Logit sens and logit spec of the median study, shape (C, D, 2)."""

    @property
    def tau(self) -> FloatArray:
        """Standard deviations of the study effects, shape (C, D, 2)."""

    @property
    def rho(self) -> FloatArray:
        """Correlation of the study effects, shape (C, D)."""

    @property
    def table(self) -> "AccuracyTable":
        """The studies."""

    def new_study_logits(self) -> FloatArray:
        """Predictive draws of the logits of a new study, shape (C * D, 2)."""


def flat_draws(fit: Fit) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return `mu`, `tau` and `rho` with one row for each of S draws."""
    return fit.mu.reshape(-1, 2), fit.tau.reshape(-1, 2), fit.rho.reshape(-1)


def law_of(fit: Fit) -> EffectLaw | None:
    """Return the law of the study effects where it is not normal on the logit scale."""
    found = getattr(getattr(fit, "pooled", None), "effects", None)
    return found if isinstance(found, EffectLaw) else None


def dataset_of(
    fit: Fit, values: Mapping[str, FloatArray], axis: Mapping[str, npt.ArrayLike]
) -> "xr.Dataset":
    """Put draws on (chain, draw) with their attributes.

    Parameters
    ----------
    fit : Fit
    values : mapping of str to array, shape (S,) or (S, ...)
        Draws of each estimand; beyond the first dimension those of `axis`, all or none.
    axis : mapping of str to array_like
        Names and coordinates of the further dimensions, in order.

    Returns
    -------
    xarray.Dataset
        What the law of the study effects does not have is NaN, and its attribute `reason` says why.
    """
    import xarray as xr

    chains, draws = fit.rho.shape
    law = law_of(fit)
    names, why = not_defined(law)
    variables = {}
    for name, value in values.items():
        dims = ("chain", "draw", *axis) if value.ndim > 1 else ("chain", "draw")
        attributes, numbers = about(name, law), value.reshape(chains, draws, *value.shape[1:])
        if name in names or f"{name}_sens" in names:
            numbers, attributes["reason"] = np.full(numbers.shape, np.nan), why
        variables[name] = (dims, numbers, attributes)
    coords = {"chain": np.arange(chains), "draw": np.arange(draws)}
    return xr.Dataset(variables, {**coords, **{k: np.asarray(v) for k, v in axis.items()}})
