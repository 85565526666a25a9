"""The answer as it would have stood after each study: cumulative meta-analysis."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from metadx.cards.load import LoadedCard
from metadx.criticism.chance_words import decimal, digits_for, enumerate_names
from metadx.criticism.moved import USUAL_CUTS, Moved, Verdict, follow, require_pooled
from metadx.criticism.reweighted import is_slow, reweight
from metadx.designs.design import NO_COVARIATES, Design
from metadx.engines.fit import Fit, fit
from metadx.engines.hand_over import run_engine
from metadx.engines.notes import FEW_STUDIES
from metadx.engines.settings import FitSettings
from metadx.errors import DataError, FitError
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Continuous
from metadx.studies.problems import listed, quoted
from metadx.studies.review import Review

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]

_REUSED = 2  # times as many draws of a fit that is to be reweighted for earlier steps


@dataclass(frozen=True, eq=False)
class Cumulative:
    """The posterior after each of K studies, in the order of a covariate.

    Parameters
    ----------
    by : str
        The covariate.
    unit : str
        Its unit; may be empty.
    order : ndarray of int, shape (K,)
        Rows of the table in the order in which the studies enter; ties as in the table.
    labels : tuple of str, length K
        The study that enters at each step.
    values : ndarray, shape (K,)
        Its value of the covariate.
    quantities : mapping of str to Moved
        sens, spec, ..., dor after each step, arrays of length K; NaN where they are not identified
        yet.
    verdict : Verdict
        P(LR− < 0.1) and P(LR+ > 10) after each step, or of the ratios in `Verdict.cuts`.
    failed : tuple of str
        Studies at whose step the fit failed a check.
    prob : float
        Level of the intervals.
    """

    by: str
    unit: str
    order: IntArray
    labels: tuple[str, ...]
    values: FloatArray
    quantities: Mapping[str, Moved]
    verdict: Verdict
    failed: tuple[str, ...]
    prob: float

    @property
    def words(self) -> str:
        """How the answer came about, in plain sentences."""
        parts = [
            sentence
            for name, words in (("sens", "sensitivity"), ("spec", "specificity"))
            if (sentence := self._settled(name, words))
        ]
        if not parts:
            parts = ["The pooled accuracy is not identified at any step."]
        if np.unique(self.values).size < self.values.size:
            parts.append(f"Studies of the same {self.by} enter in the order of the table.")
        if self.failed:
            parts.append(
                f"Not to be trusted, for a failed check, after: {enumerate_names(self.failed)}."
            )
        return " ".join(parts)

    def _settled(self, name: str, words: str) -> str:
        moved = self.quantities[name]
        if not np.isfinite(moved.median[-1]):
            return ""
        last, size = float(moved.median[-1]), len(self.labels)
        digits = digits_for(last)
        told = f"The pooled {words} is {decimal(last, digits)}"
        if size == 1:
            return f"{told} after the only study."
        near = 2 * 10.0**-digits  # the nearer to 0 or 1, the more a small change matters
        away = np.flatnonzero(~(np.abs(moved.median - last) <= near))
        step = int(away[-1]) + 1 if away.size else 0
        within = f"within {near:.{digits}f} of that"
        if step == 0:
            since = f"has stayed {within} from the first study on"
        elif step == size - 1:
            since = (
                f"moved there by more than {near:.{digits}f} with the last study, "
                f"{self.labels[step]}"
            )
        else:
            since = (
                f"has stayed {within} since {self.labels[step]} ({self.by} {self.values[step]:g})"
            )
        return f"{told} and {since}{self._narrowed(moved, digits)}."

    def _narrowed(self, moved: Moved, digits: int) -> str:
        """Compare the width of the interval with that when the prior had ceased to lead."""
        width = moved.upper - moved.lower
        if len(self.labels) <= FEW_STUDIES or not np.isfinite(width[FEW_STUDIES - 1]):
            return ""
        before, now = (decimal(float(width[i]), digits) for i in (FEW_STUDIES - 1, -1))
        if before == now:
            return ""
        return (
            f"; the width of its interval went from {before} after {FEW_STUDIES} studies to {now}"
        )


def cumulative(
    data: AccuracyTable | Review | Fit,
    by: str = "year",
    model: str | Path | LoadedCard | None = None,
    *,
    draws: int = 2000,
    seed: int | None = None,
    prob: float = 0.95,
    cuts: tuple[float, float] = USUAL_CUTS,
    say: Callable[[str], None] | None = None,
) -> Cumulative:
    """Fit the first study, the first two, and so on to all of them.

    Every step is a fit of its own with the same card, by the marginal engine; with t effects or
    more than 100 studies the draws of a later step are reweighted wherever their weights can be
    trusted. With fewer than four studies the prior speaks loudly.

    Parameters
    ----------
    data : AccuracyTable, Review or Fit
        Of a fit without covariates its table, card and seed are taken, and the last step is the
        fit itself.
    by : str
        Continuous covariate that orders the studies.
    model : str, Path, LoadedCard or None
        As of `metadx.fit`; None also takes the card of a fit.
    draws : int
        Of each step.
    seed : int or None
        As of `metadx.fit`.
    prob : float
        Level of the intervals.
    cuts : tuple of float
        Ratios of the verdict: LR− is to be below the first, LR+ above the second.
    say : callable, optional
        Told each step.

    Returns
    -------
    Cumulative

    Raises
    ------
    DataError
        If the table has no such covariate, if it is categorical or if a study lacks it.
    FitError
        If a fit with covariates is given, or no posterior is found for all studies.

    References
    ----------
    Lau J, Schmid CH, Chalmers TC. Cumulative meta-analysis of clinical trials builds evidence for
    exemplary medical care. J Clin Epidemiol 1995;48:45-57.

    Examples
    --------
    >>> import metadx
    >>> found = cumulative(metadx.load_dataset("telomerase"), draws=1000)
    >>> found.labels[0], found.quantities["sens"].median.shape
    ('Yoshida 1997', (10,))
    """
    if isinstance(data, Fit):
        require_pooled(data, "the order of the studies")
        ordering(data.table, by)
        whole = data
        if model is not None:
            whole = fit(data.table, model, draws=draws, seed=seed, study_effects=False)
    else:
        ordering(data.table if isinstance(data, Review) else data, by)
        whole = fit(data, model, sens=NO_COVARIATES, spec=NO_COVARIATES, draws=draws, seed=seed,
                    study_effects=False)  # fmt: skip
    order, values, unit = ordering(whole.table, by)
    steps, failed = _steps(whole, order, draws, say)
    labels = tuple(whole.table.study[i] for i in order)
    if not whole.passed:
        failed.append(labels[-1])
    moved, verdict = follow(whole, [*steps, whole], prob, cuts)
    return Cumulative(
        by=by,
        unit=unit,
        order=order,
        labels=labels,
        values=values[order],
        quantities=moved,
        verdict=verdict,
        failed=tuple(failed),
        prob=prob,
    )


def ordering(table: AccuracyTable, by: str) -> tuple[IntArray, FloatArray, str]:
    """Return the rows in the order of a covariate, its values by row, and its unit.

    Parameters
    ----------
    table : AccuracyTable
    by : str

    Raises
    ------
    DataError
        If there is no such covariate, if it is categorical, or if a study lacks it.
    """
    covariate = table.covariates.get(by)
    usable = [name for name, c in table.covariates.items() if isinstance(c, Continuous)]
    wanted = f"wanted one of {listed([quoted(name) for name in usable])}"
    if not usable:
        wanted = f"add a column {quoted(by)} with a number for each study"
    if covariate is None:
        raise DataError(f"{table.source}: there is no covariate {quoted(by)}; {wanted}.")
    if not isinstance(covariate, Continuous):
        raise DataError(
            f"{table.source}: {quoted(by)} is a categorical covariate, and its levels have no "
            f"order; {wanted}."
        )
    values = np.asarray(covariate.values, dtype=np.float64)
    lacking = [table.study[i] for i in np.flatnonzero(~np.isfinite(values))]
    if lacking:
        raise DataError(
            f"{table.source}: no {quoted(by)} for {enumerate_names(lacking)}; a study without it "
            "has no place in the order: give the missing values, or leave these studies out."
        )
    return np.argsort(values, kind="stable"), values, covariate.unit


def _steps(
    whole: Fit, order: IntArray, draws: int, say: Callable[[str], None] | None
) -> tuple[list[Fit | None], list[str]]:
    """Fit the first study, the first two, and so on to all but one; also name what failed.

    Where fits are slow they are made from the last to the first, and one whose draws can be
    reweighted serves for the steps before it too.
    """
    slow = is_slow(whole)
    base, rows = whole, np.arange(order.size)
    steps: list[Fit | None] = []
    failed = []
    for count in range(order.size - 1, 0, -1):
        kept = np.sort(order[:count])  # a part of a table keeps its order
        table = whole.table.take(kept)
        design = Design.without_covariates(count)
        label = whole.table.study[order[count - 1]]
        if say is not None:
            say(f"fitting the studies up to {label} ({count} of {order.size})")
        seed = int(np.random.SeedSequence([whole.seed, count]).generate_state(1)[0])
        settings = FitSettings("marginal", draws, seed, study_effects=False)
        if slow:
            gone = np.flatnonzero(~np.isin(rows, kept))
            found = reweight(base, gone, (table, design), settings)
            if found is not None:
                steps.append(found[0])
                continue
            settings = replace(settings, draws=_REUSED * draws)
        step = _refit(whole, table, design, settings)
        if step is None or not step.passed:
            failed.append(label)
        if step is not None:
            base, rows = step, kept
            nothing = np.zeros((*step.rho.shape, 0))
            slim = replace(step.result, log_likelihood=nothing, proposals=None)
            step = replace(step, result=slim)
        steps.append(step)
    return steps[::-1], failed[::-1]


def _refit(whole: Fit, table: AccuracyTable, design: Design, settings: FitSettings) -> Fit | None:
    try:
        result = run_engine(table, whole.card, design, settings)
    except FitError:
        return None
    return replace(whole, table=table, design=design, settings=settings, result=result)
