"""Bayesian meta-analysis of diagnostic test accuracy.

Names are loaded when first used, so that importing metadx costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metadx.cards.load import list_cards, load_card
    from metadx.criticism.leave_one_out import leave_one_out
    from metadx.engines.fit import Fit, fit
    from metadx.errors import CardError, ConvergenceWarning, DataError, FitError, MetadxError
    from metadx.estimands.labelled import (
        accuracy,
        heterogeneity,
        predictive_values,
        ratios,
        sroc,
    )
    from metadx.plots.forest import plot_forest
    from metadx.plots.save import save_figure
    from metadx.plots.sroc import plot_sroc
    from metadx.report.summary import summary
    from metadx.studies.accuracy import AccuracyTable
    from metadx.studies.read import read_table
    from metadx.studies.review import Review, list_datasets, load_dataset, load_review

__version__ = "0.1.0"  # looking the number up among the installed packages costs 20 ms a run

_HOME = {
    "metadx.cards.load": ("list_cards", "load_card"),
    "metadx.criticism.leave_one_out": ("leave_one_out",),
    "metadx.engines.fit": ("Fit", "fit"),
    "metadx.errors": ("CardError", "ConvergenceWarning", "DataError", "FitError", "MetadxError"),
    "metadx.estimands.labelled": (
        "accuracy",
        "heterogeneity",
        "predictive_values",
        "ratios",
        "sroc",
    ),
    "metadx.plots.forest": ("plot_forest",),
    "metadx.plots.save": ("save_figure",),
    "metadx.plots.sroc": ("plot_sroc",),
    "metadx.report.summary": ("summary",),
    "metadx.studies.accuracy": ("AccuracyTable",),
    "metadx.studies.read": ("read_table",),
    "metadx.studies.review": ("Review", "list_datasets", "load_dataset", "load_review"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605 - computed from the one table above


def __getattr__(name: str) -> Any:  # noqa: ANN401
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'metadx' has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
