"""What independent programs found, as pinned in `peers.json` and `published.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset
from tests.reference.corpus import corpus_table

PEERS_FILE = Path(__file__).parent / "peers.json"
PUBLISHED_FILE = Path(__file__).parent / "published.json"
# Nodes per axis that stand for the same approximation as each peer's.
NODES = {
    "lme4": 1,
    "lme4_bobyqa": 1,
    "lme4_nelder_mead": 1,
    "lme4_tight": 1,
    "glmmTMB": 1,
    "quadrature": 15,
}


@dataclass(frozen=True)
class PeerTable:
    """One table and what each peer found on it.

    Parameters
    ----------
    dataset : str
    group : {"reviews", "corpus"}
    n_studies : int
    table_sha256 : str or None
        Of the shipped ``studies.csv``.
    found : mapping of str to mapping
        By peer: estimates and standard errors, or ``failed`` with the message.
    """

    dataset: str
    group: str
    n_studies: int
    table_sha256: str | None
    found: Mapping[str, Mapping[str, Any]]

    def table(self) -> AccuracyTable:
        """Read the counts; those of the corpus need METADX_CORPUS."""
        return counts_of(self.group, self.dataset)


@dataclass(frozen=True)
class Printed:
    """Figures that a paper or a program's page prints for one table."""

    dataset: str
    group: str
    program: str
    source: str
    nodes: int
    printed: Mapping[str, float]


def counts_of(group: str, dataset: str) -> AccuracyTable:
    """Return the table of a dataset."""
    return corpus_table(dataset) if group == "corpus" else load_dataset(dataset).table


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(PEERS_FILE.read_text(encoding="utf-8"))
    return document


def software() -> dict[str, dict[str, str]]:
    """Return program, method and call of each peer."""
    found: dict[str, dict[str, str]] = _document()["peers"]
    return found


@lru_cache(maxsize=1)
def peer_tables() -> tuple[PeerTable, ...]:
    """Return every pinned table."""
    return tuple(PeerTable(**table) for table in _document()["tables"])


def tables_of(group: str) -> tuple[PeerTable, ...]:
    """Return the pinned tables of a group."""
    return tuple(table for table in peer_tables() if table.group == group)


@lru_cache(maxsize=1)
def printed_figures() -> tuple[Printed, ...]:
    """Return every printed set of figures."""
    document = json.loads(PUBLISHED_FILE.read_text(encoding="utf-8"))
    return tuple(Printed(**figures) for figures in document["figures"])
