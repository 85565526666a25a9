"""A review of agreement: its table and what is known about it, from a folder or a bare file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from metadx.errors import DataError
from metadx.resources import data_dir
from metadx.studies.agreement import AgreementTable, Correction
from metadx.studies.agreement_read import Declared, read_agreement
from metadx.studies.agreement_scale import Scale, scale_by_hand
from metadx.studies.agreement_sheet import SheetKind
from metadx.studies.cells import tidy
from metadx.studies.problems import listed, name_text
from metadx.studies.review import Published, ReviewSource, list_datasets
from metadx.studies.review_kind import TABLES, bare_kind, review_kind
from metadx.studies.study_table import REVIEW_FILE

if TYPE_CHECKING:
    from metadx.studies.schema import ReviewFile

__all__ = ["AgreementAnalysis", "AgreementReview", "load_agreement", "review_kind"]

MODEL = "ordinal-agreement"


@dataclass(frozen=True)
class AgreementAnalysis:
    """How a review of agreement is analysed unless the caller says otherwise.

    Parameters
    ----------
    model : str
        Id of a model card.
    seed : int
        Seed of the random numbers.
    prob : float
        Level of the intervals.
    """

    model: str = MODEL
    seed: int = 1
    prob: float = 0.95


@dataclass(frozen=True)
class AgreementReview:
    """A review of agreement and its validated table.

    Parameters
    ----------
    name : str
        Name of its folder, or of its file without the ending.
    folder : Path
        The folder it was read from.
    title, question : str
        What the review is about.
    table : AgreementTable
        What is known of every pair of raters.
    kind : {"agreement"}
    synthetic : bool
        True where the data are simulated or reconstructed.
    synthetic_note : str
        What to say of synthetic data instead of the usual words.
    unit : str
        What is counted.
    source : ReviewSource
        Provenance.
    analysis : AgreementAnalysis
        Settings.
    published : tuple of Published
        Figures of the source beside those of the table.
    raters : mapping of str to str
        Who or what each rater is, as far as declared.
    """

    name: str
    folder: Path
    title: str
    table: AgreementTable
    question: str = ""
    kind: Literal["agreement"] = "agreement"
    synthetic: bool = False
    synthetic_note: str = ""
    unit: str = ""
    source: ReviewSource = field(default_factory=ReviewSource)
    analysis: AgreementAnalysis = AgreementAnalysis()
    published: tuple[Published, ...] = ()
    raters: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Freeze the declarations."""
        object.__setattr__(self, "raters", MappingProxyType(dict(self.raters)))

    @property
    def model(self) -> str | Path:
        """The model card it asks for: an id, or a path that counts from the review's folder."""
        beside = self.folder / self.analysis.model
        return beside if beside.is_file() else self.analysis.model

    def __reduce__(self) -> tuple[type["AgreementReview"], tuple[object, ...]]:
        """Rebuild through the constructor, for other processes do not take a mapping proxy."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return type(self), tuple((values | {"raters": dict(self.raters)}).values())


def load_agreement(path: str | Path, *, scale: Sequence[str] | None = None) -> AgreementReview:
    """Read a review of agreement from its folder, a bare table, or the name of a shipped one.

    Parameters
    ----------
    path : str or Path
        A folder with ``ratings``, or with ``agreement``, ``margins`` and ``quartiles`` (``.csv``,
        ``.tsv`` or ``.xlsx``), and a ``review.toml``, which may be absent; or a table of ratings
        or of printed figures alone; or a name of `list_datasets`.
    scale : sequence of str or None
        The categories, lowest first; overrides ``[scale] categories``. Without either, whole
        numbers in the cells are the categories.

    Returns
    -------
    AgreementReview

    Raises
    ------
    DataError
        If the folder or a file in it cannot be used as it stands.

    Examples
    --------
    >>> load_agreement("xeromammograms").table.rows[0].n
    85
    """
    file = Path(path)
    if not file.exists() and str(path) in list_datasets():
        file = data_dir() / str(path)
    if file.name == REVIEW_FILE and file.is_file():
        file = file.parent
    if file.is_dir():
        return _load_folder(file, scale)
    if not file.exists():
        raise DataError(
            f"{path}: there is no such file or folder; `metadx datasets` lists what ships."
        )
    declared = Declared(scale=scale_by_hand(scale) if scale else None)
    table = read_agreement({bare_kind(file): file}, declared)
    name = name_text(file.stem)
    return AgreementReview(name=name, folder=file.parent, title=name, table=table)


def _load_folder(folder: Path, scale: Sequence[str] | None) -> AgreementReview:
    name = name_text(folder.resolve().name)
    file = folder / REVIEW_FILE
    files = _files(folder)
    if not file.is_file():
        declared = Declared(scale=scale_by_hand(scale) if scale else None)
        return AgreementReview(
            name=name, folder=folder, title=name, table=read_agreement(files, declared)
        )
    # The form is loaded here and not above: a bare table does without it.
    from metadx.studies.review_file import read_review_file

    form = read_review_file(file)
    if form.review.kind != "agreement":
        raise DataError(
            f'{file}: review.kind: found "{form.review.kind}", wanted "agreement"; read this '
            "review with metadx.load_review."
        )
    table = read_agreement(files, _declared(form, scale, str(file)))
    source, analysis = form.source.model_dump(), form.analysis
    head = form.review
    return AgreementReview(
        name=name,
        folder=folder,
        title=head.title,
        table=table,
        question=head.question,
        synthetic=head.synthetic,
        synthetic_note=head.synthetic_note,
        unit=head.unit,
        source=ReviewSource(
            **source | {key: tuple(source[key]) for key in ("transcription", "doubts")}
        ),
        analysis=AgreementAnalysis(
            analysis.model if "model" in analysis.model_fields_set else MODEL,
            analysis.seed,
            analysis.prob,
        ),
        published=tuple(Published(**entry.model_dump()) for entry in form.published),
        raters={rater: entry.about for rater, entry in form.raters.items()},
    )


def _declared(form: "ReviewFile", scale: Sequence[str] | None, file: str) -> Declared:
    told: Scale | None = scale_by_hand(scale) if scale else None
    if told is None and form.scale is not None:
        told = Scale(
            categories=tuple(tidy(name) for name in form.scale.categories),
            codes=tuple(tidy(code) for code in form.scale.codes),
            boundaries=tuple(form.scale.boundaries),
            unit=form.scale.unit,
            whole=form.scale.whole,
        )
    return Declared(
        scale=told,
        groups={name: entry.group for name, entry in form.findings.items()},
        raters=tuple(form.raters),
        corrections=tuple(
            Correction(
                rater=entry.rater,
                printed=tuple(entry.printed),
                candidates=tuple(tuple(counts) for counts in entry.candidates),
                reason=entry.reason,
                finding=entry.finding,
                region=entry.region,
                study=entry.study,
            )
            for entry in form.corrections
        ),
        declared_in=file,
    )


def _files(folder: Path) -> dict[SheetKind, Path]:
    """Find the tables of a folder."""
    found: dict[SheetKind, Path] = {}
    for kind, names in TABLES.items():
        here = [folder / name for name in names if (folder / name).is_file()]
        if len(here) > 1:
            raise DataError(
                f"{folder}: found {listed([file.name for file in here])}; keep one of them."
            )
        if here:
            found[kind] = here[0]
    if "ratings" in found or "agreement" in found:
        return found
    beside = f", which {listed([file.name for file in found.values()])} belongs to" if found else ""
    raise DataError(
        f"{folder}: there is no table of ratings and none of printed figures; wanted ratings.csv "
        f"(one column a rater) or agreement.csv (one row a pair of raters, with n){beside}."
    )
