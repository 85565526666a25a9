"""Predictive draws of a study: the same covariates, new random effects."""

from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Design, Kind
from metadx.engines.fit import Fit

type FloatArray = NDArray[np.float64]

_DRAWS = 16_000  # of a predictive law; new effects are drawn again for each draw of the rest


def new_effects(fit: Fit, design: Design, study: int, copy: int = 0) -> FloatArray:
    """Draw logit sens and logit spec of a new study that is like one of the table.

    Parameters
    ----------
    fit : Fit
        What is known; it need not contain the study.
    design : Design
        Of a table with the study in it, coded as that of the fit.
    study : int
        Row of the study in that table.
    copy : int
        Another number, other draws of the random effects.

    Returns
    -------
    ndarray, shape (S, 2)
        One row for each draw of the fit. Studies and copies are independent given the parameters.
    """
    kind = Kind(
        label=f"a study like row {study}, copy {copy}",
        covariate="",
        at=MappingProxyType({}),
        sens=design.sens.matrix[study],
        spec=design.spec.matrix[study],
        studies=np.zeros(0, dtype=np.intp),
    )
    return fit.group(kind).new_logits


def predictive_logits(fit: Fit, design: Design, study: int) -> FloatArray:
    """Draw the logits of a new study often enough for its predictive law.

    Parameters
    ----------
    fit, design, study
        As of `new_effects`.

    Returns
    -------
    ndarray, shape (D, 2)
        D is a multiple of the number of draws of the fit, at least 16,000.
    """
    copies = -(-_DRAWS // fit.rho.size)
    return np.concatenate([new_effects(fit, design, study, copy) for copy in range(copies)])
