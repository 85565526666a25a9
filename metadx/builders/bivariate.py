"""The bivariate model in PyMC: binomial counts, two correlated normal effects per study."""

from typing import TYPE_CHECKING, Any, Literal

from metadx.cards.card import Card
from metadx.studies.accuracy import AccuracyTable

if TYPE_CHECKING:
    import pymc as pm

type Parametrisation = Literal["centred", "non-centred"]

MARGINS = ("sens", "spec")


def build_bivariate(
    table: AccuracyTable, card: Card, parametrisation: Parametrisation = "centred"
) -> "pm.Model":
    """State the bivariate binomial-normal model.

    tp_i ~ Binomial(tp_i + fn_i, expit(a_i)), tn_i ~ Binomial(fp_i + tn_i, expit(b_i)),
    (a_i, b_i) ~ Normal(mu, Sigma) with Sigma from tau and rho. Sensitivity and specificity are
    measured on different people, so there is no covariance within a study.

    Parameters
    ----------
    table : AccuracyTable
        N studies; an empty arm has size 0 and adds nothing to the likelihood.
    card : Card
        Gives the priors of mu, tau and rho.
    parametrisation : {"centred", "non-centred"}
        The same model either way; which one samples well depends on the data.

    Returns
    -------
    pymc.Model
        Dims ``study`` and ``margin``; variables mu, tau (margin), rho, study_logit (study,
        margin), observed tp and tn (study).

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

    with pm.Model(coords={"study": list(table.study), "margin": list(MARGINS)}) as model:
        n_diseased = pm.Data("n_diseased", table.n_diseased, dims="study")
        n_nondiseased = pm.Data("n_nondiseased", table.n_nondiseased, dims="study")
        mu = _by_margin("mu", card)
        tau = _by_margin("tau", card)
        rho = card.parameters.rho.priors()[0].pymc("rho")
        study_logit = _study_logits(mu, tau, rho, parametrisation)
        pm.Binomial("tp", n=n_diseased, logit_p=study_logit[:, 0], observed=table.tp, dims="study")
        pm.Binomial(
            "tn", n=n_nondiseased, logit_p=study_logit[:, 1], observed=table.tn, dims="study"
        )
    return model


def _by_margin(name: str, card: Card) -> Any:  # noqa: ANN401 - PyMC ships no types
    import pymc as pm

    priors = getattr(card.parameters, name).priors()
    parts = [prior.pymc(f"{name}_{margin}") for margin, prior in zip(MARGINS, priors, strict=True)]
    return pm.Deterministic(name, pm.math.stack(parts), dims="margin")


def _study_logits(mu: Any, tau: Any, rho: Any, parametrisation: Parametrisation) -> Any:  # noqa: ANN401
    """Write the 2 × 2 covariance out: the specificity effect given the sensitivity effect."""
    import pymc as pm

    left = pm.math.sqrt(1 - rho**2)
    if parametrisation == "centred":
        sens = pm.Normal("logit_sens", mu[0], tau[0], dims="study")
        shift = rho * tau[1] * (sens - mu[0]) / tau[0]
        spec = pm.Normal("logit_spec", mu[1] + shift, tau[1] * left, dims="study")
    else:
        z = pm.Normal("z", 0.0, 1.0, dims=("study", "margin"))
        sens = mu[0] + tau[0] * z[:, 0]
        spec = mu[1] + tau[1] * (rho * z[:, 0] + left * z[:, 1])
    return pm.Deterministic(
        "study_logit", pm.math.stack([sens, spec], axis=1), dims=("study", "margin")
    )
