"""Which column of a table plays which role; columns are found by name, never by position.

A name is compared after `fold`: upper and lower case, white space, dots, underscores and hyphens
make no difference. The accepted names (`ALIASES`) are:

============== ==================================================================
role           accepted names
============== ==================================================================
tp             tp, true pos, true positive, true positives
fp             fp, false pos, false positive, false positives
fn             fn, false neg, false negative, false negatives
tn             tn, true neg, true negative, true negatives
study          study; if there is none: study id, study name, study label, label,
               author, authors, first author, id
n_diseased     n diseased
n_nondiseased  n nondiseased
============== ==================================================================

Any other header can be given a role by hand: ``[columns] tp = "TP (n)"`` in ``review.toml``.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches

from metadx.errors import DataError
from metadx.studies.problems import listed, quoted

REQUIRED = ("tp", "fp", "fn", "tn", "study")
GROUP_SIZES = ("n_diseased", "n_nondiseased")
ROLES = REQUIRED + GROUP_SIZES

ALIASES: Mapping[str, tuple[str, ...]] = {
    "tp": ("tp", "true pos", "true positive", "true positives"),
    "fp": ("fp", "false pos", "false positive", "false positives"),
    "fn": ("fn", "false neg", "false negative", "false negatives"),
    "tn": ("tn", "true neg", "true negative", "true negatives"),
    "study": (
        "study",
        "study id",
        "study name",
        "study label",
        "label",
        "author",
        "authors",
        "first author",
        "id",
    ),
    "n_diseased": ("n diseased",),
    "n_nondiseased": ("n nondiseased",),
}

#: Folded headers of figures that are read only where their name says that they are printed ones.
_FIGURES = re.compile(
    r"sens(itivity)?|spec(ificity)?|[pn]pv|prevalence|n(non)?diseased|lr(pos|neg|\+)|auc|dor"
)
_IGNORED = re.compile(r"[\s._\-]+")


def fold(header: str) -> str:
    """Return what of a header counts when names are compared.

    Examples
    --------
    >>> fold("True_Positives"), fold("true positives"), fold("TP (n)")
    ('truepositives', 'truepositives', 'tp(n)')
    """
    return _IGNORED.sub("", header).casefold()


_ROLE_OF = {fold(alias): role for role, aliases in ALIASES.items() for alias in aliases}


def role_of(header: str) -> str | None:
    """Return the role that a header stands for by its name alone.

    Examples
    --------
    >>> role_of("False Neg."), role_of("first author"), role_of("TP (n)")
    ('fn', 'study', None)
    """
    return _ROLE_OF.get(fold(header))


def find_column(headers: Sequence[str], wanted: str, *, source: str, purpose: str) -> int:
    """Return the place of a column asked for by name.

    Parameters
    ----------
    headers : sequence of str
        The headers of the table.
    wanted : str
        The name asked for: as written in the table, or one that folds to the same.
    source : str
        Name of the table, used in messages.
    purpose : str
        What the column was asked for as, used in messages.

    Returns
    -------
    int
        Place in `headers`, from 0.

    Raises
    ------
    DataError
        If no column or more than one has that name.

    Examples
    --------
    >>> find_column(["study", "Mean age"], "mean_age", source="studies.csv", purpose="covariate")
    1
    """
    if wanted in headers:
        return headers.index(wanted)
    places = [i for i, header in enumerate(headers) if fold(header) == fold(wanted)]
    if len(places) == 1:
        return places[0]
    if places:
        both = " and ".join(quoted(headers[i]) for i in places)
        raise DataError(
            f"{source}: {quoted(wanted)} ({purpose}) may be {both}; write the header exactly."
        )
    near = get_close_matches(wanted, headers, n=1)
    hint = f"; did you mean {quoted(near[0])}?" if near else "."
    raise DataError(
        f"{source}: there is no column {quoted(wanted)} ({purpose}); found: {listed(headers)}{hint}"
    )


def match_roles(
    headers: Sequence[str],
    *,
    source: str,
    columns: Mapping[str, str] | None = None,
    declared: Collection[str] = (),
    label: Sequence[str] | None = None,
) -> dict[str, int]:
    """Return the place of each role's column.

    Parameters
    ----------
    headers : sequence of str
        The headers of the table.
    source : str
        Name of the table, used in messages.
    columns : mapping of str to str, or None
        Role to header, for columns named by hand; these come before the accepted names.
    declared : collection of str
        Headers declared as covariates or notes: they play no role unless `columns` says so.
    label : sequence of str or None
        The columns a label is made of; with them no column needs the role ``study``.

    Returns
    -------
    dict of str to int
        Place of the column of each role that the table has.

    Raises
    ------
    DataError
        If a required role has no column, or a role has two.

    Examples
    --------
    >>> match_roles(["Author", "TP", "FP", "FN", "TN"], source="studies.csv")
    {'tp': 1, 'fp': 2, 'fn': 3, 'tn': 4, 'study': 0}
    """
    by_hand = columns or {}
    strangers = [role for role in by_hand if role not in ROLES]
    if strangers:
        raise DataError(
            f"{source}: {listed(strangers)} is no role of a column; wanted {listed(ROLES)}."
        )
    roles: dict[str, int] = {}
    for role in ROLES:
        if role in by_hand:
            roles[role] = find_column(headers, by_hand[role], source=source, purpose=role)
    set_aside = {fold(name) for name in declared}
    candidates = [
        (i, header)
        for i, header in enumerate(headers)
        if i not in roles.values() and fold(header) not in set_aside
    ]
    for role in ROLES:
        if role in roles or (role == "study" and label is not None):
            continue
        found = [i for i, header in candidates if role_of(header) == role]
        if role == "study":
            found = [i for i in found if fold(headers[i]) == "study"] or found
        if len(found) > 1:
            raise DataError(_two_for_one(role, [headers[i] for i in found], source))
        if found:
            roles[role] = found[0]
    missing = [r for r in REQUIRED if r not in roles and not (r == "study" and label is not None)]
    if missing:
        raise DataError(_no_column(missing, headers, source))
    return {role: roles[role] for role in ROLES if role in roles}


def _two_for_one(role: str, found: Sequence[str], source: str) -> str:
    both = " and ".join(quoted(header) for header in found)
    if role == "study":
        way_out = f"say which names the studies: --label {found[0]}"
    else:
        way_out = f'keep one, or say which: [columns] {role} = "{found[0]}" in review.toml'
    return f"{source}: the columns {both} both stand for {role}; {way_out}."


def _no_column(missing: Sequence[str], headers: Sequence[str], source: str) -> str:
    names = "; ".join(f"{role}: {', '.join(ALIASES[role])}" for role in missing)
    found = ", ".join(quoted(header) for header in headers[:30])
    hint = ""
    if list(missing) != ["study"] and any(map(_FIGURES.fullmatch, map(fold, headers))):
        hint = (
            " Where a study prints figures instead of counts, columns such as reported_sens, "
            "reported_spec, reported_n and reported_n_diseased take them as printed, and "
            "`metadx audit` tells which counts they allow."
        )
    elif len(headers) == 1:
        hint = " Columns must be separated by commas, semicolons or tabs."
    elif not any(role_of(header) for header in headers if role_of(header) != "study"):
        hint = (
            " Ratings have one column a rater and one row a case; the cross-table of two raters "
            "has a column for each rater, with categories, and a column count."
        )
    return (
        f"{source}: no column for {', '.join(missing)}; found: {found}. Accepted names (case, "
        f"spaces, dots, hyphens and underscores do not matter) are {names}.{hint}"
    )
