"""Bayesian meta-analysis of diagnostic test accuracy, and of the agreement of raters.

Names are loaded when first used; they stand with their types in ``__init__.pyi``.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"  # looking the number up among the installed packages costs 20 ms a run
_NAMES = {
    "metadx.cards.agreement_card": "load_agreement_card",
    "metadx.cards.load": "list_cards load_card",
    "metadx.criticism.alignment": "Alignment alignment_probabilities",
    "metadx.criticism.compare": "compare",
    "metadx.criticism.leave_one_out": "leave_one_out",
    "metadx.engines.analysis": "analyse",
    "metadx.engines.fit": "Fit fit",
    "metadx.engines.maximum_likelihood": "maximum_likelihood",
    "metadx.engines.ordinal": "fit_agreement",
    "metadx.engines.ordinal_fit": "AgreementFit",
    "metadx.engines.ordinal_store": "load_agreement_fit",
    "metadx.errors": "CardError ConvergenceWarning DataError FitError MetadxError",
    "metadx.estimands.labelled": "accuracy heterogeneity predictive_values ratios sroc",
    "metadx.plots.agreement_bounds": "plot_agreement_bounds",
    "metadx.plots.agreement_cuts": "plot_cut_points",
    "metadx.plots.agreement_forest": "plot_kappa_forest",
    "metadx.plots.agreement_loadings": "plot_reader_loadings",
    "metadx.plots.agreement_ranks": "plot_agreement_ranks",
    "metadx.plots.agreement_tables": "plot_agreement_tables",
    "metadx.plots.bubble": "plot_bubble",
    "metadx.plots.coefficients": "plot_coefficients",
    "metadx.plots.forest": "plot_forest",
    "metadx.plots.forest_groups": "plot_forest_groups",
    "metadx.plots.save": "save_figure",
    "metadx.plots.sroc": "plot_sroc",
    "metadx.plots.sroc_groups": "plot_sroc_groups",
    "metadx.report.agreement_summary": "agreement_summary",
    "metadx.report.summary": "summary",
    "metadx.studies.accuracy": "AccuracyTable",
    "metadx.studies.agreement": "AgreementTable",
    "metadx.studies.agreement_arrays": "from_counts from_ratings",
    "metadx.studies.agreement_audit": "audit_agreement",
    "metadx.studies.agreement_review": "AgreementReview load_agreement",
    "metadx.studies.read": "read_table",
    "metadx.studies.reported": "audit_reported",
    "metadx.studies.review": "Review list_datasets load_dataset load_review",
}
_HOME = {name: home for home, names in _NAMES.items() for name in names.split()}
__all__ = sorted(_HOME)  # noqa: PLE0605 - computed from the one table above


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types stand in the stub
    if name not in _HOME:
        raise AttributeError(f"module 'metadx' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
