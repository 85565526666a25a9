"""The models of a card in PyMC: binomial counts, two effects per study."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metadx.builders.links import logit_of
from metadx.builders.study_effects import Parametrisation, no_effects, normal_effects, t_effects
from metadx.cards.card import Card
from metadx.cards.coefficients import coefficient_priors
from metadx.designs.design import Design, MarginDesign
from metadx.studies.accuracy import AccuracyTable

if TYPE_CHECKING:
    import pymc as pm

type IntArray = NDArray[np.int64]

MARGINS = ("sens", "spec")


def build_bivariate(
    table: AccuracyTable,
    card: Card,
    parametrisation: Parametrisation = "centred",
    design: Design | None = None,
) -> "pm.Model":
    """State the model of a card.

    tp_i ~ Binomial(tp_i + fn_i, F(a_i)), tn_i ~ Binomial(fp_i + tn_i, F(b_i)), F the inverse of the
    link, (a_i, b_i) ~ Normal((x_i' beta_sens, z_i' beta_spec), Sigma) with Sigma from tau and rho,
    or a t law with the scale matrix Sigma; without covariates the mean is mu for all. Sensitivity
    and specificity are measured on different people, so there is no covariance within a study. The
    likelihood of a study with several possible tables is the sum over these.

    Parameters
    ----------
    table : AccuracyTable
        N studies; an empty arm has size 0 and adds nothing to the likelihood.
    card : Card
        Gives the structure, and the priors of the coefficients, tau, rho and nu.
    parametrisation : {"centred", "non-centred"}
        The same model either way; which one samples well depends on the data.
    design : Design or None
        What the means depend on; None for one mean a margin.

    Returns
    -------
    pymc.Model
        Dims ``study``, ``margin`` and ``coefficient``; variables coefficients (coefficient: those
        of sens first, each an intercept ``mu_sens`` or ``beta_sens_1``, ...), tau (margin) and rho
        where they are not given, study_logit (study, margin), observed tp and tn (study). With
        studies of several possible tables the observed ones are of the others (certain_study), and
        a potential stands for each study of several (``tables_`` and its place).

    References
    ----------
    Reitsma JB et al. J Clin Epidemiol 2005;58:982-990. Chu H, Cole SR. J Clin Epidemiol
    2006;59:1331-1332.

    Examples
    --------
    >>> import metadx
    >>> table = metadx.load_dataset("telomerase").table
    >>> model = build_bivariate(table, metadx.load_card("bivariate-binomial").card)
    >>> sorted(variable.name for variable in model.observed_RVs)
    ['tn', 'tp']
    """
    import pymc as pm

    design = design or Design.without_covariates(table.n_studies)
    names = coefficient_names(design)
    coords = {"study": list(table.study), "margin": list(MARGINS), "coefficient": list(names)}
    with pm.Model(coords=coords) as model:
        priors = coefficient_priors(card, design)
        parts = [prior.pymc(name) for name, prior in zip(names, priors, strict=True)]
        pm.Deterministic("coefficients", pm.math.stack(parts), dims="coefficient")
        split = design.sens.size
        mean = (_mean(design.sens, parts[:split]), _mean(design.spec, parts[split:]))
        values = _study_values(card, mean, table.n_studies, parametrisation)
        study_logit = pm.Deterministic(
            "study_logit",
            pm.math.stack([logit_of(value, card.link) for value in values], axis=1),
            dims=("study", "margin"),
        )
        _observe(table, study_logit)
        for place, tables in table.alternatives.items():
            pm.Potential(f"tables_{place}", _log_sum(tables, study_logit[place]))
    return model


def _observe(table: AccuracyTable, study_logit: Any) -> None:  # noqa: ANN401 - PyMC ships no types
    """State the counts of the studies that have one table."""
    import pymc as pm

    places = [place for place in range(table.n_studies) if place not in table.alternatives]
    dims = "study"
    if table.alternatives:
        dims = "certain_study"
        pm.modelcontext(None).add_coord(dims, [table.study[place] for place in places])
        study_logit = study_logit[places]
    if not places:
        return
    arms = (
        ("tp", table.tp, "n_diseased", table.n_diseased),
        ("tn", table.tn, "n_nondiseased", table.n_nondiseased),
    )
    for margin, (name, right, size_name, size) in enumerate(arms):
        n = pm.Data(size_name, size[places], dims=dims)
        logit = study_logit[:, margin]
        pm.Binomial(name, n=n, logit_p=logit, observed=right[places], dims=dims)


def _log_sum(tables: IntArray, logits: Any) -> Any:  # noqa: ANN401 - PyMC ships no types
    """Return the log-likelihood of a study over its tables (M, 4), each pair of sizes as likely."""
    import pymc as pm

    tp, fp, fn, tn = tables.T
    sizes = np.unique(np.stack([tp + fn, fp + tn]), axis=1).shape[1]
    terms = pm.logp(pm.Binomial.dist(n=tp + fn, logit_p=logits[0]), tp)
    terms += pm.logp(pm.Binomial.dist(n=fp + tn, logit_p=logits[1]), tn)
    return pm.math.logsumexp(terms) - np.log(sizes)


def coefficient_names(design: Design) -> tuple[str, ...]:
    """Name the coefficients of a design as the variables of the model.

    Parameters
    ----------
    design : Design

    Returns
    -------
    tuple of str, length P + Q

    Examples
    --------
    >>> coefficient_names(Design.without_covariates(3))
    ('mu_sens', 'mu_spec')
    """
    return tuple(
        f"beta_{name}_{i}" if i else f"mu_{name}"
        for name, margin in zip(MARGINS, (design.sens, design.spec), strict=True)
        for i in range(margin.size)
    )


def _mean(margin: MarginDesign, coefficients: list[Any]) -> Any:  # noqa: ANN401 - PyMC ships no types
    """Return the mean logits of all studies, or the one mean they share."""
    import pymc as pm

    if margin.size == 1:
        return coefficients[0]
    return pm.math.dot(margin.matrix, pm.math.stack(coefficients))


def _by_margin(name: str, card: Card) -> Any:  # noqa: ANN401 - PyMC ships no types
    import pymc as pm

    priors = getattr(card.parameters, name).priors()
    parts = [prior.pymc(f"{name}_{margin}") for margin, prior in zip(MARGINS, priors, strict=True)]
    return pm.Deterministic(name, pm.math.stack(parts), dims="margin")


def _study_values(
    card: Card, mean: tuple[Any, Any], studies: int, parametrisation: Parametrisation
) -> tuple[Any, Any]:
    """State the law of the values of the studies on the scale of the link."""
    parameters = card.parameters
    if parameters.tau.fixed:
        return no_effects(mean, studies)
    tau = _by_margin("tau", card)
    rho = 0.0 if parameters.rho.fixed else parameters.rho.priors()[0].pymc("rho")
    if parameters.nu is not None:
        return t_effects(mean, tau, rho, parameters.nu.prior, parametrisation)
    return normal_effects(mean, tau, rho, parametrisation)
