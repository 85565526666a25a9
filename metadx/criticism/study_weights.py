"""How much each study weighs in the pooled sensitivity and specificity."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metadx.criticism.moved import require_pooled
from metadx.engines.counts import Counts
from metadx.engines.fit import Fit
from metadx.engines.likelihood import Hyper
from metadx.engines.model_likelihood import model_likelihood
from metadx.errors import FitError

type FloatArray = NDArray[np.float64]

_ROUNDED = 0.05  # per cent
_NODES = 31  # per axis: a curvature asks for more than the value
_STEP = 0.02  # of the width over which a study's likelihood changes
# Five-point formulas of the first and of the second derivative, exact up to the fourth power.
_FIRST = np.array([1.0, -8.0, 0.0, 8.0, -1.0]) / 12
_SECOND = np.array([-1.0, 16.0, -30.0, 16.0, -1.0]) / 12
_PLACES = np.arange(-2.0, 3.0)


@dataclass(frozen=True, eq=False)
class StudyWeights:
    """The share of each of N studies in what is known of the two means, in per cent.

    Parameters
    ----------
    study : tuple of str, length N
    sens, spec : ndarray, shape (N,)
        Weights on the mean of sensitivity and on that of specificity; each sums to 100. NaN where
        no study has the arm.
    joint : ndarray, shape (N,)
        Share in both means together, tr(I⁻¹ Iᵢ) / 2: half of what each study adds to the
        information, so that it does not depend on the scale of either mean.
    information : ndarray, shape (N, 2, 2)
        Iᵢ, minus the curvature of each study's integrated log-likelihood at the posterior mean.
    """

    study: tuple[str, ...]
    sens: FloatArray
    spec: FloatArray
    joint: FloatArray
    information: FloatArray

    @property
    def words(self) -> str:
        """Which studies weigh most, in plain sentences."""
        size = len(self.study)
        if size == 1:
            return f"There is one study, {self.study[0]}, and it has all the weight."
        parts = []
        for name, weights in (("sensitivity", self.sens), ("specificity", self.spec)):
            if np.isnan(weights).any():
                parts.append(f"No study has the arm that the pooled {name} would be known from.")
                continue
            top = int(weights.argmax())
            parts.append(
                f"On the pooled {name} {self.study[top]} weighs most, "
                f"{weights[top]:.1f}%; {_half_words(weights)}."
            )
        weights = np.concatenate([self.sens, self.spec])
        if (weights[np.isfinite(weights)] < -_ROUNDED).any():
            parts.append(
                "A weight below 0 belongs to a study so far out that, with heavy tails, it makes "
                "the pooled value less certain."
            )
        return " ".join([*parts, f"With equal weights each would have {100 / size:.1f}%."])


def study_weights(fit: Fit) -> StudyWeights:
    """Split the information on the two means among the studies.

    Of t effects the likelihood is taken at the most probable number of degrees of freedom.
    With I the sum of all Iᵢ the weight of study i on mean j is [I⁻¹ Iᵢ I⁻¹]ⱼⱼ / [I⁻¹]ⱼⱼ. Through
    the correlation a study with one arm has a weight on the other mean as well.

    Parameters
    ----------
    fit : Fit
        Of N studies, without covariates.

    Returns
    -------
    StudyWeights

    Raises
    ------
    FitError
        If the fit has covariates, or the studies say nothing of the means.

    References
    ----------
    Burke DL, Ensor J, Snell KIE, van der Windt D, Riley RD. Guidance for deriving and presenting
    percentage study weights in meta-analysis of test accuracy studies. Res Synth Methods
    2018;9:163-178 (the formula; there at the maximum of the likelihood).

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = study_weights(fit)
    >>> round(float(found.sens.sum()), 6), found.study[found.sens.argmax()]
    (100.0, 'Kavaler 1998')
    """
    require_pooled(fit, "the weight of a study")
    by_study = _information(fit)
    size = fit.table.n_studies
    known = np.flatnonzero(fit.identified)
    total = by_study.sum(axis=0)[np.ix_(known, known)]
    if not known.size or np.linalg.eigvalsh(total).min() <= 0:
        raise FitError(
            f"The likelihood of {fit.table.source} has no maximum near the posterior mean, so the "
            "weights of the studies are not defined."
        )
    spread = np.linalg.inv(total)
    shares = spread @ by_study[:, known[:, None], known]
    weights = np.full((2, size), np.nan)
    weights[known] = 100 * np.einsum("njk,kj->jn", shares, spread) / np.diag(spread)[:, None]
    joint = 100 * np.trace(shares, axis1=1, axis2=2) / known.size
    return StudyWeights(fit.table.study, weights[0], weights[1], joint, by_study)


def _half_words(weights: FloatArray) -> str:
    """Say how few studies carry half of the weight."""
    carried = np.cumsum(np.sort(weights)[::-1])
    few = int(np.searchsorted(carried, 50.0 - _ROUNDED)) + 1
    if few == 1:
        exactly = abs(carried[0] - 50.0) <= _ROUNDED
        return f"it alone carries {'half' if exactly else 'more than half'} of the weight"
    return f"{few} of {weights.size} studies carry half of the weight"


def _information(fit: Fit) -> FloatArray:
    """Return minus the second derivatives of each study's log-likelihood, shape (N, 2, 2)."""
    mean = fit.coefficients.mean(axis=(0, 1))
    tau = fit.tau.mean(axis=(0, 1))
    rho = float(fit.rho.mean())
    counts = Counts.from_table(fit.table)
    sizes = np.array([counts.n_diseased.max(), counts.n_nondiseased.max()])
    step = _STEP * np.sqrt(tau**2 + 4 / np.maximum(sizes, 1.0))
    places = np.stack(np.meshgrid(_PLACES, _PLACES, indexing="ij"), axis=-1).reshape(-1, 2)
    at = mean + step * places
    hyper = Hyper.of(at, np.tile(tau, (at.shape[0], 1)), np.full(at.shape[0], rho))
    if fit.df is not None:
        values, drawn = np.unique(fit.df, return_counts=True)
        hyper = replace(hyper, df=np.full(at.shape[0], values[drawn.argmax()]))
    likelihood = model_likelihood(counts, fit.card.card, _NODES, fit.design)
    grid = likelihood.by_study(hyper).reshape(5, 5, -1)
    out = np.empty((fit.table.n_studies, 2, 2))
    out[:, 0, 0] = -_SECOND @ grid[:, 2] / step[0] ** 2
    out[:, 1, 1] = -_SECOND @ grid[2] / step[1] ** 2
    cross = -np.einsum("i,j,ijn->n", _FIRST, _FIRST, grid) / step.prod()
    out[:, 0, 1] = out[:, 1, 0] = cross
    return out
