"""What a figure needs to know of a fit."""

from typing import Protocol, runtime_checkable

from metadx.estimands.logistic import FloatArray, IntArray


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
    def n_studies(self) -> int:
        """Number of studies N."""

    @property
    def n_diseased(self) -> IntArray:
        """Persons with the target condition, shape (N,)."""

    @property
    def n_nondiseased(self) -> IntArray:
        """Persons without the target condition, shape (N,)."""


@runtime_checkable
class FittedReview(Protocol):
    """The posterior of one bivariate model and the table it was fitted to.

    All draws are on the logit scale; the last axis of `mu` and `tau` is (sens, spec).
    """

    @property
    def table(self) -> CountTable:
        """The counts."""

    @property
    def mu(self) -> FloatArray:
        """Mean logits, shape (chain, draw, 2)."""

    @property
    def tau(self) -> FloatArray:
        """Standard deviations between studies, shape (chain, draw, 2)."""

    @property
    def rho(self) -> FloatArray:
        """Correlation of the two logits between studies, shape (chain, draw)."""

    @property
    def title(self) -> str:
        """Title of the review."""

    @property
    def synthetic(self) -> bool:
        """Whether the data are simulated or reconstructed."""

    def new_study_logits(self) -> FloatArray:
        """Predictive draws of the logits of a new study, shape (S, 2)."""
