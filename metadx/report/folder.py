"""The result folder: whole or not there, whatever happens while it is written."""

import errno
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from metadx.errors import MetadxError
from metadx.report.staging import beside, clear_leftovers, staged, turn
from metadx.report.summary import SCHEMA

#: Names of the files of a result; all others in its folder are the user's own.
_OWN = re.compile(
    r"summary\.(json|csv)|contrasts\.csv|report\.html|fit(-.+)?\.nc"
    r"|criticism\.json|revman\.txt|table-.+\.csv"
    r"|(forest(-\d+)?|sroc|coefficients|(forest|sroc)-by-.+|bubble-.+|sroc-.+-by-itself"
    r"|crosshair|roc-ellipses|likelihood-ratios|fagan|predictive-values|decision-curve"
    r"|predictive-checks|influence|leave-one-out(-\d+)?|outliers"
    r"|cumulative(-\d+)?|study-weights-\d+"
    r"|prior-posterior|prior-alternatives|alternatives|deeks-funnel|study-weights"
    r"|quadas-traffic-light(-\d+)?|quadas-bars"
    r"|kappa-forest|agreement-(tables(-\d+)?|ranks(-parts)?|bounds)|cut-points|rater-loadings)"
    r"\.(svg|png|pdf)|figures\.txt"
)
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def result_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside `target`, and put it in its place when the block succeeds.

    Killed at any moment, `target` is the whole old result or the whole new one (where the system
    cannot exchange two folders in one step, a kill between two renames leaves the old one hidden
    beside it, and the next run brings it back). Files in the old folder that are no results, such
    as notes of the user, are kept.

    Parameters
    ----------
    target : Path
        The result folder; of a link, the folder it points to.

    Yields
    ------
    Path
        The folder to write into.

    Raises
    ------
    MetadxError
        As for `check_target`, or if the disk refuses; an earlier result is then untouched.
    """
    check_target(target)
    with _disk_errors(target):
        real = target.resolve()
        made = _make_parents(real)
        try:
            with staged(real) as stage:
                yield stage
                with turn(real.parent):
                    _check(target, real)
                    _put(stage, real)
        except BaseException:
            for folder in made:
                with suppress(OSError):
                    folder.rmdir()
            raise


def check_target(target: Path) -> None:
    """Refuse to replace what is no result of metadx; clear what a killed run left beside it.

    Parameters
    ----------
    target : Path

    Raises
    ------
    MetadxError
        If `target` is a file, holds something but no result of metadx, is the folder one stands
        in, or cannot be looked into.
    """
    with _disk_errors(target):
        real = target.resolve()
        _check_above(real)
        with turn(real.parent):
            clear_leftovers(real)
            _check(target, real)


def _check(target: Path, real: Path) -> None:
    if not real.exists():
        return
    if not real.is_dir():
        raise MetadxError(f"{target}: is a file; give --out a folder.")
    if Path.cwd().is_relative_to(real):
        msg = (
            f"{target}: is the folder you stand in; a result is replaced as a whole, so give "
            f"--out another folder."
        )
        raise MetadxError(msg)
    # Hidden files, such as those that keep an empty folder in a repository, are no content.
    if any(not item.name.startswith(".") for item in real.iterdir()) and not is_result(real):
        msg = (
            f"{target}: holds files but no result of metadx, so it will not be replaced; give "
            f"--out another folder."
        )
        raise MetadxError(msg)


def _check_above(target: Path) -> None:
    """Fail now, not after a long fit, where a folder cannot be made or replaced."""
    above = next((folder for folder in target.parents if folder.exists()), target)
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
    if not os.access(above, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))


def is_result(folder: Path) -> bool:
    """Tell whether a folder holds a result of metadx."""
    found = summary_in(folder) or {}
    return str(found.get("schema")).startswith(SCHEMA.rpartition("/")[0])


def summary_in(folder: Path) -> dict[str, Any] | None:
    """Return the content of a folder's ``summary.json``; None where there is none to be read."""
    try:
        found = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


@contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        msg = (
            f"{target}: the results cannot be written there ({error.strerror or error}); an "
            f"earlier result is untouched. Make room or give --out another folder."
        )
        raise MetadxError(msg) from error


def _make_parents(target: Path) -> list[Path]:
    """Make the folders above `target`; return those that were missing, the lowest first."""
    missing = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    return missing


def _put(stage: Path, target: Path) -> None:
    """Put a finished folder in its place."""
    if target.exists():
        _carry_over(target, stage)
        stage.chmod(target.stat().st_mode & 0o7777)
        _exchange(stage, target)
    else:
        stage.rename(target)


def _carry_over(old: Path, new: Path) -> None:
    """Bring the user's own files along: as further names of the same files where possible."""
    for item in old.iterdir():
        if _OWN.fullmatch(item.name) or (new / item.name).exists():
            continue
        if item.is_dir() and not item.is_symlink():
            import shutil

            shutil.copytree(
                item,
                new / item.name,
                symlinks=True,
                copy_function=_link_or_copy,
            )
        else:
            _link_or_copy(str(item), str(new / item.name))


def _link_or_copy(old: str, new: str) -> None:
    try:
        os.link(old, new, follow_symlinks=False)
    except (OSError, NotImplementedError):
        import shutil

        shutil.copy2(old, new, follow_symlinks=False)


def _exchange(stage: Path, target: Path) -> None:
    """Swap two folders: in one step where the system can, else by two renames."""
    if _exchange_at_once(stage, target):
        return
    aside = beside(target, "old")
    target.rename(aside)
    try:
        stage.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    aside.rename(stage)  # to be removed with the stage


def _exchange_at_once(stage: Path, target: Path) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    import ctypes

    try:
        swap = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    old, new = os.fsencode(stage), os.fsencode(target)
    return bool(swap(_AT_FDCWD, old, _AT_FDCWD, new, _RENAME_EXCHANGE) == 0)
