"""Cross-tables of two raters that share given margins: all of them, and those that fit a print."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metadx.errors import DataError
from metadx.studies.agreement import PrintedKappa, Weights
from metadx.studies.cross_count import count_if_possible
from metadx.studies.cross_halves import Halves, Joint, Matcher, Tables, list_halves
from metadx.studies.kappa import Convention, disagreement, kappas_of, standard_errors_of
from metadx.studies.kappa_rounding import errors_that_round, expected_disagreement, sums_that_round

type FloatArray = NDArray[np.float64]

LISTED = 500_000
"""Most cross-tables that are listed."""


@dataclass(frozen=True, eq=False)
class TableSet:
    """Cross-tables of whole numbers on the full scale of C categories.

    Parameters
    ----------
    tables : ndarray of int32, shape (S, C, C)
        Rows are the categories of the first rater.
    log_weights : ndarray, shape (S,)
        Logarithm of the multinomial coefficient of each table, plus that of the prior probability
        of the margins or the reading it belongs to where there are several. The likelihood of cell
        probabilities p is the sum of ``exp(log_weights + sum(tables * log(p)))``.
    complete : bool
        Whether `tables` holds every table; otherwise it is empty.
    n_tables : int
        How many there are; an estimate where they are too many to count.
    """

    tables: Tables
    log_weights: FloatArray
    complete: bool
    n_tables: int


@dataclass(frozen=True, eq=False)
class Found:
    """The tables that fit a print.

    Parameters
    ----------
    n_kappa : int
        Tables with the printed kappa.
    fitting : TableSet
        Those with the printed interval or standard error as well.
    """

    n_kappa: int
    fitting: TableSet


class TableSearch:
    """The tables with one pair of margins, for any number of searches among them.

    Parameters
    ----------
    margin_a, margin_b : array_like of int, shape (C,)
        With equal sums.

    Raises
    ------
    DataError
        If the sums differ.

    Examples
    --------
    >>> found = TableSearch([79, 28, 0], [71, 35, 1])
    >>> found.n_tables, found.exact
    (57, True)
    """

    def __init__(self, margin_a: ArrayLike, margin_b: ArrayLike) -> None:
        a, b = (np.asarray(margin, dtype=np.int64) for margin in (margin_a, margin_b))
        if a.shape != b.shape or a.sum() != b.sum():
            raise DataError(
                f"the margins {a.tolist()} and {b.tolist()} belong to no cross-table; give counts "
                "of the same categories and the same cases."
            )
        self.margin_a, self.margin_b = a, b
        self.n = int(a.sum())
        self.n_tables, self.exact = count_if_possible(a, b)
        self._matchers: dict[tuple[Weights, int], Matcher] = {}

    @cached_property
    def halves(self) -> Halves | None:
        """The halves that tables are made of; None where there are too many."""
        return list_halves(self.margin_a, self.margin_b)

    def all(self, limit: int = LISTED) -> TableSet:
        """List every table, or none if there are more than the limit."""
        if self.n_tables > limit or self.halves is None:
            return _too_many(self.margin_a.size, self.n_tables)
        nothing = np.zeros((self.margin_a.size, self.margin_b.size), dtype=np.int64)
        return table_set(self._join(Matcher(self.halves, nothing).at(0)))

    def fit(
        self, printed: PrintedKappa, convention: Convention, limit: int = LISTED
    ) -> Found | None:
        """Find the tables with a printed kappa, and with what was printed beside it.

        Parameters
        ----------
        printed : PrintedKappa
        convention : Convention
        limit : int
            More tables than these are counted but not listed.

        Returns
        -------
        Found or None
            None where there are too many tables to search.
        """
        if self.halves is None:
            return None
        matcher = self._matcher(convention)
        apart = disagreement(convention.weights, self.margin_a.size, convention.offset)
        expected = expected_disagreement(self.margin_a, self.margin_b, apart)
        n_kappa, joints = 0, []
        for total in sums_that_round(printed, self.n, expected) if expected else ():
            n_kappa += matcher.at(total).n_pairs
            kappa = 1 - self.n * total / expected
            low, high = map(float, errors_that_round(printed, kappa, convention.interval))
            if low <= 0 and high == np.inf:
                joints.append(matcher.at(total))
            elif low <= high:
                joints.append(self._with_error(matcher, total, low, high, convention))
        n_fitting = sum(joint.n_pairs for joint in joints)
        if n_fitting > limit:
            return Found(n_kappa, _too_many(self.margin_a.size, n_fitting))
        tables = np.concatenate([self._join(joint) for joint in joints] or [self._none()])
        return Found(n_kappa, table_set(tables[fits(tables, printed, convention)]))

    def _with_error(
        self, matcher: Matcher, total: int, low: float, high: float, convention: Convention
    ) -> Joint:
        """Tables with one total disagreement whose standard error lies in a range.

        The variance is linear in the table once its total disagreement is given.
        """
        apart = disagreement(convention.weights, self.margin_a.size, convention.offset)
        a, b, n = self.margin_a / self.n, self.margin_b / self.n, self.n
        of_row, of_column = apart @ b, a @ apart
        observed, expected = total / n, float(a @ of_row)
        reach = of_row[:, None] + of_column
        if convention.formula == "null":
            # Nothing depends on the table: the second sum is the error itself.
            variance = float(a @ (apart - reach) ** 2 @ b) - expected**2
            error = np.sqrt(max(variance, 0.0) / n) / expected
            per_cell, limits = np.full(apart.shape, error / n), np.array([low, high])
        else:
            own = reach * (observed / expected) if convention.formula != "cohen-1960" else 0.0
            per_cell = (apart - own) ** 2
            limits = n * (observed**2 + n * (expected * np.array([low, high])) ** 2)
        # What is let in by this much is looked at again, table by table.
        slack = 1e-9 * (1 + limits[0])
        return matcher.between(total, per_cell, limits[0] - slack, limits[1] + slack)

    def _matcher(self, convention: Convention) -> Matcher:
        key = (convention.weights, convention.offset)
        if key not in self._matchers:
            assert self.halves is not None
            apart = disagreement(convention.weights, self.margin_a.size, convention.offset)
            self._matchers[key] = Matcher(self.halves, apart)
        return self._matchers[key]

    def _join(self, joint: Joint) -> Tables:
        assert self.halves is not None
        parts = [self.halves.join(above, below) for above, below in joint.pairs()]
        return np.concatenate(parts or [self._none()])

    def _none(self) -> Tables:
        return np.zeros((0, self.margin_a.size, self.margin_b.size), dtype=np.int32)


def find_tables(
    margin_a: ArrayLike,
    margin_b: ArrayLike,
    kappa: PrintedKappa,
    convention: Convention,
    limit: int = LISTED,
) -> TableSet:
    """Find every cross-table with given margins, a printed kappa and what was printed beside it.

    Parameters
    ----------
    margin_a, margin_b : array_like of int, shape (C,)
        On the full scale, with equal sums.
    kappa : PrintedKappa
    convention : Convention
    limit : int
        More tables than these are not listed.

    Returns
    -------
    TableSet

    Raises
    ------
    DataError
        If the sums of the margins differ, or differ from the number of cases of the convention.

    Examples
    --------
    >>> convention = Convention("quadratic", "fleiss-cohen-everitt", 107)
    >>> printed = PrintedKappa(0.60, lower=0.45, upper=0.76)
    >>> find_tables([79, 28, 0], [71, 35, 1], printed, convention).tables.tolist()
    [[[66, 13, 0], [5, 22, 1], [0, 0, 0]]]
    """
    search = TableSearch(margin_a, margin_b)
    if search.n != convention.n:
        raise DataError(f"the margins sum to {search.n}; the convention has n = {convention.n}.")
    found = search.fit(kappa, convention, limit)
    return _too_many(search.margin_a.size, search.n_tables) if found is None else found.fitting


def all_tables(margin_a: ArrayLike, margin_b: ArrayLike, limit: int = LISTED) -> TableSet:
    """List every cross-table with given margins.

    Parameters
    ----------
    margin_a, margin_b : array_like of int, shape (C,)
        On the full scale, with equal sums.
    limit : int
        More tables than these are not listed.

    Returns
    -------
    TableSet

    Raises
    ------
    DataError
        If the sums of the margins differ.

    Examples
    --------
    >>> all_tables([1, 1], [1, 1]).tables.tolist()
    [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]
    """
    return TableSearch(margin_a, margin_b).all(limit)


def fits(
    tables: NDArray[np.integer], printed: PrintedKappa, convention: Convention
) -> NDArray[np.bool_]:
    """Tell which of S tables have a printed kappa, and what was printed beside it.

    Parameters
    ----------
    tables : ndarray of int, shape (S, C, C)
    printed : PrintedKappa
    convention : Convention

    Returns
    -------
    ndarray of bool, shape (S,)

    Examples
    --------
    >>> convention = Convention("unweighted", "fleiss-cohen-everitt", 20)
    >>> fits(np.array([[[8, 2], [2, 8]]]), PrintedKappa(0.6, se=0.18), convention).tolist()
    [True]
    """
    kappa = kappas_of(tables, convention.weights, convention.offset)
    error = standard_errors_of(tables, convention.weights, convention.formula, convention.offset)
    low, high = errors_that_round(printed, kappa, convention.interval)
    found = (low <= error) & (error <= high)  # false where kappa is undefined
    apart = disagreement(convention.weights, tables.shape[-1], convention.offset)
    counts = tables.astype(np.int64)
    expected = ((counts.sum(2) @ apart) * counts.sum(1)).sum(1)
    total, cases = (counts * apart).sum((1, 2)), counts.sum((1, 2))
    for one, n in {*zip(expected.tolist(), cases.tolist(), strict=True)}:
        same = (expected == one) & (cases == n)
        values = sums_that_round(printed, n, one) if one else range(0)
        found[same] &= np.isin(total[same], np.asarray(values, dtype=np.int64))
    return found


def table_set(tables: NDArray[np.integer], log_prior: float = 0.0) -> TableSet:
    """Give tables their multinomial coefficients.

    Parameters
    ----------
    tables : ndarray of int, shape (S, C, C)
    log_prior : float
        Logarithm of the prior probability of the margins they have.

    Examples
    --------
    >>> table_set(np.array([[[1, 1], [0, 0]]])).log_weights.round(3).tolist()
    [0.693]
    """
    cases = int(tables[0].sum()) if tables.size else 0
    log_factorial = np.append(0.0, np.cumsum(np.log(np.arange(1, cases + 1))))
    weights = log_factorial[cases] - log_factorial[tables].sum((1, 2)) + log_prior
    return TableSet(tables.astype(np.int32), weights, complete=True, n_tables=tables.shape[0])


def combine(sets: Sequence[TableSet], priors: Sequence[float]) -> TableSet:
    """Put the tables of several readings together; those of more than one reading count once.

    Parameters
    ----------
    sets : sequence of TableSet
        At least one, on the same scale.
    priors : sequence of float
        Prior probability of each reading.

    Examples
    --------
    >>> one = all_tables([1, 1], [1, 1])
    >>> both = combine([one, one], [0.5, 0.5])
    >>> both.n_tables, both.log_weights.round(3).tolist()
    (2, [0.693, 0.693])
    """
    if not all(found.complete for found in sets):
        return _too_many(sets[0].tables.shape[-1], sum(found.n_tables for found in sets))
    tables = np.concatenate([found.tables for found in sets])
    weights = np.concatenate(
        [found.log_weights + np.log(prior) for found, prior in zip(sets, priors, strict=True)]
    )
    _, first, which = np.unique(
        tables.reshape(tables.shape[0], -1), axis=0, return_index=True, return_inverse=True
    )
    # The multinomial coefficients of equal tables are equal: only the priors add up.
    top = weights.max(initial=0.0)
    summed = np.bincount(which.ravel(), np.exp(weights - top), minlength=first.size)
    order = np.argsort(first)
    with np.errstate(divide="ignore"):
        total = (np.log(summed) + top)[order]
    return TableSet(tables[first[order]], total, complete=True, n_tables=first.size)


def _too_many(n_categories: int, how_many: int) -> TableSet:
    none = np.zeros((0, n_categories, n_categories), dtype=np.int32)
    return TableSet(none, np.zeros(0), complete=False, n_tables=how_many)
