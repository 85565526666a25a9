"""The section with the study table: counts, observed and modelled accuracy, characteristics."""

from collections.abc import Iterator
from math import isnan

from metadx.report.html.blocks import Section
from metadx.report.html.source import Source
from metadx.report.html.table import Column, Table
from metadx.report.numbers import percent, two_decimals
from metadx.studies.covariates import Continuous

_COUNTS = ("tp", "fp", "fn", "tn")


def studies_section(source: Source) -> Section:
    """List every study of the fit.

    Parameters
    ----------
    source : Source

    Returns
    -------
    Section
    """
    rows = source.found["studies"]
    columns = (
        Column("study", "Study"),
        *(Column(cell, cell.upper(), "number", "{:,}".format) for cell in _COUNTS),
        Column("observed_sens", "Observed", "number", _observed, "–", above="Sensitivity, %"),
        Column("sens", "Modelled", "interval", percent, "–", above="Sensitivity, %"),
        Column("observed_spec", "Observed", "number", _observed, "–", above="Specificity, %"),
        Column("spec", "Modelled", "interval", percent, "–", above="Specificity, %"),
        Column("elpd", "elpd", "number", two_decimals, "–", above="Left out"),
        Column("pareto_k", "k", "number", two_decimals, "–", above="Left out"),
    )
    table = Table(
        "studies",
        "The studies: counts, observed proportions and the study's own accuracy under the model",
        columns,
        tuple(
            (
                row["study"],
                *(row[cell] for cell in _COUNTS),
                _share(row["tp"], row["fn"]),
                row["sens"],
                _share(row["tn"], row["fp"]),
                row["spec"],
                row["elpd"],
                row["pareto_k"],
            )
            for row in rows
        ),
        (
            f"Modelled: posterior median with {source.level} credible interval, drawn towards the "
            "other studies. –: nobody in that arm, or not computed. elpd: log predictive "
            "density of the study's counts given the other studies; k: tail shape of the weights "
            "behind it, above 0.7 only a refit can be trusted.",
        ),
    )
    return Section("studies", "Study table", (table, *_characteristics(source)))


def _characteristics(source: Source) -> Iterator[Table]:
    """List the other columns of the table, as they stand in it."""
    fitted = source.analysis.main.table
    if not fitted.covariates:
        return
    columns = (
        Column("study", "Study"),
        *(
            Column(name, f"{name}{_unit(covariate)}", "number", "{:g}".format, "–")
            if isinstance(covariate, Continuous)
            else Column(name, name, empty="–")
            for name, covariate in fitted.covariates.items()
        ),
    )
    rows = tuple(
        (study, *(_known(covariate.values[place]) for covariate in fitted.covariates.values()))
        for place, study in enumerate(fitted.study)
    )
    yield Table("characteristics", "Characteristics of the studies", columns, rows)


def _unit(covariate: Continuous) -> str:
    return f" ({covariate.unit})" if covariate.unit and covariate.unit != covariate.name else ""


def _known(value: str | float | None) -> str | float | None:
    if value is None or isinstance(value, str):
        return value
    return None if isnan(value) else float(value)


def _observed(x: float) -> str:
    return f"{100 * x:.1f}"


def _share(hits: int, misses: int) -> float | None:
    return hits / (hits + misses) if hits + misses else None
