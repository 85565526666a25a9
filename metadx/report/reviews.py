"""Find every review below a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from metadx.errors import DataError
from metadx.studies.problems import name_text
from metadx.studies.review_file import read_review_file
from metadx.studies.study_table import REVIEW_FILE

_ENDINGS = (".csv", ".tsv", ".xlsx")
_TABLES = tuple(f"studies{ending}" for ending in _ENDINGS)


@dataclass(frozen=True)
class Found:
    """A review that may be read.

    Parameters
    ----------
    name : str
        Its path below the folder searched, with "/" between the parts.
    path : Path
        Absolute; a folder or a table.
    """

    name: str
    path: Path

    def digest(self) -> str:
        """Return a digest of its files and its card: another one when one of them has changed."""
        if self.path.is_dir():
            wanted = {".toml", *_ENDINGS}
            files = sorted(f for f in self.path.iterdir() if f.suffix.lower() in wanted)
            files += _own_card(self.path)
        else:
            files = [self.path]
        total = sha256()
        for file in files:
            try:
                content = file.read_bytes()
            except OSError as error:  # reading the review will say it in full
                content = str(error).encode()
            total.update(os.fsencode(f"{file.name} {len(content)} ") + content)
        return total.hexdigest()


def find_reviews(folder: Path) -> tuple[Found, ...]:
    """Find the reviews of a folder: its tables, and at any depth the folders that are reviews.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    tuple of Found
        By name. A folder below is a review if it holds ``review.toml`` or ``studies.csv`` (or
        ``.tsv``, ``.xlsx``); hidden files and folders are none.

    Raises
    ------
    DataError
        If there is no such folder, if it is a review itself, or if there is no review in it.

    Examples
    --------
    >>> from metadx.resources import data_dir
    >>> [found.name for found in find_reviews(data_dir())][:2]
    ['adnexal-adnex', 'anti-ccp']
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "there is no such folder"
        raise DataError(f"{folder}: {what}; wanted a folder with reviews in it.")
    if is_review(folder):
        raise DataError(f"{folder}: is one review; give it to `metadx run`, or name the one above.")
    found = tuple(sorted(_tables(folder.absolute()), key=lambda one: one.name))
    if not found:
        msg = (
            f"{folder}: there is no review in it; wanted folders with {REVIEW_FILE} or "
            f"studies.csv, or CSV or XLSX files."
        )
        raise DataError(msg)
    return found


def _tables(folder: Path) -> Iterator[Found]:
    for file in folder.iterdir():
        # Names that begin with ~$ or a dot are lock files and leftovers of other programs.
        hidden = file.name.startswith((".", "~$"))
        if file.suffix.lower() in _ENDINGS and file.is_file() and not hidden:
            yield Found(name_text(file.name), file)
    for above, below, _ in os.walk(folder, onerror=_raise):
        here = Path(above)
        seen = [name for name in below if not name.startswith(".")]
        reviews = {name for name in seen if is_review(here / name)}
        below[:] = [name for name in seen if name not in reviews]  # where to look further
        for name in reviews:
            below_folder = (here / name).relative_to(folder).as_posix()
            yield Found(name_text(below_folder), here / name)


def _raise(error: OSError) -> None:
    """Refuse a folder that cannot be looked into: its reviews would be missing in silence."""
    raise error


def is_review(folder: Path) -> bool:
    """Tell whether a folder is a review, by the names of its files.

    Parameters
    ----------
    folder : Path

    Examples
    --------
    >>> from metadx.resources import data_dir
    >>> is_review(data_dir() / "telomerase"), is_review(data_dir())
    (True, False)
    """
    return any((folder / name).is_file() for name in (REVIEW_FILE, *_TABLES))


def _own_card(folder: Path) -> list[Path]:
    """Return the model card that a review names by its path, wherever it lies."""
    try:
        card = folder / read_review_file(folder / REVIEW_FILE).analysis.model
    except DataError:  # no such file, or a wrong one: reading the review will say it
        return []
    return [card] if card.is_file() else []
