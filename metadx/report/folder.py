"""The result folder: whole or not there, whatever happens while it is written."""

import ctypes
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metadx.errors import DataError
from metadx.report.summary import SCHEMA

_OWN_FILES = ("summary.json", "summary.csv", "fit.nc", "report.html")
_OWN_STEMS = ("forest", "sroc")
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def result_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target`, and put it in its place when the block succeeds.

    Killed at any moment, `target` is the whole old result or the whole new one. Files in the old
    folder that are not results (notes of the user, say) are carried over.

    Parameters
    ----------
    target : Path
        The result folder.

    Yields
    ------
    Path
        The folder to write into.

    Raises
    ------
    DataError
        If `target` is a file, or a folder that holds something but no result of metadx.
    """
    _restore_interrupted(target)
    check_target(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    stage = target.parent / f".{target.name}.partial-{os.getpid()}"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    try:
        yield stage
        if target.is_dir():
            _carry_over(target, stage)
            _exchange(stage, target)
        else:
            stage.replace(target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def check_target(target: Path) -> None:
    """Refuse to replace what is no result of metadx; reads only.

    Raises
    ------
    DataError
        As for `result_folder`.
    """
    if target.exists() and not target.is_dir():
        raise DataError(f"{target}: is a file; give --out a folder.")
    if not target.is_dir() or not any(target.iterdir()):
        return
    try:
        found = json.loads((target / "summary.json").read_text(encoding="utf-8"))
        ours = str(found["schema"]).startswith(SCHEMA.rpartition("/")[0])
    except (OSError, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        msg = (
            f"{target}: holds files but no result of metadx, so it will not be replaced; give "
            f"--out another folder."
        )
        raise DataError(msg)


def _carry_over(old: Path, new: Path) -> None:
    for item in old.iterdir():
        ours = item.name in _OWN_FILES or item.stem in _OWN_STEMS
        if ours or (new / item.name).exists():
            continue
        if item.is_dir() and not item.is_symlink():
            shutil.copytree(item, new / item.name, symlinks=True)
        else:
            shutil.copy2(item, new / item.name, follow_symlinks=False)


def _exchange(stage: Path, target: Path) -> None:
    """Swap two folders: in one step where the system can, else by two renames."""
    if _exchange_at_once(stage, target):
        return
    aside = target.parent / f".{target.name}.old-{os.getpid()}"
    target.replace(aside)
    stage.replace(target)
    shutil.rmtree(aside, ignore_errors=True)


def _exchange_at_once(stage: Path, target: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        swap = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    old, new = os.fsencode(stage), os.fsencode(target)
    return bool(swap(_AT_FDCWD, old, _AT_FDCWD, new, _RENAME_EXCHANGE) == 0)


def _restore_interrupted(target: Path) -> None:
    """Clear what killed runs left, and bring back an old result whose replacement was cut off."""
    if not target.parent.is_dir():
        return
    for kind in ("old", "partial"):
        for left in target.parent.glob(f".{target.name}.{kind}-*"):
            owner = left.name.rpartition("-")[2]
            if not owner.isdigit() or _alive(int(owner)):
                continue
            if kind == "old" and not target.exists():
                left.replace(target)
            else:
                shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    if process == os.getpid():
        return False
    if os.name == "nt":  # there, signal 0 would end the process instead of asking for it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
