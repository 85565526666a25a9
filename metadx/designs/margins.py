"""The design of one margin: matrices of its terms, and how its coefficients are reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, product

import numpy as np
from numpy.typing import NDArray

from metadx.designs.coding import symmetric_to_treatment
from metadx.designs.columns import Columns, LevelColumns, Values, make_columns
from metadx.designs.design import ColumnKind, MarginDesign
from metadx.designs.factors import Factor
from metadx.designs.parse import Term
from metadx.studies.accuracy import AccuracyTable

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of one margin with the columns of their factors.

    Parameters
    ----------
    terms : tuple of Term
        Beside the intercept.
    columns : mapping of Factor to LevelColumns or NumberColumn
    """

    terms: tuple[Term, ...]
    columns: Mapping[Factor, Columns]

    @property
    def covariates(self) -> set[str]:
        """Names of the covariates."""
        return {factor.name for factor in self.columns}

    def matrix(self, values: Values, studies: int, *, symmetric: bool = True) -> FloatArray:
        """Return the rows of the design for given values of the covariates.

        Parameters
        ----------
        values : mapping of str to ndarray, shape (N,)
            Of every covariate in the terms.
        studies : int
            Number of rows N.
        symmetric : bool
            False codes categorical factors by indicators of the levels beside the reference.

        Returns
        -------
        ndarray, shape (N, P)
        """
        coded = {f: c.code(values, symmetric=symmetric) for f, c in self.columns.items()}
        blocks = [np.ones((studies, 1))]
        for term in self.terms:
            block = np.ones((studies, 1))
            for factor in term:
                block = (block[:, :, None] * coded[factor][:, None, :]).reshape(studies, -1)
            blocks.append(block)
        return np.hstack(blocks)

    def effects(self) -> tuple[str, ...]:
        """Return the names of the columns in the coding against a reference, intercept left out."""
        return tuple(
            ":".join(parts) for term in self.terms for parts in product(*map(self._names, term))
        )

    def _names(self, factor: Factor) -> list[str]:
        columns = self.columns[factor]
        if not isinstance(columns, LevelColumns):
            return [factor.text]
        others = (level for level in columns.levels if level != columns.levels[columns.reference])
        return [f"{factor.text}={level}" for level in others]

    def kinds(self) -> tuple[ColumnKind, ...]:
        """Return what each coefficient is."""
        kinds: list[ColumnKind] = ["intercept"]
        for term in self.terms:
            columns = [self.columns[factor] for factor in term]
            size = int(np.prod([c.size for c in columns]))
            only_levels = all(isinstance(c, LevelColumns) for c in columns)
            kinds += ["contrast" if only_levels else "slope"] * size
        return tuple(kinds)

    def to_effects(self) -> FloatArray:
        """Return the matrix from coefficients to those of the coding against a reference: (P, P).

        A symmetric block is shift + treatment @ mixture, so the product over the factors of a term
        falls apart into one part for each choice of shift or mixture for its categorical factors.
        The part where some are shifts belongs to the term of the remaining factors.
        """
        slices = self._slices()
        matrix = np.zeros((len(self.kinds()),) * 2)
        matrix[0, 0] = 1.0
        for term in self.terms:
            parts = [self._parts(factor) for factor in term]
            for choice in product(*parts):
                kept = tuple(factor for factor, (keep, _) in zip(term, choice, strict=True) if keep)
                block: FloatArray = np.ones((1, 1))
                for _, part in choice:
                    block = np.kron(block, part).astype(np.float64)
                matrix[slices[kept], slices[term]] += block
        return matrix

    def _parts(self, factor: Factor) -> list[tuple[bool, FloatArray]]:
        """Return the parts of a factor's columns, each with whether the factor stays in it."""
        columns = self.columns[factor]
        if not isinstance(columns, LevelColumns):
            return [(True, np.ones((1, 1)))]
        shift, mixture = symmetric_to_treatment(len(columns.levels), columns.reference)
        return [(False, shift), (True, mixture)]

    def _slices(self) -> dict[Term, slice]:
        slices: dict[Term, slice] = {(): slice(0, 1)}
        start = 1
        for term in self.terms:
            size = int(np.prod([self.columns[factor].size for factor in term]))
            slices[term] = slice(start, start + size)
            start += size
        return slices


def make_terms(terms: tuple[Term, ...], table: AccuracyTable, about: str) -> Terms:
    """Code the factors of the terms by the studies of the fit.

    Parameters
    ----------
    terms : tuple of Term
    table : AccuracyTable
        The studies of the fit, without missing values in the covariates of the terms.
    about : str
        The formula, used in messages.

    Returns
    -------
    Terms

    Raises
    ------
    DataError
        As `make_columns`.
    """
    factors = dict.fromkeys(chain.from_iterable(terms))
    return Terms(terms, {factor: make_columns(factor, table, about) for factor in factors})


def margin_design(formula: str, terms: Terms, values: Values, studies: int) -> MarginDesign:
    """Put the design of one margin together.

    Parameters
    ----------
    formula : str
    terms : Terms
    values : mapping of str to ndarray, shape (N,)
        Covariates of the studies.
    studies : int
        Number of studies N.

    Returns
    -------
    MarginDesign
    """
    return MarginDesign(
        formula=formula,
        matrix=terms.matrix(values, studies),
        kinds=terms.kinds(),
        effects=terms.effects(),
        to_effects=terms.to_effects(),
    )
