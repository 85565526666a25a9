"""Write a result: the summary, the fit and the figures, as one whole."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from metadx.engines.analysis import Analysis
from metadx.report.figures import draw_figures, slugs
from metadx.report.folder import result_folder
from metadx.report.tables import contrasts_csv, summary_csv


def write_result(
    target: Path,
    analysis: Analysis,
    found: Mapping[str, Any],
    text: str,
    *,
    figures: bool = True,
    store: bool = True,
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
    figures, store : bool
        Whether to draw the figures and to save the fits themselves.
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
        (stage / "summary.csv").write_bytes(summary_csv(found).encode())
        if found["contrasts"]:
            (stage / "contrasts.csv").write_bytes(contrasts_csv(found).encode())
        if store:
            say("writing fit.nc")
            parts = slugs([name for name, _ in analysis.fits])
            for part, (_, fitted) in zip(parts, analysis.fits, strict=True):
                main = fitted is analysis.main
                fitted.save(stage / ("fit.nc" if main else f"fit-{part}.nc"))
        if figures:
            draw_figures(stage, analysis, found["settings"]["prob"], say)
        return tuple(sorted(path.name for path in stage.iterdir()))
