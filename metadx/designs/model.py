"""Both formulas of a meta-regression with the covariates of its studies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from metadx.designs.columns import LevelColumns, Values, level_texts, study_values
from metadx.designs.design import Kind, Value
from metadx.designs.margins import Terms, make_terms
from metadx.designs.missing import handle_missing
from metadx.designs.parse import parse_formula
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.problems import quoted

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Model:
    """Both margins with the covariates of the studies: all that rows of the designs need.

    Parameters
    ----------
    table : AccuracyTable
        The studies of the fit.
    sens, spec : Terms
    covariates : tuple of str
        Names of the covariates in either formula, in the order of the table.
    values : mapping of str to ndarray, shape (N,)
        Covariates of the studies.
    """

    table: AccuracyTable
    sens: Terms
    spec: Terms
    covariates: tuple[str, ...]
    values: Values

    def levels(self, name: str) -> tuple[str, ...] | None:
        """Return the levels of a covariate; None where it is continuous in both formulas."""
        for columns in chain(self.sens.columns.values(), self.spec.columns.values()):
            if isinstance(columns, LevelColumns) and columns.name == name:
                return columns.levels
        return None

    def row(self, at: Mapping[str, Value]) -> tuple[FloatArray, FloatArray]:
        """Return the mean rows of both designs with some covariates set in every study.

        Parameters
        ----------
        at : mapping of str to str or float
            Values by covariate.

        Returns
        -------
        sens, spec : ndarray, shape (P,), (Q,)
        """
        studies = self.table.n_studies
        set_to = {name: np.full(studies, value) for name, value in at.items()}
        values: Values = {**self.values, **set_to}
        return (
            self.sens.matrix(values, studies).mean(axis=0),
            self.spec.matrix(values, studies).mean(axis=0),
        )

    def kind(
        self, at: Mapping[str, Value], *, covariate: str = "", remarks: Sequence[str] = ()
    ) -> Kind:
        """Return the kind of study with some covariates set.

        Parameters
        ----------
        at : mapping of str to str or float
            Values by covariate.
        covariate : str
            The covariate that sets the kind apart; "" for a kind the user asked for.
        remarks : sequence of str

        Returns
        -------
        Kind
        """
        sens, spec = self.row(at)
        texts = {name: level_texts(np.array([value]))[0] for name, value in at.items()}
        label = ", ".join(f"{name} = {text}" for name, text in texts.items())
        if len(self.covariates) == 1 and self.levels(self.covariates[0]) is not None:
            label = texts[self.covariates[0]]
        alike = np.ones(self.table.n_studies, dtype=bool)
        for name, wanted in texts.items():
            if self.levels(name) is None:
                alike[:] = False
            else:
                alike &= np.array([text == wanted for text in level_texts(self.values[name])])
        rows = np.flatnonzero(alike)
        return Kind(label, covariate, dict(at), sens, spec, rows, tuple(remarks))


def make_model(table: AccuracyTable, sens: str, spec: str) -> Model:
    """Read both formulas and code their covariates by the studies of the fit.

    Parameters
    ----------
    table : AccuracyTable
    sens, spec : str
        Formulas.

    Returns
    -------
    Model

    Raises
    ------
    DataError
        As `build_design`, but for designs that the studies cannot tell apart.
    """
    parsed = [parse_formula(formula, table.covariates) for formula in (sens, spec)]
    used = {factor.name for terms in parsed for term in terms for factor in term}
    names = tuple(name for name in table.covariates if name in used)
    handle_missing(table, names, "error")
    return Model(
        table=table,
        sens=make_terms(parsed[0], table, about(table, "sensitivity", sens)),
        spec=make_terms(parsed[1], table, about(table, "specificity", spec)),
        covariates=names,
        values=study_values(table, names),
    )


def about(table: AccuracyTable, margin: str, formula: str) -> str:
    """Return what messages call the formula of a margin: "sensitivity" or "specificity"."""
    return f"{table.source}, formula of {margin} {quoted(formula)}"
