"""How much each study moves the answer: the review fitted again without it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metadx.criticism.chance_words import chance, digits_for, enumerate_names
from metadx.criticism.leave_one_out import leave_one_out
from metadx.criticism.moved import USUAL_CUTS, Moved, Verdict, follow, require_pooled
from metadx.criticism.refit import LeftOut, refits
from metadx.engines.fit import Fit

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]

_WORTH_SAYING = 0.01  # change of a probability
_ERRORS = 3.0  # Monte Carlo errors of a change that the draws may explain


@dataclass(frozen=True, eq=False)
class Influence:
    """The posterior without each of N studies.

    Parameters
    ----------
    study : tuple of str, length N
        Labels, in the order of the table.
    elpd : ndarray, shape (N,)
        Log predictive density of the study given the others, by the refit without it.
    pareto_k : ndarray, shape (N,)
        Tail shape of the weights that would take the fit of all studies to that without this one:
        above 0.7 the study pulls so hard that only a refit tells what the others say.
    quantities : mapping of str to Moved
        sens, spec (median study), tau_sens, tau_spec, rho, auc, lr_pos, lr_neg, dor without each
        study.
    shift : ndarray, shape (N,)
        Distance between the pooled points with and without the study: Mahalanobis' distance of
        the posterior means of the two logits, in posterior standard deviations of the fit without
        it (with the study in, an outlier widens the scale it is measured on); NaN where the means
        are not known without the study.
    shift_all : ndarray, shape (N,)
        The same of the means and the logs of the standard deviations between studies together:
        an outlier may move the heterogeneity more than the mean.
    verdict : Verdict
        P(LR− < 0.1) and P(LR+ > 10) without each study, or of the ratios in `Verdict.cuts`.
    order : ndarray of int, shape (N,)
        Rows by `shift_all`, the most influential study first; those with none last.
    failed : tuple of str
        Studies whose refit failed a check: their figures are not to be trusted.
    prob : float
        Level of the intervals.
    without : tuple of LeftOut
        The refits themselves; `LeftOut.method` says which were made by reweighting.
    """

    study: tuple[str, ...]
    elpd: FloatArray
    pareto_k: FloatArray
    quantities: Mapping[str, Moved]
    shift: FloatArray
    shift_all: FloatArray
    verdict: Verdict
    order: IntArray
    failed: tuple[str, ...]
    prob: float
    without: tuple[LeftOut, ...]

    @property
    def words(self) -> str:
        """What leaving out one study changes, in plain sentences."""
        parts = [_accuracy_words(self), _most_words(self), *_verdict_words(self)]
        if len(self.study) == 2:
            parts.append(
                "With two studies each refit rests on one study, and how much studies differ "
                "comes from the prior alone."
            )
        parts.append(_method_words(self))
        if self.failed:
            parts.append(f"Not to be trusted, for a failed check: {enumerate_names(self.failed)}.")
        return " ".join(part for part in parts if part)


def influence(
    fit: Fit,
    *,
    draws: int = 2000,
    prob: float = 0.95,
    cuts: tuple[float, float] = USUAL_CUTS,
    without: Sequence[LeftOut] | None = None,
    say: Callable[[str], None] | None = None,
) -> Influence:
    """Fit the review again without each study and follow what changes.

    Parameters
    ----------
    fit : Fit
        Of N studies, at least 2, without covariates.
    draws : int
        Of each refit.
    prob : float
        Level of the intervals.
    cuts : tuple of float
        Ratios of the verdict: LR− is to be below the first, LR+ above the second. Those that a
        review states: `metadx.criticism.moved.cuts_of`.
    without : sequence of LeftOut, optional
        Refits made already, by `metadx.criticism.refit.refits`.
    say : callable, optional
        Told each step.

    Returns
    -------
    Influence

    Raises
    ------
    FitError
        If the fit has covariates or only one study.

    References
    ----------
    Cook RD. Detection of influential observation in linear regression. Technometrics
    1977;19:15-18 (the shift of the estimate, here in posterior standard deviations).

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = influence(fit, draws=1000)
    >>> found.study[found.order[0]], bool(found.shift.max() < 1.5)
    ('Cassel 2001', True)
    """
    require_pooled(fit, "influence")
    parts = tuple(refits(fit, draws, say) if without is None else without)
    moved, verdict = follow(fit, [part.fit for part in parts], prob, cuts)
    reweighted = leave_one_out(fit)
    elpd = np.array([part.elpd for part in parts])
    shift, shift_all = np.array([_shifts(fit, part.fit) for part in parts]).T.copy()
    names = fit.table.study
    return Influence(
        study=names,
        elpd=np.where(np.isfinite(elpd), elpd, reweighted.elpd),
        pareto_k=reweighted.pareto_k,
        quantities=moved,
        shift=shift,
        shift_all=shift_all,
        verdict=verdict,
        order=np.argsort(-np.nan_to_num(shift_all, nan=-1.0), kind="stable"),
        failed=tuple(names[part.study] for part in parts if part.failed),
        prob=prob,
        without=parts,
    )


def _shifts(whole: Fit, left: Fit | None) -> tuple[float, float]:
    """Distances of the means, and of the means with the log standard deviations."""
    known = np.array(whole.identified)
    if left is None or not (known := known & np.array(left.identified)).any():
        return float("nan"), float("nan")
    (before, spread), (after, left_spread) = _parameters(whole, known), _parameters(left, known)
    means = _distance(before, after)
    if not (np.isfinite(spread).all() and np.isfinite(left_spread).all()):
        return means, means  # a model without heterogeneity: the means are all there is
    both = _distance(np.hstack([before, spread]), np.hstack([after, left_spread]))
    return means, both


def _parameters(fit: Fit, known: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    group = fit.pooled
    with np.errstate(divide="ignore"):
        return group.mu[:, known], np.log(group.tau[:, known])


def _distance(before: FloatArray, after: FloatArray) -> float:
    """Mahalanobis' distance of two posterior means, in the scatter of the second."""
    away = after.mean(axis=0) - before.mean(axis=0)
    covariance = np.atleast_2d(np.cov(after, rowvar=False))
    return float(np.sqrt(away @ np.linalg.solve(covariance, away)))


def _accuracy_words(found: Influence) -> str:
    still, parts = [], []
    margins = (("sens", "sensitivity"), ("spec", "specificity"))
    known = [w for name, _ in margins if np.isfinite(w := found.quantities[name].whole)]
    digits = max(map(digits_for, known), default=2)  # one precision in one sentence
    for name, words in margins:
        moved = found.quantities[name]
        change = np.abs(moved.change)
        if not np.isfinite(change).any():
            continue
        row = int(np.nanargmax(change))
        if change[row] < 10.0**-digits:
            still.append(f"{words} by as much as {10.0**-digits:g}")
        else:
            parts.append(f"{words} by {change[row]:.{digits}f} ({found.study[row]})")
    sentences = []
    if parts:
        sentences.append(f"Leaving out one study moves the pooled {' and '.join(parts)} at most.")
    if still:
        sentences.append(f"No study moves the pooled {' or the pooled '.join(still)}.")
    return " ".join(sentences)


def _method_words(found: Influence) -> str:
    """Say which studies were left out without a refit."""
    size = len(found.without)
    again = [found.study[one.study] for one in found.without if one.method == "refitted"]
    if len(again) == size:
        return ""
    how = "by reweighting the draws of all studies (Pareto k at most 0.7)"
    if not again:
        return f"Each study was left out {how}."
    return (
        f"Studies were left out {how}; for {enumerate_names(again)} the others were fitted again."
    )


def _most_words(found: Influence) -> str:
    if not np.isfinite(found.shift).any():
        return ""
    first = int(found.order[0])
    if found.shift_all[first] == found.shift[first]:  # a model without heterogeneity
        return (
            f"The most influential study is {found.study[first]}: without it the pooled point "
            f"moves by {found.shift[first]:.1f} posterior standard deviations."
        )
    return (
        f"The most influential study is {found.study[first]}: without it means and heterogeneity "
        f"together move by {found.shift_all[first]:.1f} posterior standard deviations, the pooled "
        f"point alone by {found.shift[first]:.1f}."
    )


def _fewest_draws(found: Influence) -> float:
    return min((one.fit.rho.size for one in found.without if one.fit is not None), default=np.inf)


def _verdict_words(found: Influence) -> list[str]:
    of = found.verdict
    out = []
    for what, each, whole in (
        (f"LR− is below {of.cuts[0]:g}", of.rule_out, of.whole_rule_out),
        (f"LR+ is above {of.cuts[1]:g}", of.rule_in, of.whole_rule_in),
    ):
        change = np.abs(each - whole)
        if not np.isfinite(change).any():
            continue
        row = int(np.nanargmax(change))
        error = _ERRORS * sqrt(
            sum(p * (1 - p) for p in (float(each[row]), whole)) / _fewest_draws(found)
        )
        if change[row] < _WORTH_SAYING:
            out.append(
                f"The chance that {what} ({chance(whole)}) changes by less than 1 percentage "
                "point, whichever study is left out."
            )
        elif change[row] < error:
            out.append(
                f"The chance that {what} ({chance(whole)}) changes by no more than the error of "
                "the draws, whichever study is left out."
            )
        else:
            out.append(
                f"Without {found.study[row]} the chance that {what} is {chance(each[row])} "
                f"instead of {chance(whole)}."
            )
    return out
