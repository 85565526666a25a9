"""The tables of the page on lung nodules, computed from the reviews when pages are built."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from evidence import table
from numpy.typing import NDArray

import metadx
from metadx.engines.analysis import Analysis
from metadx.engines.fit import Fit
from metadx.engines.maximum_likelihood import MaximumLikelihood
from metadx.estimands.logistic import expit
from metadx.estimands.ratios import dor, lr_neg, lr_pos
from metadx.estimands.sroc import auc

type FloatArray = NDArray[np.float64]

MARK = "*Reconstructed from published summaries; not study data.*"
REVIEW = "lung-nodule-ai"
CARDS = ("bivariate-binomial", "bivariate-binomial-n15")
COVARIATES = (
    "architecture",
    "setting",
    "population",
    "threshold",
    "rob_patient_selection",
    "rob_index_test",
)
PUBLISHED = {
    "sensitivity": "88 %",
    "specificity": "75 %",
    "LR+": "3.55",
    "LR−": "0.16",
    "DOR": "22.4",
    "AUC": "0.89",
}
OTHERS = {
    "lung-nodules-dwi-mri": "diffusion-weighted MRI",
    "lung-nodules-fdg-pet": "FDG-PET",
    "lung-nodules-ct-biopsy": "CT-guided biopsy",
}
DRAWS = 20_000


@cache
def fitted(review: str = REVIEW, card: str = CARDS[0]) -> Fit:
    """Pool a shipped review."""
    return metadx.fit(
        metadx.load_dataset(review), card, sens="~ 1", spec="~ 1", draws=DRAWS, study_effects=False
    )


@cache
def by(covariate: str) -> Analysis:
    """Regress both margins of the reconstruction on one covariate."""
    formula = f"~ {covariate}"
    review = metadx.load_dataset(REVIEW)
    return metadx.analyse(review, sens=formula, spec=formula, draws=DRAWS, study_effects=False)


@cache
def likelihood(sens: str = "~ 1", spec: str = "~ 1") -> MaximumLikelihood:
    """Maximise the likelihood of the reconstruction."""
    return metadx.maximum_likelihood(metadx.load_dataset(REVIEW), sens=sens, spec=spec)


def _measures(mu: FloatArray, tau: FloatArray) -> dict[str, FloatArray]:
    return {
        "sensitivity": 100 * expit(mu[:, 0]),
        "specificity": 100 * expit(mu[:, 1]),
        "LR+": lr_pos(mu),
        "LR−": lr_neg(mu),
        "DOR": dor(mu),
        "AUC": auc(mu, tau),
    }


_DIGITS = {"sensitivity": 1, "specificity": 1, "LR+": 2, "LR−": 3, "DOR": 1, "AUC": 3}


def pooled() -> str:
    """Show the published figures, maximum likelihood and the posterior under both cards."""
    best = likelihood()
    columns = [_measures(best.mu[None], best.tau[None])]
    for card in CARDS:
        fit = fitted(card=card)
        columns.append(_measures(fit.mu.reshape(-1, 2), fit.tau.reshape(-1, 2)))
    rows = [
        (name, printed, *(_told(column[name], _DIGITS[name]) for column in columns))
        for name, printed in PUBLISHED.items()
    ]
    head = ("", "printed", "maximum likelihood", *(f"`{card}`" for card in CARDS))
    return f"{MARK}\n\n{table(head, rows)}"


def _told(draws: FloatArray, digits: int) -> str:
    if draws.size == 1:
        return f"{draws[0]:.{digits}f}"
    low, middle, high = np.quantile(draws, [0.025, 0.5, 0.975])
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def subgroups() -> str:
    """Show accuracy by level of each covariate, with the test of maximum likelihood beside it."""
    rows = [row for covariate in COVARIATES for row in _levels(covariate)]
    head = (
        "covariate",
        "level",
        "studies",
        "sensitivity, %",
        "specificity, %",
        "P highest spec.",
        "p, sens",
        "p, spec",
    )
    return f"{MARK}\n\n{table(head, rows)}"


def _levels(covariate: str) -> Iterator[tuple[str, ...]]:
    groups = by(covariate).groups
    spec = np.stack([group.mu[:, 1] for group in groups])
    best = np.bincount(spec.argmax(axis=0), minlength=len(groups)) / spec.shape[1]
    formula = f"~ {covariate}"
    tests = (
        _p_value(likelihood(sens=formula), len(groups) - 1),
        _p_value(likelihood(spec=formula), len(groups) - 1),
    )
    for place, group in enumerate(groups):
        told = (_told(100 * expit(group.mu[:, margin]), 0) for margin in (0, 1))
        ends = tests if place == 0 else ("", "")
        first = covariate if place == 0 else ""
        yield (first, group.label, str(group.studies.size), *told, f"{best[place]:.2f}", *ends)


def _p_value(larger: MaximumLikelihood, df: int) -> str:
    from scipy.stats import chi2

    statistic = 2 * (larger.log_likelihood - likelihood().log_likelihood)
    return f"{chi2.sf(max(statistic, 0.0), df):.2f}"


def unexplained() -> str:
    """Show the spread between studies without and with each covariate."""
    without = fitted().tau.reshape(-1, 2)
    rows = [("none", *(_told(without[:, margin], 2) for margin in (0, 1)), "", "")]
    for covariate in COVARIATES:
        fit = by(covariate).regression
        assert fit is not None
        tau = fit.tau.reshape(-1, 2)
        share = 1 - np.median(tau, axis=0) ** 2 / np.median(without, axis=0) ** 2
        rows.append(
            (
                covariate,
                *(_told(tau[:, margin], 2) for margin in (0, 1)),
                *(f"{100 * value:.0f} %" if value > 0 else "none" for value in share),
            )
        )
    head = (
        "covariate in both margins",
        "tau, sens",
        "tau, spec",
        "explained, sens",
        "explained, spec",
    )
    return f"{MARK}\n\n{table(head, rows)}"


def new_hospital() -> str:
    """Show what a negative result means in the median study and in a new hospital."""
    fit = fitted()
    kinds = {"median study": fit.mu.reshape(-1, 2), "new hospital": fit.new_study_logits()}
    rows = []
    for name, logits in kinds.items():
        sens, ratio = expit(logits[:, 0]), lr_neg(logits)
        missed = [_told(1000 * prevalence * (1 - sens), 0) for prevalence in (0.06, 0.30)]
        rows.append(
            (name, _told(100 * sens, 0), _told(ratio, 2), f"{np.mean(ratio < 0.1):.2f}", *missed)
        )
    head = (
        *("", "sensitivity, %", "LR−", "P(LR− < 0.1)"),
        *(f"missed per 1,000 at {p} %" for p in (6, 30)),
    )
    return f"{MARK}\n\n{table(head, rows)}"


def others() -> str:
    """Show real reviews of other tests for the same question."""
    rows = []
    for review, name in OTHERS.items():
        fit = fitted(review)
        mu, new = fit.mu.reshape(-1, 2), fit.new_study_logits()
        rows.append(
            (
                f"{name} (`{review}`)",
                str(fit.table.n_studies),
                *(_told(100 * expit(mu[:, margin]), 0) for margin in (0, 1)),
                _told(lr_neg(mu), 2),
                *(_told(100 * expit(new[:, margin]), 0) for margin in (0, 1)),
            )
        )
    head = (
        "test",
        "studies",
        "sensitivity, %",
        "specificity, %",
        "LR−",
        "new study: sens., %",
        "spec., %",
    )
    return table(head, rows)


PARTS = {
    "nodules-pooled": pooled,
    "nodules-subgroups": subgroups,
    "nodules-unexplained": unexplained,
    "nodules-hospital": new_hospital,
    "nodules-others": others,
}
