"""Study labels: cleaned, unique, and a way out where they are not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from metadx.studies.cells import is_missing, tidy
from metadx.studies.problems import SHOWN, Problem, quoted

JOINT = ", "
"""What stands between the parts of a label made of several columns."""

_WIDEST_SEARCH = 40
"""Further columns looked at when a label is proposed; keeps the search for pairs short."""


def join_label(parts: Sequence[str]) -> str:
    """Make one label of its parts; a part that is missing is left out.

    Examples
    --------
    >>> join_label(["Kim  2019", "CT", "NA"])
    'Kim 2019, CT'
    """
    return JOINT.join(tidy(part) for part in parts if not is_missing(part))


def label_problems(
    labels: Sequence[str],
    rows: Sequence[int],
    *,
    made_of: Sequence[str] = ("study",),
    columns: Mapping[str, Sequence[str]] | None = None,
) -> list[Problem]:
    """Return what is wrong with the labels: one is empty, or two are the same.

    Parameters
    ----------
    labels : sequence of str, length N
        Clean labels, as `join_label` makes them.
    rows : sequence of int, length N
        The row of each label in the source, used in messages.
    made_of : sequence of str
        The columns that the labels were made of.
    columns : mapping of str to sequence of str, or None
        The other columns of the table; those that would tell equal labels apart are proposed.

    Returns
    -------
    list of Problem
        Empty if every row has a label of its own.

    Examples
    --------
    >>> found = label_problems(["Li", "Li"], [2, 3], columns={"test": ["R5", "X5"]})
    >>> print(found[0].text)
    rows 2 and 3 have the same label "Li"; make the label of several columns, which tells them
    apart: --label study,test or [columns] label = ["study", "test"] in review.toml
    """
    made = " and ".join(made_of)
    problems = [
        Problem(f"the label ({made}) is empty; give every study a name", row)
        for label, row in zip(labels, rows, strict=True)
        if not label or not (label.isprintable() or any(c.isalnum() for c in label))
    ]
    if len(set(labels)) == len(labels) or problems:
        return problems
    repeated: dict[str, list[int]] = {label: [] for label, n in Counter(labels).items() if n > 1}
    for label, row in zip(labels, rows, strict=True):
        if label in repeated:
            repeated[label].append(row)
    same = [_rows_of(label, where) for label, where in repeated.items()]
    way_out = _way_out(labels, made_of, columns or {})
    return [Problem(f"{'; '.join(same[:SHOWN])}{_more(same)}; {way_out}")]


def _rows_of(label: str, rows: Sequence[int]) -> str:
    some = ", ".join(str(row) for row in rows[:-1][:5])
    more = f" and {len(rows) - 6} more" if len(rows) > 6 else ""
    return f"rows {some}{more} and {rows[-1]} have the same label {quoted(label)}"


def _more(same: Sequence[str]) -> str:
    return f"; and {len(same) - SHOWN} more labels" if len(same) > SHOWN else ""


def _way_out(
    labels: Sequence[str], made_of: Sequence[str], columns: Mapping[str, Sequence[str]]
) -> str:
    chosen = telling_apart(labels, columns)
    if not chosen:
        return "no other columns tell them apart: delete what was entered twice, rename the rest"
    names = [*made_of, *chosen]
    in_file = ", ".join(f'"{name}"' for name in names)
    return (
        f"make the label of several columns, which tells them apart: --label {','.join(names)} "
        f"or [columns] label = [{in_file}] in review.toml"
    )


def telling_apart(labels: Sequence[str], columns: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the fewest columns, at most two, that make every label unique.

    Parameters
    ----------
    labels : sequence of str, length N
        Labels, some of them equal.
    columns : mapping of str to sequence of str, each of length N
        The columns that may be added.

    Returns
    -------
    tuple of str
        Names of one or two columns; empty if no two columns are enough.

    Examples
    --------
    >>> telling_apart(["Li", "Li"], {"year": ["2001", "2001"], "test": ["CT", "MRI"]})
    ('test',)
    """
    counts = Counter(labels)
    # Only rows that share a label can be told apart or not, which keeps long tables quick.
    shared = [place for place, label in enumerate(labels) if counts[label] > 1]
    names = [name for name in columns if "," not in name][:_WIDEST_SEARCH]
    for size in (1, 2):
        for chosen in combinations(names, size):
            keys = {(labels[i], *(columns[name][i] for name in chosen)) for i in shared}
            if len(keys) == len(shared) and _joined_are_unique(labels, columns, chosen):
                return chosen
    return ()


def _joined_are_unique(
    labels: Sequence[str], columns: Mapping[str, Sequence[str]], chosen: Sequence[str]
) -> bool:
    parts = zip(labels, *(columns[name] for name in chosen), strict=True)
    return len({join_label(part) for part in parts}) == len(labels)
