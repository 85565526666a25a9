"""What models and priors are compared by: the quantities of a fit, summarised."""

import numpy as np

from metadx.criticism.moved import draws_of
from metadx.engines.fit import Fit
from metadx.estimands.logistic import expit
from metadx.estimands.summary import Summary, summarise

_FREE = ("tau_sens", "tau_spec", "rho")  # what some models hold fixed


def quantities_of(made: Fit, prob: float = 0.95) -> dict[str, Summary | None]:
    """Summarise what models or priors are compared by.

    Parameters
    ----------
    made : Fit
        Without covariates.
    prob : float
        Level of the intervals.

    Returns
    -------
    dict of str to Summary or None
        None where the model or the data do not define the quantity, and where the model holds it
        fixed: what was never estimated has no posterior.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), "fixed-effect", draws=1000)
    >>> [name for name, value in quantities_of(fit).items() if value is None]
    ['tau_sens', 'tau_spec', 'rho', 'auc']
    """
    draws = draws_of(made)
    new = expit(made.pooled.new_logits)
    for column, (margin, known) in enumerate(zip(("sens", "spec"), made.identified, strict=True)):
        draws[f"{margin}_new"] = new[:, column] if known else np.full(len(new), np.nan)
    fixed = fixed_by_model(made)
    return {
        name: summarise(values, prob) if name not in fixed and np.isfinite(values).all() else None
        for name, values in draws.items()
    }


def fixed_by_model(made: Fit) -> dict[str, float]:
    """Return the parameters of heterogeneity that the model holds fixed.

    Parameters
    ----------
    made : Fit

    Returns
    -------
    dict of str to float
        The value of each of "tau_sens", "tau_spec" and "rho" that is no parameter of the model.

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("telomerase")
    >>> fixed_by_model(metadx.fit(review, "independent-margins", draws=1000))
    {'rho': 0.0}
    """
    draws = dict(zip(_FREE, (made.tau[..., 0], made.tau[..., 1], made.rho), strict=True))
    return {name: float(values.flat[0]) for name, values in draws.items() if np.ptp(values) == 0}
