"""A study that may be added to a review, before anything is written."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from metadx.studies.accuracy import COUNTS
from metadx.studies.review import Review


@dataclass(frozen=True, eq=False)
class Addition:
    """A study that may be added to a review, with the review as it is and as it would be.

    Parameters
    ----------
    file : Path
        The study table.
    row : int
        Where the study will stand; the header is row 1.
    before, content : bytes
        The table as it is, and with the study.
    present : Review or None
        The review as it is; None where it has no study yet.
    extended : Review
        The review with the study, which is its last one.
    left_empty : tuple of str
        Columns of which nothing was told.
    remarks : tuple of str
        What is to be looked at: a level that no other study has, a reference that changes.
    """

    file: Path
    row: int
    before: bytes
    content: bytes
    present: Review | None
    extended: Review
    left_empty: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def study(self) -> str:
        """The label of the new study."""
        return self.extended.table.study[-1]

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the new study; of one with several possible tables, those shown."""
        return {name: int(getattr(self.extended.table, name)[-1]) for name in COUNTS}


def sha256_of(content: bytes) -> str:
    """Return the hash of the bytes of a table, as in ``summary.json``."""
    return hashlib.sha256(content).hexdigest()
