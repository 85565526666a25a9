"""A folder to write into beside the target, marked as in use for as long as its process lives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no locks on folders: there, age decides
    fcntl = None  # type: ignore[assignment]

_DAY = 86_400.0  # seconds


def beside(target: Path, kind: str) -> Path:
    """Return a new hidden name next to a folder.

    Parameters
    ----------
    target : Path
    kind : {"partial", "old"}
        A result being written (or thrown away), or an old one on its way out.
    """
    return target.parent / f".{target.name}.{kind}-{os.urandom(4).hex()}"


class _NoLocks(Exception):
    """The system, or this disk, has no locks on folders."""


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Give a new empty folder beside `target`; what is left under its name is removed at the end.

    Parameters
    ----------
    target : Path
        The folder that the new one is to replace.

    Yields
    ------
    Path
    """
    stage, lock = _locked_folder(target)
    try:
        yield stage
    finally:
        remove(stage)
        _release(lock)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Wait until no other run is replacing a result in a folder, and keep others waiting.

    Parameters
    ----------
    folder : Path
        The folder that holds the results; where it is missing or cannot be locked, nobody waits.
    """
    lock = None
    with suppress(_NoLocks):
        lock = _lock(folder, wait=True)
    try:
        yield
    finally:
        _release(lock)


def clear_leftovers(target: Path) -> None:
    """Clear what killed runs left, and bring back an old result whose replacement was cut off.

    To be called in one's `turn`, for then no other run has an old result on its way out.

    Parameters
    ----------
    target : Path
        The result folder.
    """
    if not target.parent.is_dir():
        return
    for left in target.parent.iterdir():
        if left.name.startswith(f".{target.name}.old-") and left.is_dir():
            if target.exists():
                remove(left)
            else:
                left.rename(target)
        elif left.name.startswith(f".{target.name}.partial-") and left.is_dir():
            _remove_if_abandoned(left)


def remove(folder: Path) -> None:
    """Remove a folder, or nothing where it is gone."""
    if folder.exists():
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_abandoned(stage: Path) -> None:
    try:
        lock = _lock(stage)
    except _NoLocks:
        from time import time

        with suppress(OSError):
            if time() - stage.stat().st_mtime > _DAY:
                remove(stage)
        return
    if lock is not None:
        # Held until it is gone: a run that has made the folder but not locked it yet finds out.
        remove(stage)
        _release(lock)


def _locked_folder(target: Path) -> tuple[Path, int | None]:
    while True:
        stage = beside(target, "partial")
        stage.mkdir()
        try:
            lock = _lock(stage)
        except _NoLocks:
            return stage, None
        # Another run that clears leftovers may have come between: then take another name.
        if lock is not None and stage.exists():
            return stage, lock
        _release(lock)


def _lock(folder: Path, *, wait: bool = False) -> int | None:
    """Lock a folder for this process; the system lets go of it when the process ends, or dies.

    None where another process has it, or where it is gone.
    """
    if fcntl is None:
        raise _NoLocks
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _NoLocks from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError as error:
        os.close(handle)
        raise _NoLocks from error
    return handle


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)
