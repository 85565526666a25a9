"""What a reader must know before preferring one formula to another."""

from collections.abc import Sequence

from metadx.criticism.comparison import CLEAR_ERRORS, SMALL_DIFFERENCE, Compared
from metadx.designs.design import NO_COVARIATES
from metadx.studies.problems import listed

_STUDIES_FOR_ERRORS = 100


def comparison_notes(models: Sequence[Compared], dropped: Sequence[str]) -> tuple[str, ...]:
    """List what the ranking does and does not show.

    Parameters
    ----------
    models : sequence of Compared
        The best first.
    dropped : sequence of str
        Studies left out.

    Returns
    -------
    tuple of str
    """
    if not models[1:]:
        return tuple(_left_out(dropped))
    return (
        *_verdict(models),
        *_few_studies(models),
        *_prior_decides(models),
        *_without_evidence(models),
        *_other_likelihood(models),
        *_doubtful(models),
        *_remarks(models),
        *_left_out(dropped),
    )


def _other_likelihood(models: Sequence[Compared]) -> list[str]:
    card = models[0].fit.card.card
    if card.builder == "bivariate":
        return []
    return [
        "The likelihood ratio is that of the bivariate model with normal study effects, which the "
        f"card {card.id} is not."
    ]


def _verdict(models: Sequence[Compared]) -> list[str]:
    best, rivals = models[0], [one.formula for one in models[1:] if not one.clearly_worse]
    if not rivals:
        return [f"{best.formula} predicts a study it has not seen clearly best."]
    who = listed(rivals, 6)
    if len(rivals) > 1 and len(rivals) == len(models) - 1:
        who = "none of the others"
    can = "can" if who == "none of the others" else "cannot"
    texts = [
        f"{best.formula} comes first, but {who} {can} be told apart from it (difference less than "
        f"{SMALL_DIFFERENCE:g}, or less than {CLEAR_ERRORS:g} standard errors)."
    ]
    if best.formula == NO_COVARIATES:
        texts.append("No formula predicts a study it has not seen better than no covariates.")
    elif NO_COVARIATES in rivals:
        texts.append(
            "So no formula predicts clearly better than no covariates. That is about prediction: "
            "where studies differ much anyway, a covariate with a plain effect may improve it "
            "little (see its contrasts under `metadx run`)."
        )
    return texts


def _few_studies(models: Sequence[Compared]) -> list[str]:
    studies = models[0].loo.elpd.size
    if studies >= _STUDIES_FOR_ERRORS:
        return []
    return [
        f"The standard errors of the differences rest on {studies} studies; with fewer than about "
        f"{_STUDIES_FOR_ERRORS} they tend to be too small."
    ]


def _prior_decides(models: Sequence[Compared]) -> list[str]:
    turned = [
        one.formula
        for one in models
        if any(factor.log < -factor.error for factor in one.bayes_factors)
        and any(factor.log > factor.error for factor in one.bayes_factors)
    ]
    if not turned:
        return []
    return [
        "Whether the Bayes factor favours the covariates or not depends on the width of the prior, "
        f"so it decides nothing: {listed(turned, 6)}."
    ]


def _without_evidence(models: Sequence[Compared]) -> list[str]:
    missing = [one.formula for one in models if one.evidence is None]
    if not missing:
        return []
    return [
        f"Fitted by NUTS, which gives no evidence and so no Bayes factor: {listed(missing, 6)}."
    ]


def _doubtful(models: Sequence[Compared]) -> list[str]:
    flat = [one.formula for one in models if not one.likelihood_ratio.converged]
    if not flat:
        return []
    return [
        "The likelihood has no single highest point (perhaps all counts of a level lie at one "
        f"edge), so its chi² law is doubtful: {listed(flat, 6)}."
    ]


def _remarks(models: Sequence[Compared]) -> list[str]:
    """Tell what is known of the designs, each once with the formulas it is true of."""
    of: dict[str, list[str]] = {}
    for one in models:
        for remark in one.fit.design.remarks:
            of.setdefault(remark, []).append(one.formula)
    return [f"{listed(formulas, 6)}: {remark}" for remark, formulas in of.items()]


def _left_out(dropped: Sequence[str]) -> list[str]:
    if not dropped:
        return []
    return [
        "Left out of every fit because a covariate of some formula is missing: "
        f"{listed(list(dropped), 10)}."
    ]
