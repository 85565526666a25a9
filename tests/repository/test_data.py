"""The shipped reviews: complete, unchanged, cited, and as their own notes say."""

import csv
import hashlib
import re
import statistics
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from metadx.resources import data_dir
from metadx.studies.review import Review, list_datasets, load_dataset, load_review
from metadx.studies.totals import unmet_totals

# name: studies, diseased, non-diseased, rows with a zero cell
TOTALS = {
    "adnexal-adnex": (10, 1629, 3541, 0),
    "anti-ccp": (37, 6300, 8638, 3),
    "breast-mri-calcifications": (13, 616, 798, 2),
    "coronary-ct": (89, 4120, 3406, 36),
    "dvt-ultrasound": (30, 1487, 2883, 8),
    "galactomannan-children": (6, 25, 813, 6),
    "iqcode-dementia": (13, 1403, 1342, 2),
    "lung-nodule-ai": (21, 3607, 3847, 0),
    "lung-nodule-ai-published": (6, 562, 341, 0),
    "lung-nodules-ct-biopsy": (10, 1038, 407, 6),
    "lung-nodules-dwi-mri": (17, 855, 322, 1),
    "lung-nodules-fdg-pet": (10, 375, 406, 1),
    "myeloma-fdg-pet": (11, 284, 190, 7),
    "neutrophil-cd64": (27, 1856, 2088, 2),
    "ovarian-trucut-biopsy": (10, 483, 36, 8),
    "pleural-lesions-fdg-pet": (11, 275, 165, 5),
    "telomerase": (10, 424, 431, 1),
}
SHA256 = {
    "adnexal-adnex": "95891b41c1858b03a01870cc00c7fa897447dcd114676d950c8ceed4f29790b6",
    "anti-ccp": "8d06615e55fc5f604c9a41b21918eaacc90c95d304be445d019cb2be8a6b54e2",
    "breast-mri-calcifications": "59acb0877c02971c3261977d64bafe2386adc857c8b61ef90b634433e97235ae",
    "coronary-ct": "c6c297e9912fdf8c2c622bd95b8317ba5b02800fd044535729fbc487405a7f17",
    "dvt-ultrasound": "2f243e148f41d367aa8ea77e90b9dd9130129a213bccf0bdd421083c9b0998fb",
    "galactomannan-children": "02873e398299e750b2b6e82ca9aca74eea79b80c2b00db90d82560833eb9f88f",
    "iqcode-dementia": "82e0749de4e61ab21a254afb671bb435261dfe438bc4838ec1ac7d58060a8b58",
    "lung-nodule-ai": "83fab9d32205121f87f11b1025faddc35ea9fa580df922794e923b9ff50598b2",
    "lung-nodule-ai-published": "25b8829e019969ad23a9411dd1d05aaf597269638772c4428a9cdba79ffbe2f2",
    "lung-nodules-ct-biopsy": "6ae39f6bee289fe9b59a3e92333ee7d3b1b84fbaf38b3673d5428c52332bfd63",
    "lung-nodules-dwi-mri": "a702dd00b116d8afd88edc1b058f65fa22a79ce737ab66fc73861dc2a4e6a1a0",
    "lung-nodules-fdg-pet": "640a65f7e29bafadf28d2764350635d2990886d47b94bcccb9bfd312137a4893",
    "myeloma-fdg-pet": "8ea9216c119db61328abc107c11c09f4dfe9ab4f4dafee72781cf27d23d2b2fe",
    "neutrophil-cd64": "9e030ba1c1c8f567daa779d2038b3b22b0ee245e8f02bc670836cbf7e218a873",
    "ovarian-trucut-biopsy": "cbdadb1e646404d1279777dfb222ebbeafb8ff858261b7867f75e09dcd621636",
    "pleural-lesions-fdg-pet": "b9759949d152593dccd9dff729674b333714c6833328649a1daf54125bf4fd3e",
    "telomerase": "1738558311fe4dc691ea71de0a79b6770841c5cc4f72358421a9f4a13dd60c52",
}
NAMES = tuple(TOTALS)
# Reviews that hold no study data, with the script that makes their table.
SYNTHETIC = {"lung-nodule-ai": "prepare.py"}

# Reviews whose counts were read from a re-typed file and not from the review's own pages.
SECOND_HAND = (
    "anti-ccp",
    "coronary-ct",
    "dvt-ultrasound",
    "iqcode-dementia",
    "neutrophil-cd64",
    "telomerase",
)
# Reviews read from a partial copy of the article that kept its tables.
PARTIAL_COPY = ("lung-nodules-dwi-mri", "lung-nodules-fdg-pet", "pleural-lesions-fdg-pet")
URL_HOSTS = {"doi.org", "pmc.ncbi.nlm.nih.gov", "japanese.hilarispublisher.com"}
# Names of places that must not be cited: mirrors, repositories and the writer's own machine.
UNWANTED = ("github", "ablesci", "scribd", "qxmd", "shared", "/work", "/tmp", "/home", "/root")
CELLS = ("tp", "fp", "fn", "tn")


def rows_of(name: str) -> list[dict[str, str]]:
    """Read a study table as text, by hand: an independent reading of the same file."""
    with (data_dir() / name / "studies.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def counts(row: dict[str, str]) -> tuple[int, int, int, int]:
    tp, fp, fn, tn = (int(row[cell]) for cell in CELLS)
    return tp, fp, fn, tn


def has_zero(row: dict[str, str]) -> bool:
    return 0 in counts(row)


def source_cell(review: Review) -> str:
    """First author, journal and link, all cut from the citation."""
    sentences = review.source.citation.removesuffix(".").split(". ")
    authors = [review.source.citation.split(",")[0] + " et al."] if len(sentences) > 2 else []
    link = f"[doi:{review.source.doi}]({review.source.url})" if review.source.doi else ""
    if review.source.url and not link:
        link = f"[page of the review]({review.source.url})"
    return ", ".join([*authors, ". ".join(sentences[-2:]), *([link] if link else [])])


def readme_table() -> list[str]:
    """Write the table of data/README.md from the folders alone."""
    head = ("review", "test", "target condition", "studies", "diseased", "non-diseased")
    head += ("zero-cell rows", "source")
    lines = ["| " + " | ".join(head) + " |", "|---|---|---|--:|--:|--:|--:|---|"]
    for name in list_datasets("accuracy"):
        review = load_dataset(name)
        table = review.table
        zero = sum(has_zero(row) for row in rows_of(name))
        cells = (
            f"[{name}]({name}/review.toml)"
            + (f" ({note})" if (note := review.synthetic_note) else ""),
            review.index_test,
            review.target_condition,
            str(table.n_studies),
            str(int(table.n_diseased.sum())),
            str(int(table.n_nondiseased.sum())),
            str(zero),
            source_cell(review),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def test_exactly_the_seventeen_reviews_of_accuracy_ship():
    folders = {path.name for path in data_dir().iterdir() if path.is_dir()}
    assert folders - set(list_datasets("agreement")) == set(NAMES)
    assert list_datasets("accuracy") == NAMES
    for name in NAMES:
        inside = sorted(path.name for path in (data_dir() / name).iterdir())
        script = [SYNTHETIC[name]] if name in SYNTHETIC else []
        assert inside == [*script, "review.toml", "studies.csv"]


@pytest.mark.parametrize("name", NAMES)
def test_study_table_is_the_one_transcribed(name: str):
    found = hashlib.sha256((data_dir() / name / "studies.csv").read_bytes()).hexdigest()
    assert found == SHA256[name]


@pytest.mark.parametrize("name", NAMES)
def test_review_loads_with_the_totals_of_the_source(name: str):
    review = load_review(data_dir() / name)
    table = review.table
    zero = sum(0 in cells for cells in zip(table.tp, table.fp, table.fn, table.tn, strict=True))
    totals = (table.n_studies, table.n_diseased.sum(), table.n_nondiseased.sum(), zero)
    assert totals == TOTALS[name]
    assert table.sha256 == SHA256[name]
    assert table.study == tuple(row["study"] for row in rows_of(name))
    assert (review.name, review.kind) == (name, "accuracy")
    assert review.synthetic == (name in SYNTHETIC)
    assert bool(review.synthetic_note) == review.synthetic


@pytest.mark.parametrize("name", NAMES)
def test_review_is_described_and_cited(name: str):
    review = load_review(data_dir() / name)
    for text in (
        review.title,
        review.index_test,
        review.target_condition,
        review.reference_standard,
        review.unit,
        review.source.citation,
        review.source.licence,
    ):
        assert text.strip()
    assert review.question.startswith("How accurately ")
    assert review.source.doubts[0].startswith("Not study data: ") == review.synthetic
    assert review.question.endswith("?")
    assert review.source.citation.endswith(".")
    assert review.source.transcription
    assert review.source.doubts
    assert all(text.strip() for text in (*review.source.transcription, *review.source.doubts))


@pytest.mark.parametrize("name", NAMES)
def test_counts_not_read_on_the_pages_of_the_review_say_so_first(name: str):
    first = load_review(data_dir() / name).source.doubts[0]
    assert first.startswith("Second-hand: ") == (name in SECOND_HAND)
    assert ("read from a partial copy" in first) == (name in PARTIAL_COPY)


@pytest.mark.parametrize("name", NAMES)
def test_link_is_empty_or_to_the_review_itself(name: str):
    source = load_review(data_dir() / name).source
    if source.doi:
        assert source.url == f"https://doi.org/{source.doi}"
    assert not source.url or urlsplit(source.url).hostname in URL_HOSTS
    text = (data_dir() / name / "review.toml").read_text(encoding="utf-8")
    assert re.findall(r"https?://[^\"\s]+", text) == ([source.url] if source.url else [])


@pytest.mark.parametrize(
    "path", sorted(data_dir().rglob("*.*")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_no_text_names_a_mirror_a_repository_or_a_machine(path: Path):
    text = path.read_text(encoding="utf-8").casefold()
    assert [word for word in UNWANTED if word in text] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_further_column_is_explained(name: str):
    written = tomllib.loads((data_dir() / name / "review.toml").read_text(encoding="utf-8"))
    rows = rows_of(name)
    further = [header for header in rows[0] if header not in ("study", *CELLS)]
    entries = written.get("columns", {})
    explained = {key: entry for key, entry in entries.items() if isinstance(entry, dict)}
    assert list(explained) == further
    for header, entry in explained.items():
        values = [row[header] for row in rows if row[header]]
        assert values, f"{header}: only blanks"
        assert entry["meaning"].strip()
        if entry["kind"] == "categorical":
            if len(values) < len(rows) and "missing" in entry:
                values.append(entry["missing"])
            assert len(set(values)) > 1, f"{header}: one level only"
            assert entry["reference"] in values
        elif entry["kind"] == "continuous":
            assert entry["unit"].strip()
            assert len({float(value) for value in values}) > 1
        else:
            assert entry["kind"] == "note"


@pytest.mark.parametrize("name", NAMES)
def test_middle_prevalence_is_the_median_of_the_studies(name: str):
    low, middle, high = load_review(data_dir() / name).analysis.prevalence
    shares = [(tp + fn) / (tp + fp + fn + tn) for tp, fp, fn, tn in map(counts, rows_of(name))]
    assert middle == round(statistics.median(shares), 2)
    assert 0 < low < middle < high < 1


@pytest.mark.parametrize("name", NAMES)
def test_published_figures_lie_in_their_range_and_limits(name: str):
    written = tomllib.loads((data_dir() / name / "review.toml").read_text(encoding="utf-8"))
    for figure in written.get("published", []):
        value = figure["value"]
        assert ("lower" in figure) == ("upper" in figure)
        assert figure.get("lower", value) <= value <= figure.get("upper", value)
        if figure["measure"] in ("sens", "spec", "auc", "ppv", "npv"):
            assert 0 < value <= 1


# What the notes of transcription claim, recomputed from the tables.

PRINTED_TOTALS = {
    "adnexal-adnex": "n_patients",
    "breast-mri-calcifications": "n_total",
    "galactomannan-children": "n_patients",
    "lung-nodules-ct-biopsy": "useful_sample",
    "lung-nodules-dwi-mri": "lesion_number",
    "pleural-lesions-fdg-pet": "cases",
}
PRINTED_GROUPS = {
    "adnexal-adnex": ("n_malignant", "n_benign"),
    "pleural-lesions-fdg-pet": ("malignant", "benign"),
}
# columns of printed sens and spec, their scale, and the studies named as clashing
PRINTED_ACCURACY = {
    "lung-nodules-ct-biopsy": ("printed_sens_pct", "printed_spec_pct", 100, ["Ohno"]),
    "lung-nodules-fdg-pet": ("printed_sn", "printed_sp", 1, ["Nunez 2007"]),
    "pleural-lesions-fdg-pet": ("printed_sens_pct", "printed_spec_pct", 100, []),
}


@pytest.mark.parametrize(("name", "column"), PRINTED_TOTALS.items())
def test_counts_add_up_to_the_printed_total(name: str, column: str):
    assert [sum(counts(row)) for row in rows_of(name)] == [
        int(row[column]) for row in rows_of(name)
    ]


@pytest.mark.parametrize(("name", "columns"), PRINTED_GROUPS.items())
def test_counts_add_up_to_the_printed_groups(name: str, columns: tuple[str, str]):
    written = tomllib.loads((data_dir() / name / "review.toml").read_text(encoding="utf-8"))
    assert (written["columns"]["n_diseased"], written["columns"]["n_nondiseased"]) == columns
    for row in rows_of(name):
        tp, fp, fn, tn = counts(row)
        assert (tp + fn, fp + tn) == (int(row[columns[0]]), int(row[columns[1]]))


@pytest.mark.parametrize("name", PRINTED_ACCURACY)
def test_only_the_named_rows_clash_with_printed_accuracy(name: str):
    sens, spec, scale, named = PRINTED_ACCURACY[name]
    half_unit = 0.5 * scale / 100 + 1e-9
    clashing = []
    for row in rows_of(name):
        tp, fp, fn, tn = counts(row)
        gaps = (
            abs(scale * tp / (tp + fn) - float(row[sens])),
            abs(scale * tn / (tn + fp) - float(row[spec])),
        )
        if max(gaps) > half_unit:
            clashing.append(row["study"])
    assert clashing == named
    doubts = " ".join(load_review(data_dir() / name).source.doubts)
    assert all(study in doubts for study in named)


def crude(name: str, keep: Callable[[dict[str, str]], bool] = lambda row: True) -> tuple[int, ...]:
    tables = [counts(row) for row in rows_of(name) if keep(row)]
    tp, fp, fn, tn = (sum(column) for column in zip(*tables, strict=True))
    return tp, tp + fn, tn, fp + tn


def test_crude_sums_are_those_the_notes_state():
    assert crude("lung-nodules-dwi-mri") == (708, 855, 258, 322)
    assert crude("lung-nodules-fdg-pet") == (319, 375, 311, 406)
    assert crude("pleural-lesions-fdg-pet") == (262, 275, 136, 165)
    assert crude("myeloma-fdg-pet") == (247, 284, 178, 190)
    assert crude("ovarian-trucut-biopsy") == (469, 483, 21, 36)
    pet_alone = crude("myeloma-fdg-pet", lambda row: row["imaging"] == "PET")
    assert pet_alone == (117, 124, 101, 102)
    designs = {
        design: crude("lung-nodules-dwi-mri", lambda row, d=design: row["study_design"] == d)
        for design in ("Retrospective", "Prospective")
    }
    assert designs == {
        "Retrospective": (205, 247, 82, 94),
        "Prospective": (188, 230, 72, 81),
    }
    pure = crude("breast-mri-calcifications", lambda row: row["associated_lesions"] == "no")
    assert (round(1 - pure[0] / pure[1], 3), round(pure[2] / pure[3], 3)) == (0.056, 0.741)


def test_readme_table_is_the_one_of_the_folders():
    text = (data_dir() / "README.md").read_text(encoding="utf-8").splitlines()
    expected = readme_table()
    start = text.index(expected[0])
    assert text[start : text.index("", start)] == expected


def test_readme_example_is_a_review(tmp_path: Path):
    text = (data_dir() / "README.md").read_text(encoding="utf-8")
    for language, file in (("csv", "studies.csv"), ("toml", "review.toml")):
        (block,) = re.findall(rf" *```{language}\n(.*?) *```", text, flags=re.DOTALL)
        (tmp_path / file).write_text(textwrap.dedent(block), encoding="utf-8")
    review = load_review(tmp_path)
    assert review.table.n_studies == 2
    assert review.synthetic
    assert set(review.table.covariates) == {"setting"}
    assert len(review.totals) == 3
    assert unmet_totals(review.table, review.totals) == []
