"""Figures printed by other programs against the maximum of the likelihood."""

from dataclasses import dataclass

import numpy as np

from metadx.engines.maximum_likelihood import MaximumLikelihood
from metadx.estimands.heterogeneity import zhou_dendukuri_i2
from metadx.estimands.hsroc import hsroc
from metadx.estimands.logistic import expit
from metadx.estimands.ratios import log_lr_neg, log_lr_pos
from metadx.studies.accuracy import AccuracyTable
from tests.reference.peers import Printed

_Z = 1.959963984540054


@dataclass(frozen=True)
class PrintedGap:
    """One printed figure against the same of metadx."""

    dataset: str
    program: str
    quantity: str
    printed: float
    ours: float
    relative: float


def printed_gaps(
    figures: Printed, maximum: MaximumLikelihood, table: AccuracyTable
) -> list[PrintedGap]:
    """Compare every figure of one source."""
    ours = figures_of(maximum, table)
    gaps = []
    for quantity, printed in figures.printed.items():
        value = ours[quantity]
        relative = abs(value - printed) / max(abs(printed), 0.01)
        row = (figures.dataset, figures.program, quantity, printed, value, relative)
        gaps.append(PrintedGap(*row))
    return gaps


def figures_of(maximum: MaximumLikelihood, table: AccuracyTable) -> dict[str, float]:
    """Return what programs print, by name."""
    mu, tau, rho = maximum.mu[None], maximum.tau[None], np.array([maximum.rho])
    covariance, errors = maximum.covariance, maximum.standard_errors
    found = {
        "log_likelihood": maximum.log_likelihood,
        "cov_mu": float(covariance[0, 1]),
        "rho": maximum.rho,
        "se_rho": float(errors[4]),
        "cov_logits": float(maximum.rho * maximum.tau.prod()),
    }
    for margin, name in enumerate(("sens", "spec")):
        centre, error = maximum.mu[margin], errors[margin]
        found |= {
            f"mu_{name}": float(centre),
            f"se_mu_{name}": float(error),
            f"tau_{name}": float(maximum.tau[margin]),
            f"var_{name}": float(maximum.tau[margin] ** 2),
            f"se_var_{name}": float(2 * maximum.tau[margin] * errors[2 + margin]),
        }
        found |= _interval(name, lambda x, m=margin: x[:, m], maximum, expit)
    found |= _interval("dor", lambda x: x.sum(axis=1), maximum, np.exp)
    found |= _interval("lr_pos", log_lr_pos, maximum, np.exp)
    found |= _interval("lr_neg", log_lr_neg, maximum, np.exp)
    curve = hsroc(mu, tau, rho)
    for name, value in (
        ("lambda", curve.lambda_),
        ("theta", curve.theta),
        ("beta", curve.beta),
        ("sigma2_alpha", curve.sigma2_alpha),
        ("sigma2_theta", curve.sigma2_theta),
    ):
        found[f"hsroc_{name}"] = float(value[0])
    shares = zhou_dendukuri_i2(mu, tau, rho, table.n_diseased, table.n_nondiseased)
    for name in ("joint", "sens", "spec"):
        found[f"i2_{name}"] = float(getattr(shares, name)[0])
    return found


def _interval(name, of, maximum, back):  # type: ignore[no-untyped-def]
    """Estimate and 95 % limits by the delta method, transformed back."""
    mu, step = maximum.mu[None], 1e-5
    slope = np.array(
        [float((of(mu + step * e) - of(mu - step * e))[0]) / (2 * step) for e in np.eye(2)]
    )
    error = float(np.sqrt(slope @ maximum.covariance[:2, :2] @ slope))
    ends = back(np.array([of(mu)[0] + k * error for k in (0, -_Z, _Z)]))
    return dict(zip((name, f"{name}_lower", f"{name}_upper"), map(float, ends), strict=True))
