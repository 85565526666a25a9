"""Write a result: the summary, the fit, the figures, the criticism and the page, as one whole."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from metadx.engines.analysis import Analysis
from metadx.report.figures import DrawnFigures, draw_figures, slugs
from metadx.report.folder import result_folder
from metadx.report.tables import contrasts_csv, summary_csv
from metadx.studies.review import Review


def write_result(
    target: Path,
    analysis: Analysis,
    found: Mapping[str, Any],
    text: str,
    *,
    review: Review | None = None,
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
    analysis : Analysis
    found : mapping
        Content of ``summary.json``.
    text : str
        The same as JSON.
    review : Review or None
        What was analysed; without it there is no report.
    figures, store, report : bool
        Whether to draw the figures, to save the fits themselves, and to criticise the result and
        write ``report.html`` with its tables.
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
    prob = found["settings"]["prob"]
    told = found["decision"]["prevalence"]
    used = told["used"] if told["stated"] else ()  # illustrations are not marked
    with result_folder(target) as stage:
        (stage / "summary.json").write_bytes(text.encode())
        (stage / "summary.csv").write_bytes(summary_csv(found).encode())
        if found["contrasts"]:
            (stage / "contrasts.csv").write_bytes(contrasts_csv(found).encode())
        if store:
            say("writing fit.nc")
            parts = slugs([name for name, _ in analysis.fits])
            for part, (_, fitted) in zip(parts, analysis.fits, strict=True):
                main = fitted is analysis.main
                fitted.save(stage / ("fit.nc" if main else f"fit-{part}.nc"))
        appraisal = None
        if report and review is not None:
            from metadx.criticism.appraisal import appraise

            appraisal = appraise(analysis, prob=prob, aims=review.aims, say=say)
        drawn = DrawnFigures()
        if figures:
            drawn = draw_figures(
                stage, analysis, prob, say, review=review, appraisal=appraisal, prevalence=used
            )
        if appraisal is not None and review is not None:
            from metadx.report.criticism_json import criticism_of
            from metadx.report.exports import write_revman, write_tables
            from metadx.report.html.sections import report_of
            from metadx.report.html.source import Source
            from metadx.report.summary import as_text

            say("writing report.html")
            first = used[0] if used else None
            criticism = criticism_of(appraisal, prob, aims=review.aims, prevalence=first)
            (stage / "criticism.json").write_bytes(as_text(criticism).encode())
            source = Source(
                found, review, analysis, criticism, drawn.pictures, drawn.missing, command
            )
            page, tables = report_of(source)
            (stage / "report.html").write_bytes(page.encode())
            write_tables(stage, tables)
            write_revman(stage, analysis)
        return tuple(sorted(path.name for path in stage.iterdir()))
