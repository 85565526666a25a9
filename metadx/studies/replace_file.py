"""One file put in the place of another in a single step, one writer at a time."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from metadx.errors import DataError

if sys.platform == "win32":
    import msvcrt
    import time

    def _take(handle: int, *, wait: bool) -> None:
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
                return
            except OSError as error:  # the system's own way to wait gives up after ten seconds
                if not wait:
                    raise BlockingIOError from error
                time.sleep(0.1)
else:
    import fcntl

    def _take(handle: int, *, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


@contextmanager
def turn_at(file: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Wait until no other process of metadx changes a file, and keep others waiting.

    The lock is the system's and ends with the process, also where that is killed. It is advisory:
    a spreadsheet program does not ask for it.

    Parameters
    ----------
    file : Path
        The file; a hidden lock file stands beside it for as long as somebody has the turn.
    on_wait : callable
        Called once where another process has the turn.

    Yields
    ------
    None

    Raises
    ------
    DataError
        If nothing can be written beside the file, or the disk has no locks.
    """
    file = file.resolve()
    lock = file.with_name(f".{file.name}.lock")
    handle = _locked(lock, file, on_wait)
    try:
        yield
    finally:
        # Removed while it is held: whoever waits for it finds out and takes a new one.
        with suppress(OSError):
            lock.unlink()
        os.close(handle)


def _locked(lock: Path, file: Path, on_wait: Callable[[], None]) -> int:
    while True:
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise DataError(
                f"{file}: nothing can be written beside it ({error.strerror}); the study table is "
                "replaced by a new file, so its folder must be writable."
            ) from error
        try:
            try:
                _take(handle, wait=False)
            except BlockingIOError:
                on_wait()
                _take(handle, wait=True)
            if _is_still(lock, handle):
                return handle
            os.close(handle)
        except OSError as error:
            os.close(handle)
            raise DataError(
                f"{file}: the disk gives no locks ({error.strerror}), so two programs could write "
                "at once; copy the review to a local disk, add the study there and copy it back."
            ) from error
        except BaseException:
            os.close(handle)
            raise


def _is_still(lock: Path, handle: int) -> bool:
    """Tell whether the lock file is the one that was opened: who had it before removes it."""
    try:
        return os.path.samestat(lock.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def replace_file(file: Path, content: bytes) -> None:
    """Give a file new content: killed at any moment, it holds all of the old or all of the new.

    To be called in one's turn (`turn_at`). The new content is on the disk before it gets the name.

    Parameters
    ----------
    file : Path
        Made where there is none; its permissions are kept. Of a link, the file it points to.
    content : bytes

    Raises
    ------
    OSError
        If the disk refuses; the file is then as it was.
    """
    file = file.resolve()
    _clear(file)
    beside = file.with_name(f".{file.name}.new-{os.urandom(4).hex()}")
    try:
        with beside.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            beside.chmod(file.stat().st_mode & 0o7777)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync(file.parent)


def _clear(file: Path) -> None:
    """Remove what killed processes left: nobody else writes in one's turn."""
    start = f".{file.name}.new-"
    for left in file.parent.iterdir():
        if left.name.startswith(start):
            left.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    # The new name itself must reach the disk; Windows and some network disks cannot be asked.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
