"""Covariates of simulated reviews."""

from collections.abc import Sequence
from string import ascii_lowercase

import numpy as np

from metadx.studies.covariates import Categorical, Continuous


def draw_levels(name: str, counts: Sequence[int], rng: np.random.Generator) -> Categorical:
    """Give each study a level.

    Parameters
    ----------
    name : str
    counts : sequence of int
        Number of studies of each level.
    rng : numpy.random.Generator
        Shuffles the studies.

    Returns
    -------
    Categorical
        Levels "a", "b", ...; the first is the reference.

    Examples
    --------
    >>> draw_levels("group", (2, 1), np.random.default_rng(1)).values
    ('a', 'a', 'b')
    """
    levels = tuple(ascii_lowercase[: len(counts)])
    values = rng.permutation(np.repeat(levels, counts)).tolist()
    return Categorical(name, tuple(values), levels, levels[0])


def draw_numbers(name: str, studies: int, rng: np.random.Generator) -> Continuous:
    """Give each study a number from a normal law.

    Parameters
    ----------
    name : str
    studies : int
        At least 2.
    rng : numpy.random.Generator

    Returns
    -------
    Continuous
        With mean 0 and standard deviation 1 over these studies, so that an effect per standard
        deviation is the same in every review.

    Examples
    --------
    >>> found = draw_numbers("dose", 8, np.random.default_rng(1)).values
    >>> [round(float(x), 6) + 0 for x in (found.mean(), found.std(ddof=1))]
    [0.0, 1.0]
    """
    drawn = rng.standard_normal(studies)
    return Continuous(name, (drawn - drawn.mean()) / drawn.std(ddof=1))
