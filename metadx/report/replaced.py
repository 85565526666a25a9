"""What an earlier result was that a new one takes the place of, where the two are not alike."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from metadx.report.folder import summary_in

_SETTINGS = {
    "sens": "--sens",
    "spec": "--spec",
    "subgroup": "--subgroup",
    "only": "--only",
    "prob": "--prob",
    "draws": "--draws",
    "seed": "--seed",
}


def earlier_result(folder: Path) -> dict[str, Any] | None:
    """Return what stands in the ``summary.json`` of a folder, and the names of its files.

    Parameters
    ----------
    folder : Path
        May be absent.

    Returns
    -------
    dict or None
        "found" and "files"; None where there is no result to be read.
    """
    found = summary_in(folder)
    return found and {"found": found, "files": tuple(path.name for path in folder.iterdir())}


def replaced_words(
    earlier: Mapping[str, Any] | None, found: Mapping[str, Any], written: Collection[str]
) -> str:
    """Say what was replaced, where it was another analysis or held more.

    Parameters
    ----------
    earlier : mapping or None
        From `earlier_result`, before the new result was written.
    found : mapping
        Content of the new ``summary.json``.
    written : collection of str
        Names of the new files.

    Returns
    -------
    str
        A sentence; empty where there was none, or the same analysis with no more files.

    Examples
    --------
    >>> old = {"found": {"settings": {"seed": 1}}, "files": ("report.html", "summary.json")}
    >>> replaced_words(old, {"settings": {"seed": 2}}, ["summary.json"])
    'It replaced an earlier result (with report.html; other --seed); --out keeps both.'
    """
    if earlier is None:
        return ""
    before = earlier["found"]
    told = []
    if "report.html" in earlier["files"] and "report.html" not in written:
        told.append("with report.html")
    for key, name in (("data", "sha256"), ("model", "id")):
        if _of(before, key).get(name) != _of(found, key).get(name):
            told.append(f"other {key}")
    old, new = _of(before, "settings"), _of(found, "settings")
    changed = [option for key, option in _SETTINGS.items() if old.get(key) != new.get(key)]
    if changed:
        told.append(f"other {', '.join(changed)}")
    return f"It replaced an earlier result ({'; '.join(told)}); --out keeps both." if told else ""


def written_words(folder: Path, written: Collection[str]) -> str:
    """Say what was written: by name, or what there is most of by its number.

    Parameters
    ----------
    folder : Path
    written : collection of str
        Names of the files.

    Returns
    -------
    str

    Examples
    --------
    >>> print(written_words(Path("r"), ["summary.csv", "summary.json"]))
    Written to r: summary.csv, summary.json
    >>> tables, figures = [f"{i}.csv" for i in range(9)], [f"f{i}.svg" for i in range(3)]
    >>> print(written_words(Path("r"), [*tables, *figures, "fit.nc", "report.html"]))
    Written to r: open r/report.html. Beside it: fit.nc, 3 figures, 9 tables (CSV).
    """
    if "report.html" not in written:
        return f"Written to {folder}: {', '.join(written)}"
    figures = {Path(name).stem for name in written if name.endswith((".svg", ".png", ".pdf"))}
    tables = [name for name in written if name.endswith(".csv")]
    pictures = {name for name in written if Path(name).stem in figures}
    others = sorted({*written} - pictures - {*tables, "report.html"})
    counts = [f"{len(figures)} figures"] * bool(figures) + [f"{len(tables)} tables (CSV)"]
    beside = ", ".join([*others, *counts])
    return f"Written to {folder}: open {folder / 'report.html'}. Beside it: {beside}."


def _of(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = found.get(key)
    return part if isinstance(part, Mapping) else {}
