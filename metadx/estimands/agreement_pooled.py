"""What the rows of an agreement model share: the typical finding, all findings, a new one."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from metadx.estimands.logistic import FloatArray
from metadx.estimands.quadrature import normal_trapezoid
from metadx.estimands.standard_margin import kappa_standard

_STEP = 0.4  # of the trapezoid rule: exact to 1e-7 up to a spread of 1.2


def pooled_estimands(
    hyper: Mapping[str, npt.NDArray[np.float64]],
    margin: npt.ArrayLike,
    rng: np.random.Generator,
    *,
    r_max: float = 0.9995,
) -> dict[str, FloatArray]:
    """Return the latent correlation and the standard kappa beyond the rows at hand.

    Parameters
    ----------
    hyper : mapping of str to ndarray, shape (...)
        Draws of ``mu`` and, where the model has them, ``beta_part`` (how parts of the whole
        differ) and the standard deviations ``sd_finding``, ``sd_region``, ``sd_study``,
        ``sd_row``, all on the scale of z = atanh(r / r_max).
    margin : array_like, shape (C,)
        Standard margin.
    rng : numpy.random.Generator
        Draws the new findings and studies.
    r_max : float
        Largest latent correlation.

    Returns
    -------
    dict of str to ndarray, shape (...)
        ``latent_rho`` and ``kappa_standard`` of the typical finding, at mu; with suffix
        ``_population`` their mean over the law of all rows; ``_new`` of a new finding in a
        typical study, where findings have a spread; ``_new_study`` of a typical finding in a new
        study, where studies have one. Each again with suffix ``_part``, for a part of the whole,
        where the model has parts. Empty where `hyper` has no ``mu``.

    References
    ----------
    Higgins JPT, Thompson SG, Spiegelhalter DJ. A re-evaluation of random-effects meta-analysis.
    J R Stat Soc A 2009;172:137-159: what is predicted for a new study.

    Examples
    --------
    >>> hyper = {"mu": np.array([1.1]), "sd_finding": np.array([0.3]), "sd_row": np.array([0.1])}
    >>> found = pooled_estimands(hyper, [0.5, 0.3, 0.2], np.random.default_rng(1))
    >>> {name: round(float(draws[0]), 2) for name, draws in found.items() if "new" not in name}
    {'latent_rho': 0.8, 'kappa_standard': 0.68, 'latent_rho_population': 0.77, \
'kappa_standard_population': 0.66}
    """
    if "mu" not in hyper:
        return {}
    mu = np.asarray(hyper["mu"], np.float64)
    centres = {"": mu}
    if "beta_part" in hyper:
        centres["_part"] = mu + hyper["beta_part"]
    found: dict[str, FloatArray] = {}

    def add(name: str, z: FloatArray) -> None:
        found[f"latent_rho{name}"] = np.asarray(r_max * np.tanh(z))
        found[f"kappa_standard{name}"] = kappa_standard(z, margin, r_max)

    def drawn(*names: str) -> FloatArray:
        return np.asarray(_spread(hyper, names, mu) * rng.standard_normal(mu.shape))

    for part, centre in centres.items():
        # Regions spread the parts alone where there is a whole, and every row where there is none.
        within = ("row", "region") if part or "beta_part" not in hyper else ("row",)
        add(part, centre)
        spread = _spread(hyper, ("finding", "study", *within), mu)
        for name, draws in _over_the_law(centre, spread, margin, r_max).items():
            found[f"{name}_population{part}"] = draws
        if "sd_finding" in hyper:
            add(f"_new{part}", centre + drawn("finding", *within))
        if "sd_study" in hyper:
            add(f"_new_study{part}", centre + drawn("study", *within))
    return found


def _spread(
    hyper: Mapping[str, FloatArray], names: tuple[str, ...], like: FloatArray
) -> FloatArray:
    """Return the standard deviation of the sum of the effects that the model has."""
    variance = np.zeros_like(like)
    for name in names:
        if f"sd_{name}" in hyper:
            variance += hyper[f"sd_{name}"] ** 2
    return np.asarray(np.sqrt(variance))


def _over_the_law(
    centre: FloatArray, spread: FloatArray, margin: npt.ArrayLike, r_max: float
) -> dict[str, FloatArray]:
    """Return the means of the correlation and of kappa over normal z."""
    nodes, weights = normal_trapezoid(_STEP)
    means = {name: np.zeros(centre.shape) for name in ("latent_rho", "kappa_standard")}
    for node, weight in zip(nodes, weights, strict=True):
        z = centre + spread * node
        means["latent_rho"] += weight * r_max * np.tanh(z)
        means["kappa_standard"] += weight * kappa_standard(z, margin, r_max)
    return means
