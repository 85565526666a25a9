"""What independent programs find with covariates, as pinned in `regression.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from metadx.studies.accuracy import COUNTS, AccuracyTable
from metadx.studies.covariates import Categorical, MissingPolicy
from metadx.studies.review import load_dataset
from tests.reference.corpus import corpus_rows

REGRESSION_FILE = Path(__file__).parent / "regression.json"
FORMAT = "metadx/reference/regression/1"
#: Nodes per axis that stand for the same approximation as each peer's.
NODES = {"lme4": 1, "glmmTMB": 1, "quadrature": 15}
#: Cases with three covariates or more at once, different for sens and spec: one a data set.
SEVERAL = ("dwi", "iqcode", "melanoma", "appendicitis")


@dataclass(frozen=True)
class Case:
    """One table with one pair of formulas, and what each peer found.

    Parameters
    ----------
    name : str
    group : {"reviews", "corpus"}
    dataset : str
    sens, spec : str
        Formulas.
    missing : {"error", "drop", "level"}
    only : mapping of str to str
        The level that the studies of the fit have, where not all are taken.
    categorical : mapping of str to str
        Reference level of each categorical covariate.
    continuous : sequence of str
    n_studies : int
        Of the fit.
    table_sha256 : str or None
        Of the shipped ``studies.csv``.
    scaling : mapping of str to mapping
        ``mean`` and ``sd`` of each continuous covariate over the studies of the fit.
    found : mapping of str to mapping
        By peer: ``beta`` and ``se`` by name (``"sens"``, ``"sens,year"``, ...), ``tau``, ``rho``,
        ``log_likelihood``, and what the peer said.
    """

    name: str
    group: str
    dataset: str
    sens: str
    spec: str
    missing: MissingPolicy
    only: Mapping[str, str]
    categorical: Mapping[str, str]
    continuous: Sequence[str]
    n_studies: int
    table_sha256: str | None
    scaling: Mapping[str, Mapping[str, float]]
    found: Mapping[str, Mapping[str, Any]]

    @property
    def formulas(self) -> dict[str, Any]:
        """What `metadx.fit` and `metadx.maximum_likelihood` are asked for."""
        return {"sens": self.sens, "spec": self.spec, "missing": self.missing}

    def table(self) -> AccuracyTable:
        """Read the studies; those of the corpus need METADX_CORPUS."""
        shipped = self.group == "reviews"
        table = load_dataset(self.dataset).table if shipped else _corpus_table(self)
        for name, level in self.only.items():
            table = _with_level(table, name, level)
        return table


@dataclass(frozen=True)
class LikelihoodRatios:
    """The tests of one categorical covariate.

    A has it nowhere, B in both margins, C in spec, D in sens; E fits each level alone, with a tau
    and a rho of its own.

    Parameters
    ----------
    name : str
    stated : mapping of str to float
        Chi-squared by step, such as ``"A to B"``: lme4 with its default inner tolerance.
    degrees_of_freedom : mapping of str to int
    """

    name: str
    stated: Mapping[str, float]
    degrees_of_freedom: Mapping[str, int]

    @property
    def cases(self) -> dict[str, tuple[Case, ...]]:
        """The cases whose log-likelihoods add up to that of each model."""
        found: dict[str, tuple[Case, ...]] = {}
        for case in cases():
            family, _, model = case.name.partition(": ")
            if family == self.name:
                found[model[0]] = (*found.get(model[0], ()), case)
        return found

    def chi_squared(self, log_likelihoods: Mapping[str, float]) -> dict[str, float]:
        """Return the statistic of each step from the log-likelihoods by the name of the case."""
        total = {
            model: sum(log_likelihoods[case.name] for case in parts)
            for model, parts in self.cases.items()
        }
        return {step: 2 * (total[step[-1]] - total[step[0]]) for step in self.stated}


def _corpus_table(case: Case) -> AccuracyTable:
    rows = corpus_rows(case.dataset)
    covariates = {}
    for name in dict.fromkeys([*case.categorical, *case.only]):
        values = tuple(row[name].strip() or None for row in rows)
        levels = tuple(dict.fromkeys(value for value in values if value is not None))
        covariates[name] = Categorical(name, values, levels, case.categorical.get(name, levels[0]))
    counts = [[int(row[column]) for row in rows] for column in COUNTS]
    labels = [f"row {number}" for number in range(1, len(rows) + 1)]
    return AccuracyTable.from_counts(
        labels, *counts, covariates=covariates, source=f"{case.dataset}.csv"
    )


def _with_level(table: AccuracyTable, name: str, level: str) -> AccuracyTable:
    covariate = table.covariates[name]
    assert isinstance(covariate, Categorical)
    chosen = np.flatnonzero([value == level for value in covariate.values])
    return AccuracyTable.from_counts(
        [table.study[i] for i in chosen],
        *(getattr(table, column)[chosen] for column in COUNTS),
        source=table.source,
    )


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(REGRESSION_FILE.read_text(encoding="utf-8"))
    assert document["format"] == FORMAT
    return document


def software() -> dict[str, dict[str, str]]:
    """Return program, method and call of each peer."""
    found: dict[str, dict[str, str]] = _document()["peers"]
    return found


@lru_cache(maxsize=1)
def cases() -> tuple[Case, ...]:
    """Return every pinned case."""
    return tuple(Case(**case) for case in _document()["cases"])


def cases_of(group: str) -> tuple[Case, ...]:
    """Return the pinned cases of a group."""
    return tuple(case for case in cases() if case.group == group)


def find_case(name: str) -> Case:
    """Return the case of that name."""
    (found,) = (case for case in cases() if case.name == name)
    return found


@lru_cache(maxsize=1)
def likelihood_ratios() -> tuple[LikelihoodRatios, ...]:
    """Return the tests of one covariate each."""
    return tuple(LikelihoodRatios(**found) for found in _document()["likelihood_ratios"])
