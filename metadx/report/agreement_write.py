"""Write the result of a review of agreement: summary, fit, figures and page, as one whole."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from metadx.engines.agreement.result import AgreementFit
from metadx.report.agreement_figures import agreement_figures
from metadx.report.agreement_tables import agreement_contrasts_csv, agreement_csv
from metadx.report.figure_list import write_figure_list
from metadx.report.figures import DrawnFigures, draw_all
from metadx.report.folder import result_folder
from metadx.studies.agreement_review import AgreementReview


def write_agreement_result(
    target: Path,
    fit: AgreementFit,
    found: Mapping[str, Any],
    text: str,
    *,
    review: AgreementReview | None = None,
    figures: bool = True,
    store: bool = True,
    report: bool = True,
    command: str = "",
    say: Callable[[str], None] = lambda _: None,
) -> tuple[str, ...]:
    """Write a result folder; an earlier result is replaced when the new one is complete.

    Parameters
    ----------
    target : Path
        The result folder.
    fit : AgreementFit
    found : mapping
        Content of ``summary.json``.
    text : str
        The same as JSON.
    review : AgreementReview or None
        What was analysed; without it there is no report.
    figures, store, report : bool
        Whether to draw the figures, to save the fit itself, and to write ``report.html`` with its
        tables.
    command : str
        The command that asked for it, for the page.
    say : callable
        Told each step.

    Returns
    -------
    tuple of str
        Names of the files written, sorted.

    Raises
    ------
    MetadxError
        As for `metadx.report.folder.result_folder`.
    """
    with result_folder(target) as stage:
        (stage / "summary.json").write_bytes(text.encode())
        (stage / "summary.csv").write_bytes(agreement_csv(found).encode())
        if found["contrasts"]:
            (stage / "contrasts.csv").write_bytes(agreement_contrasts_csv(found).encode())
        if store:
            say("writing fit.nc")
            fit.save(stage / "fit.nc")
        drawn = DrawnFigures()
        if figures:
            say("loading the figure library")
            drawn = draw_all(stage, agreement_figures(fit, found["settings"]["prob"]), say)
            write_figure_list(stage, drawn.pictures)
        if report and review is not None:
            from metadx.report.exports import write_tables
            from metadx.report.html.agreement import agreement_report_of

            say("writing report.html")
            page, tables = agreement_report_of(found, review, fit, drawn.pictures, command)
            (stage / "report.html").write_bytes(page.encode())
            write_tables(stage, tables)
        return tuple(sorted(path.name for path in stage.iterdir()))
