"""Likelihood-ratio tests of covariates: the yardstick of programs without priors."""

from dataclasses import dataclass
from math import erfc, exp, pi, sqrt

from metadx.engines.maximum_likelihood import MaximumLikelihood


@dataclass(frozen=True)
class LikelihoodRatio:
    """The gain in likelihood by covariates.

    Parameters
    ----------
    deviance : float
        -2 times the largest log-likelihood, binomial coefficients included.
    chi2 : float
        Fall of the deviance from the model without covariates.
    df : int
        Coefficients more; 0 for the model without covariates.
    p : float
        Probability of as large a fall without any effect, from the chi² law that holds for many
        studies; with few it is too small.
    converged : bool
        Whether both searches ended at a single point; where one did not, the test is doubtful.
    """

    deviance: float
    chi2: float
    df: int
    p: float
    converged: bool


def likelihood_ratio(with_it: MaximumLikelihood, without: MaximumLikelihood) -> LikelihoodRatio:
    """Test covariates by the ratio of two maximised likelihoods.

    Parameters
    ----------
    with_it, without : MaximumLikelihood
        Of the same studies with the same number of nodes, the second without covariates.

    Returns
    -------
    LikelihoodRatio

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("anti-ccp")
    >>> assay, alone = (
    ...     metadx.maximum_likelihood(review, sens=formula, spec=formula, nodes=1)
    ...     for formula in ("~ generation", "~ 1")
    ... )
    >>> found = likelihood_ratio(assay, alone)
    >>> round(found.chi2, 2), found.df, round(found.p, 5)
    (12.19, 2, 0.00225)
    """
    chi2 = 2 * (with_it.log_likelihood - without.log_likelihood)
    df = len(with_it.parameters) - len(without.parameters)
    converged = with_it.converged and without.converged
    return LikelihoodRatio(-2 * with_it.log_likelihood, chi2, df, chi2_above(chi2, df), converged)


def chi2_above(x: float, df: int) -> float:
    """Return the probability that a chi² variable exceeds x.

    Parameters
    ----------
    x : float
    df : int
        Degrees of freedom; with 0 the variable is 0.

    Returns
    -------
    float

    References
    ----------
    Abramowitz M, Stegun IA. Handbook of Mathematical Functions. 1964: 26.4.4, 26.4.5 (finite sums).

    Examples
    --------
    >>> round(chi2_above(3.841, 1), 3), round(chi2_above(9.488, 4), 3)
    (0.05, 0.05)
    """
    if x <= 0:
        return 1.0
    if df == 0:
        return 0.0
    half = x / 2
    if df % 2:
        total, term, first = erfc(sqrt(half)), 2 * sqrt(half / pi) * exp(-half), 3
    else:
        total, term, first = exp(-half), half * exp(-half), 4
    for k in range(first, df + 1, 2):
        total += term
        term *= x / k
    return min(total, 1.0)
