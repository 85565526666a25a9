"""What was done beside the pooling, as sentences for the methods, and the works it rests on."""

from collections.abc import Mapping
from typing import Any

type Json = Mapping[str, Any]

#: For each part of the criticism the sentence of the methods, and who is to be cited.
_PARTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "predictive": (
        "The fit was held against replicated tables (posterior predictive checks).",
        (
            "Gelman A, Meng X-L, Stern H. Posterior predictive assessment of model fitness via "
            "realized discrepancies. Stat Sin 1996;6:733-807.",
        ),
    ),
    "influence": (
        "Influence was judged by leaving out one study at a time.",
        (
            "Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using leave-one-out "
            "cross-validation and WAIC. Stat Comput 2017;27:1413-1432.",
        ),
    ),
    "outliers": (
        "Outlying studies were sought by the leave-one-out predictive probability of the counts "
        "of both arms together, at a level of 0.05 with Holm's allowance for the number of "
        "studies.",
        (
            "Marshall EC, Spiegelhalter DJ. Identifying outliers in Bayesian hierarchical models: "
            "a simulation-based approach. Bayesian Anal 2007;2:409-444.",
            "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat "
            "1979;6:65-70.",
        ),
    ),
    "cumulative": ("In a cumulative meta-analysis studies were added one by one, by {by}.", ()),
    "priors": (
        "Sensitivity to the priors was judged by {priors} and by power-scaling prior and "
        "likelihood.",
        (
            "Kallioinen N, Paananen T, Bürkner P-C, Vehtari A. Detecting and diagnosing prior and "
            "likelihood sensitivity with power-scaling. Stat Comput 2024;34:57.",
        ),
    ),
    "alternatives": (
        "The model was set beside {models}, compared by leave-one-out cross-validation and "
        "stacking where that was possible.",
        (
            "Vehtari A, Gelman A, Gabry J. Practical Bayesian model evaluation using leave-one-out "
            "cross-validation and WAIC. Stat Comput 2017;27:1413-1432.",
            "Yao Y, Vehtari A, Simpson D, Gelman A. Using stacking to average Bayesian predictive "
            "distributions. Bayesian Anal 2018;13:917-1007.",
        ),
    ),
    "deeks": (
        "Small-study effects were tested by the regression of the log diagnostic odds ratio on "
        "the inverse square root of the effective sample size.",
        (
            "Deeks JJ, Macaskill P, Irwig L. The performance of tests of publication bias and "
            "other sample size effects in systematic reviews of diagnostic test accuracy was "
            "assessed. J Clin Epidemiol 2005;58:882-893.",
        ),
    ),
    "small_studies": (
        "The size of the studies was also a covariate of the bivariate model, as 1/√ESS.",
        (),
    ),
    "weights": (
        "Weights of the studies are shares of the information on the two means.",
        (
            "Burke DL, Ensor J, Snell KIE, van der Windt D, Riley RD. Guidance for deriving and "
            "presenting percentage study weights in meta-analysis of test accuracy studies. Res "
            "Synth Methods 2018;9:163-178.",
        ),
    ),
}
_HETEROGENEITY = (
    "Plana MN, Pérez T, Zamora J. New measures improved the reporting of heterogeneity in "
    "diagnostic test accuracy reviews: a metaepidemiological study. J Clin Epidemiol "
    "2021;131:101-112.",
    "Zhou Y, Dendukuri N. Statistics for quantifying heterogeneity in univariate and bivariate "
    "meta-analyses of binary data: the case of meta-analyses of diagnostic accuracy. Stat Med "
    "2014;33:2701-2717.",
    "Jackson D, White IR, Riley RD. Quantifying the impact of between-study heterogeneity in "
    "multivariate meta-analyses. Stat Med 2012;31:3805-3820.",
    "Higgins JPT, Thompson SG, Deeks JJ, Altman DG. Measuring inconsistency in meta-analyses. BMJ "
    "2003;327:557-560.",
)
_BENEFIT = (
    "Vickers AJ, Elkin EB. Decision curve analysis: a novel method for evaluating prediction "
    "models. Med Decis Making 2006;26:565-574.",
)
_QUADAS_2 = (
    "Whiting PF, Rutjes AWS, Westwood ME, et al. QUADAS-2: a revised tool for the quality "
    "assessment of diagnostic accuracy studies. Ann Intern Med 2011;155:529-536."
)


def criticism_methods(found: Json, criticism: Json, quadas: str | None) -> str:
    """Tell what was done beside the pooling, a sentence for each part that was done.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    criticism : mapping
        Content of ``criticism.json``.
    quadas : str or None
        Version of QUADAS by which the studies were judged; None where they were not.

    Returns
    -------
    str
        Nothing of a part that was refused or not asked for.

    Examples
    --------
    >>> done = {"deeks": {"words": "No sign."}}
    >>> criticism_methods({"decision": None}, done, None).partition(" by ")[0]
    'Small-study effects were tested'
    """
    said = [
        sentence.format(**_counts(criticism))
        for name, (sentence, _) in _PARTS.items()
        if _done(criticism, name)
    ]
    if _decided(found):
        at = found["decision"]["targets"]
        said.append(
            "Whether the test is good enough was judged by the posterior probability that the "
            f"negative likelihood ratio is below {at['lr_neg']:g} (to rule out) or the positive "
            f"one above {at['lr_pos']:g} (to rule in), or that the targets of the review are "
            "reached, in the median study and in a new one; net benefit was computed by threshold."
        )
    if quadas:
        said.append(f"Risk of bias was judged by the review with QUADAS-{quadas}.")
    return " ".join(said)


def criticism_references(found: Json, criticism: Json, quadas: str | None) -> tuple[str, ...]:
    """List the works that the page cites beside those of the model, each once.

    Parameters
    ----------
    found, criticism, quadas
        As of `criticism_methods`.

    Returns
    -------
    tuple of str
    """
    works = [*_HETEROGENEITY]
    for name, (_, cited) in _PARTS.items():
        if _done(criticism, name):
            works += cited
    if _decided(found):
        works += _BENEFIT
    if quadas == "2":
        works.append(_QUADAS_2)
    return tuple(dict.fromkeys(works))


def _done(criticism: Json, name: str) -> bool:
    return name in criticism and "refused" not in criticism[name]


def _decided(found: Json) -> bool:
    return bool((found.get("decision") or {}).get("net_benefit"))


def _counts(criticism: Json) -> dict[str, str]:
    """Count what was done; a part that was not done is not asked."""
    priors, models = criticism.get("priors", {}), criticism.get("alternatives", {})
    others = max(len(models.get("models", ())) - 1, 0)
    sets = max(len(priors.get("runs", ())) - 1, 0)
    return {
        "by": str(criticism.get("cumulative", {}).get("by", "")),
        "models": "1 other model" if others == 1 else f"{others} other models",
        "priors": "1 other set of priors" if sets == 1 else f"{sets} other sets of priors",
    }
