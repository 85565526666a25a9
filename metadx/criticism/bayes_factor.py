"""Bayes factors of a formula against no covariates, over a range of prior scales."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from metadx.criticism.evidence import evidence, scaled_evidence
from metadx.engines.fit import Fit
from metadx.errors import FitError

#: Times the prior standard deviations of the card.
SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class BayesFactor:
    """How much better a formula predicts the data than no covariates do, both from their priors.

    Parameters
    ----------
    scale : float
        The priors of the coefficients are so many times as wide as those of the card.
    log : float
        Natural logarithm of the ratio of evidences; above 0 the formula is favoured.
    error : float
        Monte Carlo standard error of the logarithm.
    refitted : bool
        Whether the formula was fitted again at this scale.
    """

    scale: float
    log: float
    error: float
    refitted: bool


def bayes_factors(
    with_it: Fit, without: Fit, scales: Sequence[float] = SCALES
) -> tuple[BayesFactor, ...]:
    """Compare the evidences of a fit with covariates and one without, at several prior scales.

    A Bayes factor depends on the width of the prior even where the posterior does not: twice as
    wide a prior spreads the bet over coefficients twice as large, so where the data are clear the
    factor halves for every coefficient; with ever wider priors it favours the smaller model
    whatever the data (Bartlett 1957, Lindley 1957). Hence a range of scales and not one number.

    Parameters
    ----------
    with_it : Fit
        With covariates.
    without : Fit
        Without, of the same studies under the same card.
    scales : sequence of float
        Times the standard deviations of the card, of contrasts and slopes alike.

    Returns
    -------
    tuple of BayesFactor
        In the order of the scales, less those at which no fit could be made; empty where the
        evidence of a fit is not known (NUTS).

    References
    ----------
    Kass RE, Raftery AE. Bayes factors. J Am Stat Assoc 1995;90:773-795.
    Bartlett MS. A comment on D. V. Lindley's statistical paradox. Biometrika 1957;44:533-534.
    Lindley DV. A statistical paradox. Biometrika 1957;44:187-192.

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("anti-ccp")
    >>> assay, alone = (
    ...     metadx.fit(review, sens=formula, draws=1000) for formula in ("~ generation", "~ 1")
    ... )
    >>> narrow, wide = bayes_factors(assay, alone, scales=(1, 4))
    >>> narrow.log > wide.log > 0
    True
    """
    base = evidence(without)
    found = []
    for scale in scales if base else ():
        try:
            own = scaled_evidence(with_it, scale)
        except FitError:
            continue
        if own and base:
            error = hypot(own.error, base.error)
            found.append(BayesFactor(scale, own.log - base.log, error, own.refitted))
    return tuple(found)
