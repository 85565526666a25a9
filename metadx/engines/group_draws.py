"""Posterior draws for one kind of study: what estimands, figures and contrasts are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Kind, Value
from metadx.estimands.accuracy import new_study_logits
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.links import Link, to_logit

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Group:
    """The draws of one kind of study.

    Parameters
    ----------
    label : str
        ``"3D CNN"``, or ``"architecture = 3D CNN"`` where several covariates are in play.
    covariate : str
        The covariate whose level or value sets this kind apart; "" where none or several do.
    at : mapping of str to str or float
        The covariates that are set; others stand at their average over the studies of the fit.
    mu : ndarray, shape (S, 2)
        Logit sens and logit spec of the median study, whatever the link; the same draws for all
        groups of a fit, so that contrasts are made draw by draw.
    tau : ndarray, shape (S, 2)
        Standard deviations of the study effects, of t effects their scales, on the scale of the
        link: of logit sens and logit spec under the logit.
    rho : ndarray, shape (S,)
        Correlation of the study effects.
    new_logits : ndarray, shape (S, 2)
        Logit sens and logit spec of a new study of that kind, one per draw; independent of the
        new studies of other groups.
    studies : ndarray of int
        Rows of the table that are of this kind; empty for a value of a continuous covariate.
    effects : EffectLaw or None
        The law of the study effects where it is not normal on the logit scale.
    """

    label: str
    covariate: str
    at: Mapping[str, Value]
    mu: FloatArray
    tau: FloatArray
    rho: FloatArray
    new_logits: FloatArray
    studies: NDArray[np.intp]
    effects: EffectLaw | None = None

    @property
    def link(self) -> Link:
        """On whose scale the study effects are normal, or have a t law."""
        return "logit" if self.effects is None else self.effects.link

    @property
    def law(self) -> Literal["normal", "t"]:
        """The law of the study effects."""
        return "normal" if self.df is None else "t"

    @property
    def df(self) -> FloatArray | None:
        """Degrees of freedom of t effects, shape (S,); None where they are normal."""
        return None if self.effects is None else self.effects.df

    @property
    def location(self) -> FloatArray:
        """Mean of the study effects on the scale of the link, of t effects the centre, (S, 2)."""
        return self.mu if self.effects is None else self.effects.location


def make_group(
    location: FloatArray,
    tau: FloatArray,
    rho: FloatArray,
    *,
    rng: np.random.Generator,
    studies: NDArray[np.intp],
    kind: Kind | None = None,
    label: str = "all",
    link: Link = "logit",
    df: FloatArray | None = None,
) -> Group:
    """Put the draws of one kind of study together, with those of a new study of the kind.

    Parameters
    ----------
    location, tau : ndarray, shape (S, 2)
        Means and standard deviations of the study effects on the scale of the link.
    rho : ndarray, shape (S,)
    rng : numpy.random.Generator
        Of the new studies.
    studies : ndarray of int
        Rows of the table that are of this kind.
    kind : Kind or None
        What sets the kind apart; None for all studies together.
    label : str
        Its name.
    link : {"logit", "probit", "cloglog"}
    df : ndarray, shape (S,), or None
        Degrees of freedom of t effects.

    Returns
    -------
    Group

    Examples
    --------
    >>> zero = np.zeros((2, 2))
    >>> group = make_group(
    ...     zero + 1.0, zero, np.zeros(2), link="probit",
    ...     rng=np.random.default_rng(1), studies=np.arange(3),
    ... )
    >>> group.mu[0].round(3).tolist(), group.new_logits[0].round(3).tolist(), group.law
    ([1.668, 1.668], [1.668, 1.668], 'normal')
    """
    plain = link == "logit" and df is None
    new = new_study_logits(location, tau, rho, rng, df)
    return Group(
        label=label,
        covariate=kind.covariate if kind else "",
        at=MappingProxyType(dict(kind.at) if kind else {}),
        mu=to_logit(location, link),
        tau=tau,
        rho=rho,
        new_logits=to_logit(new, link),
        studies=studies,
        effects=None if plain else EffectLaw(location, link, df),
    )
