"""Bayesian meta-analysis of diagnostic test accuracy.

Names are loaded when first used, so that importing metadx costs next to nothing; the same names
with their types stand in ``__init__.pyi``.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"  # looking the number up among the installed packages costs 20 ms a run

_HOME = {
    "list_cards": "metadx.cards.load",
    "load_card": "metadx.cards.load",
    "compare": "metadx.criticism.compare",
    "leave_one_out": "metadx.criticism.leave_one_out",
    "analyse": "metadx.engines.analysis",
    "Fit": "metadx.engines.fit",
    "fit": "metadx.engines.fit",
    "maximum_likelihood": "metadx.engines.maximum_likelihood",
    "CardError": "metadx.errors",
    "ConvergenceWarning": "metadx.errors",
    "DataError": "metadx.errors",
    "FitError": "metadx.errors",
    "MetadxError": "metadx.errors",
    "accuracy": "metadx.estimands.labelled",
    "heterogeneity": "metadx.estimands.labelled",
    "predictive_values": "metadx.estimands.labelled",
    "ratios": "metadx.estimands.labelled",
    "sroc": "metadx.estimands.labelled",
    "plot_bubble": "metadx.plots.bubble",
    "plot_coefficients": "metadx.plots.coefficients",
    "plot_forest": "metadx.plots.forest",
    "plot_forest_groups": "metadx.plots.forest_groups",
    "save_figure": "metadx.plots.save",
    "plot_sroc": "metadx.plots.sroc",
    "plot_sroc_groups": "metadx.plots.sroc_groups",
    "summary": "metadx.report.summary",
    "AccuracyTable": "metadx.studies.accuracy",
    "read_table": "metadx.studies.read",
    "audit_reported": "metadx.studies.reported",
    "Review": "metadx.studies.review",
    "list_datasets": "metadx.studies.review",
    "load_dataset": "metadx.studies.review",
    "load_review": "metadx.studies.review",
}

__all__ = sorted(_HOME)  # noqa: PLE0605 - computed from the one table above


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types stand in the stub
    if name not in _HOME:
        raise AttributeError(f"module 'metadx' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
