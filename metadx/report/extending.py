"""The fits of a review without a new study and with it."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metadx.engines.analysis import Analysis, analyse
from metadx.errors import ConvergenceWarning, FitError
from metadx.report.added import added_of, answer_of
from metadx.report.summary import as_text, summary
from metadx.studies.addition import Addition
from metadx.studies.history import Answer
from metadx.studies.review import Review

type Json = dict[str, Any]


@dataclass(frozen=True)
class FitOptions:
    """How both fits are made; None takes what the review says.

    Parameters
    ----------
    model : str or None
        Id or path of a card.
    prob : float or None
        Level of the intervals.
    draws : int
    seed : int or None
    """

    model: str | None = None
    prob: float | None = None
    draws: int = 4000
    seed: int | None = None


@dataclass(frozen=True, eq=False)
class Extension:
    """What a new study does to the answer.

    Parameters
    ----------
    addition : Addition
    before, after : (Analysis, dict) or None
        The fits without and with the study, each with the content of its ``summary.json``.
    reason : str
        Why there is none without it.
    """

    addition: Addition
    before: tuple[Analysis, Json] | None = None
    after: tuple[Analysis, Json] | None = None
    reason: str = ""

    @property
    def answers(self) -> tuple[Answer | None, Answer | None]:
        """What the history keeps of the answers without the study and with it."""
        return self.before and answer_of(self.before[1]), self.after and answer_of(self.after[1])

    def told(self) -> Json:
        """Return the addition as plain content for JSON; see `metadx.report.added.added_of`."""
        before, after = self.before, self.after
        if before is None or after is None:
            return added_of(self.addition, None, after and after[1], reason=self.reason)
        from metadx.criticism.surprise import surprise

        prob = after[1]["settings"]["prob"]
        found = surprise(before[0].pooled, **self.addition.counts, prob=prob)
        return added_of(self.addition, before[1], after[1], found)

    def write(
        self, target: Path, say: Callable[[str], None], *, command: str = ""
    ) -> tuple[str, ...]:
        """Write the result with the study as `metadx run` does.

        Parameters
        ----------
        target : Path
            The result folder.
        command : str
            What gives the same result, for the report.
        say : callable
            Told each step.

        Returns
        -------
        tuple of str
            Names of the files.
        """
        from metadx.report.write import write_result

        assert self.after is not None
        analysis, found = self.after
        review = self.addition.extended
        return write_result(
            target, analysis, found, as_text(found), review=review, command=command, say=say
        )


def extend(addition: Addition, options: FitOptions) -> Extension:
    """Fit a review without a new study and with it, as the review says.

    Parameters
    ----------
    addition : Addition
    options : FitOptions

    Returns
    -------
    Extension

    Raises
    ------
    DataError
        If the review with the study cannot be fitted as the review asks: a covariate is missing.
    FitError
        If no engine can answer.
    """
    before, reason = None, "It is the first study of this review."
    if addition.present is not None:
        try:
            before = _fitted(addition.present, options)
        except FitError as error:
            reason = f"Without it the review cannot be fitted: {error}"
    return Extension(addition, before, _fitted(addition.extended, options), reason)


def _fitted(review: Review, options: FitOptions) -> tuple[Analysis, Json]:
    level = review.analysis.prob if options.prob is None else options.prob
    with warnings.catch_warnings():
        # A failed check is said at the end, in words and by the exit status.
        warnings.simplefilter("ignore", ConvergenceWarning)
        analysis = analyse(review, options.model, draws=options.draws, seed=options.seed)
        found = summary(
            analysis,
            name=review.name,
            prob=level,
            prevalence=review.analysis.prevalence,
            review=review,
        )
    return analysis, found
