"""Write the whole result of a review from Python: what `metadx run` writes."""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from metadx.engines.agreement.fit import fit_agreement
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.analysis import Analysis, analyse, analysis_of
from metadx.engines.fit import Fit
from metadx.errors import ConvergenceWarning, DataError
from metadx.report.agreement_summary import agreement_summary
from metadx.report.agreement_write import write_agreement_result
from metadx.report.folder import check_target
from metadx.report.summary import as_text, summary
from metadx.report.write import write_result
from metadx.studies.agreement_review import AgreementReview
from metadx.studies.problems import listed, quoted
from metadx.studies.review import Review


def write_report(
    review: Review | AgreementReview,
    folder: str | Path,
    *,
    analysis: Analysis | Fit | AgreementFit | None = None,
    prob: float | None = None,
    prevalence: Sequence[float] = (),
    figures: bool = True,
    store: bool = True,
    say: Callable[[str], None] | None = None,
) -> tuple[str, ...]:
    """Write a result folder: the page ``report.html``, its tables, the figures and the numbers.

    Parameters
    ----------
    review : Review or AgreementReview
        What is reported on.
    folder : str or Path
        The result folder. An earlier result of metadx there is replaced when the new one is
        complete; files of other names are kept.
    analysis : Analysis, Fit, AgreementFit or None
        What was fitted to the review; None fits it as `analyse` or `fit_agreement` does.
    prob : float or None
        Probability between the limits of every interval; None takes the review's own, else 0.95.
    prevalence : sequence of float
        Prevalences, between 0 and 1, for the predictive values; empty for those of the review.
    figures, store : bool
        Whether to draw the figures and to save the fits.
    say : callable or None
        Told each step.

    Returns
    -------
    tuple of str
        Names of the files written, sorted.

    Raises
    ------
    DataError
        If the analysis is of another kind of review, or of other studies than the review has.
    MetadxError
        If the review cannot be fitted or the folder cannot be written.

    Examples
    --------
    >>> import metadx, tempfile
    >>> review = metadx.load_dataset("telomerase")
    >>> with tempfile.TemporaryDirectory() as home:
    ...     files = metadx.write_report(
    ...         review, home + "/telomerase", analysis=metadx.fit(review, draws=200), figures=False
    ...     )
    >>> "report.html" in files, "summary.json" in files
    (True, True)
    """
    target = Path(folder)
    check_target(target)  # before minutes of work
    tell = say if say is not None else _silent
    level = review.analysis.prob if prob is None else prob
    if isinstance(review, AgreementReview):
        kept = {"figures": figures, "store": store}
        return _agreement(review, target, analysis, level, tell, **kept)
    whole = _analysed(review, analysis, tell)
    found = summary(whole, name=review.name, prob=level, prevalence=prevalence, review=review)
    return write_result(
        target, whole, found, as_text(found), review=review, figures=figures, store=store, say=tell
    )


def _analysed(
    review: Review, analysis: Analysis | Fit | AgreementFit | None, say: Callable[[str], None]
) -> Analysis:
    """Return the analysis of a review, checked to be of its studies."""
    if analysis is None:
        say("fitting")
        with warnings.catch_warnings():  # the page says what failed
            warnings.simplefilter("ignore", ConvergenceWarning)
            return analyse(review)
    if isinstance(analysis, AgreementFit):
        raise DataError(
            f"{quoted(review.name)} is a review of accuracy, and what was fitted is agreement: "
            "wanted an Analysis of metadx.analyse or a Fit of metadx.fit."
        )
    whole = analysis if isinstance(analysis, Analysis) else analysis_of(analysis)
    main = whole.main
    fitted, own = {*main.table.study, *main.dropped}, {*review.table.study}
    if fitted != own or main.table.sha256 != review.table.sha256:
        other = [quoted(name) for name in sorted(fitted ^ own)]
        which = f"only one of them has {listed(other)}" if other else "the table is another one"
        raise DataError(
            f"the analysis is not of the studies of {quoted(review.name)}: {which}. Fit this "
            "review."
        )
    return whole


def _agreement(
    review: AgreementReview,
    target: Path,
    fitted: Analysis | Fit | AgreementFit | None,
    prob: float,
    say: Callable[[str], None],
    *,
    figures: bool,
    store: bool,
) -> tuple[str, ...]:
    if fitted is None:
        say("fitting")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = fit_agreement(review)
    if not isinstance(fitted, AgreementFit):
        raise DataError(
            f"{quoted(review.name)} is a review of agreement, and what was fitted is accuracy: "
            "wanted an AgreementFit of metadx.fit_agreement."
        )
    if fitted.table.sha256 != review.table.sha256:
        raise DataError(
            f"the fit is not of the rows of {quoted(review.name)}: its table is another one. Fit "
            "this review."
        )
    found = agreement_summary(fitted, name=review.name, prob=prob)
    return write_agreement_result(
        target, fitted, found, as_text(found), review=review, figures=figures, store=store, say=say
    )


def _silent(_: str) -> None:
    """Say nothing."""
