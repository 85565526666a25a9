"""What `metadx run` and `metadx check` do with a review of agreement."""

import sys
import warnings
from typing import TYPE_CHECKING, Any

from metadx.commands.ending import hand_over
from metadx.commands.inputs import check_probabilities, load_agreement_of
from metadx.commands.options import AgreementOptions, RunOptions
from metadx.commands.output import page, show
from metadx.commands.spoken import spoken
from metadx.errors import ConvergenceWarning

if TYPE_CHECKING:
    from metadx.engines.agreement.result import AgreementFit
    from metadx.studies.agreement_review import AgreementReview


def run_agreement(path: str, options: RunOptions, asked: AgreementOptions) -> None:
    """Fit a review of agreement: read, audit, fit, answer, draw, report.

    Parameters
    ----------
    path : str
        As the user names it.
    options : RunOptions
    asked : AgreementOptions

    Raises
    ------
    MetadxError
        As for `metadx.fit_agreement`, or if the result cannot be written.
    typer.Exit
        With status 1 if a check of the fit failed.
    """
    from metadx.report.agreement_summary import agreement_summary
    from metadx.report.agreement_write import write_agreement_result
    from metadx.report.folder import check_target
    from metadx.report.progress import progress
    from metadx.report.summary import as_text

    review = load_agreement_of(path, asked.scale)
    target = options.target(review.name)
    check_target(target)
    level = review.analysis.prob if options.prob is None else options.prob
    check_probabilities(level)
    with progress(sys.stderr) as say, warnings.catch_warnings():
        say("fitting")
        # A failed check is said at the end, in words and by the exit status.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fit = _fit(review, options, asked)
        found = agreement_summary(fit, name=review.name, prob=level)
    text = as_text(found)
    kept = {"figures": options.figures, "store": options.store, "report": options.report}
    command = spoken(path, options, asked)
    hand_over(
        found,
        text,
        target,
        answer=lambda: _answer_text(found, review, fit),
        write=lambda say: write_agreement_result(
            target, fit, found, text, review=review, command=command, say=say, **kept
        ),
        as_json=options.as_json,
        quiet=options.quiet,
    )


def check_agreement(path: str, scale: str | None) -> bool:
    """Print what a review of agreement holds and what its printed numbers admit.

    Parameters
    ----------
    path : str
        As the user names it.
    scale : str or None
        Categories of a bare table.

    Returns
    -------
    bool
        Whether something was found that the reader must know.
    """
    from metadx.report.agreement_checked import agreement_findings, check_agreement_text
    from metadx.report.progress import progress
    from metadx.studies.agreement_audit import audit_agreement

    review = load_agreement_of(path, scale)
    if review.analysis.model != type(review.analysis).model:
        from metadx.cards.agreement_card import load_agreement_card

        load_agreement_card(review.model)
    with progress(sys.stderr) as say:
        say("looking for the cross-tables behind the printed figures")
        audit = audit_agreement(review.table)
        text = check_agreement_text(review, audit, page())
    show(text)
    return bool(agreement_findings(review, audit))


def _fit(review: "AgreementReview", options: RunOptions, asked: AgreementOptions) -> "AgreementFit":
    from metadx.engines.agreement.fit import fit_agreement

    return fit_agreement(
        review,
        options.model,
        engine=options.engine,  # type: ignore[arg-type]  # checked by AgreementSettings
        draws=options.draws,
        seed=options.seed,
        spearman=not asked.no_spearman,
        part_kappa=not asked.no_part_kappa,
        impossible="misaligned" if asked.misaligned else "leave out",
    )


def _answer_text(found: dict[str, Any], review: "AgreementReview", fit: "AgreementFit") -> str:
    from metadx.report.agreement_answer import agreement_answer_text
    from metadx.report.agreement_checked import agreement_findings

    return agreement_answer_text(
        found,
        page(),
        question=review.question,
        doubts=review.source.doubts,
        findings=agreement_findings(review, fit.audit),
    )
