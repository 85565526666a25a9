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
        if lock is not None:
            os.close(lock)


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Wait until no other run is replacing a result in a folder, and keep others waiting.

    Parameters
    ----------
    folder : Path
        The folder that holds the results; where it is missing or cannot be locked, nobody waits.
    """
    lock = _lock(folder, wait=True)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


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
    for kind in ("old", "partial"):
        for left in target.parent.iterdir():
            ours = left.name.startswith(f".{target.name}.{kind}-") and left.is_dir()
            if not ours or (_in_use(left) and kind == "partial"):
                continue
            if kind == "old" and not target.exists():
                left.rename(target)
            else:
                remove(left)


def remove(folder: Path) -> None:
    """Remove a folder, or nothing where it is gone."""
    if folder.exists():
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _locked_folder(target: Path) -> tuple[Path, int | None]:
    while True:
        stage = beside(target, "partial")
        stage.mkdir()
        if fcntl is None:
            return stage, None
        lock = _lock(stage)
        # Another run that clears leftovers may have come between: then take another name.
        if lock is not None and stage.exists():
            return stage, lock
        if lock is not None:
            os.close(lock)


def _lock(folder: Path, *, wait: bool = False) -> int | None:
    """Lock a folder for this process; the system lets go of it when the process ends, or dies."""
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle


def _in_use(folder: Path) -> bool:
    if fcntl is None:
        from time import time

        with suppress(OSError):
            return time() - folder.stat().st_mtime < _DAY
        return True
    lock = _lock(folder)
    if lock is None:
        return True
    os.close(lock)
    return False
