"""From two formulas and a table to the design of a fit."""

from collections.abc import Mapping, Sequence

from metadx.designs.chosen import check_values
from metadx.designs.columns import NumberColumn
from metadx.designs.design import Design, Kind, Scaling, Value
from metadx.designs.kinds import all_kinds
from metadx.designs.margins import Terms, margin_design
from metadx.designs.model import about, make_model
from metadx.designs.parse import tidy_formula
from metadx.designs.remarks import design_remarks
from metadx.designs.soundness import refuse_unsound
from metadx.errors import DataError
from metadx.studies.accuracy import AccuracyTable


def build_design(table: AccuracyTable, *, sens: str = "~ 1", spec: str = "~ 1") -> Design:
    """Make the design of a meta-regression.

    Parameters
    ----------
    table : AccuracyTable
        The studies of the fit; `handle_missing` says what may be done about missing values.
    sens, spec : str
        Formula of the mean of logit sens and of logit spec, such as ``"~ setting + year"``.
        `+ - : * ^ ()` mean what they mean in R; ``C(x)`` takes a number as categorical; log, log2,
        log10, sqrt and ``I(x**2)`` may stand around a continuous covariate.

    Returns
    -------
    Design

    Raises
    ------
    DataError
        If a formula cannot be read or names no covariate of the table, a value is missing, or the
        studies cannot tell the coefficients apart.

    Examples
    --------
    >>> from metadx.studies.covariates import Categorical
    >>> setting = Categorical("setting", ("a", "a", "b", "b"), ("a", "b"), "a")
    >>> table = AccuracyTable.from_counts(
    ...     ["S1", "S2", "S3", "S4"], [8, 9, 7, 5], [1, 2, 3, 1], [2, 1, 3, 5], [9, 8, 7, 9],
    ...     covariates={"setting": setting},
    ... )
    >>> design = build_design(table, spec="~ setting")
    >>> design.spec.matrix[:, 1], design.spec.effects
    (array([-0.5, -0.5,  0.5,  0.5]), ('setting=b',))
    >>> [(kind.label, kind.spec.tolist()) for kind in design.kinds]
    [('a', [1.0, -0.5]), ('b', [1.0, 0.5])]
    """
    formulas = tidy_formula(sens), tidy_formula(spec)
    if all(formula.replace(" ", "") == "~1" for formula in formulas):
        return Design.without_covariates(table.n_studies)
    model = make_model(table, *formulas)
    margins = (
        ("sensitivity", formulas[0], model.sens, table.n_diseased, "diseased"),
        ("specificity", formulas[1], model.spec, table.n_nondiseased, "non-diseased"),
    )
    for margin, formula, terms, sizes, group in margins:
        refuse_unsound(
            terms, model.values, sizes, f"{group} {table.counted}", about(table, margin, formula)
        )
    if not model.covariates:
        return Design.without_covariates(table.n_studies)
    return Design(
        sens=margin_design(formulas[0], model.sens, model.values, table.n_studies),
        spec=margin_design(formulas[1], model.spec, model.values, table.n_studies),
        covariates=model.covariates,
        scaling=_scaling(model.sens, model.spec),
        kinds=all_kinds(model),
        remarks=design_remarks(model),
    )


def design_row(table: AccuracyTable, design: Design, at: Mapping[str, Value]) -> Kind:
    """Return the kind of study with chosen values of some covariates.

    Parameters
    ----------
    table : AccuracyTable
        The studies of the fit.
    design : Design
        Made of them by `build_design`.
    at : mapping of str to str or float
        Values by covariate; the other covariates stay as each study has them, and the rows are
        averaged over the studies.

    Returns
    -------
    Kind
        With remarks where values lie beyond those of the studies, or no study has the combination
        of levels.

    Raises
    ------
    DataError
        If a name is no covariate of the formulas, or a value is no level or no number.
    """
    model = make_model(table, design.sens.formula, design.spec.formula)
    values, remarks = check_values(model, at)
    return model.kind(values, remarks=remarks)


def covariate_line(
    table: AccuracyTable,
    design: Design,
    name: str,
    values: Sequence[float],
    at: Mapping[str, Value] | None = None,
) -> tuple[Kind, ...]:
    """Return a kind of study for each of many values of a continuous covariate.

    Parameters
    ----------
    table : AccuracyTable
        The studies of the fit.
    design : Design
        Made of them by `build_design`.
    name : str
        A continuous covariate of the formulas.
    values : sequence of float
    at : mapping of str to str or float, or None
        Values of other covariates.

    Returns
    -------
    tuple of Kind
        In the order of the values.

    Raises
    ------
    DataError
        As `design_row`, or if the covariate is categorical.
    """
    model = make_model(table, design.sens.formula, design.spec.formula)
    if name in model.covariates and model.levels(name) is not None:
        raise DataError(f"{table.source}: {name} enters as levels; there is no line over it.")
    kinds = []
    for value in values:
        set_to, remarks = check_values(model, {**(at or {}), name: float(value)})
        kinds.append(model.kind(set_to, covariate=name, remarks=remarks))
    return tuple(kinds)


def _scaling(*margins: Terms) -> Mapping[str, Scaling]:
    return {
        factor.text: columns.scaling
        for terms in margins
        for factor, columns in terms.columns.items()
        if isinstance(columns, NumberColumn)
    }
