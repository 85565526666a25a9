"""What a figure says in words: a title, a caption, and what is read out where it cannot be seen."""

from dataclasses import dataclass

import arviz as az

from metadx.plots.visuals import scalar

_KEY = "figure_text"


@dataclass(frozen=True)
class FigureText:
    """The words of a figure, all made from the fit.

    Parameters
    ----------
    title : str
        What kind of figure it is, such as "Summary ROC plot".
    caption : str
        One paragraph: what is drawn, of which studies, by which method.
    alt : str
        One or two sentences with the finding, for a reader who cannot see the figure.
    """

    title: str
    caption: str
    alt: str


def attach(pc: az.PlotCollection, text: FigureText) -> None:
    """Keep the words with the figure.

    Parameters
    ----------
    pc : arviz.PlotCollection
    text : FigureText
    """
    pc.viz[_KEY] = scalar(text)


def figure_text(pc: az.PlotCollection) -> FigureText:
    """Return the words of a figure.

    Parameters
    ----------
    pc : arviz.PlotCollection
        A figure of metadx, on any backend.

    Returns
    -------
    FigureText

    Raises
    ------
    KeyError
        If the figure was drawn on another's collection and has no words of its own.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> figure_text(metadx.plot_sroc(fit, backend="none")).title
    'Summary ROC plot'
    """
    found: FigureText = pc.viz[_KEY].item()
    return found
