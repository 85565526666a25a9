"""The hierarchy of an agreement model in PyMC, over rows whose cut-points are integrated out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import AgreementCard
from metadx.studies.agreement import AgreementTable

if TYPE_CHECKING:
    import pymc as pm

type IntArray = NDArray[np.int64]
type FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class HierarchyShape:
    """What decides the form of the model: two tables of one shape share a compiled model.

    Parameters
    ----------
    rows : int
        Number of rows.
    levels : tuple of (str, int)
        The factors the model has, of finding, region, study and row, in this order, each with its
        number of levels.
    parts : bool
        Whether a part of the whole has a mean of its own.
    share_nodes : int
        Coefficients of the log-likelihood in lambda; 0 where lambda is not in the model.
    """

    rows: int
    levels: tuple[tuple[str, int], ...]
    parts: bool
    share_nodes: int


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Which effects make up z of each row.

    Parameters
    ----------
    shape : HierarchyShape
    index : dict of str to ndarray of int, shape (R,)
        Level of each row, for each factor of the model; of a whole region, which has no region
        effect, any level.
    weight : dict of str to ndarray, shape (R,)
        1 where a row has the effect of the factor, else 0.
    part : ndarray, shape (R,)
        1 for a part of the whole, else 0.
    names : dict of str to tuple of str
        Names of the levels.
    """

    shape: HierarchyShape
    index: dict[str, IntArray]
    weight: dict[str, FloatArray]
    part: FloatArray
    names: dict[str, tuple[str, ...]]


def row_hierarchy(table: AgreementTable, share_nodes: int) -> Hierarchy:
    """Tell which effects the rows of a table have.

    A factor enters with two levels or more; regions are counted among the parts of the whole
    where there is one. The mean of parts enters where there are parts and wholes.

    Parameters
    ----------
    table : AgreementTable
        With R rows.
    share_nodes : int
        As of `HierarchyShape`.

    Returns
    -------
    Hierarchy

    Examples
    --------
    >>> from metadx.studies.agreement import AgreementRow
    >>> rows = [AgreementRow("", name, "", "A", "B", 30) for name in ("nodules", "cysts")]
    >>> row_hierarchy(AgreementTable(("no", "yes"), tuple(rows)), 0).shape.levels
    (('finding', 2), ('row', 2))
    """
    rows = table.rows
    part = np.array([float(table.is_part(row)) for row in rows])
    everywhere = np.ones(len(rows))
    in_parts = part if table.whole else everywhere
    labels: dict[str, tuple[Sequence[str], FloatArray]] = {
        "finding": ([row.finding for row in rows], everywhere),
        "region": ([row.region for row in rows], in_parts),
        "study": ([row.study for row in rows], everywhere),
        "row": ([str(place) for place in range(len(rows))], everywhere),
    }
    index, weight, names, levels = {}, {}, {}, []
    for factor, (given, has) in labels.items():
        found = tuple(dict.fromkeys(name for name, one in zip(given, has, strict=True) if one))
        if len(found) < 2:
            continue
        places = [found.index(name) if one else 0 for name, one in zip(given, has, strict=True)]
        index[factor], weight[factor], names[factor] = np.array(places), has, found
        levels.append((factor, len(found)))
    both = bool(part.any() and not part.all())
    shape = HierarchyShape(len(rows), tuple(levels), both, share_nodes)
    return Hierarchy(shape, index, weight, part, names)


def build_row_hierarchy(shape: HierarchyShape, card: AgreementCard) -> "pm.Model":
    """State what the rows share, over tables of the log-likelihood of each: the referee.

    Nothing is sampled from it: tests hold the compiled density of the engine equal to it.

    z = mu + beta_part part + finding + region + study + row, each effect normal around 0 and
    non-centred; a row's log-likelihood is a cubic spline in z whose coefficients are polynomials
    in lambda. Beyond the grid of z it goes on along its tangent, level where that would rise.

    Parameters
    ----------
    shape : HierarchyShape
    card : AgreementCard
        Gives the priors.

    Returns
    -------
    pymc.Model
        Variables ``mu``, ``beta_part``, ``sd_`` and ``_raw`` of each factor, ``lambda``, as far as
        the model has them. Data ``spline`` (R, intervals, 4, Q), ``grid`` (start, step),
        ``part`` and for each factor ``_index`` and ``_weight`` stand at placeholders.

    References
    ----------
    Papaspiliopoulos O, Roberts GO, Sköld M. A general framework for the parametrization of
    hierarchical models. Stat Sci 2007;22:59-73.

    Examples
    --------
    >>> from metadx.cards.agreement_card import load_agreement_card
    >>> shape = HierarchyShape(6, (("finding", 6), ("row", 6)), parts=False, share_nodes=7)
    >>> model = build_row_hierarchy(shape, load_agreement_card().card)
    >>> sorted(variable.name for variable in model.free_RVs)
    ['finding_raw', 'lambda', 'mu', 'row_raw', 'sd_finding', 'sd_row']
    """
    import pymc as pm

    parameters = card.parameters
    with pm.Model() as model:
        z = parameters.mu.prior.pymc("mu") * np.ones(shape.rows)
        if shape.parts:
            part = pm.Data("part", np.zeros(shape.rows))
            z += parameters.beta_part.prior.pymc("beta_part") * part
        for factor, size in shape.levels:
            index = pm.Data(f"{factor}_index", np.zeros(shape.rows, dtype=np.int64))
            weight = pm.Data(f"{factor}_weight", np.zeros(shape.rows))
            sd = getattr(parameters, f"sd_{factor}").prior.pymc(f"sd_{factor}")
            raw = pm.Normal(f"{factor}_raw", 0.0, 1.0, shape=size)
            z += sd * weight * raw[index]
        share = parameters.lambda_.prior.pymc("lambda") if shape.share_nodes else None
        pm.Potential("rows", _log_likelihood(z, share, shape).sum())
    return model


def _log_likelihood(
    z: Any,  # noqa: ANN401 - PyMC ships no types
    share: Any | None,  # noqa: ANN401
    shape: HierarchyShape,
) -> Any:  # noqa: ANN401
    """Evaluate the splines of the rows at z and lambda, shape (R,)."""
    import pymc as pm

    spline = pm.Data("spline", np.zeros((shape.rows, 2, 4, max(shape.share_nodes, 1))))
    grid = pm.Data("grid", np.array([0.0, 1.0]))
    place = (z - grid[0]) / grid[1]
    inside = pm.math.clip(place, 0.0, spline.shape[1] * 1.0)
    interval = pm.math.clip(pm.math.floor(inside), 0, spline.shape[1] - 1).astype("int64")
    t = inside - interval
    beyond = place - inside
    basis = pm.math.stack([t**0, t, t**2, t**3])
    steep = pm.math.stack([0 * t, t**0, 2 * t, 3 * t**2])
    here = spline[np.arange(shape.rows), interval]  # (R, 4, Q)
    powers = np.ones(1)
    if share is not None:
        powers = pm.math.stack([(2 * share - 1) ** degree for degree in range(shape.share_nodes)])
    value, rise = (
        pm.math.dot((here * each.T[:, :, None]).sum(axis=1), powers) for each in (basis, steep)
    )
    # Beyond the grid the tangent, level where it would rise outwards; within it nothing is added.
    return value + pm.math.minimum(beyond * rise, 0.0)
