"""What the commands take: arguments that several share, and how their text is read."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from metadx.commands.output import complain
from metadx.errors import DataError

if TYPE_CHECKING:
    from metadx.cards.load import CardKind
    from metadx.studies.agreement_review import AgreementReview
    from metadx.studies.review import Review


def share_of(text: str) -> float:
    """Read a share as the command line gives it.

    Parameters
    ----------
    text : str

    Raises
    ------
    typer.BadParameter
        If it is no number. Whether it lies between 0 and 1 is judged with the other options.

    Examples
    --------
    >>> share_of("0.8")
    0.8
    """
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r}: wanted a number between 0 and 1, such as 0.8 (not 80%, not 0,8); what may "
            "be given several times has the option before each."
        ) from None


PathArgument = Annotated[
    str, typer.Argument(metavar="PATH", help="Review folder, CSV/XLSX file or shipped dataset.")
]
LabelOption = Annotated[
    str | None, typer.Option("--label", help="Column(s) that make the study label: COL,COL.")
]
SensOption = Annotated[
    str | None, typer.Option("--sens", help='Formula for sensitivity, such as "~ setting + year".')
]
SpecOption = Annotated[
    str | None, typer.Option("--spec", help='Formula for specificity, such as "~ architecture".')
]
SubgroupOption = Annotated[
    str | None,
    typer.Option("--subgroup", help="Column whose levels are also fitted by themselves."),
]
AtOption = Annotated[
    list[str] | None,
    typer.Option("--at", help='Kind of study to give results for: "setting=screening,year=2020".'),
]
PrevalenceOption = Annotated[
    list[float] | None,
    typer.Option(
        parser=share_of, metavar="SHARE", help="Prevalence for PPV and NPV; may be repeated."
    ),
]
ScaleOption = Annotated[
    str | None,
    typer.Option(
        "--scale",
        help="Agreement: categories of a bare table from the lowest, as in none,weak,strong.",
    ),
]
NoSpearmanOption = Annotated[
    bool, typer.Option("--no-spearman", help="Agreement: leave printed rank correlations out.")
]
NoPartKappaOption = Annotated[
    bool,
    typer.Option(
        "--no-part-kappa", help="Agreement: leave out the kappas of rows without margins."
    ),
]
MisalignedOption = Annotated[
    bool,
    typer.Option(
        "--misaligned",
        help="Agreement: take a kappa that no table admits as made from codes off by one.",
    ),
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only", help="Studies to keep: rob_index_test=low, year>=2010; all of several hold."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print summary.json and nothing else.")]
MissingOption = Annotated[
    str | None,
    typer.Option(
        "--missing",
        help="Studies that lack a covariate: error, drop, or level (a level of their own).",
    ),
]
WorkersOption = Annotated[
    int | None, typer.Option(help="Processes to work in (one a processor).", min=1)
]
SchedulerOption = Annotated[
    str | None, typer.Option(help="Address of a Dask scheduler to work on instead.")
]


def given(path: str, name: str) -> Path:
    """Turn a text into a path; an empty one would mean the current folder.

    Parameters
    ----------
    path : str
    name : str
        Name of the argument or option, for the message.

    Raises
    ------
    DataError
        If the text is empty: it comes from a variable that is not set.
    """
    if not path.strip():
        raise DataError(f"{name} is empty; give a path.")
    return Path(path)


def kind_of(path: str) -> "CardKind":
    """Tell what a review is about; one that cannot be read is left to `load` to refuse.

    Parameters
    ----------
    path : str
        A path, or the name of a shipped dataset.

    Raises
    ------
    DataError
        If the text is empty.
    """
    from metadx.studies.review_kind import review_kind

    where = place_of(path)
    return "accuracy" if where is None else review_kind(where)


def load(path: str, label: str | None = None, only: Sequence[str] | None = None) -> "Review":
    """Read a review of accuracy from a path, or a shipped dataset where no such path exists.

    Parameters
    ----------
    path : str
    label : str or None
        Names of the columns that make the study label, with commas between them.
    only : sequence of str or None
        Conditions that studies must fulfil to be kept; see `metadx.studies.only.only`.

    Raises
    ------
    DataError
        If there is nothing of that name, it cannot be used, or no study is left.
    """
    review = _load(path, label)
    _warn_of_a_review_left_out(path)
    if not only:
        return review
    from metadx.studies.only import only as chosen

    return chosen(review, only)


def _warn_of_a_review_left_out(path: str) -> None:
    """Say so where a table is read alone that has a review.toml beside it."""
    place = Path(path)
    beside = place.parent / "review.toml"
    if place.name != beside.name and place.is_file() and beside.is_file():
        complain(
            f"{path} is read alone, without its {beside}; metadx run {place.parent} reads both."
        )


def _load(path: str, label: str | None) -> "Review":
    from metadx.studies.review import load_dataset, load_review

    columns = label_columns(label)
    where = place_of(path)
    if where is not None:
        try:
            return load_review(where, label=columns)
        except DataError:
            refuse_result(where)
            raise
    name = path.rstrip("/\\")
    if Path(name).name == name and not Path(name).suffix:
        try:
            load_dataset(name)
        except DataError as error:
            raise DataError(f"{path}: there is no such file or folder, and {error}") from None
    return load_review(path, label=columns)


def load_agreement_of(path: str, scale: str | None = None) -> "AgreementReview":
    """Read a review of agreement from a path, or a shipped dataset where no such path exists.

    Parameters
    ----------
    path : str
    scale : str or None
        Categories from the lowest, with commas between them.

    Raises
    ------
    DataError
        If there is nothing of that name, or it cannot be used.
    """
    from metadx.studies.agreement_review import load_agreement

    return load_agreement(place_of(path) or path, scale=categories_of(scale))


def categories_of(scale: str | None) -> tuple[str, ...] | None:
    """Split the categories of a scale.

    Parameters
    ----------
    scale : str or None
        Categories from the lowest, with commas between them.

    Raises
    ------
    DataError
        If they are fewer than two, or one is empty or stands twice.

    Examples
    --------
    >>> categories_of("none, weak, strong")
    ('none', 'weak', 'strong')
    """
    if scale is None:
        return None
    categories = tuple(part.strip() for part in scale.split(","))
    if len(categories) < 2 or not all(categories) or len({*categories}) < len(categories):
        msg = (
            f"--scale {scale!r}: wanted two or more categories, each once, from the lowest and "
            f"with commas between them, such as none,weak,strong."
        )
        raise DataError(msg)
    return categories


def label_columns(label: str | None) -> tuple[str, ...] | None:
    """Split the names of the columns that make the study label.

    Parameters
    ----------
    label : str or None
        Names with commas between them.
    """
    return tuple(part.strip() for part in label.split(",")) if label else None


def place_of(path: str) -> Path | None:
    """Find what a path, or the name of a shipped dataset, stands for; None for nothing.

    Parameters
    ----------
    path : str

    Raises
    ------
    DataError
        If the text is empty.
    """
    from metadx.resources import data_dir
    from metadx.studies.review import list_datasets

    where = given(path, "PATH")
    if where.exists():
        return where
    name = path.rstrip("/\\")
    return data_dir() / name if name in list_datasets() else None


def refuse_result(where: Path) -> None:
    """Say so where somebody gives the folder of a result instead of a review.

    Parameters
    ----------
    where : Path

    Raises
    ------
    DataError
        If it is one.
    """
    from metadx.report.folder import is_result

    if is_result(where) and not any(where.glob("studies.*")):
        msg = f"{where}: is a result of metadx, not a review; give the path of the review."
        raise DataError(msg)


def values_of(text: str, names: Iterable[str] = ()) -> dict[str, str | float]:
    """Read the values of covariates: ``"setting=screening,year=2020"``.

    Parameters
    ----------
    text : str
    names : iterable of str
        Known covariates: their names may hold a comma or an equals sign.

    Returns
    -------
    dict of str to str
        A comma that no ``NAME=`` follows belongs to the value before it.

    Raises
    ------
    DataError
        If a value has no name, or a name stands twice.
    """
    values: dict[str, str | float] = {}
    known = [re.escape(name) for name in sorted(names, key=len, reverse=True)]
    heads = re.compile(rf"(?:^|,)\s*({'|'.join([*known, '[^,=]+?'])})\s*=")
    found = list(heads.finditer(text))
    ends = [*(head.start() for head in found[1:]), len(text)]
    if not found or found[0].start() > 0:
        first = text[: found[0].start()] if found else text
        raise DataError(f"--at {first!r}: wanted NAME=VALUE, such as setting=screening.")
    for head, end in zip(found, ends, strict=True):
        name, value = head[1].strip(), text[head.end() : end].strip()
        if not (name and value):
            part = text[head.start() : end].removeprefix(",")
            raise DataError(f"--at {part!r}: wanted NAME=VALUE, such as setting=screening.")
        if name in values:
            raise DataError(f"--at {text!r}: {name} is set twice.")
        values[name] = value
    return values


def check_probabilities(prob: float, prevalence: Sequence[float] = ()) -> tuple[float, ...]:
    """Refuse a level or a prevalence that is not between 0 and 1; return each prevalence once.

    Parameters
    ----------
    prob : float
    prevalence : sequence of float

    Raises
    ------
    DataError
        If one of them is out of range.
    """
    example = {"prob": "0.95 (not 95)", "prevalence": "0.1 (not 10)"}
    for name, value in (("prob", prob), *(("prevalence", p) for p in prevalence)):
        if not 0 < value < 1:
            msg = f"--{name} {value:g}: wanted a number between 0 and 1, such as {example[name]}."
            raise DataError(msg)
    return tuple(dict.fromkeys(prevalence))
