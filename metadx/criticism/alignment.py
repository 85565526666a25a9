"""Whether a kappa without margins was made from codes that were off by one, or by other lines."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.cuts.coordinates import default_law
from metadx.engines.agreement.cuts.draws import draw_cuts
from metadx.engines.agreement.cuts.integral import RowEvidence, integrate_row, predict
from metadx.engines.agreement.evidence.cells import FigureEvidence
from metadx.engines.agreement.evidence.choose import row_evidence, shared_weights
from metadx.engines.agreement.evidence.figures import rounding_variance
from metadx.engines.agreement.result import AgreementFit
from metadx.errors import DataError
from metadx.studies.agreement import AgreementRow, PrintedKappa
from metadx.studies.kappa import kappas_of, standard_errors_of

type FloatArray = NDArray[np.float64]

_POINTS = 509
_OFFSETS = (0, 1, -1)
_STREAM = 29  # keeps these draws apart from the engine's random stream


@dataclass(frozen=True)
class Alignment:
    """How well three readings of a printed kappa explain it, and a fourth beside them.

    Parameters
    ----------
    row : int
        Place in the table's rows.
    aligned, first_higher, first_lower : float
        Probabilities of three readings, these being the only ones: the codes of both raters
        aligned; those of the first rater one category higher; one lower. In all three the raters
        draw the lines that quartiles and the whole region lead to expect.
    factor_off : float
        Bayes factor of codes off by one, either way, against the first reading.
    factor_lines : float
        Bayes factor of aligned codes and lines that may lie anywhere against the first reading.
    """

    row: int
    aligned: float
    first_higher: float
    first_lower: float
    factor_off: float
    factor_lines: float


@dataclass(frozen=True)
class _Context:
    """Draws that do not know the kappas, and the numbers of the card."""

    z: FloatArray
    lam: FloatArray
    error_correlation: float
    se_log_sd: float
    rng: np.random.Generator


def alignment_probabilities(fit: AgreementFit, *, draws: int = 4000) -> tuple[Alignment, ...]:
    """Weigh the readings of every quadratic kappa whose row has no margins.

    Parameters
    ----------
    fit : AgreementFit
        Made with ``part_kappa=False``: it must not have used the kappas that are weighed.
    draws : int
        Posterior draws to average over, at most: what is rare among them moves a large factor.

    Returns
    -------
    tuple of Alignment
        One for each such row; empty where there are none. Each compares what the printed kappa and
        its standard error say under each reading, averaged over what the other figures and the
        other rows say. These are sensitivities: a factor above 1 says which reading explains the
        print better, not that it is true.

    Raises
    ------
    DataError
        If the fit used the kappas of such rows.

    Examples
    --------
    >>> import metadx
    >>> table = metadx.from_counts([[40, 3], [5, 12]])
    >>> metadx.alignment_probabilities(metadx.fit_agreement(table, draws=400))
    ()
    """
    rows = [place for place in range(fit.table.n_rows) if _is_weighed(fit, place)]
    if not rows:
        return ()
    if fit.settings.part_kappa:
        msg = (
            f"the fit used the kappa of {fit.table.labels[rows[0]]}, which is to be weighed; fit "
            "again with part_kappa=False."
        )
        raise DataError(msg)
    numbers, card = fit.card.card.numbers, fit.card.card
    n_draws = fit.z[..., 0].size
    pick = np.linspace(0, n_draws - 1, min(draws, n_draws)).astype(int)
    shares = fit.hyper.get("lambda", np.full(fit.z.shape[:2], 0.5)).ravel()[pick]
    every_z = fit.z.reshape(-1, fit.table.n_rows)[pick]
    known = row_evidence(fit.table, fit.audit, card, fit.settings)
    found = []
    for place in rows:
        rng = np.random.default_rng([_STREAM, fit.seed, place])
        about = (numbers.error_correlation, numbers.se_log_sd, rng)
        context = _Context(every_z[:, place], shares, *about)
        part, row = known[place], fit.table.rows[place]
        means = _mean_densities(row, part, _OFFSETS, context)
        law = default_law(part.law.used, fit.table.n_categories, card)
        (free,) = _mean_densities(row, replace(part, law=law), (0,), context)
        found.append(_weighed(place, means, free, numbers.misaligned_probability))
    return tuple(found)


def _is_weighed(fit: AgreementFit, place: int) -> bool:
    row, verdict = fit.table.rows[place], fit.audit.rows[place].verdict
    bare = row.counts is None and not (row.margins_a and row.margins_b)
    quadratic = shared_weights(row, fit.audit) == ("quadratic",)
    return bare and quadratic and row.kappa is not None and verdict == "no margins"


def _weighed(place: int, means: list[float], free: float, prior: float) -> Alignment:
    tiny = np.finfo(float).tiny
    weights = np.array([1 - 2 * prior, prior, prior]) * np.maximum(means, tiny)
    plain = max(means[0], tiny)
    aligned, higher, lower = (weights / weights.sum()).tolist()
    off = (means[1] + means[2]) / 2
    return Alignment(place, aligned, higher, lower, off / plain, free / plain)


def _mean_densities(
    row: AgreementRow, part: RowEvidence, offsets: tuple[int, ...], given: _Context
) -> list[float]:
    """Average the density of a kappa and its standard error over the draws, for each offset."""
    assert row.kappa is not None
    theta = draw_cuts(integrate_row(part, _POINTS), given.z, given.lam, given.rng)
    seen = predict(part, part.r_max * np.tanh(given.z), theta)
    rank = part.evidence.spearman if isinstance(part.evidence, FigureEvidence) else None
    shared: float = 0.0
    residual: FloatArray = np.zeros(given.lam.size)
    if rank is not None and seen.blocks is not None:
        within = 0.0 if seen.within is None else given.lam * seen.within
        shared, residual = given.error_correlation, rank.residual(seen.blocks + within)[0]
    cells = part.law.on_full_scale(seen.cells)
    mean, left = shared * residual, np.sqrt(1 - shared * shared)
    of_offsets = [
        _log_density(row.kappa, row.n, cells, offset, given.se_log_sd)(mean, left)
        for offset in offsets
    ]
    return [float(np.exp(logs).mean()) for logs in of_offsets]


def _log_density(
    kappa: PrintedKappa, n: int, cells: FloatArray, offset: int, se_log_sd: float
) -> Callable[[FloatArray, float], FloatArray]:
    """Return the log density of a kappa and its standard error, as a function of what is known.

    The function takes the mean and the standard deviation that the other errors leave to the
    standardised error of kappa.
    """
    error = np.maximum(standard_errors_of(cells, "quadratic", offset=offset, n=n), 1e-5)
    sd = np.sqrt(error**2 + rounding_variance(kappa.decimals))
    residual = (kappa.value - kappas_of(cells, "quadratic", offset)) / sd
    printed, of_error = kappa.standard_error, np.zeros(len(cells))
    if printed is not None:
        spread = np.hypot(se_log_sd, rounding_error(kappa) / printed)
        of_error = -0.5 * ((np.log(printed) - np.log(error)) / spread) ** 2

    def _value(mean: FloatArray, left: float) -> FloatArray:
        return np.asarray(-0.5 * ((residual - mean) / left) ** 2 - np.log(sd) + of_error)

    return _value


def rounding_error(kappa: PrintedKappa) -> float:
    """Return the standard deviation that rounding gives to the printed standard error.

    Parameters
    ----------
    kappa : PrintedKappa
        With a standard error or both limits: limits are rounded each by itself, and lie two
        quantiles apart.

    Examples
    --------
    >>> round(rounding_error(PrintedKappa(0.6, se=0.08)), 5)
    0.00289
    >>> round(rounding_error(PrintedKappa(0.6, lower=0.45, upper=0.76)), 5)
    0.00104
    """
    from statistics import NormalDist

    if kappa.se is not None and kappa.se > 0:
        return float(np.sqrt(rounding_variance(kappa.places("se"))))
    both = rounding_variance(kappa.places("lower")) + rounding_variance(kappa.places("upper"))
    return float(np.sqrt(both)) / (2 * NormalDist().inv_cdf((1 + kappa.level) / 2))
