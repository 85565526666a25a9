"""What is judged of a simulated covariate: means of kinds of study, and what tells two apart."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.logistic import expit
from metadx.simulation.design import ContrastCell
from metadx.simulation.laws import Truth

type FloatArray = NDArray[np.float64]

_MARGINS = ("sens", "spec")


@dataclass(frozen=True)
class Quantity:
    """One judged quantity, a function of the mean logits of one or two kinds of study.

    Parameters
    ----------
    name : str
        "mean[spec,a]", the mean logit of a kind; "contrast[spec,b-a]", how much it is higher in one
        kind than in another; "difference[spec,b-a]", the same of the accuracy expit(mean).
    margin : int
        0 for sens, 1 for spec.
    kinds : tuple of int
        Places of the kind, or of the lower and the higher of two.
    accuracy : bool
        Whether accuracies are compared and not logits.
    """

    name: str
    margin: int
    kinds: tuple[int, ...]
    accuracy: bool

    def value(self, means: FloatArray) -> FloatArray:
        """Return the quantity for mean logits of shape (kinds, S, 2): shape (S,)."""
        chosen = means[list(self.kinds), :, self.margin]
        if self.accuracy:
            chosen = expit(chosen)
        return np.asarray(chosen[0] if len(chosen) == 1 else chosen[1] - chosen[0])

    def slope(self, means: FloatArray) -> FloatArray:
        """Return the derivative for mean logits of shape (kinds, 2): shape (kinds,)."""
        found = np.zeros(len(means))
        found[list(self.kinds)] = 1.0 if len(self.kinds) == 1 else (-1.0, 1.0)
        if self.accuracy:
            share = expit(means[:, self.margin])
            found *= share * (1 - share)
        return found


def quantities(cell: ContrastCell) -> tuple[Quantity, ...]:
    """List what is judged in a cell.

    Parameters
    ----------
    cell : ContrastCell

    Returns
    -------
    tuple of Quantity
        Kinds are the levels "a", "b", ... ; of a continuous covariate "low" and "high", one
        standard deviation below and above its average.
    """
    labels = tuple(ascii_lowercase[: len(cell.levels)]) or ("low", "high")
    found = []
    for margin, name in enumerate(_MARGINS):
        found += [
            Quantity(f"mean[{name},{label}]", margin, (place,), accuracy=False)
            for place, label in enumerate(labels)
        ]
        for what in ("contrast", "difference"):
            found += [
                Quantity(
                    f"{what}[{name},{labels[high]}-{labels[low]}]",
                    margin,
                    (low, high),
                    accuracy=what == "difference",
                )
                for low, high in combinations(range(len(labels)), 2)
            ]
    return tuple(found)


def true_means(cell: ContrastCell) -> FloatArray:
    """Return the mean logits of each kind of study, shape (kinds, 2).

    Parameters
    ----------
    cell : ContrastCell

    Returns
    -------
    ndarray, shape (kinds, 2)
        Sens, spec.
    """
    first = np.log([cell.sens / (1 - cell.sens), cell.spec / (1 - cell.spec)])
    shifts = np.array([cell.sens_shift, cell.spec_shift]).T
    return np.asarray(first + np.vstack([np.zeros(2), shifts]))


@lru_cache(maxsize=128)
def truth_of_contrasts(cell: ContrastCell) -> Truth:
    """Return what the intervals of a cell are judged by.

    Parameters
    ----------
    cell : ContrastCell

    Returns
    -------
    Truth
        Its values are those of `quantities`.
    """
    means = true_means(cell)
    values = {q.name: float(q.value(means[:, None, :])[0]) for q in quantities(cell)}
    return Truth(means[0], values, None, np.array(cell.tau))
