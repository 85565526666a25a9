"""A review: one folder with a study table and what is known about it."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from metadx.errors import DataError
from metadx.resources import data_dir
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.aims import NO_AIMS, Aims
from metadx.studies.covariates import Categorical, CovariateSpec, MissingPolicy
from metadx.studies.problems import listed, name_text, quoted
from metadx.studies.read import read_table, table_from_content
from metadx.studies.selection import ALL_STUDIES, Selection
from metadx.studies.study_table import REVIEW_FILE, table_in
from metadx.studies.totals import Total
from metadx.studies.units import counted

if TYPE_CHECKING:
    from metadx.studies.schema import ReviewFile


@dataclass(frozen=True)
class ReviewSource:
    """Where the counts of a review come from.

    Parameters
    ----------
    citation, doi, url, licence : str
        The publication; empty where unknown.
    retrieved : datetime.date or None
        Day on which the counts were read.
    transcription : tuple of str
        How the counts were read and checked.
    doubts : tuple of str
        Everything that is not certain.
    """

    citation: str = ""
    doi: str = ""
    url: str = ""
    licence: str = ""
    retrieved: datetime.date | None = None
    transcription: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """How a review is analysed unless the caller says otherwise.

    Parameters
    ----------
    model : str
        Id of a model card.
    sens, spec : str
        Formulas for the two margins, such as ``"~ 1"``.
    subgroup : str or None
        Categorical covariate to give results by.
    missing : {"error", "drop", "level"}
        What becomes of studies that lack a covariate of a formula.
    prevalence : tuple of float
        Prevalences, between 0 and 1, to give predictive values at.
    seed : int
        Seed of the random numbers.
    prob : float
        Level of the intervals.
    """

    model: str = "bivariate-binomial"
    sens: str = "~ 1"
    spec: str = "~ 1"
    subgroup: str | None = None
    missing: MissingPolicy = "error"
    prevalence: tuple[float, ...] = ()
    seed: int = 1
    prob: float = 0.95


@dataclass(frozen=True)
class Published:
    """A figure that the source prints.

    Parameters
    ----------
    measure : str
        Name such as ``sens``, ``lr_pos`` or ``auc``.
    value, lower, upper : float
        The figure and its limits on the scale of the measure; limits None where not printed.
    method, note : str
        How the source got it, and what to know about it.
    """

    measure: str
    value: float
    lower: float | None = None
    upper: float | None = None
    method: str = ""
    note: str = ""


@dataclass(frozen=True)
class Review:
    """A review and its validated study table.

    Parameters
    ----------
    name : str
        Name of its folder, or of its file without the ending.
    folder : Path
        The folder it was read from.
    title, question : str
        What the review is about.
    kind : {"accuracy"}
        What the table holds.
    synthetic : bool
        True where the data are simulated or reconstructed.
    synthetic_note : str
        What to say of synthetic data instead of the usual words.
    index_test, target_condition, reference_standard, unit : str
        The test, what it is to find, how the truth was established and what is counted.
    source : ReviewSource
        Provenance.
    columns : mapping of str to CovariateSpec
        What is declared about the columns that are no roles.
    analysis : Analysis
        Settings.
    aims : Aims
        What the test is wanted for: the section ``[decision]``.
    published : tuple of Published
        Figures of the source.
    totals : tuple of Total
        Totals of the source, which the table is to add up to.
    table : AccuracyTable
        The studies.
    selection : Selection
        Which studies of the source the table holds; see `metadx.studies.only.only`.
    """

    name: str
    folder: Path
    title: str
    table: AccuracyTable
    question: str = ""
    kind: Literal["accuracy"] = "accuracy"
    synthetic: bool = False
    synthetic_note: str = ""
    index_test: str = ""
    target_condition: str = ""
    reference_standard: str = ""
    unit: str = ""
    source: ReviewSource = ReviewSource()
    columns: Mapping[str, CovariateSpec] = field(default_factory=dict, hash=False)
    analysis: Analysis = Analysis()
    aims: Aims = NO_AIMS
    published: tuple[Published, ...] = ()
    totals: tuple[Total, ...] = ()
    selection: Selection = ALL_STUDIES

    def __post_init__(self) -> None:
        """Freeze the declarations."""
        object.__setattr__(self, "columns", MappingProxyType(dict(self.columns)))

    @property
    def model(self) -> str | Path:
        """The model card it asks for: an id, or a path that counts from the review's folder."""
        beside = self.folder / self.analysis.model
        return beside if beside.is_file() else self.analysis.model

    def __reduce__(self) -> tuple[type["Review"], tuple[object, ...]]:
        """Rebuild through the constructor, for other processes do not take a mapping proxy."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return type(self), tuple((values | {"columns": dict(self.columns)}).values())


def load_review(
    path: str | Path, *, label: Sequence[str] | None = None, content: bytes | None = None
) -> Review:
    """Read a review from its folder, or from a bare study table.

    Parameters
    ----------
    path : str or Path
        A folder with one ``studies.csv`` (or ``.tsv``, ``.xlsx``) and a ``review.toml``, which may
        be absent; or a table alone, which then is a review with nothing but defaults.
    label : sequence of str or None
        Columns that make the study label together; overrides ``[columns] label``.
    content : bytes or None
        What to take for the content of the study table, such as a table with one more study before
        it is written; None reads the file.

    Returns
    -------
    Review

    Raises
    ------
    DataError
        If the folder, its ``review.toml`` or its table cannot be used as they stand.

    Examples
    --------
    >>> from metadx.resources import data_dir
    >>> load_review(data_dir() / "anti-ccp" / "studies.csv").table.n_studies
    37
    """
    path = Path(path)
    if path.name == REVIEW_FILE and path.is_file():
        path = path.parent
    if path.is_dir():
        return _load_folder(path, label, content)
    if not path.exists():
        raise DataError(
            f"{path}: there is no such file or folder; `metadx datasets` lists what ships."
        )
    table = _read(path, content, label=label)
    name = name_text(path.stem)
    return Review(name=name, folder=path.parent, title=name, table=table)


def load_dataset(name: str) -> Review:
    """Read a review that ships with metadx.

    Parameters
    ----------
    name : str
        One of ``list_datasets("accuracy")``.

    Returns
    -------
    Review

    Raises
    ------
    DataError
        If no shipped review of accuracy has that name.

    Examples
    --------
    >>> load_dataset("anti-ccp").table.n_studies
    37
    """
    names = list_datasets()
    if name not in names:
        near = get_close_matches(name.lower(), names, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {listed(names)}."
        raise DataError(f"no dataset {quoted(name)} ships with metadx; {hint}")
    if name in list_datasets("agreement"):
        raise DataError(
            f"the dataset {quoted(name)} is of the agreement of raters; read it with "
            f"metadx.load_agreement({str(data_dir() / name)!r})."
        )
    return _load_folder(data_dir() / name, None, None)


def list_datasets(kind: Literal["accuracy", "agreement"] | None = None) -> tuple[str, ...]:
    """Return the names of the reviews that ship with metadx, sorted.

    Parameters
    ----------
    kind : {"accuracy", "agreement"} or None
        Only reviews of this kind; None for all.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> "anti-ccp" in list_datasets()
    True
    >>> "ild-agreement" in list_datasets("accuracy")
    False
    """
    names = sorted(file.parent.name for file in data_dir().glob(f"*/{REVIEW_FILE}"))
    if kind is None:
        return tuple(names)
    from metadx.studies.review_kind import review_kind

    return tuple(name for name in names if review_kind(data_dir() / name) == kind)


def _load_folder(folder: Path, label: Sequence[str] | None, content: bytes | None) -> Review:
    name = name_text(folder.resolve().name)
    file = folder / REVIEW_FILE
    if not file.is_file():
        table = _read(table_in(folder, any_name=True), content, label=label)
        return Review(name=name, folder=folder, title=name, table=table)
    # The form is loaded here and not above: a bare table does without it.
    from metadx.studies.review_file import read_review_file

    form = read_review_file(file)
    if form.review.kind == "agreement":
        raise DataError(
            f'{file}: review.kind: found "agreement"; read this review with metadx.load_agreement.'
        )
    declared = {
        header: CovariateSpec(**entry.model_dump())
        for header, entry in form.columns.entries().items()
    }
    table = _read(
        table_in(folder),
        content,
        label=label or form.columns.label,
        columns=form.columns.roles(),
        covariates=declared,
    )
    review = _review(name, folder, form, declared, table)
    _check_columns(review, file)
    return review


def _read(file: Path, content: bytes | None, **how: Any) -> AccuracyTable:  # noqa: ANN401
    if content is None:
        return read_table(file, **how)
    return table_from_content(content, name_text(file.name), **how)


def _review(
    name: str,
    folder: Path,
    form: "ReviewFile",
    declared: Mapping[str, CovariateSpec],
    table: AccuracyTable,
) -> Review:
    source = form.source.model_dump()
    analysis, aims = form.analysis.model_dump(), form.decision.model_dump()
    return Review(
        name=name,
        folder=folder,
        **form.review.model_dump(),
        source=ReviewSource(
            **source | {key: tuple(source[key]) for key in ("transcription", "doubts")},
        ),
        columns=declared,
        analysis=Analysis(**analysis | {"prevalence": tuple(analysis["prevalence"])}),
        aims=Aims(**aims | {"thresholds": tuple(sorted(set(aims["thresholds"])))}),
        published=tuple(Published(**entry.model_dump()) for entry in form.published),
        totals=tuple(
            Total(**entry.model_dump() | {"levels": tuple(entry.levels)}) for entry in form.totals
        ),
        table=replace(table, counted=counted(form.review.unit)),
    )


def _check_columns(review: Review, file: Path) -> None:
    """Refuse columns that nobody explained and a subgroup that is no categorical column."""
    undeclared = [name for name in review.table.covariates if name not in review.columns]
    if undeclared:
        raise DataError(
            f"{file}: {review.table.source} has columns that are not declared: "
            f"{listed([quoted(name) for name in undeclared])}; add for each an entry "
            f'[columns.NAME] with kind = "categorical", "continuous" or "note".'
        )
    subgroup = review.analysis.subgroup
    if subgroup is not None and not isinstance(review.table.covariates.get(subgroup), Categorical):
        fit = [n for n, c in review.table.covariates.items() if isinstance(c, Categorical)]
        raise DataError(
            f"{file}: analysis.subgroup: {quoted(subgroup)} is no categorical column; "
            + (f"wanted one of {listed(fit)}." if fit else "the table has none; take it out.")
        )
    for place, total in enumerate(review.totals, start=1):
        if total.column and not isinstance(review.table.covariates.get(total.column), Categorical):
            raise DataError(
                f"{file}: totals[{place}].column: {quoted(total.column)} is no categorical column "
                "of the study table; correct the name, or declare the column as categorical."
            )
