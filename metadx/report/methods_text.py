"""The statistical methods of an analysis as a paragraph, made from its card and settings."""

from collections.abc import Mapping
from typing import Any

from metadx.cards.card import Card
from metadx.engines.analysis import Analysis

type Json = Mapping[str, Any]
type PriorRow = tuple[str, str, str, str]

_STRUCTURES = {
    "bivariate": "a bivariate random-effects model with a binomial likelihood in each arm: the "
    "{link} sensitivity and specificity of the studies come from a bivariate normal distribution",
    "bivariate-t": "a bivariate random-effects model with a binomial likelihood in each arm: the "
    "{link} sensitivity and specificity of the studies come from a bivariate t distribution, "
    "which gives less weight to outlying studies",
    "independent": "random-effects models with a binomial likelihood in each arm, in which the "
    "{link} sensitivity and specificity of the studies come from normal distributions without "
    "correlation",
    "fixed": "a model with a binomial likelihood in each arm in which all studies share one "
    "sensitivity and one specificity",
}
_ENGINES = {
    "marginal": "{integrated}he posterior was sampled by Pareto-smoothed importance "
    "sampling ({draws} draws, {ess} effective, Pareto k {pareto_k}; seed {seed}).",
    "nuts": "The posterior was sampled by the No-U-Turn sampler in PyMC ({draws} draws, smallest "
    "bulk effective sample size {ess}; seed {seed}).",
}


_INTEGRATED = {
    "fixed": "T",
    "bivariate-t": "The random effects were integrated out by adaptive Gauss-Hermite quadrature "
    "(up to {nodes} nodes an axis) under each normal law of the mixture that the t law is, its "
    "degrees of freedom were summed out, and t",
}
_INTEGRATED_USUALLY = (
    "The random effects were integrated out by adaptive Gauss-Hermite quadrature (up to {nodes} "
    "nodes an axis), and t"
)


def methods_paragraph(found: Json, analysis: Analysis) -> str:
    """Write the methods of an analysis as one paragraph.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    analysis : Analysis

    Returns
    -------
    str
        Plain text with the priors, the engine, its checks, the version and the seed.

    Examples
    --------
    >>> import metadx
    >>> analysis = metadx.analyse(metadx.load_dataset("telomerase"), draws=1000)
    >>> text = methods_paragraph(metadx.summary(analysis), analysis)
    >>> text.startswith("Sensitivity and specificity were pooled over 10 studies with")
    True
    """
    card = analysis.main.card.card
    sentences = (
        _data(found),
        _model(found, card),
        _priors(card, covariates=analysis.main.design.has_covariates),
        _covariates(found),
        _engine(found, card),
        _checks(found),
        _summaries(found),
        f"Analyses were made with metadx {found['metadx']} (model card {card.id}, SHA-256 "
        f"{found['model']['card_sha256'][:12]}; study table, SHA-256 "
        f"{found['data']['sha256'][:12]}).",
    )
    return " ".join(sentence for sentence in sentences if sentence)


def prior_rows(card: Card, covariates: bool) -> tuple[PriorRow, ...]:
    """List the priors of a card.

    Parameters
    ----------
    card : Card
    covariates : bool
        Whether the coefficients of covariates are in use.

    Returns
    -------
    tuple of (str, str, str, str)
        Parameter, scale, prior and meaning.
    """
    rows = []
    for name in ("mu", "tau", "rho"):
        parameter = getattr(card.parameters, name)
        priors = " and ".join(dict.fromkeys(str(prior) for prior in parameter.priors()))
        rows.append((f"{name} ({parameter.symbol})", parameter.scale, priors, parameter.meaning))
    if card.parameters.nu is not None:
        nu = card.parameters.nu
        rows.append((f"nu ({nu.symbol})", nu.scale, str(nu.prior), nu.meaning))
    if covariates and card.parameters.beta is not None:
        beta = card.parameters.beta
        for what, prior in (("level", beta.contrast), ("slope", beta.slope)):
            rows.append((f"beta ({beta.symbol}), {what}", beta.scale, str(prior), beta.meaning))
    return tuple(rows)


def references_of(card: Card) -> tuple[tuple[str, str], ...]:
    """List the works that a paper should cite: those of the card and of the method.

    Parameters
    ----------
    card : Card

    Returns
    -------
    tuple of (str, str)
        Citation and DOI; the DOI may be empty.
    """
    own = tuple((reference.citation, reference.doi) for reference in card.references)
    return (*own, *_METHOD)


_METHOD = (
    (
        "Vehtari A, Simpson D, Gelman A, Yao Y, Gabry J. Pareto smoothed importance sampling. "
        "J Mach Learn Res 2024;25(72):1-58.",
        "",
    ),
    (
        "McInnes MDF, Moher D, Thombs BD, et al. Preferred reporting items for a systematic review "
        "and meta-analysis of diagnostic test accuracy studies: the PRISMA-DTA statement. JAMA "
        "2018;319:388-396.",
        "10.1001/jama.2017.19163",
    ),
)


def _data(found: Json) -> str:
    """Say of data that are no study data what they are, and which studies were chosen."""
    said = []
    if found["synthetic"]:
        note = found["synthetic_note"] or "simulated or reconstructed data; not study data"
        said.append(f"The data are no study data ({note.rstrip('.')}).")
    if only := found["settings"]["only"]:
        count = len(found["settings"]["only_left_out"])
        left_out = "1 study was" if count == 1 else f"{count} studies were"
        said.append(f"Only studies with {' and '.join(only)} were taken; {left_out} left out.")
    return " ".join(said)


def _model(found: Json, card: Card) -> str:
    data = found["data"]
    studies = "1 study" if data["n_studies"] == 1 else f"{data['n_studies']:,} studies"
    structure = _STRUCTURES[card.builder].format(link=card.link)
    return (
        f"Sensitivity and specificity were pooled over {studies} with {structure}; no continuity "
        "correction was made."
    )


def _priors(card: Card, *, covariates: bool) -> str:
    rows = prior_rows(card, covariates)
    said = [f"{name} ~ {prior} ({scale} scale)" for name, scale, prior, _ in rows]
    return f"Priors: {'; '.join(said)}."


def _covariates(found: Json) -> str:
    settings = found["settings"]
    said = []
    if (settings["sens"], settings["spec"]) != ("~ 1", "~ 1"):
        said.append(
            f"Covariates entered the means of the two margins as sensitivity {settings['sens']} "
            f"and specificity {settings['spec']}. Results for all studies together come from a "
            "model of the same studies without covariates, those by kind of study from the model "
            "with covariates, of which the figures on sampling below are."
        )
    if settings["subgroup"]:
        said.append(f"Each level of {settings['subgroup']} was also fitted by itself.")
    if found["data"]["dropped"]:
        count = len(found["data"]["dropped"])
        studies = "1 study was" if count == 1 else f"{count} studies were"
        said.append(f"{studies} left out for want of a covariate.")
    return " ".join(said)


def _engine(found: Json, card: Card) -> str:
    engine, settings = found["engine"], found["settings"]
    k = engine["pareto_k"]
    integrated = _INTEGRATED.get(card.builder, _INTEGRATED_USUALLY)
    told = _ENGINES[engine["name"]].format(
        integrated=integrated.format(nodes=engine["nodes"]),
        draws=f"{settings['draws']:,}",
        ess=f"{engine['ess']:,.0f}",
        pareto_k="not measurable" if k is None else f"{k:.2f}",
        seed=settings["seed"],
    )
    if engine["fell_back"]:
        told += " The marginal engine was tried first and failed its check."
    return told


def _checks(found: Json) -> str:
    failed = [check["name"] for check in found["checks"] if not check["passed"]]
    if not failed:
        return "Every check that the model card asks for passed."
    return f"These checks of the model card failed: {', '.join(dict.fromkeys(failed))}."


def _summaries(found: Json) -> str:
    level = f"{100 * found['settings']['prob']:.10g} %"
    return (
        f"Results are posterior medians with {level} equal-tailed credible intervals, for the "
        "median study, for the mean over studies and for a new study (prediction); likelihood "
        "ratios and predictive values were computed within each posterior draw."
    )
