"""The priors of the coefficients of a design: one for each column of its matrices."""

from metadx.cards.card import Card
from metadx.cards.priors import Prior
from metadx.designs.design import Design
from metadx.errors import CardError


def coefficient_priors(card: Card, design: Design) -> tuple[Prior, ...]:
    """Give every coefficient of a design its prior.

    Parameters
    ----------
    card : Card
    design : Design
        With P coefficients of sensitivity and Q of specificity.

    Returns
    -------
    tuple of Prior, length P + Q
        Those of sensitivity first. An intercept has the prior of mu for its margin.

    Raises
    ------
    CardError
        If the design has covariates and the card says nothing of their coefficients.

    Examples
    --------
    >>> from metadx.cards.load import load_card
    >>> card = load_card("bivariate-binomial").card
    >>> [str(prior) for prior in coefficient_priors(card, Design.without_covariates(9))]
    ['Normal(mean=0, sd=3)', 'Normal(mean=0, sd=3)']
    """
    beta = card.parameters.beta
    if beta is None and design.has_covariates:
        msg = (
            f"the card {card.id} states no prior for covariates: write [parameters.beta] into it, "
            "or fit without covariates."
        )
        raise CardError(msg)
    priors: list[Prior] = []
    for margin, intercept in zip(
        (design.sens, design.spec), card.parameters.mu.priors(), strict=True
    ):
        for kind in margin.kinds:
            if kind == "intercept":
                priors.append(intercept)
            else:
                assert beta is not None  # a design without covariates has intercepts only
                priors.append(beta.contrast if kind == "contrast" else beta.slope)
    return tuple(priors)
