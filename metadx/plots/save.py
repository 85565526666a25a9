"""Writing figures: the same bytes for the same figure, and nothing cut off."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import arviz as az
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from metadx.errors import MetadxError
from metadx.plots.figure_text import FigureText, figure_text
from metadx.plots.page_svg import CAPTION, described_svg, strip_svg
from metadx.plots.style import figure_style

type FigureFormat = Literal["svg", "png", "pdf"]

_DPI = 200.0
_MOST_PIXELS = 60_000  # just below what the renderer can hold along one side
_PAD = 0.05  # inches
_POINTS = 72.0  # an inch


def save_figure(
    pc: az.PlotCollection,
    stem: str | Path,
    formats: Sequence[FigureFormat] = ("svg", "png", "pdf"),
    *,
    caption: bool = True,
    dpi: float = _DPI,
) -> tuple[Path, ...]:
    """Write a figure in several formats and close it.

    The files carry no date and no random identifier: the same figure gives the same bytes. Title
    and caption travel along as their metadata; an SVG is named and described for screen readers.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A figure drawn with matplotlib.
    stem : str or Path
        Path without the ending; a dot in the name is kept. Missing folders are made.
    formats : sequence of {"svg", "png", "pdf"}
        Formats to write.
    caption : bool, default True
        Whether the caption is part of the picture. A journal wants it in the text instead; it is
        in `metadx.figure_text`.
    dpi : float, default 200
        Dots per inch of a PNG; fewer where it would be larger than can be drawn.

    Returns
    -------
    tuple of Path
        The files written, in the order of `formats`.

    Raises
    ------
    MetadxError
        If the figure was made with another backend, or `dpi` is no positive number.

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
    if isinstance(dpi, bool) or not isinstance(dpi, int | float) or not 0 < dpi < math.inf:
        raise MetadxError(f"dpi: found {dpi!r}; give dots per inch, such as 300.")
    return _save(pc, Path(stem), formats, caption=caption, dpi=dpi)[0]


def save_for_page(
    pc: az.PlotCollection,
    stem: str | Path,
    formats: Sequence[FigureFormat] = ("svg", "png", "pdf"),
    *,
    caption: bool = True,
) -> str:
    """Write a figure as `save_figure` does, and return it as a page shows it.

    Drawing is what costs, so the page's copy is cut from the SVG file that is written anyway.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A figure drawn with matplotlib.
    stem : str or Path
        Path without the ending.
    formats : sequence of {"svg", "png", "pdf"}
        Formats to write; "svg" must be among them.
    caption : bool, default True
        Whether the caption is part of the picture in the files; on the page it never is.

    Returns
    -------
    str
        As of `bare_svg`.

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
    ...     text = save_for_page(metadx.plot_sroc(fit), Path(folder) / "sroc", ["svg"])
    >>> text[:5]
    '<svg '
    """
    stem = Path(stem)
    paths, cut = _save(pc, stem, formats, caption=caption)
    return strip_svg(paths[list(formats).index("svg")].read_text(encoding="utf-8"), cut)


def bare_svg(pc: az.PlotCollection) -> str:
    """Draw a figure as an SVG element without its caption, and close it.

    A page writes the caption as text below the figure.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A figure drawn with matplotlib.

    Returns
    -------
    str
        An ``<svg>`` element: no prolog, no metadata, nothing that is loaded.

    Raises
    ------
    MetadxError
        If the figure was made with another backend.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> "metadata" in bare_svg(metadx.plot_sroc(fit))
    False
    """
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        return save_for_page(pc, Path(folder) / "figure", ["svg"])


def _save(
    pc: az.PlotCollection,
    stem: Path,
    formats: Sequence[FigureFormat],
    *,
    caption: bool = True,
    dpi: float = _DPI,
) -> tuple[tuple[Path, ...], float | None]:
    """Write the files; return them, and where the caption begins: points from the upper edge."""
    if pc.backend != "matplotlib":
        raise MetadxError(
            f"a figure made with backend={pc.backend!r} cannot be saved here; "
            "draw it with backend='matplotlib'"
        )
    figure: Figure = pc.viz["figure"].item()
    stem.parent.mkdir(parents=True, exist_ok=True)
    words, cut = _words(pc), None
    paths = []
    try:
        with figure_style():
            if words.caption and not caption:
                pc.viz["caption"].item().set_visible(False)
            # Measured once for all formats: measuring costs as much as drawing.
            frame = figure.get_tightbbox().padded(_PAD)
            if words.caption and caption:
                artist = pc.viz["caption"].item()
                artist.set_gid(CAPTION)
                top = artist.get_position()[1] * float(figure.get_size_inches()[1])
                cut = _POINTS * (float(frame.y1) - top)
            for kind in formats:
                path = stem.with_name(f"{stem.name}.{kind}")
                figure.savefig(
                    path,
                    format=kind,
                    dpi=min(dpi, _MOST_PIXELS / max(figure.get_size_inches())),
                    bbox_inches=frame,
                    metadata=_metadata(kind, words),
                )
                if kind == "svg":
                    text = path.read_text(encoding="utf-8")
                    path.write_text(described_svg(text, words.alt), encoding="utf-8")
                paths.append(path)
    finally:
        plt.close(figure)
    return tuple(paths), cut


def _words(pc: az.PlotCollection) -> FigureText:
    """Return the words of a figure; a collection that somebody else drew on may have none."""
    caption = ""
    if "caption" in pc.viz:
        caption = " ".join(pc.viz["caption"].item().get_text().split())
    try:
        words = figure_text(pc)
    except KeyError:
        words = FigureText("", caption, "")
    return replace(words, caption=caption)


def _metadata(kind: FigureFormat, words: FigureText) -> dict[str, Any]:
    title, caption = words.title or None, words.caption
    if kind == "svg":
        return {"Date": None, "Creator": "metadx", "Title": title, "Description": caption}
    if kind == "pdf":
        found = {"CreationDate": None, "Creator": "metadx", "Producer": None, "Subject": caption}
        return {**found, "Title": title} if title else found
    found = {"Software": "metadx", "Description": caption}
    return {**found, "Title": title} if title else found
