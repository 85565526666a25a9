"""The long runs of Stan that metadx is held against, as pinned in `stan.json`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

PINNED_FILE = Path(__file__).parent / "stan.json"
CARDS = ("bivariate-binomial", "bivariate-binomial-n15")


@dataclass(frozen=True)
class Run:
    """The posterior of one table under one card, by a long run of Stan.

    Parameters
    ----------
    dataset : str
        Name of a shipped review, or of a table that does not ship.
    group : {"reviews", "corpus"}
    card : str
    n_studies : int
    table_sha256 : str or None
        Of the shipped ``studies.csv``.
    sampler : mapping
        How it was sampled and how well.
    quantities : mapping of str to mapping
        By quantity: mean, sd, quantiles and their Monte Carlo errors.
    studies : mapping of str to sequence of float
        Columns ``sens_mean``, ``sens_sd``, ..., one value a study.
    """

    dataset: str
    group: str
    card: str
    n_studies: int
    table_sha256: str | None
    sampler: Mapping[str, Any]
    quantities: Mapping[str, Mapping[str, float]]
    studies: Mapping[str, Sequence[float]]


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(PINNED_FILE.read_text(encoding="utf-8"))
    return document


def priors() -> dict[str, dict[str, str]]:
    """Return the prior statements of each card's Stan program."""
    found: dict[str, dict[str, str]] = _document()["priors"]
    return found


@lru_cache(maxsize=1)
def runs() -> tuple[Run, ...]:
    """Return every pinned run."""
    return tuple(Run(**run) for run in _document()["runs"])


def runs_of(group: str, card: str | None = None) -> tuple[Run, ...]:
    """Return the runs of a group, or of a group under one card."""
    return tuple(run for run in runs() if run.group == group and card in {None, run.card})


def find(dataset: str, card: str) -> Run:
    """Return the run of a dataset under a card."""
    (found,) = (run for run in runs() if (run.dataset, run.card) == (dataset, card))
    return found
