"""Replicated tables in the form that ArviZ's predictive plots read."""

from typing import TYPE_CHECKING

from metadx.criticism.predictive import PredictiveChecks
from metadx.engines.fit import Fit
from metadx.engines.settings import CHAINS

if TYPE_CHECKING:
    import xarray as xr


def predictive_tree(fit: Fit, checks: PredictiveChecks) -> "xr.DataTree":
    """Put observed and replicated counts side by side for ArviZ.

    Parameters
    ----------
    fit : Fit
        Of N studies.
    checks : PredictiveChecks
        Of this fit.

    Returns
    -------
    xarray.DataTree
        "posterior_predictive" with tp and tn (chain, draw, study), of new studies with the same
        arms; "observed_data" with tp and tn (study); "constant_data" with the sizes of the arms.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> from metadx.criticism.predictive import predictive_checks
    >>> tree = predictive_tree(fit, predictive_checks(fit, draws=1000))
    >>> dict(tree.posterior_predictive.sizes)
    {'chain': 4, 'draw': 250, 'study': 10}
    """
    import xarray as xr

    table = fit.table
    names = {"study": list(table.study)}
    shape = (CHAINS, -1, table.n_studies)
    replicated = {
        name: (("chain", "draw", "study"), counts.reshape(shape))
        for name, counts in (("tp", checks.replicated_tp), ("tn", checks.replicated_tn))
    }
    return xr.DataTree.from_dict(
        {
            "posterior_predictive": xr.Dataset(replicated, names),
            "observed_data": xr.Dataset(
                {"tp": ("study", table.tp), "tn": ("study", table.tn)}, names
            ),
            "constant_data": xr.Dataset(
                {
                    "n_diseased": ("study", table.n_diseased),
                    "n_nondiseased": ("study", table.n_nondiseased),
                },
                names,
            ),
        }
    )
