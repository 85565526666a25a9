"""Writing figures: the same bytes for the same figure, and nothing cut off."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import arviz as az
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from metadx.errors import MetadxError
from metadx.plots.style import figure_style

type FigureFormat = Literal["svg", "png", "pdf"]

_DPI = 200.0
_MOST_PIXELS = 60_000  # just below what the renderer can hold along one side
_PAD = 0.05  # inches


def save_figure(
    pc: az.PlotCollection, stem: str | Path, formats: Sequence[FigureFormat] = ("svg", "png", "pdf")
) -> tuple[Path, ...]:
    """Write a figure in several formats and close it.

    The files carry no date and no random identifier: the same figure gives the same bytes. The
    caption travels along as their description.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A figure drawn with matplotlib.
    stem : str or Path
        Path without the ending; a dot in the name is kept. Missing folders are made.
    formats : sequence of {"svg", "png", "pdf"}
        Formats to write. PNG has 200 dots per inch.

    Returns
    -------
    tuple of Path
        The files written, in the order of `formats`.

    Raises
    ------
    MetadxError
        If the figure was made with another backend.

    Examples
    --------
    >>> import tempfile
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = metadx.save_figure(metadx.plot_sroc(fit), Path(folder) / "sroc", ["svg"])
    >>> [file.name for file in files]
    ['sroc.svg']
    """
    if pc.backend != "matplotlib":
        raise MetadxError(
            f"a figure made with backend={pc.backend!r} cannot be saved here; "
            "draw it with backend='matplotlib'"
        )
    figure: Figure = pc.viz["figure"].item()
    stem = Path(stem)
    stem.parent.mkdir(parents=True, exist_ok=True)
    caption = _caption(pc)
    paths = []
    try:
        with figure_style():
            # Measured once for all formats: measuring costs as much as drawing.
            frame = figure.get_tightbbox().padded(_PAD)
            for kind in formats:
                path = stem.with_name(f"{stem.name}.{kind}")
                figure.savefig(
                    path,
                    format=kind,
                    dpi=min(_DPI, _MOST_PIXELS / max(figure.get_size_inches())),
                    bbox_inches=frame,
                    metadata=_metadata(kind, caption),
                )
                paths.append(path)
    finally:
        plt.close(figure)
    return tuple(paths)


def _caption(pc: az.PlotCollection) -> str:
    if "caption" not in pc.viz:
        return ""
    return " ".join(pc.viz["caption"].item().get_text().split())


def _metadata(kind: FigureFormat, caption: str) -> dict[str, Any]:
    if kind == "svg":
        return {"Date": None, "Creator": "metadx", "Description": caption}
    if kind == "pdf":
        return {"CreationDate": None, "Creator": "metadx", "Producer": None, "Subject": caption}
    return {"Software": "metadx", "Description": caption}
