"""The law of the study effects in PyMC: normal, t-distributed, or none."""

from typing import Any, Literal

import numpy as np

from metadx.cards.priors import Choice

type Parametrisation = Literal["centred", "non-centred"]
type Pair = tuple[Any, Any]  # PyMC ships no types

_LOG_2PI = float(np.log(2 * np.pi))


def no_effects(mean: Pair, studies: int) -> Pair:
    """Give every study the same values.

    Parameters
    ----------
    mean : pair of TensorVariable
        Of sens and spec on the scale of the link: scalars, or one for each study.
    studies : int
        Number of studies N.

    Returns
    -------
    pair of TensorVariable, shape (N,)
    """
    import pymc as pm

    sens, spec = (one + pm.math.zeros(studies) for one in mean)
    return sens, spec


def normal_effects(mean: Pair, tau: Any, rho: Any, parametrisation: Parametrisation) -> Pair:  # noqa: ANN401
    """Write the 2 × 2 covariance out: the specificity effect given the sensitivity effect.

    Parameters
    ----------
    mean : pair of TensorVariable
        Of sens and spec on the scale of the link: scalars, or one for each study.
    tau : TensorVariable, shape (2,)
    rho : TensorVariable or float
    parametrisation : {"centred", "non-centred"}
        The same law either way.

    Returns
    -------
    pair of TensorVariable, shape (N,)
        The values of the studies on the scale of the link.
    """
    import pymc as pm

    left = pm.math.sqrt(1 - rho**2)
    if parametrisation == "centred":
        sens = pm.Normal("logit_sens", mean[0], tau[0], dims="study")
        shift = rho * tau[1] * (sens - mean[0]) / tau[0]
        return sens, pm.Normal("logit_spec", mean[1] + shift, tau[1] * left, dims="study")
    z = pm.Normal("z", 0.0, 1.0, dims=("study", "margin"))
    return mean[0] + tau[0] * z[:, 0], mean[1] + tau[1] * (rho * z[:, 0] + left * z[:, 1])


def t_effects(
    mean: Pair,
    tau: Any,  # noqa: ANN401
    rho: Any,  # noqa: ANN401
    nu: Choice,
    parametrisation: Parametrisation,
) -> Pair:
    """Give the studies a bivariate t law, its degrees of freedom summed out.

    The density of the effects of all studies is sum over nu of p(nu) prod_i t2(d_i; Sigma, nu),
    with t2(d; Sigma, nu) = (2 pi)⁻¹ |Sigma|^(-1/2) (1 + d' Sigma⁻¹ d / nu)^(-(nu + 2) / 2).

    Parameters
    ----------
    mean, tau, rho, parametrisation
        As of `normal_effects`.
    nu : Choice
        Prior of the degrees of freedom.

    Returns
    -------
    pair of TensorVariable, shape (N,)
        The values of the studies on the scale of the link.
    """
    import pymc as pm

    left = pm.math.sqrt(1 - rho**2)
    if parametrisation == "centred":
        sens, spec = pm.Flat("logit_sens", dims="study"), pm.Flat("logit_spec", dims="study")
        x, y = (sens - mean[0]) / tau[0], (spec - mean[1]) / tau[1]
        square = (x**2 - 2 * rho * x * y + y**2) / left**2
        log_scale = pm.math.log(tau[0] * tau[1] * left)
    else:
        z = pm.Flat("z", dims=("study", "margin"))
        sens = mean[0] + tau[0] * z[:, 0]
        spec = mean[1] + tau[1] * (rho * z[:, 0] + left * z[:, 1])
        square, log_scale = (z**2).sum(axis=1), 0.0
    terms = [
        float(np.log(share))
        + pm.math.sum(-_LOG_2PI - log_scale - (df / 2 + 1) * pm.math.log1p(square / df))
        for df, share in zip(nu.values, nu.probabilities, strict=True)
    ]
    pm.Potential("effects", pm.math.logsumexp(pm.math.stack(terms)))
    return sens, spec
