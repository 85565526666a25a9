"""Posterior draws for one kind of study: what estimands, figures and contrasts are made of."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Value

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Group:
    """The draws of one kind of study.

    Parameters
    ----------
    label : str
        ``"3D CNN"``, or ``"architecture = 3D CNN"`` where several covariates are in play.
    covariate : str
        The covariate whose level or value sets this kind apart; "" where none or several do.
    at : mapping of str to str or float
        The covariates that are set; others stand at their average over the studies of the fit.
    mu, tau : ndarray, shape (S, 2)
        Means and standard deviations of logit sens and logit spec; the same draws for all groups
        of a fit, so that contrasts are made draw by draw.
    rho : ndarray, shape (S,)
    new_logits : ndarray, shape (S, 2)
        Logit sens and logit spec of a new study of that kind, one per draw; independent of the
        new studies of other groups.
    studies : ndarray of int
        Rows of the table that are of this kind; empty for a value of a continuous covariate.
    """

    label: str
    covariate: str
    at: Mapping[str, Value]
    mu: FloatArray
    tau: FloatArray
    rho: FloatArray
    new_logits: FloatArray
    studies: NDArray[np.intp]
