"""The regions of the summary ROC plot and the HSROC parameters, with names."""

from typing import TYPE_CHECKING

import numpy as np

from metadx.estimands.definitions import about
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.hsroc import hsroc as hsroc_of
from metadx.estimands.labelled_fit import MARGIN, Fit, dataset_of, flat_draws, law_of
from metadx.estimands.law_regions import credible_outline, prediction_outline
from metadx.estimands.logistic import expit
from metadx.estimands.regions import region_area

if TYPE_CHECKING:
    import xarray as xr

_NAMES = ("credible", "prediction")


def regions(fit: Fit, *, prob: float = 0.95, points: int = 361) -> "xr.Dataset":
    """Outlines and areas of the credible and the prediction region of (sens, spec).

    Parameters
    ----------
    fit : Fit
        Posterior draws.
    prob : float
        Probability inside, in (0, 1).
    points : int
        Number of points on each outline, the first repeated as the last; at least 4.

    Returns
    -------
    xarray.Dataset
        `credible_region` of the median study and `prediction_region` of a new study with dims
        (point, margin), and their areas `credible_area` and `prediction_area` as shares of the
        unit square. NaN where no study has diseased or none has non-diseased participants, and
        the attribute `reason` says so.

    Raises
    ------
    ValueError
        If `prob` is not in (0, 1) or there are fewer than 4 points.

    References
    ----------
    In the attributes `reference` of the variables; see `metadx.estimands.regions`.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = metadx.regions(fit, points=100)
    >>> found["prediction_region"].sizes["point"]
    100
    >>> bool(found["prediction_area"] > found["credible_area"])
    True
    """
    import xarray as xr

    mu, tau, rho = flat_draws(fit)
    law = law_of(fit) or EffectLaw(mu)
    arms = fit.table.n_diseased, fit.table.n_nondiseased
    known = all(bool(arm.any()) for arm in arms)
    outlines = (
        credible_outline(law, prob, points),
        prediction_outline(law, tau, rho, fit.new_study_logits(), prob=prob, points=points),
    )
    found = xr.Dataset(coords={"point": np.arange(points), "margin": list(MARGIN)})
    for name, outline in zip(_NAMES, outlines, strict=True):
        inside: dict[str, object] = {"prob": prob}
        if not known:
            inside["reason"] = "Not identified: no study has both kinds of participants."
        nan = np.nan if not known else 1.0
        found[f"{name}_region"] = (
            ("point", "margin"),
            nan * expit(outline),
            about(f"{name}_region") | inside,
        )
        found[f"{name}_area"] = (
            (),
            nan * region_area(outline),
            about(f"{name}_area") | inside,
        )
    return found


def hsroc(fit: Fit) -> "xr.Dataset":
    """Parameters of the hierarchical summary ROC model.

    Parameters
    ----------
    fit : Fit
        Posterior draws.

    Returns
    -------
    xarray.Dataset
        `hsroc_lambda`, `hsroc_theta`, `hsroc_beta`, `hsroc_sigma2_alpha` and `hsroc_sigma2_theta`
        with dims (chain, draw). Report medians: the posterior means of the first two do not exist.
        Parameters that the law of the study effects does not have are NaN, and the attribute
        `reason` says why.

    References
    ----------
    In the attributes `reference` of the variables; see `metadx.estimands.hsroc`.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> metadx.hsroc(fit)["hsroc_lambda"].dims
    ('chain', 'draw')
    """
    h = hsroc_of(*flat_draws(fit))
    values = {
        "hsroc_lambda": h.lambda_,
        "hsroc_theta": h.theta,
        "hsroc_beta": h.beta,
        "hsroc_sigma2_alpha": h.sigma2_alpha,
        "hsroc_sigma2_theta": h.sigma2_theta,
    }
    return dataset_of(fit, values, {})
