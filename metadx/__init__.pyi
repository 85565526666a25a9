from metadx.cards.agreement_card import load_agreement_card as load_agreement_card
from metadx.cards.load import list_cards as list_cards
from metadx.cards.load import load_card as load_card
from metadx.criticism.alignment import Alignment as Alignment
from metadx.criticism.alignment import alignment_probabilities as alignment_probabilities
from metadx.criticism.compare import compare as compare
from metadx.criticism.leave_one_out import leave_one_out as leave_one_out
from metadx.engines.analysis import analyse as analyse
from metadx.engines.fit import Fit as Fit
from metadx.engines.fit import fit as fit
from metadx.engines.maximum_likelihood import maximum_likelihood as maximum_likelihood
from metadx.engines.ordinal import fit_agreement as fit_agreement
from metadx.engines.ordinal_fit import AgreementFit as AgreementFit
from metadx.engines.ordinal_store import load_agreement_fit as load_agreement_fit
from metadx.errors import (
    CardError as CardError,
)
from metadx.errors import (
    ConvergenceWarning as ConvergenceWarning,
)
from metadx.errors import (
    DataError as DataError,
)
from metadx.errors import (
    FitError as FitError,
)
from metadx.errors import (
    MetadxError as MetadxError,
)
from metadx.estimands.labelled import (
    accuracy as accuracy,
)
from metadx.estimands.labelled import (
    heterogeneity as heterogeneity,
)
from metadx.estimands.labelled import (
    predictive_values as predictive_values,
)
from metadx.estimands.labelled import (
    ratios as ratios,
)
from metadx.estimands.labelled import (
    sroc as sroc,
)
from metadx.plots.agreement_bounds import plot_agreement_bounds as plot_agreement_bounds
from metadx.plots.agreement_cuts import plot_cut_points as plot_cut_points
from metadx.plots.agreement_forest import plot_kappa_forest as plot_kappa_forest
from metadx.plots.agreement_loadings import plot_reader_loadings as plot_reader_loadings
from metadx.plots.agreement_ranks import plot_agreement_ranks as plot_agreement_ranks
from metadx.plots.agreement_tables import plot_agreement_tables as plot_agreement_tables
from metadx.plots.bubble import plot_bubble as plot_bubble
from metadx.plots.coefficients import plot_coefficients as plot_coefficients
from metadx.plots.forest import plot_forest as plot_forest
from metadx.plots.forest_groups import plot_forest_groups as plot_forest_groups
from metadx.plots.save import save_figure as save_figure
from metadx.plots.sroc import plot_sroc as plot_sroc
from metadx.plots.sroc_groups import plot_sroc_groups as plot_sroc_groups
from metadx.report.agreement_summary import agreement_summary as agreement_summary
from metadx.report.summary import summary as summary
from metadx.studies.accuracy import AccuracyTable as AccuracyTable
from metadx.studies.agreement import AgreementTable as AgreementTable
from metadx.studies.agreement_arrays import from_counts as from_counts
from metadx.studies.agreement_arrays import from_ratings as from_ratings
from metadx.studies.agreement_audit import audit_agreement as audit_agreement
from metadx.studies.agreement_review import AgreementReview as AgreementReview
from metadx.studies.agreement_review import load_agreement as load_agreement
from metadx.studies.read import read_table as read_table
from metadx.studies.reported import audit_reported as audit_reported
from metadx.studies.review import (
    Review as Review,
)
from metadx.studies.review import (
    list_datasets as list_datasets,
)
from metadx.studies.review import (
    load_dataset as load_dataset,
)
from metadx.studies.review import (
    load_review as load_review,
)

__version__: str
