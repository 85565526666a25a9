"""The interior and the faces of the parameter space, where a maximum of the likelihood may lie.

A standard deviation of 0 or a correlation of ±1 is infinitely far away in theta, so a search in
theta never gets there. Each face is therefore searched for itself, with the coordinates that lead
to it held at infinity.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metadx.engines.target import ATANH_RHO, LOG_TAU, SCALES

type FloatArray = NDArray[np.float64]
type Parameter = Literal["tau_sens", "tau_spec", "rho"]

_TAU: tuple[Parameter, Parameter] = ("tau_sens", "tau_spec")
_ZERO = -np.inf  # of log tau


@dataclass(frozen=True)
class Face:
    """A part of the parameter space.

    Parameters
    ----------
    dimension : int
        Length of theta.
    held : mapping of int to float
        Coordinates of theta that do not move, with their values; rho has no meaning, and is held
        at 0, where a tau is 0.
    at_edge : tuple of str
        Parameters that lie on the edge of their range on this face.
    """

    dimension: int
    held: Mapping[int, float]
    at_edge: tuple[Parameter, ...] = ()

    @property
    def free(self) -> tuple[int, ...]:
        """Coordinates of theta that move."""
        return tuple(i for i in range(self.dimension) if i not in self.held)

    def place(self, theta: FloatArray) -> FloatArray:
        """Return a copy of theta with the held coordinates at their values."""
        placed = theta.copy()
        for coordinate, value in self.held.items():
            placed[coordinate] = value
        return placed


def faces(
    told: tuple[bool, bool], *, paired: bool, sizes: tuple[int, int] = (1, 1)
) -> tuple[Face, ...]:
    """List the faces of a table, those of fewest parameters first, the interior last.

    Parameters
    ----------
    told : pair of bool
        Whether the counts tell anything of sens, of spec; the coordinates of a margin that they
        tell nothing of are held (coefficients 0, standard deviation 0).
    paired : bool
        Whether any study has people in both arms; otherwise rho has no meaning.
    sizes : pair of int
        Numbers of coefficients of sens and spec.

    Returns
    -------
    tuple of Face

    Examples
    --------
    >>> [face.at_edge for face in faces((True, True), paired=True)]
    [('tau_sens', 'tau_spec'), ('tau_sens',), ('tau_spec',), ('rho',), ('rho',), ()]
    """
    margins = [margin for margin, tells in enumerate(told) if tells]
    dimension = sum(sizes) + SCALES
    log_tau, atanh_rho = range(dimension)[LOG_TAU], range(dimension)[ATANH_RHO]
    coefficients = (range(sizes[0]), range(sizes[0], sum(sizes)))
    uncorrelated = {atanh_rho: 0.0}
    for margin in {0, 1} - set(margins):
        uncorrelated |= {log_tau[margin]: _ZERO, **dict.fromkeys(coefficients[margin], 0.0)}
    without_spread = [margins] if margins else []
    if len(margins) == 2:
        without_spread += [margins[:1], margins[1:]]
    found = [
        Face(
            dimension,
            uncorrelated | {log_tau[margin]: _ZERO for margin in chosen},
            tuple(_TAU[margin] for margin in chosen),
        )
        for chosen in without_spread
    ]
    if not all(told) or not paired:
        return (*found, Face(dimension, uncorrelated))
    edges = (Face(dimension, {atanh_rho: sign * np.inf}, ("rho",)) for sign in (-1, 1))
    return (*found, *edges, Face(dimension, {}))
