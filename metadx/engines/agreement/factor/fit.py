"""Fit three or more raters of the same cases: loadings, cut-points, and the tables of all pairs."""

import time
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metadx.builders.one_factor import build_one_factor, factor_nodes, one_direction
from metadx.cards.agreement_card import LoadedAgreementCard
from metadx.engines.agreement.factor.quadrature import quadrature_error
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.compiled_chains import Chains, compile_model, sample_chains
from metadx.engines.result import Check, EngineReport, Note
from metadx.errors import DataError
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.studies.agreement import AgreementTable, IntArray, Ratings
from metadx.studies.agreement_audit import AgreementAudit

if TYPE_CHECKING:
    import xarray as xr

type FloatArray = NDArray[np.float64]

_NODES = (
    81,
    321,
    1281,
)  # of the integral over the common measure, the next where one is too coarse
_PROBES = 24  # draws at which the quadrature is measured
_ERROR = 0.03  # of the log-likelihood from draw to draw, as for the other integrals of metadx
_CHECKED = ("loading", "sd_loading", "z", "cuts")


def fit_one_factor(
    table: AgreementTable,
    audit: AgreementAudit,
    card: LoadedAgreementCard,
    settings: AgreementSettings,
) -> AgreementFit:
    """Fit the one-factor ordinal probit model to the ratings of three or more raters.

    Parameters
    ----------
    table : AgreementTable
        With one block of ratings; its rows are pairs of these raters.
    audit : AgreementAudit
        Kept with the fit; ratings need none.
    card : LoadedAgreementCard
    settings : AgreementSettings
        Draws and seed; there is one engine.

    Returns
    -------
    AgreementFit
        Rows are the pairs; `loadings` are of the raters in the order of the block; `hyper` holds
        ``loading`` and ``sd_loading``.

    Raises
    ------
    DataError
        If there is not one block of ratings with a row for each of its pairs, or all ratings are
        the same category.
    """
    began = time.perf_counter()
    block = only_block(table)
    used = np.unique(block.values[block.values >= 0])
    if used.size < 2:
        name = table.categories[int(used[0])] if used.size else "none"
        msg = (
            f"{table.source or 'ratings'}: every rating is the same category ({name}); where "
            "nobody tells cases apart, agreement beyond chance cannot be measured"
        )
        raise DataError(msg)
    patterns, counts = grouped(block, used)
    chains, report, error = _sample(patterns, counts, used.size, card, settings)
    z = chains.variables["z"]
    r_max = card.card.numbers.r_max
    loadings = r_max * np.tanh(z)
    cuts = _on_full_scale(chains.variables["cuts"], used, table.n_categories)
    first, second = _pairs(table, block)
    r = loadings[..., first] * loadings[..., second]
    nothing = np.full(r.shape, np.nan)
    return AgreementFit(
        table=table,
        audit=audit,
        card=card,
        settings=settings,
        z=np.arctanh(r / r_max),
        cells=cell_probabilities(r, cuts[..., first, :], cuts[..., second, :]),
        kappa_coded=nothing,
        accuracy_factor=nothing,
        hyper={name: chains.variables[name] for name in ("loading", "sd_loading")},
        engine=replace(report, seconds=time.perf_counter() - began),
        checks=(*chains.checks, error),
        loadings=loadings,
        notes=_notes(block, loadings),
    )


def only_block(table: AgreementTable) -> Ratings:
    """Return the ratings of a table that has one block of them and nothing else.

    Parameters
    ----------
    table : AgreementTable

    Returns
    -------
    Ratings

    Raises
    ------
    DataError
        Otherwise; the message says what to do.
    """
    where = table.source or "the table"
    names = [
        ", ".join(filter(None, (one.finding, one.region, one.study))) or "unnamed"
        for one in table.ratings
    ]
    if len(names) != 1:
        msg = (
            f"{where}: ratings of three or more raters about {len(names)} things "
            f"({'; '.join(names)}); one at a time can be fitted: put each in a file of its own, or "
            "leave two columns of raters to fit all of them together"
        )
        raise DataError(msg)
    block = table.ratings[0]
    for row in table.rows:
        same = (row.study, row.finding, row.region) == (block.study, block.finding, block.region)
        if not same or not {row.rater_a, row.rater_b} <= set(block.raters):
            msg = (
                f"{where}: {row.label} stands beside ratings of three or more raters "
                f"({names[0]}); the two cannot be fitted together: put them in files of their own"
            )
            raise DataError(msg)
    return block


def grouped(block: Ratings, used: IntArray) -> tuple[IntArray, FloatArray]:
    """Group equal rows of ratings, on the scale of the categories that anyone gave.

    Parameters
    ----------
    block : Ratings
    used : ndarray of int, shape (K,)
        Places of these categories, ascending.

    Returns
    -------
    patterns : ndarray of int, shape (P, J)
        From 0 to K - 1; -1 where a rater gave none. Cases with fewer than one rating are left out.
    counts : ndarray, shape (P,)

    Examples
    --------
    >>> block = Ratings("", "", "", ("A", "B", "C"), np.array([[0, 4, 4], [0, 4, 4], [4, -1, 0]]))
    >>> [x.tolist() for x in grouped(block, np.array([0, 4]))]
    [[[0, 1, 1], [1, -1, 0]], [2.0, 1.0]]
    """
    given = block.values >= 0
    places = np.where(given, np.searchsorted(used, block.values), -1)
    patterns, counts = np.unique(places[given.any(axis=1)], axis=0, return_counts=True)
    return np.ascontiguousarray(patterns), counts.astype(np.float64)


def _sample(
    patterns: IntArray,
    counts: FloatArray,
    n_categories: int,
    card: LoadedAgreementCard,
    settings: AgreementSettings,
) -> tuple[Chains, EngineReport, Check]:
    """Sample with ever finer quadrature until its measured error no longer matters."""
    compiled = _compiled(patterns.shape[1], n_categories, card)
    for count in _NODES:
        nodes, log_weights = factor_nodes(count)
        chains = sample_chains(
            compiled.with_data(
                patterns=patterns, counts=counts, nodes=nodes, log_weights=log_weights
            ),
            card.card.checks.nuts,
            _CHECKED,
            draws=settings.draws_per_chain,
            seed=settings.seed,
            turn=_turned,
        )
        value = _measured_error(chains, patterns, counts, count, card.card.numbers.r_max)
        error = Check("quadrature_error", value, _ERROR, value <= _ERROR)
        if error.passed:
            break
    return chains, EngineReport("nuts", None, chains.ess, count, 0.0), error


@lru_cache(maxsize=8)
def _compiled(n_raters: int, n_categories: int, card: LoadedAgreementCard) -> Any:  # noqa: ANN401
    return compile_model(build_one_factor(n_raters, n_categories, card.card))


def _turned(posterior: "xr.Dataset") -> "xr.Dataset":
    """Turn draws round so that all point the same way; see `one_direction`."""
    z = posterior["z"]
    turns = one_direction(np.tanh(z.to_numpy().reshape(-1, z.shape[-1])))
    signs = posterior["loading"].copy(data=turns.reshape(z.shape[:2]))
    return posterior.assign({name: posterior[name] * signs for name in ("z", "loading")})


def _measured_error(
    chains: Chains, patterns: IntArray, counts: FloatArray, count: int, r_max: float
) -> float:
    z, cuts = (chains.variables[name] for name in ("z", "cuts"))
    many = z.shape[0] * z.shape[1]
    probes = np.linspace(0, many - 1, _PROBES).astype(int)
    loadings = r_max * np.tanh(z.reshape(many, -1)[probes])
    cuts = cuts.reshape(many, *cuts.shape[2:])[probes]
    return quadrature_error(loadings, cuts, patterns, counts, count)


def _on_full_scale(cuts: FloatArray, used: IntArray, n_categories: int) -> FloatArray:
    """Put cut-points (..., K - 1) between the used categories on the scale of C categories.

    A category that nobody gave lies between two equal cut-points, or beyond an infinite one.
    """
    edge = np.full((*cuts.shape[:-1], 1), np.inf)
    framed = np.concatenate([-edge, cuts, edge], axis=-1)
    return framed[..., np.searchsorted(used, np.arange(1, n_categories))]


def _pairs(table: AgreementTable, block: Ratings) -> tuple[list[int], list[int]]:
    place = {rater: j for j, rater in enumerate(block.raters)}
    return [place[row.rater_a] for row in table.rows], [place[row.rater_b] for row in table.rows]


def _notes(block: Ratings, loadings: FloatArray) -> tuple[Note, ...]:
    """Say what the tables of pairs rest on."""
    notes = [
        Note(
            "pairs of raters",
            "the tables of all pairs come from one model in which raters agree because all see "
            "the same thing; two raters who share an error of their own agree more than it says",
        )
    ]
    for j, rater in enumerate(block.raters):
        given = block.values[:, j]
        given = given[given >= 0]
        if np.unique(given).size < 2:
            notes.append(
                Note(
                    rater,
                    "gave one category only, so that the ratings say nothing of how well this "
                    "rater tells cases apart: the prior and the other raters do",
                )
            )
        elif (loadings[..., j] < 0).mean() > 0.5:
            notes.append(
                Note(rater, "rates in reverse: the higher the others, the lower this rater")
            )
    missing = int((block.values < 0).sum())
    if missing:
        notes.append(
            Note(
                "missing ratings",
                f"{missing:,} of {block.values.size:,} ratings are missing; all given ones are "
                "used, as if what is missing had nothing to do with the case",
            )
        )
    return tuple(notes)
