"""The likelihood of a table under the structure that a card asks for."""

import numpy as np
from numpy.typing import NDArray

from metadx.cards.card import Card
from metadx.designs.design import Design
from metadx.engines.counts import Counts
from metadx.engines.likelihood import BASE_NODES, Hyper, IntegratedLikelihood
from metadx.engines.link_likelihood import likelihood_of

type FloatArray = NDArray[np.float64]


def model_likelihood(
    counts: Counts, card: Card, nodes: int = BASE_NODES, design: Design | None = None
) -> IntegratedLikelihood:
    """Return the integrated likelihood of a table under a card.

    Parameters
    ----------
    counts : Counts
        N studies.
    card : Card
        Its link and the law of the study effects; that these may be given is a matter of the
        draws.
    nodes : int
        Quadrature nodes per axis, the same for all studies.
    design : Design or None
        What the means depend on; None for one mean a margin.

    Returns
    -------
    IntegratedLikelihood
        For t effects a `TLikelihood`, whose draws of the parameters include the degrees of freedom.

    Examples
    --------
    >>> import metadx
    >>> counts = Counts.from_table(metadx.load_dataset("telomerase").table)
    >>> one = Hyper.of(np.array([[1.0, 1.5]]), np.array([[0.5, 1.0]]), np.array([-0.5]))
    >>> for name in ("bivariate-binomial", "bivariate-t"):
    ...     likelihood = model_likelihood(counts, metadx.load_card(name).card)
    ...     print(name, likelihood.by_study(one).sum().round(2))
    bivariate-binomial -57.17
    bivariate-t -56.87
    """
    plain = likelihood_of(counts, nodes, design, card.link)
    nu = card.parameters.nu
    if nu is None:
        return plain
    from metadx.engines.t_grid import t_grid
    from metadx.engines.t_likelihood import TLikelihood

    made = (plain.counts, plain.design, plain.start, plain.nodes, plain.link)
    return TLikelihood(*made, t_grid(nu.prior))


def draw_effects(
    likelihood: IntegratedLikelihood, hyper: Hyper, rng: np.random.Generator
) -> FloatArray:
    """Draw logit sens and logit spec of every study, once per draw of the parameters.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
        Of N studies.
    hyper : Hyper
        S draws; of t effects with their degrees of freedom.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (S, N, 2)
        Logits whatever the link.
    """
    from metadx.engines.effects import draw_study_logits
    from metadx.engines.t_likelihood import TLikelihood

    if isinstance(likelihood, TLikelihood):
        from metadx.engines.t_draws import draw_t_logits

        return draw_t_logits(likelihood, hyper, rng)
    return draw_study_logits(likelihood, hyper, rng)
