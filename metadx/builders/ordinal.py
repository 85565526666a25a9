"""The complete model of agreement in PyMC, with the cut-points of every rater in every row."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metadx.builders.normal_cells import FARTHEST, normal_cells
from metadx.builders.ordinal_figures import (
    factor_terms,
    implied_ranks,
    kappa_term,
    margins_term,
    rank_terms,
    tables_term,
)
from metadx.builders.ordinal_rows import Hierarchy
from metadx.builders.ordinal_terms import RowTerms
from metadx.cards.agreement_card import AgreementCard

if TYPE_CHECKING:
    import pymc as pm

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]

_WIDEST = 5.0  # log of a gap; wider ones leave the scale anyway


def build_ordinal(
    rows: Sequence[RowTerms], hierarchy: Hierarchy, n_categories: int, card: AgreementCard
) -> "pm.Model":
    """State the model of agreement, nothing integrated out.

    In row i two standard normal measurements have the correlation r_i = r_max tanh(z_i); a rater
    gives the category between whose cut-points his measurement lies. z_i = mu + beta_part part +
    finding + region + study + row effect; a row that stands alone has the prior ``single``. What is
    known of a row enters as its cross-table, as the sum over the cross-tables that its printed
    numbers leave, or as laws of the printed figures.

    Parameters
    ----------
    rows : sequence of RowTerms, length R
    hierarchy : Hierarchy
        Which effects the rows have.
    n_categories : int
        C.
    card : AgreementCard
        Gives the priors.

    Returns
    -------
    pymc.Model
        Variables ``mu``, ``beta_part``, ``sd_`` and ``_raw`` of each factor, ``lambda``,
        ``cut_raw`` (all cut-points, standardised) and ``factor_raw`` (accuracy factors), as far as
        the model has them; ``z`` (R,), ``cells`` (R, C, C) and ``accuracy_factor``.

    References
    ----------
    Olsson U. Maximum likelihood estimation of the polychoric correlation coefficient.
    Psychometrika 1979;44:443-460.
    Lin LI. A concordance correlation coefficient to evaluate reproducibility. Biometrics
    1989;45:255-268 (rows without margins).

    Examples
    --------
    >>> from metadx.builders.ordinal_rows import row_hierarchy
    >>> from metadx.builders.ordinal_terms import TablesTerm
    >>> from metadx.cards.agreement_card import load_agreement_card
    >>> from metadx.studies.agreement import AgreementRow, AgreementTable
    >>> table = AgreementTable(("no", "yes"), (AgreementRow("", "", "", "A", "B", 9),))
    >>> counts = TablesTerm(np.array([[[5.0, 1.0], [1.0, 2.0]]]), np.zeros(1))
    >>> row = RowTerms(np.array([0, 1]), np.zeros(2), np.full(2, 1.5), counts)
    >>> model = build_ordinal([row], row_hierarchy(table, 0), 2, load_agreement_card().card)
    >>> sorted(variable.name for variable in model.free_RVs)
    ['cut_raw', 'z_raw']
    """
    import pymc as pm

    with pm.Model() as model:
        z = pm.Deterministic("z", _latent(hierarchy, card))
        r = card.numbers.r_max * pm.math.tanh(z)
        cuts_a, cuts_b = _cut_points(rows, n_categories)
        cells = pm.Deterministic("cells", normal_cells(r, cuts_a, cuts_b))
        ranks = implied_ranks(r, cells, cuts_b)
        share = card.parameters.lambda_.prior.pymc("lambda") if uses_share(rows) else 0.0
        for place, row in enumerate(rows):
            if row.tables is not None:
                pm.Potential(f"tables_{place}", tables_term(row.tables, cells, ranks, share, place))
            if row.margins is not None and row.margins.margins.any():
                pm.Potential(f"margins_{place}", margins_term(row.margins, cells[place]))
        residuals = rank_terms(rows, cells, ranks, share)
        for place, row in enumerate(rows):
            if row.kappa is not None:
                term = kappa_term(row.kappa, cells[place], residuals.get(place))
                pm.Potential(f"kappa_{place}", term)
        factor_terms(rows, cells)
    return model


def uses_share(rows: Sequence[RowTerms]) -> bool:
    """Tell whether a rank correlation of a measurement is used, so that lambda matters.

    Parameters
    ----------
    rows : sequence of RowTerms

    Returns
    -------
    bool
    """
    return any(
        (row.tables is not None and row.tables.rank is not None)
        or (row.rank is not None and row.rank.continuous)
        for row in rows
    )


def _latent(hierarchy: Hierarchy, card: AgreementCard) -> Any:  # noqa: ANN401 - PyMC ships no types
    """Return z of all rows."""
    import pymc as pm

    parameters, shape = card.parameters, hierarchy.shape
    if shape.rows == 1:
        prior = parameters.single.prior
        return prior.mean + prior.sd * pm.Normal("z_raw", 0.0, 1.0, shape=1)
    z = parameters.mu.prior.pymc("mu") * np.ones(shape.rows)
    if shape.parts:
        z += parameters.beta_part.prior.pymc("beta_part") * hierarchy.part
    for factor, size in shape.levels:
        sd = getattr(parameters, f"sd_{factor}").prior.pymc(f"sd_{factor}")
        effect = pm.Deterministic(factor, sd * pm.Normal(f"{factor}_raw", 0.0, 1.0, shape=size))
        z += hierarchy.weight[factor] * effect[hierarchy.index[factor]]
    return z


def _cut_points(rows: Sequence[RowTerms], n_categories: int) -> tuple[Any, Any]:
    """Return the cut-points of both raters, each (R, C - 1), on the full scale."""
    import pymc as pm
    import pytensor.tensor as pt

    mean = np.concatenate([row.mean for row in rows])
    sd = np.concatenate([row.sd for row in rows])
    theta = pt.zeros(1)
    if mean.size:
        theta = mean + sd * pm.Normal("cut_raw", 0.0, 1.0, shape=mean.size)
    start = np.cumsum([0, *(row.mean.size for row in rows)])
    sides = []
    for side in (0, 1):
        first, gaps, counted, place = _layout(rows, start, side, n_categories)
        widths = pt.exp(pt.minimum(theta[gaps], _WIDEST)) * counted
        above = theta[first][:, None] + pt.cumsum(widths, axis=1)
        own = pt.concatenate([theta[first][:, None], above], axis=1)
        ends = np.tile([-FARTHEST, FARTHEST], (len(rows), 1))
        framed = pt.concatenate([own, ends], axis=1)
        full = framed[np.arange(len(rows))[:, None], place]
        sides.append(pt.clip(full, -FARTHEST, FARTHEST))
    return sides[0], sides[1]


def _layout(
    rows: Sequence[RowTerms], start: IntArray, side: int, n_categories: int
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    """Tell where the cut-points of one rater stand among all coordinates.

    Returns the place of the first cut-point (R,), those of the log gaps with 1 where there is one
    (R, C - 2), and for each boundary of the full scale which cut-point it is (R, C - 1): the last
    two places stand for minus and plus infinity.
    """
    inner = max(n_categories - 2, 0)
    first = np.zeros(len(rows), dtype=np.int64)
    gaps = np.zeros((len(rows), inner), dtype=np.int64)
    counted = np.zeros((len(rows), inner))
    place = np.empty((len(rows), n_categories - 1), dtype=np.int64)
    for i, row in enumerate(rows):
        cuts = row.mean.size // 2
        begin = int(start[i]) + side * cuts
        if cuts:
            first[i] = begin
            gaps[i, : cuts - 1] = begin + 1 + np.arange(cuts - 1)
            counted[i, : cuts - 1] = 1.0
        below = np.searchsorted(row.used, np.arange(1, n_categories))  # used ones under each
        place[i] = np.where(below == 0, inner + 1, below - 1)
        place[i][below == row.used.size] = inner + 2
    return first, gaps, counted, place
