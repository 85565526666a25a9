"""What an engine hands back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """One thing a fit had to pass.

    Parameters
    ----------
    name : str
    value, threshold : float
    passed : bool
    """

    name: str
    value: float
    threshold: float
    passed: bool


@dataclass(frozen=True)
class Note:
    """Something the reader of a result must know.

    Parameters
    ----------
    about : str
        What it is about, such as "studies" or an estimand.
    text : str
        A sentence.
    """

    about: str
    text: str


@dataclass(frozen=True)
class EngineReport:
    """How the posterior was obtained.

    Parameters
    ----------
    name : {"marginal", "nuts"}
    pareto_k : float or None
        Tail shape of the importance weights (marginal engine).
    ess : float
        Effective draws: 1 / sum(w²) of the marginal engine, least bulk ESS of NUTS.
    nodes : int or None
        Most quadrature nodes per axis that any study needed.
    seconds : float
        Wall time of the fit.
    log_evidence : float or None
        Log marginal likelihood of the data under the card (marginal engine).
    fell_back : str or None
        Why the marginal engine was not used although it was tried.
    parametrisation : str or None
        Of NUTS: "centred" or "non-centred".
    """

    name: str
    pareto_k: float | None
    ess: float
    nodes: int | None
    seconds: float
    log_evidence: float | None = None
    fell_back: str | None = None
    parametrisation: str | None = None


@dataclass(frozen=True, eq=False)
class Proposals:
    """Raw importance draws of the marginal engine, before resampling.

    Parameters
    ----------
    coefficients : ndarray, shape (R, P + Q)
        Of the mean of logit sens, then of that of logit spec.
    tau : ndarray, shape (R, 2)
    rho : ndarray, shape (R,)
    log_weights : ndarray, shape (R,)
        Not smoothed, up to a constant.
    log_likelihood : ndarray, shape (R, N)
        By study, random effects integrated out; of t effects at the draws of nu.
    df : ndarray, shape (R,), or None
        Degrees of freedom of t effects, drawn from their law given the proposal, so that proposals
        and degrees together have the weights of the former.
    """

    coefficients: FloatArray
    tau: FloatArray
    rho: FloatArray
    log_weights: FloatArray
    log_likelihood: FloatArray
    df: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class EngineResult:
    """Posterior draws, laid out as C chains of D draws.

    Parameters
    ----------
    coefficients : ndarray, shape (C, D, P + Q)
        Of the mean of logit sens, then of that of logit spec; without covariates the two means.
    tau : ndarray, shape (C, D, 2)
        On the scale of the link; order sens, spec.
    rho : ndarray, shape (C, D)
    study_logits : ndarray, shape (C, D, N, 2), or None
        Logit sens and logit spec of each study.
    log_likelihood : ndarray, shape (C, D, N)
        By study, random effects integrated out, binomial coefficients included.
    sample_stats : dict of ndarray, shape (C, D)
        Of NUTS: diverging, energy, ...
    proposals : Proposals or None
        Of the marginal engine.
    report : EngineReport
    checks : tuple of Check
    df : ndarray, shape (C, D), or None
        Degrees of freedom of t effects.
    """

    coefficients: FloatArray
    tau: FloatArray
    rho: FloatArray
    study_logits: FloatArray | None
    log_likelihood: FloatArray
    sample_stats: dict[str, NDArray[np.generic]]
    proposals: Proposals | None
    report: EngineReport
    checks: tuple[Check, ...]
    df: FloatArray | None = None
