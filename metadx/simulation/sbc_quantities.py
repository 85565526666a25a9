"""What simulation-based calibration ranks: parameters, what follows from them, the likelihood."""

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Design, Kind
from metadx.engines.counts import Counts
from metadx.engines.likelihood import Hyper, IntegratedLikelihood
from metadx.estimands.accuracy import new_study_logits
from metadx.estimands.sroc import auc
from metadx.studies.accuracy import AccuracyTable

type FloatArray = NDArray[np.float64]

_NODES = 31  # for the log-likelihood of the truth


def ranked(
    hyper: Hyper, design: Design, new: FloatArray, log_likelihood: FloatArray
) -> dict[str, FloatArray]:
    """Compute every ranked quantity.

    Parameters
    ----------
    hyper : Hyper
        S draws, or the truth.
    design : Design
    new : ndarray, shape (S, 2)
        Logit sens and logit spec of a new study of `shown_kind`.
    log_likelihood : ndarray, shape (S,)

    Returns
    -------
    dict of str to ndarray, shape (S,)
        With covariates also each coefficient as it is reported, the means of `shown_kind` and their
        differences from the kind before it.
    """
    split = design.sens.size
    sens = hyper.coefficients[:, :split] @ design.sens.to_effects.T
    spec = hyper.coefficients[:, split:] @ design.spec.to_effects.T
    shown = means_of(hyper, *kind_rows(design))
    found = {
        "mu[sens]": sens[:, 0],
        "mu[spec]": spec[:, 0],
        "tau[sens]": hyper.tau[:, 0],
        "tau[spec]": hyper.tau[:, 1],
        "rho": hyper.rho,
        "sens_new": new[:, 0],  # ranks are the same on the logit scale, and nothing rounds to 1
        "spec_new": new[:, 1],
        "auc": auc(shown, hyper.tau),
        "log_likelihood": log_likelihood,
    }
    for margin, values, part in (("sens", sens, design.sens), ("spec", spec, design.spec)):
        for number, effect in enumerate(part.effects, start=1):
            found[f"beta[{margin},{effect}]"] = values[:, number]
    if design.has_covariates:
        before = means_of(hyper, *kind_rows(design, -2))
        for column, margin in enumerate(("sens", "spec")):
            found[f"mean[{margin}]"] = shown[:, column]
            found[f"contrast[{margin}]"] = shown[:, column] - before[:, column]
    return found


def shown_kind(design: Design, place: int = -1) -> Kind | None:
    """Return the last level of the first covariate, or another; None without covariates."""
    if not design.has_covariates:
        return None
    first = design.kinds[0].covariate
    return [kind for kind in design.kinds if kind.covariate == first][place]


def kind_rows(design: Design, place: int = -1) -> tuple[FloatArray, FloatArray]:
    """Return the rows of `shown_kind` in the two designs."""
    kind = shown_kind(design, place)
    return (np.ones(1), np.ones(1)) if kind is None else (kind.sens, kind.spec)


def means_of(hyper: Hyper, sens: FloatArray, spec: FloatArray) -> FloatArray:
    """Return the mean logits of a kind of study, or of many with rows (N, P) and (N, Q).

    Returns
    -------
    ndarray, shape (S, 2) or (S, N, 2)
    """
    split = sens.shape[-1]
    parts = hyper.coefficients[:, :split] @ sens.T, hyper.coefficients[:, split:] @ spec.T
    return np.stack(parts, axis=-1)


def study_logits(
    hyper: Hyper, sens: FloatArray, spec: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Draw a study of one kind for each draw of the parameters: (S, 2)."""
    return new_study_logits(means_of(hyper, sens, spec), hyper.tau, hyper.rho, rng)


def log_likelihood_at(table: AccuracyTable, hyper: Hyper, design: Design) -> FloatArray:
    """Return the log-likelihood of a table with many quadrature nodes: (S,)."""
    likelihood = IntegratedLikelihood.of(Counts.from_table(table), _NODES, design)
    return likelihood.by_study(hyper).sum(axis=1)
