"""What each command prints, where it writes and how it ends."""

import json
import re

import pytest

import metadx
from metadx.errors import FitError
from metadx.resources import data_dir, models_dir
from metadx.studies.review import list_datasets, load_dataset, load_review

QUICK = {"summary.json", "summary.csv"}


def names(folder):
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def strict_card(tmp_path):
    """A card whose demands no fit can meet."""
    text = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    path = tmp_path / "strict.toml"
    text = text.replace("ess_min = 400", "ess_min = 1e9").replace(
        'id = "bivariate-binomial"', 'id = "strict"'
    )
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path, small):
    """A review folder."""
    where = tmp_path / "my review"
    where.mkdir()
    (where / "studies.csv").write_bytes(small.read_bytes())
    (where / "review.toml").write_text(
        '[review]\ntitle = "Mine"\nquestion = "How accurate?"\nsynthetic = true\n'
        '[source]\ndoubts = ["Typed by hand.", "By me."]\n'
        "[analysis]\nprevalence = [0.3]\nprob = 0.9\nseed = 7\n",
        encoding="utf-8",
    )
    return where


def test_quick_leaves_the_answer_alone(cli, small, tmp_path):
    done = cli("run", small, "--quick")
    assert done.status == 0
    assert done.err == ""
    result = tmp_path / "here" / "results" / "small"
    assert names(result) == QUICK
    assert done.out.endswith("\nWritten to results/small: summary.csv, summary.json\n")


def test_no_figures_keeps_the_fit(cli, small, tmp_path):
    assert cli("run", small, "--no-figures", "--no-report", "--out", tmp_path / "r").status == 0
    assert names(tmp_path / "r") == QUICK | {"fit.nc"}


def test_quiet_prints_nothing(cli, small, strict_card, tmp_path):
    done = cli("run", small, "--quick", "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")
    assert names(tmp_path / "here/results/small") == QUICK
    done = cli("run", small, "--quick", "--quiet", "--model", strict_card)
    assert (done.status, done.out) == (1, "")
    assert "effective draws" in done.err


def test_a_failed_check_is_said_and_the_result_is_written(cli, small, strict_card, tmp_path):
    done = cli("run", small, "--quick", "--model", strict_card)
    assert done.status == 1
    assert re.fullmatch(
        r"metadx: a check of the fit failed: effective draws [\d,]+ "
        r"\(at least 1,000,000,000\)\n",
        done.err,
    )
    assert "Can the fit be trusted? NO: failed on effective draws." in done.out
    found = json.loads((tmp_path / "here/results/small/summary.json").read_text())
    assert [c["name"] for c in found["checks"] if not c["passed"]] == ["ess"]
    assert found["model"]["id"] == "strict"


def test_where_no_engine_answers_nothing_is_written(cli, small, tmp_path, monkeypatch):
    def fail(*_):
        raise FitError("no mode was found.")

    cli("run", small, "--quick")
    result = tmp_path / "here" / "results" / "small"
    before = {path: path.read_bytes() for path in result.iterdir()}
    monkeypatch.setattr("metadx.engines.hand_over.fit_marginal", fail)
    for out in (result, tmp_path / "new"):
        done = cli("run", small, "--engine", "marginal", "--out", out)
        assert (done.status, done.out, done.err) == (3, "", "metadx: no mode was found.\n")
    assert {path: path.read_bytes() for path in result.iterdir()} == before
    assert not (tmp_path / "new").exists()


def test_a_fall_back_is_said(cli, small, monkeypatch):
    import dataclasses

    from metadx.engines import hand_over as engines

    def nuts(*arguments, careful):
        done = honest(*arguments)
        report = dataclasses.replace(
            done.report, name="nuts", pareto_k=None, log_evidence=None, parametrisation="centred"
        )
        return dataclasses.replace(done, report=report, proposals=None)

    def fail(*_):
        raise FitError("no mode was found")

    honest = engines.fit_marginal
    monkeypatch.setattr("metadx.engines.nuts.fit_nuts", nuts)
    monkeypatch.setattr("metadx.engines.hand_over.fit_marginal", fail)
    done = cli("run", small, "--quick")
    assert done.status == 0
    words = " ".join(done.out.split())
    assert "nuts engine (the marginal one failed: see Notes)" in words
    assert (
        "engine: The marginal engine failed: no mode was found; the fit was made by NUTS" in words
    )
    found = cli("run", small, "--quick", "--json").json
    assert found["engine"]["fell_back"] == "the marginal engine failed: no mode was found"
    assert found["engine"]["pareto_k"] is None
    assert found["engine"]["parametrisation"] == "centred"
    assert all(row["pareto_k"] < 1 and row["elpd"] < 0 for row in found["studies"])


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_end_from_outside_leaves_the_earlier_result(cli, small, tmp_path, monkeypatch, error):
    cli("run", small, "--quick")
    result = tmp_path / "here" / "results" / "small"
    before = {path: path.read_bytes() for path in result.iterdir()}

    def stop(*_, **__):
        raise error

    monkeypatch.setattr("metadx.report.write.summary_csv", stop)
    done = cli("run", small, "--quick", "--quiet", "--seed", "9")
    assert done.status == {KeyboardInterrupt: 130, MemoryError: 3}[error]
    assert done.err.count("metadx: ") <= 1
    assert "Traceback" not in done.err
    assert {path: path.read_bytes() for path in result.iterdir()} == before
    assert names(result.parent) == {"small"}


def test_what_another_result_took_the_place_of_is_said(cli, small):
    full = cli("run", small, "--no-figures")
    assert "open results/small/report.html. Beside it: criticism.json, fit.nc" in full.out
    assert "replaced" not in full.out
    quick = cli("run", small, "--quick", "--seed", "9")
    told = "It replaced an earlier result (with report.html; other --seed); --out keeps both.\n"
    assert quick.out.endswith(f"\n{told}")
    assert "replaced" not in cli("run", small, "--quick", "--seed", "9").out


def test_a_fault_of_the_program_is_no_answer(cli, small, monkeypatch):
    """Status 1 means done with a failed check: a script must not take a crash for that."""

    def fault(*_, **__):
        raise StopIteration("nobody thought of this")

    monkeypatch.setattr("metadx.report.write.summary_csv", fault)
    done = cli("run", small, "--quick", "--quiet")
    assert done.status == 70
    assert done.err.startswith("metadx: a fault of metadx itself; an earlier result is untouched.")
    assert "nobody thought of this" in done.err


def test_the_root_of_the_disk_is_no_place_for_a_result(cli, small):
    done = cli("run", small, "--quick", "--out", "/")
    assert done.status == 2
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "path", ["my review", "my review/", "./my review", "my review/studies.csv"]
)
def test_a_review_is_found_by_folder_or_file(cli, folder, monkeypatch, path):
    monkeypatch.chdir(folder.parent)
    done = cli("run", path, "--quick", "--json")
    assert done.status == 0
    assert done.json["review"] == ("studies" if path.endswith(".csv") else "my review")


def test_a_review_in_the_current_folder_has_the_name_of_the_folder(cli, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert cli("run", ".", "--quick").status == 0
    assert names(folder / "results" / "my review") == QUICK


@pytest.mark.parametrize("path", ["telomerase", "telomerase/"])
def test_a_shipped_dataset_is_found_by_name(cli, tmp_path, path):
    done = cli("run", path, "--quick", "--json", "--label", "study")
    assert done.json["review"] == "telomerase"
    assert names(tmp_path / "here/results/telomerase") == QUICK


def test_a_folder_goes_before_a_shipped_dataset_of_that_name(cli, folder, tmp_path):
    folder.rename(tmp_path / "here" / "telomerase")
    assert cli("run", "telomerase", "--quick", "--json").json["title"] == "Mine"


def test_a_checkout_path_works(cli, monkeypatch, tmp_path):
    monkeypatch.chdir(data_dir().parent)
    done = cli("run", "data/anti-ccp", "--quick", "--json", "--out", tmp_path / "r")
    assert done.json["review"] == "anti-ccp"


def test_the_review_decides_and_the_user_overrides(cli, folder):
    found = cli("run", folder, "--quick", "--json").json
    assert found["settings"] | {"draws": 0} == {
        "seed": 7, "prob": 0.9, "draws": 0, "sens": "~ 1", "spec": "~ 1", "subgroup": None,
        "only": [], "only_left_out": [],
    }  # fmt: skip
    assert [row["prevalence"] for row in found["groups"][0]["estimands"]["ppv"]] == [0.3]
    options = "--seed 8 --prob 0.8 --prevalence 0.4 --prevalence 0.2 --prevalence 0.4 --draws 1001"
    found = cli("run", folder, "--quick", "--json", *options.split()).json
    assert found["settings"] == {
        "seed": 8, "prob": 0.8, "draws": 1004, "sens": "~ 1", "spec": "~ 1", "subgroup": None,
        "only": [], "only_left_out": [],
    }  # fmt: skip
    assert [row["prevalence"] for row in found["groups"][0]["estimands"]["ppv"]] == [0.4, 0.2]


def test_a_model_may_be_a_path(cli, small, strict_card):
    found = cli("run", small, "--quick", "--json", "--model", strict_card).json
    assert found["model"]["id"] == "strict"


def test_simulated_data_are_marked_loudly(cli, folder):
    for done in (cli("run", folder, "--quick"), cli("check", folder)):
        assert done.out.startswith(
            "*** SIMULATED OR RECONSTRUCTED DATA; NOT STUDY DATA ***\nMine\n"
        )
    assert cli("run", folder, "--quick").out.count("*** SIMULATED") == 2
    assert cli("run", folder, "--quick", "--json").json["synthetic"] is True
    assert "SIMULATED" not in cli("run", "telomerase", "--quick").out


def test_a_review_says_in_its_own_words_what_its_data_are(cli, folder):
    file = folder / "review.toml"
    text = file.read_text(encoding="utf-8")
    note = 'synthetic = true\nsynthetic_note = "made up for a test"'
    file.write_text(text.replace("synthetic = true", note), encoding="utf-8")
    for done, times in ((cli("run", folder, "--quick"), 2), (cli("check", folder), 1)):
        assert done.out.startswith("*** made up for a test ***\nMine\n")
        assert done.out.count("*** made up for a test ***") == times
        assert "SIMULATED" not in done.out
    found = cli("run", folder, "--quick", "--json").json
    assert (found["synthetic"], found["synthetic_note"]) == (True, "made up for a test")


def test_check_tells_the_totals_that_do_not_hold(cli, folder):
    total = '\n[[totals]]\nwhat = "{}"\nvalue = {}\n'
    counted = load_review(folder).table
    file = folder / "review.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + total.format("studies", counted.n_studies), encoding="utf-8")
    before = cli("check", folder)
    assert "the source prints" not in before.out
    file.write_text(text + total.format("studies", counted.n_studies + 1), encoding="utf-8")
    after = cli("check", folder)
    assert after.status == 1
    told = f"the source prints {counted.n_studies + 1}, the table has {counted.n_studies}"
    assert f"- total of studies: {told}" in after.out


def test_the_answer_names_levels_doubts_and_prevalences(cli, folder, small):
    told = " ".join(cli("run", folder, "--quick").out.split())
    assert "posterior medians with 90 % credible intervals (equal-tailed)" in told
    assert "(90 % prediction interval)" in told
    assert "2 doubts are stated in review.toml" in told
    assert "Typed by hand." in told
    assert "cohort studies, never from case-control studies" in told
    assert "llustrat" not in told
    told = " ".join(cli("run", small, "--quick").out.split())
    assert "Illustrative prevalences, for none was given" in told
    notes = cli("run", small, "--quick", "--json").json["notes"]
    assert any("illustrations" in note["text"] for note in notes)


def test_a_finding_of_the_cross_checks_is_told_with_the_answer(cli, study_table):
    swapped = study_table([(2, 80, 30, 9), (3, 70, 40, 11), (1, 60, 20, 5), (4, 50, 30, 6)])
    done = cli("check", swapped)
    assert done.status == 1
    first = done.out.partition("Findings of the cross-checks\n- ")[2].split("\n")[0]
    assert first
    told = cli("run", swapped, "--quick").out
    assert "Doubts about the data" in told
    assert first in told


def test_check_of_a_clean_review_lists_its_doubts(cli, tmp_path):
    done = cli("check", "anti-ccp")
    assert done.status == 0
    assert done.err == ""
    assert done.out.startswith(
        "Anti-CCP antibody for rheumatoid arthritis\n"
        "37 studies: 6,300 with the condition, 8,638 without.\n"
    )
    doubts = load_dataset("anti-ccp").source.doubts
    assert done.out.count("\n- ") == len(doubts) > 1
    assert done.out.endswith("\nNo inconsistency found.\n")
    assert list((tmp_path / "here").iterdir()) == []


def test_check_finds_what_run_would_stumble_over(cli, folder):
    review = folder / "review.toml"
    text = review.read_text(encoding="utf-8")
    review.write_text(text.replace("[analysis]", '[analysis]\nmodel = "mine"'), encoding="utf-8")
    done = cli("check", folder)
    assert done.status == 2
    assert "no model card 'mine'" in done.err


def test_check_of_few_studies_ends_with_findings(cli, study_table):
    done = cli("check", study_table([(9, 1, 2, 8), (8, 2, 1, 9)]))
    assert done.status == 1
    assert "2 studies: the spread between studies is prior-led" in done.out


def test_what_a_note_says_is_not_said_again_as_a_doubt(cli, study_table):
    told = cli("run", study_table([(9, 1, 2, 8), (8, 0, 1, 0)]), "--quick").out
    assert "- heterogeneity: Prior-led" in told
    assert "- specificity: Without non-diseased participants" in told
    assert "Doubts about the data" not in told


def test_datasets_lists_each_review_in_one_line(cli):
    done = cli("datasets")
    assert done.status == 0
    kind, head, *lines = done.out.splitlines()
    assert kind == "Diagnostic accuracy"
    assert head.split() == ["name", "studies", "diseased", "non-diseased", "title", "[licence]"]
    listed = lines[: lines.index("")]
    assert [line.split()[0] for line in listed] == list(list_datasets("accuracy"))
    licences = done.out.partition("Licences of the sources\n")[2]
    for line in listed:
        table, title = (getattr(load_dataset(line.split()[0]), a) for a in ("table", "title"))
        counts = [table.n_studies, table.n_diseased.sum(), table.n_nondiseased.sum()]
        assert line.split()[1:4] == [f"{n:,}" for n in counts]
        mark = r" \(SYNTHETIC\)" if load_dataset(line.split()[0]).synthetic else ""
        number = re.search(rf"{re.escape(title)}{mark} (\[\d+\])$", line)[1]
        assert f"{number} " in licences
    assert max(map(len, listed)) <= 130


def test_models_lists_the_cards_and_shows_one(cli, strict_card):
    listed = cli("models").out
    assert listed.startswith("bivariate-binomial ")
    assert len(listed.splitlines()) == len(list(models_dir().glob("*.toml")))
    shown = cli("models", "bivariate-binomial").out
    assert shown.startswith("bivariate-binomial: Bivariate random-effects model")
    assert "Why:" in shown
    own = cli("models", strict_card).out
    assert own.startswith("strict: ")
    assert "effective draws >= 1e+09" in own
    assert cli("models", "mine").status == 2


def test_version_and_usage(cli):
    assert cli("--version").out == f"{metadx.__version__}\n"
    for arguments in ((), ("run",), ("walk",), ("run", "a", "b")):
        done = cli(*arguments)
        assert done.status == 2
        assert "Traceback" not in done.err
    for command in ("run", "check", "batch", "simulate", "datasets", "models"):
        done = cli(command, "--help")
        assert done.status == 0
        assert f"metadx {command}" in done.out
    assert "results/NAME" in cli("run", "--help").out
