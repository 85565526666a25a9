"""Write a result: the summary, the fit and the figures, as one whole."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from metadx.engines.fit import Fit
from metadx.report.folder import FIGURES, result_folder
from metadx.report.tables import summary_csv


def write_result(
    target: Path,
    fitted: Fit,
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
    fitted : Fit
    found : mapping
        Content of ``summary.json``.
    text : str
        The same as JSON.
    figures, store : bool
        Whether to draw the figures and to save the fit itself.
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
        if store:
            say("writing fit.nc")
            fitted.save(stage / "fit.nc")
        if figures:
            _draw(stage, fitted, found["settings"]["prob"], say)
        return tuple(sorted(path.name for path in stage.iterdir()))


def _draw(stage: Path, fitted: Fit, prob: float, say: Callable[[str], None]) -> None:
    say("loading the figure library")
    from metadx.plots.forest import plot_forest
    from metadx.plots.save import save_figure
    from metadx.plots.sroc import plot_sroc

    figures: dict[str, Callable[..., Any]] = {"forest": plot_forest, "sroc": plot_sroc}
    for name in FIGURES:
        say(f"drawing {name}")
        save_figure(figures[name](fitted, prob=prob), stage / name)
