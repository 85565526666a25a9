"""What a figure needs to know of a fit."""

from collections.abc import Collection, Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from metadx.designs.design import Design, Kind, Value
from metadx.estimands.effect_law import EffectLaw
from metadx.estimands.links import Link
from metadx.estimands.logistic import FloatArray, IntArray
from metadx.studies.accuracy import AccuracyTable


class Described(Protocol):
    """What a figure says of the review it shows; every `Fit` can tell."""

    @property
    def title(self) -> str:
        """Title of the review."""

    @property
    def synthetic(self) -> bool:
        """Whether the data are simulated or reconstructed."""


class CountTable(Protocol):
    """The counts of the studies; `metadx.studies.accuracy.AccuracyTable` is one."""

    @property
    def study(self) -> tuple[str, ...]:
        """Study labels, length N."""

    @property
    def tp(self) -> IntArray:
        """True positives, shape (N,)."""

    @property
    def fp(self) -> IntArray:
        """False positives, shape (N,)."""

    @property
    def fn(self) -> IntArray:
        """False negatives, shape (N,)."""

    @property
    def tn(self) -> IntArray:
        """True negatives, shape (N,)."""

    @property
    def counted(self) -> str:
        """What the counts are of, in the plural."""

    @property
    def n_studies(self) -> int:
        """Number of studies N."""

    @property
    def n_diseased(self) -> IntArray:
        """Persons with the target condition, shape (N,)."""

    @property
    def n_nondiseased(self) -> IntArray:
        """Persons without the target condition, shape (N,)."""


class DescribedTable(Described, Protocol):
    """What a figure says of the review it shows, and the counts of its studies."""

    @property
    def table(self) -> CountTable:
        """The counts."""


def uncertain_rows(table: CountTable) -> Collection[int]:
    """Return the rows whose printed figures admit several tables; the one shown is central."""
    found: Collection[int] = getattr(table, "alternatives", {})  # a stand-in may have none
    return found


def effects_of(fit: object) -> EffectLaw | None:
    """Return the law of the study effects where it is not normal on the logit scale."""
    group = getattr(fit, "pooled", fit)  # a stand-in may have neither
    found: EffectLaw | None = getattr(group, "effects", None)
    return found if isinstance(found, EffectLaw) else None


def link_of(fit: object) -> Link:
    """Return the link on whose scale the study effects and coefficients of a fit are."""
    card = getattr(getattr(fit, "card", None), "card", None)  # a stand-in may have none
    found: Link = getattr(card, "link", "logit")
    return found


@runtime_checkable
class FittedReview(Protocol):
    """The posterior of one bivariate model and the table it was fitted to.

    The last axis of `mu` and `tau` is (sens, spec); `mu` is on the logit scale, `tau` on that of
    the link, see `effects_of`.
    """

    @property
    def table(self) -> CountTable:
        """The counts."""

    @property
    def mu(self) -> FloatArray:
        """Logits of the median study, shape (chain, draw, 2)."""

    @property
    def tau(self) -> FloatArray:
        """Standard deviations between studies, shape (chain, draw, 2)."""

    @property
    def rho(self) -> FloatArray:
        """Correlation of the study effects, shape (chain, draw)."""

    @property
    def title(self) -> str:
        """Title of the review."""

    @property
    def synthetic(self) -> bool:
        """Whether the data are simulated or reconstructed."""

    def new_study_logits(self) -> FloatArray:
        """Predictive draws of the logits of a new study, shape (S, 2)."""


class StudyGroup(Protocol):
    """The posterior of one kind of study; `metadx.engines.group_draws.Group` is one."""

    @property
    def label(self) -> str:
        """The level, or the covariate and its level or value."""

    @property
    def covariate(self) -> str:
        """The covariate whose level or value sets this kind apart; "" where none does."""

    @property
    def at(self) -> Mapping[str, Value]:
        """The covariates that are set; the others stand at their average."""

    @property
    def mu(self) -> FloatArray:
        """Logits of the median study, shape (S, 2)."""

    @property
    def tau(self) -> FloatArray:
        """Standard deviations between studies, shape (S, 2)."""

    @property
    def rho(self) -> FloatArray:
        """Correlation of the study effects, shape (S,)."""

    @property
    def new_logits(self) -> FloatArray:
        """Logits of a new study of that kind, shape (S, 2)."""

    @property
    def studies(self) -> NDArray[np.intp]:
        """Rows of the table that are of this kind."""


class FittedEffects(Described, Protocol):
    """A fit with covariates, as its coefficients are reported."""

    @property
    def table(self) -> AccuracyTable:
        """Counts and covariates."""

    @property
    def design(self) -> Design:
        """How the means depend on the covariates."""

    @property
    def effects(self) -> FloatArray:
        """Reported coefficients on the scale of the link, shape (chain, draw, E)."""

    @property
    def effect_names(self) -> tuple[str, ...]:
        """Their names, such as "sens,setting=screening", length E."""


class FittedKinds(Described, Protocol):
    """A fit with covariates, as it answers for any kind of study."""

    @property
    def table(self) -> AccuracyTable:
        """Counts and covariates."""

    @property
    def design(self) -> Design:
        """How the means depend on the covariates."""

    def group(self, kind: Kind) -> StudyGroup:
        """Draws for one kind of study."""
