"""The shipped reviews of agreement: complete, unchanged, cited, and as their own notes say."""

import csv
import hashlib
import tomllib
from fractions import Fraction

import numpy as np
import pytest

from metadx.resources import data_dir
from metadx.studies.agreement_review import load_agreement
from metadx.studies.review import list_datasets

SHA256 = {
    ("carcinoma-pathologists", "ratings.csv"): (
        "9ac5892ce91949b1b91b9c60604da832a23762d79329fa8d4b61fb54f7f9fb7d"
    ),
    ("ild-agreement", "agreement.csv"): (
        "b4f078ec700094fe188aa40f4891b055121b0d49357f41433ab0292c4cc1b6c5"
    ),
    ("ild-agreement", "margins.csv"): (
        "782376b37d5575f3e3e237a47394071e65046416d94dadef4b2bd5aa3aafd5de"
    ),
    ("ild-agreement", "quartiles.csv"): (
        "02a78759910ac4c7634a26f921ec52bd1e074e98ceef28e8fd532424510f896f"
    ),
    ("multiple-sclerosis", "agreement.csv"): (
        "2ad87531a332a79597ce1c4468f168ac58273bff49b105e218653c1cb408a067"
    ),
    ("multiple-sclerosis", "ratings.csv"): (
        "9d3a458f06d4c93acee4bd6cb03b1679b4e002be72366d4fca1b400a1e7ecbd3"
    ),
    ("xeromammograms", "agreement.csv"): (
        "d6e73b811e40bf0c717c95e2c829c9f7ad9b3109962856604d8a0054d601c006"
    ),
    ("xeromammograms", "ratings.csv"): (
        "3f59764df7cf34caf34155c228cfdf80d39feb7f14bd199354ad512f395d4a32"
    ),
}
# name: rows, cases of the first row, categories
SIZES = {
    "carcinoma-pathologists": (21, 118, 5),
    "ild-agreement": (16, 107, 5),
    "multiple-sclerosis": (2, 149, 4),
    "xeromammograms": (1, 85, 4),
}
NAMES = tuple(SIZES)
SECOND_HAND = ("carcinoma-pathologists", "multiple-sclerosis", "xeromammograms")


def lines_of(name, table):
    """Read a table as text, by hand: an independent reading of the same file."""
    with (data_dir() / name / f"{table}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def form_of(name):
    return tomllib.loads((data_dir() / name / "review.toml").read_text(encoding="utf-8"))


def unweighted_kappa(table):
    """Cohen's kappa in whole numbers."""
    n = sum(map(sum, table))
    columns = [sum(column) for column in zip(*table, strict=True)]
    chance = Fraction(sum(sum(row) * c for row, c in zip(table, columns, strict=True)), n * n)
    observed = Fraction(sum(table[i][i] for i in range(len(table))), n)
    return float((observed - chance) / (1 - chance))


def test_exactly_the_four_reviews_of_agreement_ship():
    assert list_datasets("agreement") == NAMES
    for name in NAMES:
        inside = {path.name for path in (data_dir() / name).iterdir()}
        assert inside == {"review.toml", *(file for n, file in SHA256 if n == name)}


@pytest.mark.parametrize(("name", "file"), SHA256)
def test_tables_are_those_transcribed(name, file):
    found = hashlib.sha256((data_dir() / name / file).read_bytes()).hexdigest()
    assert found == SHA256[name, file]


@pytest.mark.parametrize("name", NAMES)
def test_review_is_complete_described_and_cited(name):
    review = load_agreement(name)
    table = review.table
    assert (table.n_rows, table.rows[0].n, table.n_categories) == SIZES[name]
    assert review.question.startswith("How well ")
    assert review.question.endswith("?")
    for text in (review.title, review.unit, review.source.licence, review.source.citation):
        assert text.strip()
    assert review.source.citation.endswith(".")
    assert review.source.transcription
    assert review.source.doubts[0].startswith("Second-hand: ") == (name in SECOND_HAND)
    assert review.source.doi == review.source.url.removeprefix("https://doi.org/")
    assert not review.synthetic
    assert review.analysis.model == "ordinal-agreement"


def test_ild_margins_add_up_to_107_but_for_the_three_declared():
    sums, wrong_percents = {}, []
    for line in lines_of("ild-agreement", "margins"):
        name = (line["finding"], line["rater"])
        sums[name] = sums.get(name, 0) + int(line["count"])
        assert (line["percent"] == "") == (line["count"] == "0")
        if line["percent"]:
            decimals = len(line["percent"].partition(".")[2])
            exact = 100 * int(line["count"]) / 107
            if abs(exact - float(line["percent"])) > 0.5 * 10**-decimals + 1e-9:
                wrong_percents.append((*name, line["category"], line["count"], line["percent"]))
    assert len(sums) == 12
    assert {name: total for name, total in sums.items() if total != 107} == {
        ("normal lung", "AI"): 108,
        ("consolidation", "AI"): 98,
        ("emphysema", "radiologist"): 108,
    }
    assert wrong_percents == [("consolidation", "AI", "0", "70", "73.8")]
    declared = [
        (entry["finding"], entry["rater"]) for entry in form_of("ild-agreement")["corrections"]
    ]
    assert sorted(declared) == sorted(name for name, total in sums.items() if total != 107)


def test_ild_corrections_are_every_margin_that_could_have_been_meant():
    entries = {entry["finding"]: entry for entry in form_of("ild-agreement")["corrections"]}
    # One patient too many: one less in any category that has one.
    printed = np.array(entries["normal lung"]["printed"])
    less = [(printed - np.eye(5, dtype=int)[i]).tolist() for i in range(5) if printed[i] > 0]
    assert entries["normal lung"]["candidates"] == less
    # The text has 5 patients with emphysema, so only the two upper categories may be wrong.
    assert entries["emphysema"]["candidates"] == [[102, 4, 1, 0, 0], [102, 3, 2, 0, 0]]
    assert all(sum(counts[1:]) == 5 for counts in entries["emphysema"]["candidates"])
    assert entries["consolidation"]["candidates"] == [[79, 28, 0, 0, 0]]
    assert round(100 * 79 / 107, 1) == 73.8


def test_ild_lowest_categories_are_those_of_the_text():
    rows = {row.finding: row for row in load_agreement("ild-agreement").table.rows[:6]}
    seen = {name: 107 - int(rows[name].margins_b[0][0]) for name in rows}
    assert [seen[name] for name in
            ("ground-glass", "reticulation", "consolidation", "honeycombing", "emphysema")] == [
        93, 64, 36, 8, 5]  # fmt: skip


def test_ild_rows_are_six_of_the_whole_lung_and_ten_of_lobes():
    table = load_agreement("ild-agreement").table
    assert [table.is_part(row) for row in table.rows] == [False] * 6 + [True] * 10
    assert {len(row.margins_a) for row in table.rows[:6]} == {1, 4}
    assert all(row.margins_a == row.margins_b == () for row in table.rows[6:])
    assert all(row.kappa.weights is None and row.spearman.continuous for row in table.rows)
    assert all(row.kappa.decimals == row.kappa.interval_decimals == 2 for row in table.rows)
    assert [row.quartiles is None for row in table.rows] == [True] + [False] * 15
    assert table.groups == {
        "ground-glass": "inflammatory", "consolidation": "inflammatory",
        "reticulation": "fibrotic", "honeycombing": "fibrotic",
    }  # fmt: skip
    assert (table.boundaries, table.boundary_unit) == ((1.0, 25.0, 50.0, 75.0), "%")


def test_ild_p_value_of_emphysema_is_as_the_doubt_says():
    from scipy.stats import t

    def p_value(rho):
        return 2 * t.sf(rho * np.sqrt(105 / (1 - rho**2)), 105)

    assert 0.0105 <= p_value(0.245) < p_value(0.2435) <= 0.0115 < p_value(0.2434)
    doubts = " ".join(load_agreement("ild-agreement").source.doubts)
    assert "between 0.2435 and 0.245" in doubts


def test_carcinoma_ratings_are_those_of_the_paper():
    lines = lines_of("carcinoma-pathologists", "ratings")
    cases = [int(line["case"]) for line in lines]
    assert sorted(set(range(1, 127)) - set(cases)) == [14, 20, 21, 50, 75, 97, 109, 125]
    table = load_agreement("carcinoma-pathologists").table
    a_and_b = table.rows[0].counts
    assert a_and_b.tolist() == [
        [22, 2, 2, 0, 0], [5, 7, 14, 0, 0], [0, 2, 36, 0, 0], [0, 1, 14, 7, 0], [0, 0, 3, 0, 3]
    ]  # fmt: skip
    merged = a_and_b[:4, :4].copy()
    merged[:, 3] += a_and_b[:4, 4]
    merged[3] += [*a_and_b[4, :3], a_and_b[4, 3] + a_and_b[4, 4]]
    assert round(unweighted_kappa(merged.tolist()), 3) == 0.493
    assert table.ratings[0].values.shape == (118, 7)


@pytest.mark.parametrize(
    ("name", "row", "exact"),
    [
        ("xeromammograms", 0, 0.4728),
        ("multiple-sclerosis", 0, 0.2079),
        ("multiple-sclerosis", 1, 0.2965),
    ],
)
def test_printed_kappas_are_those_of_the_tables(name, row, exact):
    found = load_agreement(name).table.rows[row]
    kappa = unweighted_kappa(found.counts.tolist())
    assert round(kappa, 4) == exact
    assert abs(kappa - found.kappa.value) <= 0.5 * 10**-found.kappa.decimals
    assert found.kappa.weights == "unweighted"


def readme_table():
    """Write the table of data/README.md from the folders alone."""
    head = ("review", "title", "raters", "categories", "rows", "cases", "what is known", "source")
    lines = ["| " + " | ".join(head) + " |", "|---|---|---|--:|--:|--:|---|---|"]
    for name in NAMES:
        review = load_agreement(name)
        table, source = review.table, review.source
        raters = list(dict.fromkeys(r for row in table.rows for r in (row.rater_a, row.rater_b)))
        cases = {row.study: row.n for row in table.rows}
        known = [path.stem for path in sorted((data_dir() / name).glob("*.csv"))]
        sentences = source.citation.removesuffix(".").split(". ")
        authors = sentences[0].split(", ")
        first = f"{authors[0]} et al." if len(authors) > 2 else " and ".join(authors)
        link = f", [doi:{source.doi}]({source.url})" if source.doi else ""
        cells = (
            f"[{name}]({name}/review.toml)",
            review.title,
            ", ".join(raters),
            str(table.n_categories),
            str(table.n_rows),
            str(sum(cases.values())),
            ", ".join(known),
            f"{first}, {sentences[-1]}{link}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def test_readme_table_is_the_one_of_the_folders():
    text = (data_dir() / "README.md").read_text(encoding="utf-8").splitlines()
    expected = readme_table()
    start = text.index(expected[0])
    assert text[start : text.index("", start)] == expected
