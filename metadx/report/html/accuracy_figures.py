"""The section with the figures of the accuracy itself."""

from metadx.report.html.blocks import Section, Text
from metadx.report.html.source import Source

_NAMES = ("forest", "sroc", "crosshair", "roc-ellipses", "likelihood-ratios")
_NONE = (Text("No figures were drawn: they were left out of this run (--no-figures).", "note"),)


def accuracy_figures_section(source: Source) -> Section:
    """Show the forest plot, the summary ROC plot and their relatives.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    return Section("figures", "Studies in pictures", source.figures(*_NAMES) or _NONE)
