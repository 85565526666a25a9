"""The parameters that RevMan asks for, and a check that they draw the same ellipses."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from metadx.engines.analysis import Analysis
from metadx.engines.group_draws import Group
from metadx.errors import FitError
from metadx.estimands.logistic import FloatArray, expit
from metadx.estimands.regions import ellipse, prediction_moments

_DIGITS = 6
_PROB = 0.95


@dataclass(frozen=True, eq=False)
class RevManBlock:
    """What is typed into RevMan for one kind of study.

    Parameters
    ----------
    label : str
    values : mapping of str to float
        By the names that RevMan uses; logit scale, rounded as printed.
    text : str
        The same, one parameter a line.
    distance : float
        Greatest distance in ROC space between the two regions drawn from the printed numbers and
        those drawn from the posterior draws.
    widening : float or None
        How many times wider RevMan draws each region: it takes the F distribution for so many
        studies. None where it has no value.
    """

    label: str
    values: Mapping[str, float]
    text: str
    distance: float
    widening: float | None


def revman_blocks(analysis: Analysis) -> tuple[RevManBlock, ...]:
    """Return the parameters of all studies together, then of each kind of study.

    RevMan takes the mean logits, their standard errors and covariance, and the variances and the
    covariance between studies. Posterior means and (co)variances give regions that are those of
    the report.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    tuple of RevManBlock

    Raises
    ------
    FitError
        If the model has another link than the logit or a margin is not identified: RevMan has no
        place for it.

    References
    ----------
    Harbord RM, Deeks JJ, Egger M, Whiting P, Sterne JAC. A unification of models for meta-analysis
    of diagnostic accuracy studies. Biostatistics 2007;8:239-251.

    Examples
    --------
    >>> import metadx
    >>> block = revman_blocks(metadx.analyse(metadx.load_dataset("anti-ccp"), draws=1000))[0]
    >>> block.text.splitlines()[-1], block.distance < 1e-4
    ('Number of studies = 37', True)
    """
    card = analysis.pooled.card.card
    if card.link != "logit" or card.builder == "bivariate-t":
        msg = (
            f"RevMan draws curves and regions of a bivariate normal model on the logit scale; the "
            f"card {card.id} is another model."
        )
        raise FitError(msg)
    if not all(analysis.pooled.identified):
        msg = "RevMan needs both margins, and no study has one of the two groups."
        raise FitError(msg)
    groups = (analysis.pooled.pooled, *(group for group in analysis.groups if group.studies.size))
    return tuple(_block(group) for group in groups)


def redrawn(text: str) -> tuple[FloatArray, FloatArray]:
    """Draw both regions again from a printed block.

    Parameters
    ----------
    text : str
        As of `RevManBlock.text`.

    Returns
    -------
    credible, prediction : ndarray, shape (P, 2)
        Outlines of the 95 % normal regions on the logit scale, (sens, spec).
    """
    values = {}
    for line in text.splitlines():
        name, _, value = line.partition(" = ")
        values[name] = float(value)
    middle = np.array([values["E(logitSe)"], values["E(logitSp)"]])
    between = values["Cov(logits)"]
    error = values["Cov(Es)"]
    of_mean = np.array(
        [
            [values["SE(E(logitSe))"] ** 2, error],
            [error, values["SE(E(logitSp))"] ** 2],
        ]
    )
    sigma = np.array([[values["Var(logitSe)"], between], [between, values["Var(logitSp)"]]])
    return ellipse(middle, of_mean, _PROB), ellipse(middle, of_mean + sigma, _PROB)


def _block(group: Group) -> RevManBlock:
    middle, whole = prediction_moments(group.mu, group.tau, group.rho)
    of_mean = np.cov(group.mu.T)
    sigma = whole - of_mean
    studies = int(group.studies.size)
    values: dict[str, float] = {
        "E(logitSe)": float(middle[0]),
        "E(logitSp)": float(middle[1]),
        "Var(logitSe)": float(sigma[0, 0]),
        "Var(logitSp)": float(sigma[1, 1]),
        "Cov(logits)": float(sigma[0, 1]),
        "Corr(logits)": _ratio(sigma[0, 1], sqrt(sigma[0, 0] * sigma[1, 1])),
        "SE(E(logitSe))": sqrt(of_mean[0, 0]),
        "SE(E(logitSp))": sqrt(of_mean[1, 1]),
        "Cov(Es)": float(of_mean[0, 1]),
        **_hsroc(middle, sigma),
    }
    rounded = {name: round(value, _DIGITS) for name, value in values.items()}
    lines = [f"{name} = {value:.{_DIGITS}f}" for name, value in rounded.items()]
    text = "\n".join([*lines, f"Number of studies = {studies}"])
    drawn = (ellipse(middle, of_mean, _PROB), ellipse(middle, whole, _PROB))
    away = max(
        float(np.abs(expit(again) - expit(own)).max())
        for again, own in zip(redrawn(text), drawn, strict=True)
    )
    return RevManBlock(group.label, rounded, text, away, _widening(studies))


def _hsroc(middle: FloatArray, sigma: FloatArray) -> dict[str, float]:
    """Turn the bivariate parameters into those of the HSROC model (Harbord 2007)."""
    if not (sigma[0, 0] > 0 and sigma[1, 1] > 0):
        return {}
    shape = 0.5 * log(sigma[1, 1] / sigma[0, 0])
    sens, spec = exp(shape / 2) * middle[0], exp(-shape / 2) * middle[1]
    product = sqrt(sigma[0, 0] * sigma[1, 1])
    return {
        "Lambda": float(sens + spec),
        "Theta": float(0.5 * (sens - spec)),
        "beta": shape,
        "Var(accuracy)": 2 * (product + float(sigma[0, 1])),
        "Var(threshold)": 0.5 * (product - float(sigma[0, 1])),
    }


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else 0.0


def _widening(studies: int) -> float | None:
    """Compare the factors sqrt(2 F(2, K - 2)) and sqrt(chi-squared(2)); F has a closed form."""
    freedom = studies - 2
    if freedom < 1:
        return None
    return sqrt(freedom * ((1 - _PROB) ** (-2 / freedom) - 1) / (-2 * log(1 - _PROB)))
