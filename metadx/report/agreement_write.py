"""Write the result of a review of agreement: the summary, the fit and the figures, as one whole."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from metadx.engines.ordinal_fit import AgreementFit
from metadx.report.agreement_figures import agreement_figures
from metadx.report.agreement_tables import agreement_contrasts_csv, agreement_csv
from metadx.report.folder import result_folder


def write_agreement_result(
    target: Path,
    fit: AgreementFit,
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
    fit : AgreementFit
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
        (stage / "summary.csv").write_bytes(agreement_csv(found).encode())
        if found["contrasts"]:
            (stage / "contrasts.csv").write_bytes(agreement_contrasts_csv(found).encode())
        if store:
            say("writing fit.nc")
            fit.save(stage / "fit.nc")
        if figures:
            say("loading the figure library")
            from metadx.plots.save import save_figure

            for name, draw in agreement_figures(fit, found["settings"]["prob"]):
                say(f"drawing {name}")
                save_figure(draw(), stage / name)
        return tuple(sorted(path.name for path in stage.iterdir()))
