"""What a row tells about its cells: cross-tables that remain, or margins and printed figures.

Both kinds of evidence give the log-likelihood of cell probabilities (with the two predicted rank
correlations where a Spearman is used) and, for the proposal of the integral over the cut-points,
its gradient and information in the coordinates of the cut-points.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.evidence.figures import KappaFactor, KappaNormal, SpearmanNormal

type FloatArray = NDArray[np.float64]

MIDDLE_LAM = 0.5  # of lambda, for the proposal
_FEW = 50  # tables; sorting so few out costs more than it saves
_NEGLIGIBLE = -14.0  # log share of a table that may be left out
_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, eq=False)
class Predicted:
    """What cut-points and a latent correlation imply.

    Parameters
    ----------
    cells : ndarray, shape (..., K, K)
    blocks : ndarray, shape (...), or None
        Rank correlation where the measurement says nothing beyond its category; None where no
        Spearman is used.
    within : ndarray, shape (...), or None
        What the bivariate normal law adds to it.
    """

    cells: FloatArray
    blocks: FloatArray | None = None
    within: FloatArray | None = None


@dataclass(frozen=True, eq=False)
class TableSpearman:
    """A printed rank correlation of a measurement, given each of S cross-tables.

    Parameters
    ----------
    value : float
    null, variance : ndarray, shape (S,)
        Mean where the measurement says nothing beyond its category, and variance (rounding
        included), given the table.
    """

    value: float
    null: FloatArray
    variance: FloatArray


@dataclass(frozen=True, eq=False)
class TableEvidence:
    """The cross-tables that remain.

    Parameters
    ----------
    tables : ndarray, shape (S, K, K)
        Counts of the used categories.
    log_weights : ndarray, shape (S,)
        Log multinomial coefficients, plus log prior probabilities of the margins.
    spearman : TableSpearman or None
    """

    tables: FloatArray
    log_weights: FloatArray
    spearman: TableSpearman | None = None

    @property
    def uses_lam(self) -> bool:
        """Whether the share of within-category information matters."""
        return self.spearman is not None

    @property
    def first_margins(self) -> FloatArray:
        """Margins of both raters in the first table, shape (2, K)."""
        return np.stack([self.tables[0].sum(axis=1), self.tables[0].sum(axis=0)])

    def log_likelihood(self, seen: Predicted, lam: FloatArray) -> FloatArray:
        """Return the log-likelihood, shape (..., Q); (..., 1) where lam (Q,) does not matter."""
        shape = seen.cells.shape[:-2]
        plain = self._logs(seen)
        if self.spearman is None or seen.within is None:
            return _log_sum(plain).reshape(*shape, 1)
        found = [_log_sum(plain + self._of_ranks(seen, share)) for share in lam]
        return np.stack(found, axis=-1).reshape(*shape, lam.size)

    def _logs(self, seen: Predicted) -> FloatArray:
        """Log probability of every table at every place, (P, S)."""
        counts = self.tables.reshape(len(self.tables), -1)
        return np.asarray(
            np.log(seen.cells).reshape(-1, counts.shape[1]) @ counts.T + self.log_weights
        )

    def _of_ranks(self, seen: Predicted, lam: float) -> FloatArray:
        """Log density of the Spearman given every table, (P, S)."""
        rank = self.spearman
        if rank is None or seen.within is None:
            return np.zeros((1, 1))
        distance = rank.value - rank.null - lam * seen.within.reshape(-1, 1)
        distance *= distance
        distance *= -0.5 / rank.variance
        distance -= 0.5 * (np.log(rank.variance) + _LOG_2PI)
        return np.asarray(distance)

    def near(self, seen: Predicted, lam: FloatArray) -> "TableEvidence":
        """Keep the tables that count for something at cells close to these (G, K, K)."""
        if len(self.tables) < _FEW:
            return self
        best = np.full(len(self.tables), -np.inf)
        plain = self._logs(seen)
        for share in lam:
            logs = plain + self._of_ranks(seen, share)
            best = np.maximum(best, (logs - logs.max(axis=1, keepdims=True)).max(axis=0))
        kept = best > _NEGLIGIBLE
        rank = self.spearman
        if rank is not None:
            rank = TableSpearman(rank.value, rank.null[kept], rank.variance[kept])
        return TableEvidence(self.tables[kept], self.log_weights[kept], rank)

    def slope(self, seen: Predicted, slopes: Predicted) -> tuple[FloatArray, FloatArray]:
        """Return gradient (G, D) and information (G, D, D) of the log-likelihood.

        Parameters
        ----------
        seen : Predicted
            At G places.
        slopes : Predicted
            Its derivatives with respect to the D coordinates of the cut-points, on a last axis.
        """
        many, size = seen.cells.shape[0], slopes.cells.shape[-1]
        counts = self.tables.reshape(len(self.tables), -1)
        logs = np.log(seen.cells).reshape(many, -1) @ counts.T + self.log_weights
        of_log = (slopes.cells / seen.cells[..., None]).reshape(many, -1, size)
        expected = counts[0].sum() * seen.cells.reshape(many, -1)
        information = np.einsum("gc,gcd,gce->gde", expected, of_log, of_log)
        scores = np.einsum("sc,gcd->gsd", counts, of_log)
        rank = self.spearman
        if rank is not None and seen.within is not None and slopes.within is not None:
            residual = rank.value - rank.null - MIDDLE_LAM * seen.within[:, None]
            logs = logs - 0.5 * residual**2 / rank.variance - 0.5 * np.log(rank.variance)
            moved = MIDDLE_LAM * slopes.within
            scores = scores + (residual / rank.variance)[..., None] * moved[:, None]
            precision = (_shares(logs) / rank.variance).sum(axis=1)
            information += precision[:, None, None] * moved[:, :, None] * moved[:, None]
        share = _shares(logs)
        gradient = np.einsum("gs,gsd->gd", share, scores)
        if len(counts) > 1:  # not knowing which table it is takes information away
            scores = scores - gradient[:, None]
            information -= np.swapaxes(share[..., None] * scores, 1, 2) @ scores
        return gradient, information


@dataclass(frozen=True, eq=False)
class FigureEvidence:
    """Margins as far as known, and printed figures with their sampling laws.

    Parameters
    ----------
    margins : ndarray, shape (B, 2, K)
        Candidates for the margins of both raters; zeros for a rater whose margin is not known.
    log_weights : ndarray, shape (B,)
        Log multinomial coefficients plus log prior probability of the candidate.
    kappa : KappaNormal, KappaFactor or None
    spearman : SpearmanNormal or None
    error_correlation : float
        Between the errors of a `KappaNormal` and the Spearman.
    continuous : bool
        Whether the Spearman ranks a measurement of the first rater.
    """

    margins: FloatArray
    log_weights: FloatArray
    kappa: KappaNormal | KappaFactor | None = None
    spearman: SpearmanNormal | None = None
    error_correlation: float = 0.0
    continuous: bool = True

    @property
    def uses_lam(self) -> bool:
        """Whether the share of within-category information matters."""
        return self.spearman is not None and self.continuous

    @property
    def first_margins(self) -> FloatArray:
        """The first candidate for the margins of both raters, shape (2, K)."""
        return np.asarray(self.margins[0])

    def log_likelihood(self, seen: Predicted, lam: FloatArray) -> FloatArray:
        """Return the log-likelihood, shape (..., Q); (..., 1) where lam (Q,) does not matter."""
        total = self._of_margins(seen.cells)[..., None]
        if isinstance(self.kappa, KappaFactor):
            total = total + self.kappa.log_likelihood(seen.cells)[..., None]
        rank = self.rank_residual(seen, lam)
        if rank is not None:
            total = total + _log_normal(*rank)
        if isinstance(self.kappa, KappaNormal):
            total = total + self._of_kappa(self.kappa, seen.cells, rank)
        return np.asarray(total)

    def rank_residual(
        self, seen: Predicted, lam: FloatArray
    ) -> tuple[FloatArray, FloatArray] | None:
        """Return residual and standard deviation of the Spearman, shape (..., Q) or (..., 1)."""
        if self.spearman is None or seen.blocks is None:
            return None
        rho = seen.blocks[..., None]
        if self.continuous and seen.within is not None:
            rho = rho + lam * seen.within[..., None]
        return self.spearman.residual(rho)

    def slope(self, seen: Predicted, slopes: Predicted) -> tuple[FloatArray, FloatArray]:
        """Return gradient (G, D) and information (G, D, D) of margins and Spearman; see above."""
        many, size = seen.cells.shape[0], slopes.cells.shape[-1]
        gradient, information = np.zeros((many, size)), np.zeros((many, size, size))
        share = _shares(self._candidates(seen.cells))
        for place, axis in enumerate((2, 1)):
            margin = seen.cells.sum(axis=axis)
            of_log = slopes.cells.sum(axis=axis) / margin[..., None]
            counts = share @ self.margins[:, place]
            gradient += np.einsum("gc,gcd->gd", counts, of_log)
            expected = self.margins[0, place].sum() * margin
            information += np.einsum("gc,gcd,gce->gde", expected, of_log, of_log)
        rank = self.rank_residual(seen, np.array([MIDDLE_LAM]))
        if rank is not None and seen.blocks is not None and slopes.blocks is not None:
            residual, sd = rank
            rho, moved = seen.blocks[:, None], slopes.blocks
            if self.continuous and seen.within is not None and slopes.within is not None:
                rho, moved = (
                    rho + MIDDLE_LAM * seen.within[:, None],
                    moved + MIDDLE_LAM * slopes.within,
                )
            moved = moved / (sd * np.maximum(1 - rho * rho, 0.02))
            gradient += residual * moved
            information += moved[:, :, None] * moved[:, None]
        return gradient, information

    def _candidates(self, cells: FloatArray) -> FloatArray:
        both = np.stack([cells.sum(axis=-1), cells.sum(axis=-2)], axis=-2)
        flat = np.log(both).reshape(*both.shape[:-2], -1)
        return np.asarray(flat @ self.margins.reshape(len(self.margins), -1).T + self.log_weights)

    def _of_margins(self, cells: FloatArray) -> FloatArray:
        return _log_sum(self._candidates(cells))

    def _of_kappa(
        self,
        kappa: KappaNormal,
        cells: FloatArray,
        rank: tuple[FloatArray, FloatArray] | None,
    ) -> FloatArray:
        """Log density of kappa, given the Spearman where there is one."""
        shared = self.error_correlation if rank is not None else 0.0
        known = shared * rank[0] if rank is not None else 0.0
        left = np.sqrt(1 - shared * shared)
        logs = [
            _log_normal((residual[..., None] - known) / left, left * sd[..., None])
            for residual, sd in kappa.residuals(cells)
        ]
        return _log_sum(np.stack(logs, axis=-1)) - float(np.log(len(logs)))


type Evidence = TableEvidence | FigureEvidence


def _shares(logs: FloatArray) -> FloatArray:
    share = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(share / share.sum(axis=-1, keepdims=True))


def _log_normal(residual: FloatArray, sd: FloatArray) -> FloatArray:
    return np.asarray(-0.5 * residual * residual - np.log(sd) - 0.5 * _LOG_2PI)


def _log_sum(logs: FloatArray) -> FloatArray:
    """Log of the sum of exponentials over the last axis."""
    if logs.shape[-1] == 1:
        return np.asarray(logs[..., 0])
    top = logs.max(axis=-1, keepdims=True)
    shares = logs - top
    np.exp(shares, out=shares)
    return np.asarray(top[..., 0] + np.log(shares.sum(axis=-1)))
