"""Who speaks in each parameter, the data or the prior: power-scaling, and what was learned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metadx.cards.coefficients import coefficient_priors
from metadx.criticism.chance_words import decimal, enumerate_names
from metadx.engines.fit import Fit
from metadx.engines.notes import FEW_STUDIES
from metadx.estimands.links import to_logit
from metadx.estimands.logistic import expit

type FloatArray = NDArray[np.float64]
type Limits = tuple[float, float, float]
type Speaker = Literal["data", "prior", "both"]

#: Sensitivity of a posterior to its prior or its likelihood from which it counts.
SENSITIVE = 0.05
#: Bits by which the posterior tells more than the prior. Of normal laws with the same mean the
#: first two mean seven tenths and half of its width; from the third on a width says nothing.
LITTLE, MUCH, MOVED = 0.15, 0.5, 1.0
#: Width of the posterior interval as a share of that of the prior: above the first the prior
#: speaks, above the second both do.
WIDE, NARROW = 0.7, 0.5

#: What the parameters are called in a list.
SHORT = {
    "mu[sens]": "pooled sensitivity",
    "mu[spec]": "pooled specificity",
    "tau[sens]": "heterogeneity of sensitivity",
    "tau[spec]": "heterogeneity of specificity",
    "rho": "the correlation",
}

_FEW_OF_RHO = 10  # studies below which a correlation is not left to the data alone
_PRIOR_DRAWS = 20_000
_STREAM = 23  # keeps these draws apart from those of the fit
_BINS = 50  # of equal prior probability
_PROB = 0.95  # of the intervals whose widths are compared
_MARGINS = ("sens", "spec")
_LONG = {"sens": "sensitivity", "spec": "specificity"}


@dataclass(frozen=True)
class PowerScaled:
    """How much one parameter owes to its prior and to the data.

    Parameters
    ----------
    parameter : str
        "mu[sens]", "tau[spec]", "rho", "beta[sens,year]", ...
    prior, likelihood : float
        Sensitivity of its posterior to raising all priors, or the likelihood, to a power near 1:
        distance of the posteriors by log2 of the power. From 0.05 on it counts.
    learned : float
        Bits by which the posterior tells more than the prior (Kullback-Leibler divergence); at
        most 5.6 are told apart.
    posterior, prior_alone : tuple of float, length 3
        Lower limit, median and upper limit, equal-tailed: mu as a probability, tau and beta on
        the scale of the link.
    verdict : {"data", "prior", "both"}
        Who speaks.
    words : str
        The same in a plain sentence.
    """

    parameter: str
    prior: float
    likelihood: float
    learned: float
    posterior: Limits
    prior_alone: Limits
    verdict: Speaker
    words: str


@dataclass(frozen=True, eq=False)
class _Part:
    """Draws of one parameter, of its prior, and its log prior density if it has one of its own."""

    name: str
    draws: FloatArray
    prior: FloatArray


def power_scaling(fit: Fit, prob: float = 0.95) -> tuple[PowerScaled, ...]:
    """Ask of every parameter whether the data or the prior speak.

    Power-scaling alone cannot answer: a flat prior, such as that of rho in most cards, stays what
    it is whatever the power, and so would never be noticed. The posterior is therefore held
    against the prior as well. The prior speaks where little was learned (less than 0.15 bits, or an
    interval of more than 0.7 of the width with less than 1 bit), or where only the prior moves the
    posterior. Both speak where more was learned but not much (0.5 bits, half the width), or where
    prior and data both move it. Else the data speak; but never alone on anything with fewer than 4
    studies that may differ, nor on the correlation with fewer than 10.

    Parameters
    ----------
    fit : Fit
        May have covariates: each effect is then a parameter.
    prob : float
        Level of the intervals that are reported; what they are judged by is always 95 %.

    Returns
    -------
    tuple of PowerScaled
        Parameters that the model holds fixed are left out, and so is nu of t effects.

    References
    ----------
    Kallioinen N, Paananen T, Bürkner P-C, Vehtari A. Detecting and diagnosing prior and likelihood
    sensitivity with power-scaling. Stat Comput 2024;34:57.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("anti-ccp"), draws=1000)
    >>> {one.parameter: one.verdict for one in power_scaling(fit)}["rho"]
    'data'
    """
    parts = _parts(fit)
    scaled = {which: _sensitivity(fit, parts, which) for which in ("prior", "likelihood")}
    found = []
    for place, part in enumerate(parts):
        moved = float(scaled["prior"][place]), float(scaled["likelihood"][place])
        learned = learned_bits(part.draws.ravel(), part.prior)
        widths = [np.ptp(_limits(values, _PROB)) for values in (part.draws, part.prior)]
        verdict = _verdict(*moved, learned, float(widths[0] / widths[1]))
        if verdict == "data" and _too_few(fit, part.name):
            verdict = "both"
        own, alone = (
            _reported(fit, part.name, _limits(values, prob)) for values in (part.draws, part.prior)
        )
        words = _sentence(fit, part.name, verdict, learned, (own, alone), prob=prob)
        found.append(PowerScaled(part.name, *moved, learned, own, alone, verdict, words))
    return tuple(found)


def shared(fit: Fit, one: PowerScaled, prob: float = 0.95) -> PowerScaled:
    """Let the prior speak too where the data alone spoke.

    Parameters
    ----------
    fit : Fit
    one : PowerScaled
        Of one of its parameters.
    prob : float
        Level of its intervals.

    Returns
    -------
    PowerScaled
        With the verdict "both".
    """
    ends = (one.posterior, one.prior_alone)
    words = _sentence(fit, one.parameter, "both", one.learned, ends, prob=prob)
    return replace(one, verdict="both", words=words)


def power_words(power: Sequence[PowerScaled], studies: int) -> str:
    """Say who speaks in which parameter, the prior first and at length.

    Parameters
    ----------
    power : sequence of PowerScaled
    studies : int
        Number of studies.

    Returns
    -------
    str
        Whole sentences.
    """
    parts = []
    if studies < FEW_STUDIES and any(one.parameter.startswith("tau") for one in power):
        what = "1 study" if studies == 1 else f"{studies} studies"
        parts.append(f"With {what} the answer is led by the prior.")
    parts += [one.words for one in power if one.verdict == "prior"]
    for verdict, words in (("both", "Both the data and the prior"), ("data", "The data")):
        names = [SHORT.get(one.parameter, one.parameter) for one in power if one.verdict == verdict]
        if names:
            parts.append(f"{words} speak on {enumerate_names(names, most=9)}.")
    return " ".join(parts)


def learned_bits(posterior: FloatArray, prior: FloatArray) -> float:
    """Estimate the Kullback-Leibler divergence of a posterior from its prior.

    Posterior draws are counted in bins of equal prior probability, so that the scale of the
    parameter does not matter; the excess that chance alone would give is taken off.

    Parameters
    ----------
    posterior, prior : ndarray, shapes (S,), (R,)
        Draws.

    Returns
    -------
    float
        Bits, from 0 to 5.6.

    References
    ----------
    Miller GA. Note on the bias of information estimates. In: Quastler H, ed. Information theory in
    psychology. Free Press, 1955:95-100 (the correction).

    Examples
    --------
    >>> x = np.linspace(0, 1, 5001)
    >>> learned_bits(x, x), round(learned_bits(x / 4, x), 1)
    (0.0, 2.0)
    """
    edges = np.quantile(prior, np.arange(1, _BINS) / _BINS)
    counts = np.bincount(np.searchsorted(edges, posterior), minlength=_BINS)
    share = counts[counts > 0] / posterior.size
    excess = (np.count_nonzero(counts) - 1) / (2 * posterior.size)
    return max(0.0, float((share @ np.log(share * _BINS) - excess) / np.log(2)))


def _parts(fit: Fit) -> list[_Part]:
    """Gather the parameters that are free, as they are reported."""
    rng = np.random.default_rng([_STREAM, fit.seed])
    parameters = fit.card.card.parameters
    split = fit.design.sens.size
    priors = coefficient_priors(fit.card.card, fit.design)
    drawn = np.stack([prior.draw(rng, _PRIOR_DRAWS) for prior in priors], axis=1)
    reported = [
        drawn[:, :split] @ fit.design.sens.to_effects.T,
        drawn[:, split:] @ fit.design.spec.to_effects.T,
    ]
    out = [
        _Part(f"mu[{margin}]", fit.intercepts[..., place], reported[place][:, 0])
        for place, margin in enumerate(_MARGINS)
    ]
    effects = np.concatenate([each[:, 1:] for each in reported], axis=1)
    for place, name in enumerate(fit.effect_names):
        out.append(_Part(f"beta[{name}]", fit.effects[..., place], effects[:, place]))
    for place, margin in enumerate(_MARGINS):
        prior = parameters.tau.priors()[place]
        draws = fit.tau[..., place]
        if np.ptp(draws) > 0:
            out.append(_Part(f"tau[{margin}]", draws, prior.draw(rng, _PRIOR_DRAWS)))
    if np.ptp(fit.rho) > 0:
        prior = parameters.rho.priors()[0]
        out.append(_Part("rho", fit.rho, prior.draw(rng, _PRIOR_DRAWS)))
    return out


def _sensitivity(fit: Fit, parts: list[_Part], which: Literal["prior", "likelihood"]) -> FloatArray:
    """Scale all priors or the likelihood; return the sensitivity of every parameter."""
    import arviz as az
    import xarray as xr

    dims = ("chain", "draw")
    stacked = np.stack([part.draws for part in parts], axis=-1)
    tree = xr.DataTree.from_dict(
        {
            "posterior": xr.Dataset({"parameters": ((*dims, "parameter"), stacked)}),
            "log_prior": xr.Dataset({"all": (dims, _log_prior(fit))}),
            "log_likelihood": xr.Dataset({"table": ((*dims, "study"), fit.log_likelihood)}),
        }
    )
    found = az.psense(tree, group=which)
    return np.atleast_1d(found["parameters"].to_numpy())


def _log_prior(fit: Fit) -> FloatArray:
    """Return the log prior density of the free parameters, shape (chain, draw)."""
    card = fit.card.card
    total = np.zeros(fit.rho.shape)
    for place, prior in enumerate(coefficient_priors(card, fit.design)):
        total = total + prior.log_density(fit.coefficients[..., place])
    for place, prior in enumerate(card.parameters.tau.priors()):
        if np.ptp(fit.tau[..., place]) > 0:
            total = total + prior.log_density(fit.tau[..., place])
    if np.ptp(fit.rho) > 0:
        total = total + card.parameters.rho.priors()[0].log_density(fit.rho)
    return total


def _verdict(prior: float, likelihood: float, learned: float, width: float) -> Speaker:
    if learned < LITTLE or (learned < MOVED and width > WIDE) or prior >= SENSITIVE > likelihood:
        return "prior"
    if learned < MUCH or (learned < MOVED and width > NARROW) or prior >= SENSITIVE:
        return "both"
    return "data"


def _too_few(fit: Fit, name: str) -> bool:
    """Tell whether the prior always has a part, whatever the numbers say."""
    if fit.card.card.builder == "fixed":  # no heterogeneity whose prior could speak
        return False
    return fit.table.n_studies < (_FEW_OF_RHO if name == "rho" else FEW_STUDIES)


def _limits(draws: FloatArray, prob: float) -> FloatArray:
    levels = ((1 - prob) / 2, 0.5, (1 + prob) / 2)
    return np.asarray(np.quantile(draws, levels))


def _reported(fit: Fit, name: str, limits: FloatArray) -> Limits:
    if name.startswith("mu"):
        limits = expit(to_logit(limits, fit.card.card.link))
    low, middle, high = limits.tolist()
    return low, middle, high


def _sentence(
    fit: Fit,
    name: str,
    verdict: Speaker,
    learned: float,
    ends: tuple[Limits, Limits],
    *,
    prob: float,
) -> str:
    what = _plain(fit, name)
    own, alone = (f"{_number(name, low)} to {_number(name, high)}" for low, _, high in ends)
    beside = f"({100 * prob:g}% credible interval {own}; by the prior alone {alone})"
    if verdict == "data":
        return f"On {what} the data speak {beside}."
    if verdict == "both":
        return f"On {what} both speak, the data and the prior {beside}."
    size = fit.table.n_studies
    studies = "1 study says" if size == 1 else f"{size} studies say"
    little = "nothing" if _blind(fit, name) else "almost nothing" if learned < LITTLE else "little"
    told = f"On {what} the prior speaks: {studies} {little} about it {beside}"
    if name == "rho":
        told += "; what rests on it, such as the tilt of the prediction region, rests on the prior"
    return f"{told}."


def _blind(fit: Fit, name: str) -> bool:
    """Tell whether no study has the people that would tell of a parameter."""
    return any(
        not known and (name == "rho" or margin in name)
        for margin, known in zip(_MARGINS, fit.identified, strict=True)
    )


def _number(name: str, value: float) -> str:
    """Write a limit; a probability never as a certainty."""
    if not name.startswith("mu"):
        return f"{round(value, 2) + 0.0:.2f}"
    return decimal(value)


def _plain(fit: Fit, name: str) -> str:
    kind, _, rest = name.partition("[")
    inner = rest.removesuffix("]")
    if kind == "rho":
        return "the correlation of sensitivity and specificity between studies (rho)"
    if kind == "tau":
        return f"how much studies differ in {_LONG[inner]} (tau)"
    if kind == "beta":
        margin, _, effect = inner.partition(",")
        return f"the effect of {effect} on {_LONG[margin]} (beta)"
    kind_of_study = " at the reference levels" if fit.design.has_covariates else ""
    return f"the {_LONG[inner]} of the median study{kind_of_study} (mu)"
