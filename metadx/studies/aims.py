"""What a test is wanted for: the aims that a review states, and when they count as met."""

from dataclasses import dataclass, fields
from typing import Literal

type Goal = Literal["rule out", "rule in", "both"]
type StudyDesign = Literal["cohort", "case-control", "mixed"]

#: A likelihood ratio beyond these changes the odds "largely and often conclusively": Jaeschke R,
#: Guyatt GH, Sackett DL. JAMA 1994;271:703-707.
LR_NEG, LR_POS = 0.1, 10.0


@dataclass(frozen=True)
class Aims:
    """What a test is wanted for.

    Parameters
    ----------
    goal : {"rule out", "rule in", "both"} or None
        None where none is stated; both questions are answered then.
    source : str
        Who states the aim.
    lr_neg, lr_pos : float or None
        The negative likelihood ratio is to be below, the positive one above; None where not
        stated.
    sens, spec, npv, ppv : float or None
        Least sensitivity, specificity and predictive values, proportions; None where not stated.
    thresholds : tuple of float
        Threshold probabilities of the net benefit, ascending; empty for the usual ones.
    design : {"cohort", "case-control", "mixed"} or None
        How the studies chose their participants; None where not stated.

    Examples
    --------
    >>> Aims(goal="rule out", sens=0.95).stated
    ('sens',)
    """

    goal: Goal | None = None
    source: str = ""
    lr_neg: float | None = None
    lr_pos: float | None = None
    sens: float | None = None
    spec: float | None = None
    npv: float | None = None
    ppv: float | None = None
    thresholds: tuple[float, ...] = ()
    design: StudyDesign | None = None

    @property
    def stated(self) -> tuple[str, ...]:
        """Names of the targets that are stated."""
        targets = ("lr_neg", "lr_pos", "sens", "spec", "npv", "ppv")
        return tuple(
            item.name
            for item in fields(self)
            if item.name in targets and getattr(self, item.name) is not None
        )


NO_AIMS = Aims()
"""Nothing is stated."""
