from metadx.cards.load import list_cards as list_cards
from metadx.cards.load import load_card as load_card
from metadx.criticism.compare import compare as compare
from metadx.criticism.leave_one_out import leave_one_out as leave_one_out
from metadx.engines.analysis import analyse as analyse
from metadx.engines.fit import Fit as Fit
from metadx.engines.fit import fit as fit
from metadx.engines.maximum_likelihood import maximum_likelihood as maximum_likelihood
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
from metadx.plots.bubble import plot_bubble as plot_bubble
from metadx.plots.coefficients import plot_coefficients as plot_coefficients
from metadx.plots.forest import plot_forest as plot_forest
from metadx.plots.forest_groups import plot_forest_groups as plot_forest_groups
from metadx.plots.save import save_figure as save_figure
from metadx.plots.sroc import plot_sroc as plot_sroc
from metadx.plots.sroc_groups import plot_sroc_groups as plot_sroc_groups
from metadx.report.summary import summary as summary
from metadx.studies.accuracy import AccuracyTable as AccuracyTable
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
