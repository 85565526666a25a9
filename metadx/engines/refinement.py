"""How many quadrature nodes each study needs, from the error measured where the posterior lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.engines.likelihood import BASE_NODES, Hyper, IntegratedLikelihood

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]

LADDER = (BASE_NODES, 7, 11, 15, 31, 61)
_REFEREE = 91  # nodes that judge the last rung
_BUDGET = 0.01  # summed error of all rungs in the log posterior, far below the card's check
_SHARE = 0.5  # of what is left of it that a rung may use up


@dataclass(frozen=True, eq=False)
class NodePlan:
    """Nodes per axis for each study and what they leave undone.

    Parameters
    ----------
    nodes : ndarray of int, shape (N,)
    error : float
        Largest error of the log-likelihood of the whole table over the points, each rung judged by
        the next one.
    """

    nodes: IntArray
    error: float


def plan_nodes(likelihood: IntegratedLikelihood, points: Hyper) -> NodePlan:
    """Refine the fewest studies such that the others' summed error stays within a small budget.

    Parameters
    ----------
    likelihood : IntegratedLikelihood
        Of N studies; its own nodes are not used.
    points : Hyper
        The mode and far points of the posterior.

    Returns
    -------
    NodePlan
    """
    studies = likelihood.nodes.size
    nodes = np.full(studies, LADDER[0])
    left = np.zeros((points.rho.size, studies))  # error at the nodes finally chosen
    chosen = np.arange(studies)
    coarse = likelihood.with_nodes(nodes).by_study(points)
    budget = _BUDGET
    for rung, finer in zip(LADDER, (*LADDER[1:], _REFEREE), strict=True):
        part = likelihood.take(chosen)
        fine = part.with_nodes(np.full(chosen.size, finer)).by_study(points)
        error = coarse - fine
        left[:, chosen] = error
        worst = np.abs(error).max(axis=0)
        order = np.argsort(worst)
        summed = np.cumsum(worst[order])
        too_much = summed > _SHARE * budget
        nodes[chosen] = rung
        if finer == _REFEREE or not too_much.any():
            break
        budget -= summed[~too_much].max(initial=0.0)
        refine = order[too_much]
        chosen, coarse = chosen[refine], fine[:, refine]
    return NodePlan(nodes, float(np.abs(left).sum(axis=1).max()))
