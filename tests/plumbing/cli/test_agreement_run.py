"""`metadx run` and `metadx check` on reviews of agreement: what is printed, written and refused."""

import csv
import io
from pathlib import Path

import pytest

from metadx.commands.options import AccuracyOptions, AgreementOptions
from tests.plumbing.report.read_page import read_page

TABLE = "reader A,reader B,count\nno,no,30\nno,yes,6\nyes,no,4\nyes,yes,25\n"
SCALED = ("--scale", "no,yes")
ENDINGS = {"json", "csv", "nc", "svg", "png", "pdf", "html", "txt"}
FAST = ("--draws", "400", "--engine", "marginal")


@pytest.fixture
def ratings(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def review(tmp_path):
    """A folder as a paper fills it: margins, a kappa with its interval, no cross-table."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "review.toml").write_text(
        '[review]\ntitle = "One finding"\nkind = "agreement"\n'
        'question = "Do they agree?"\n[scale]\ncategories = ["0", "1", "2"]\n'
        '[source]\ndoubts = ["Typed by hand."]\n'
    )
    (folder / "agreement.csv").write_text(
        "finding,rater_a,rater_b,n,kappa,kappa_lower,kappa_upper\n"
        "nodule,AI,reader,107,0.60,0.45,0.76\n"
    )
    write_margins(folder, [79, 28, 0])
    return folder


def write_margins(folder, of_ai):
    lines = ["finding,rater,category,count"]
    for rater, counts in (("AI", of_ai), ("reader", [71, 35, 1])):
        lines += [f"nodule,{rater},{category},{n}" for category, n in enumerate(counts)]
    (folder / "margins.csv").write_text("\n".join([*lines, ""]))


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_bare_ratings_are_fitted_and_answered(cli, ratings, tmp_path):
    done = cli("run", ratings, *SCALED, *FAST, "--quick")
    assert done.status == 0, done.err
    assert "reader A and reader B agree with a kappa of 0.6" in done.out
    here = tmp_path / "here" / "results" / "ratings"
    assert sorted(files(here)) == ["summary.csv", "summary.json"]
    # 55 of 65 the same: 84.6 %; kappa 0.688 by hand.
    rows = list(csv.DictReader(io.StringIO((here / "summary.csv").read_text())))
    kappa = next(r for r in rows if r["part"] == "row" and r["quantity"] == "kappa")
    assert float(kappa["lower"]) < 0.688 < float(kappa["upper"])
    assert "Written to results/ratings: summary.csv, summary.json" in done.out


def test_json_is_the_file_and_nothing_else(cli, ratings, tmp_path):
    done = cli("run", ratings, *SCALED, *FAST, "--quick", "--json", "--seed", "7", "--prob", "0.9")
    found = done.json
    assert (found["kind"], found["data"]["cases"]) == ("agreement", [65, 65])
    assert found["settings"] == {
        "seed": 7,
        "prob": 0.9,
        "draws": 400,
        "engine": "marginal",
        "spearman": True,
        "part_kappa": True,
        "impossible": "leave out",
    }
    assert done.err == ""
    written = tmp_path / "here" / "results" / "ratings" / "summary.json"
    assert done.out.encode() == written.read_bytes()
    assert cli("run", ratings, *SCALED, *FAST, "--quick", "--quiet").out == ""


def test_a_folder_gives_the_whole_result(cli, review, tmp_path):
    out = tmp_path / "out"
    done = cli("run", review, *FAST, "--out", out)
    assert done.status == 0, done.err
    names = files(out)
    assert {"summary.json", "summary.csv", "fit.nc", "kappa-forest.svg"} <= names.keys()
    assert {name.rpartition(".")[2] for name in names} == ENDINGS
    assert "Do they agree?" in done.out
    page = read_page((out / "report.html").read_text(encoding="utf-8"))
    assert page.faults == []
    assert "Do they agree?" in page.text
    assert "table-kappa.csv" in names
    assert "only these weights explain what it prints" in " ".join(done.out.split())
    (out / "notes of my own.txt").write_text("keep me")
    again = cli("run", review, *FAST, "--out", out, "--quick")
    assert again.status == 0
    assert sorted(files(out)) == ["notes of my own.txt", "summary.csv", "summary.json"]


def test_options_reach_the_fit(cli, review):
    asked = ("--no-spearman", "--no-part-kappa", "--misaligned")
    found = cli("run", review, *FAST, "--quick", "--json", *asked).json
    assert found["settings"]["spearman"] is False
    assert found["settings"]["part_kappa"] is False
    assert found["settings"]["impossible"] == "misaligned"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--sens", ["~ a"]),
        ("--spec", ["~ a"]),
        ("--subgroup", ["a"]),
        ("--missing", ["drop"]),
        ("--at", ["a=b"]),
        ("--label", ["a"]),
        ("--prevalence", ["0.1"]),
        ("--only", ["a=b"]),
    ],
)
def test_options_of_accuracy_are_refused(cli, review, option, value, tmp_path):
    done = cli("run", review, option, *value)
    assert (done.status, done.out) == (2, "")
    assert f"{option}: {review} is a review of agreement" in done.err
    assert not (tmp_path / "here" / "results").exists()


def test_every_option_of_one_kind_is_refused_for_the_other(cli, small, review):
    of_accuracy = {name.replace("_", "-") for name in AccuracyOptions.__annotations__}
    names = ("sens", "spec", "subgroup", "missing", "at", "label", "prevalence", "only")
    assert of_accuracy == {*names}
    for name in AgreementOptions.__annotations__:
        option = f"--{name.replace('_', '-')}"
        done = cli("run", small, option, *(["a,b"] if name == "scale" else []))
        assert done.status == 2
        assert f"{option}: {small} is a review of diagnostic accuracy" in done.err
    assert "--scale:" in cli("check", small, "--scale", "a,b").err
    assert "--label:" in cli("check", review, "--label", "a").err


BAD = {
    "no order": ("A,B\nno,yes\nyes,no\n", [], ["ratings.csv", "--scale"]),
    "not of the scale": (TABLE, ["--scale", "no,perhaps"], ['"yes"', "no, perhaps"]),
    "negative": (TABLE.replace("30", "-30"), [*SCALED], ["row 2", "-30"]),
    "constant": ("A,B\n1,1\n1,1\n1,1\n1,1\n", [], ["every rating is 1"]),
    "scale of one": (TABLE, ["--scale", "no"], ["--scale 'no'", "two or more categories"]),
    "scale twice": (TABLE, ["--scale", "no,no"], ["each once"]),
    "empty": ("A,B,count\nno,yes,0\nyes,no,0\n", [*SCALED], ["ratings.csv"]),
    "model": (TABLE, [*SCALED, "--model", "bivariate-binomial"], ["for diagnostic accuracy"]),
    "no model": (TABLE, [*SCALED, "--model", "ordinal-agrement"], ["Did you mean"]),
    "engine": (TABLE, [*SCALED, "--engine", "mcmc"], ["auto, marginal, nuts"]),
    "prob": (TABLE, [*SCALED, "--prob", "95"], ["0.95 (not 95)"]),
    "draws": (TABLE, [*SCALED, "--draws", "3"], ["draws = 3"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_in_one_message_and_leaves_the_earlier_result(cli, ratings, name):
    content, options, wanted = BAD[name]
    assert cli("run", ratings, *SCALED, *FAST, "--quick").status == 0
    before = files(Path("results") / "ratings")
    ratings.write_text(content)
    done = cli("run", ratings, *options)
    assert (done.status, done.out) == (2, ""), done.err
    assert "Traceback" not in done.err
    assert done.err.count("metadx: ") == 1
    assert all(words in done.err for words in wanted), done.err
    assert files(Path("results") / "ratings") == before


REVIEWS = {
    "margins": ([70, 28, 0], "", ["70, 28", "107"]),
    "kappa": (None, "1.2,1.1,1.3", ["1.2"]),
    "reversed": (None, "0.60,0.76,0.45", ["0.76", "0.45"]),
    "not inside": (None, "0.60,0.65,0.76", ["0.6"]),
}


@pytest.mark.parametrize("name", REVIEWS)
def test_a_review_that_contradicts_itself_is_refused(cli, review, name):
    margins, kappa, wanted = REVIEWS[name]
    if margins:
        write_margins(review, margins)
    if kappa:
        path = review / "agreement.csv"
        path.write_text(path.read_text().replace("0.60,0.45,0.76", kappa))
    for command in ("run", "check"):
        done = cli(command, review)
        assert (done.status, done.out) == (2, "")
        assert done.err.count("metadx: ") == 1
        assert all(words in done.err for words in wanted), done.err


def test_check_tells_what_the_figures_admit(cli, review, ratings):
    done = cli("check", review)
    assert done.status == 0, done.out
    assert "Cross-tables that are forced" in done.out
    assert "- Typed by hand." in done.out
    assert "No inconsistency found." in done.out
    path = review / "agreement.csv"
    path.write_text(path.read_text().replace("0.60,0.45,0.76", "0.95,0.93,0.97"))
    worse = cli("check", review)
    assert worse.status == 1
    assert "Findings" in worse.out
    assert "accus" not in worse.out
    bare = cli("check", ratings, *SCALED)
    assert bare.status == 0, bare.out
    assert "84.6" in bare.out  # 55 of 65


def test_a_figure_that_cannot_be_written_leaves_the_earlier_result(cli, review, monkeypatch):
    assert cli("run", review, *FAST, "--quick").status == 0
    before = files(Path("results") / "mine")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("metadx.plots.save.save_for_page", full)
    done = cli("run", review, *FAST)
    assert done.status == 2
    assert "No space left on device" in done.err
    assert files(Path("results") / "mine") == before


def test_reviews_of_agreement_are_listed_and_named(cli):
    listed = cli("datasets").out.partition("Agreement of raters\n")[2]
    lines = {line.split()[0]: line for line in listed.partition("\n\n")[0].splitlines()}
    assert next(iter(lines)) == "name"
    assert lines["ild-agreement"].split()[1:5] == ["16", "2", "5", "107"]
    assert lines["multiple-sclerosis"].split()[1:5] == ["2", "2", "4", "69-149"]
    assert lines["carcinoma-pathologists"].split()[1:5] == ["21", "7", "5", "118"]
    cards = cli("models").out
    assert "ordinal-agreement" in cards
    card = cli("models", "ordinal-agreement").out
    assert card.startswith("ordinal-agreement: ")
    assert card.count("Why:") >= 17
    assert "lambda (λ), share ~ Beta(a=2, b=2)" in card


def test_an_own_card_is_shown(cli, tmp_path):
    from metadx.resources import models_dir

    path = tmp_path / "mine.toml"
    text = (models_dir() / "ordinal-agreement.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('id = "ordinal-agreement"', 'id = "mine"'), encoding="utf-8")
    assert cli("models", path).out.startswith("mine: ")


def test_commands_for_accuracy_refuse_reviews_of_agreement(cli, review):
    done = cli("compare", review, "--formula", "~ a")
    assert done.status == 2
    assert "takes reviews of diagnostic accuracy" in done.err
    done = cli("batch", review.parent, "--draws", "200", "--workers", "1")
    assert done.status == 1
    assert "is a review of agreement" in " ".join(done.out.split())
    assert cli("audit", review).status == 2


@pytest.mark.parametrize(
    ("scale", "weights", "used"),
    [
        ("0,1,2", "", False),
        ("0,1,2", "unweighted", False),
        ("0,1,2", "quadratic", True),
        ("no,yes", "", True),  # of two categories all weights give the same kappa
        ("no,yes", "unweighted", True),
    ],
)
def test_a_bare_kappa_is_said_to_be_used_where_it_was(cli, tmp_path, scale, weights, used):
    path = tmp_path / "printed.csv"
    path.write_text(
        "rater_a,rater_b,n,kappa,kappa_lower,kappa_upper,kappa_weights\n"
        f"A,B,200,0.60,0.50,0.70,{weights}\n"
    )
    done = cli("run", path, "--scale", scale, *FAST, "--quick", "--json")
    assert done.status == 0, done.err
    (row,) = done.json["findings"]
    assert row["kappa_used"] is used
    assert ("kappa" in row["evidence"]) is used
    told = row["estimands"][done.json["kappa"]["estimand"]]
    if used:
        assert told["lower"] < 0.6 < told["upper"]
        assert told["upper"] - told["lower"] < 0.3
    else:
        assert told is None
