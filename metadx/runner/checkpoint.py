"""The checkpoint: every finished item on disk, whatever ends the run."""

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from metadx.errors import MetadxError
from metadx.runner.perform import outcome_of
from metadx.runner.plan import Outcome, Plan

try:
    import fcntl
except ImportError:  # Windows: nothing keeps two runs apart there
    fcntl = None  # type: ignore[assignment]

FORMAT = "metadx/replications/1"
FILE = "replications.jsonl"
# A killed process loses nothing, as each line is handed to the system at once; a power cut loses
# no more than the work of this time.
_SYNC_EVERY = 2.0  # seconds


class Checkpoint:
    """The finished items of a plan, read and added to.

    Parameters
    ----------
    file : binary file
        Open for reading and adding, and locked.
    finished : dict of str to Outcome
        What an earlier run left, by key.
    """

    def __init__(self, file: BinaryIO, finished: dict[str, Outcome]) -> None:
        """Take a file over."""
        self.finished = finished
        self._file = file
        self._synced = monotonic()

    def add(self, line: str) -> None:
        """Add an item that has just been finished.

        Parameters
        ----------
        line : str
            As of `metadx.runner.perform.perform`.
        """
        outcome = outcome_of(line)
        if outcome.key in self.finished:
            return
        content = f"{line}\n".encode()
        if self._file.write(content) < len(content):  # the rest had no room: all else would be lost
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), FILE)
        self.finished[outcome.key] = outcome
        if monotonic() - self._synced > _SYNC_EVERY:
            self.sync()

    def sync(self) -> None:
        """Wait until all is on the disk."""
        with suppress(OSError):  # a pipe or a strange disk cannot
            os.fsync(self._file.fileno())
        self._synced = monotonic()


@contextmanager
def checkpoint(plan: Plan, folder: Path) -> Iterator[Checkpoint]:
    """Open the checkpoint of a plan in a folder, or begin one.

    Parameters
    ----------
    plan : Plan
    folder : Path
        Made where it is missing.

    Yields
    ------
    Checkpoint

    Raises
    ------
    MetadxError
        If another run is writing it, if it belongs to other work, if it is damaged, or if the
        folder is a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise MetadxError(f"{folder}: is a file; wanted a folder for the results.") from None
    # Unbuffered: what is written belongs to the system, and a killed process cannot lose it.
    with (folder / FILE).open("a+b", buffering=0) as file:
        _lock(file, folder)
        finished = _read(file, plan, folder)
        opened = Checkpoint(file, finished)
        try:
            yield opened
        finally:
            opened.sync()


def _lock(file: BinaryIO, folder: Path) -> None:
    """Keep a second run out; the system lets go when this process ends, or dies."""
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        msg = f"{folder}: another run is working there; wait for its end or take another folder."
        raise MetadxError(msg) from None
    except OSError:  # a disk without locks
        return


def _read(file: BinaryIO, plan: Plan, folder: Path) -> dict[str, Outcome]:
    """Read what is finished, and cut off what a kill or a power cut left of the last line."""
    file.seek(0)
    whole = file.read()
    end = whole.rfind(b"\n") + 1
    lines = whole[:end].splitlines()
    if not lines:
        file.truncate(0)
        file.write(json.dumps(_head(plan)).encode() + b"\n")
        return {}
    _check_head(lines[0], plan, folder)
    finished: dict[str, Outcome] = {}
    for number, line in enumerate(lines[1:], start=2):
        try:
            outcome = outcome_of(line)
        except ValueError:
            if number < len(lines):
                raise MetadxError(_damaged(folder, number)) from None
            end -= len(line) + 1
            break
        finished.setdefault(outcome.key, outcome)
    if end < len(whole):
        file.truncate(end)
    return finished


def _head(plan: Plan) -> dict[str, str]:
    return {"format": FORMAT, "plan": plan.name, "identity": plan.identity}


def _check_head(line: bytes, plan: Plan, folder: Path) -> None:
    try:
        head = json.loads(line)
    except ValueError:
        raise MetadxError(_damaged(folder, 1)) from None
    if head == _head(plan):
        return
    of_format = isinstance(head, dict) and head.get("format") == FORMAT
    whose = f"a run of {head.get('plan')}" if of_format else "something"
    msg = (
        f"{folder}: {FILE} there holds {whose} made with other settings, other assumptions or "
        f"another version of metadx, so it cannot be continued; take another folder, or delete "
        f"that file to begin anew."
    )
    raise MetadxError(msg)


def _damaged(folder: Path, number: int) -> str:
    return (
        f"{folder}: line {number} of {FILE} is damaged; delete that file to begin anew, or bring "
        f"back a copy of it."
    )
