"""`metadx run` with covariates: what is told, what is written, how it ends."""

import re
from pathlib import Path

import pytest

from metadx.report.figures import DrawnFigures
from metadx.resources import data_dir, models_dir

GENERATION = ("--sens", "~ generation", "--spec", "~ generation", "--subgroup", "generation")
KINDS = ("svg", "png", "pdf")


@pytest.fixture
def review(tmp_path):
    """A review whose own file asks for covariates; one value of a covariate is missing."""
    folder = tmp_path / "mine"
    folder.mkdir()
    rows = [
        *("Li 2001,20,5,4,60,ward,50", "Kim 2003,15,2,6,40,ward,", "Ho 2005,33,9,3,80,clinic,61"),
        *("Ali 2008,12,1,5,33,clinic,58", "Roy 2010,40,6,10,90,ward,49", "Woo 2011,9,1,3,20,,60"),
    ]
    (folder / "studies.csv").write_text("\n".join(["study,tp,fp,fn,tn,site,age", *rows, ""]))
    (folder / "review.toml").write_text(
        '[review]\ntitle = "Mine"\n'
        '[columns.site]\nkind = "categorical"\nmeaning = "where"\nreference = "ward"\n'
        '[columns.age]\nkind = "continuous"\nmeaning = "mean age"\nunit = "years"\n'
        '[analysis]\nsens = "~ site"\nspec = "~ age"\nsubgroup = "site"\nmissing = "drop"\n'
        "seed = 3\n"
    )
    return folder


def test_the_review_asks_for_covariates_and_the_user_overrides(cli, review):
    found = cli("run", review, "--quick", "--json").json
    settings = found["settings"]
    assert (settings["sens"], settings["spec"], settings["subgroup"]) == ("~ site", "~ age", "site")
    assert found["data"] | {"sha256": ""} == {
        "sha256": "", "n_studies": 4, "n_diseased": 127, "n_nondiseased": 284,
        "counted": "participants", "dropped": ["Kim 2003", "Woo 2011"],
    }  # fmt: skip
    assert [row["study"] for row in found["studies"]] == [
        *("Li 2001", "Ho 2005", "Ali 2008", "Roy 2010"),
    ]
    options = ("--sens", "~ 1", "--spec", "~ site", "--missing", "level")
    found = cli("run", review, "--quick", "--json", *options).json
    assert (found["settings"]["sens"], found["settings"]["spec"]) == ("~ 1", "~ site")
    assert found["data"]["dropped"] == []
    assert set(found["covariates"]["site"]["levels"]) == {"ward", "clinic", "not reported"}


def test_the_studies_that_were_left_out_are_said(cli, review):
    told = " ".join(cli("run", review, "--quick").out.split())
    assert "2 studies were left out for want of a covariate (see Notes)." in told
    assert "Left out because a covariate is missing: Kim 2003, Woo 2011." in told
    assert "4 studies: 127 with the condition, 284 without." in told


def test_every_line_fits_a_narrow_page(cli):
    done = cli("run", "anti-ccp", "--quick", *GENERATION)
    assert done.status == 0
    assert max(map(len, done.out.partition("\nWritten to ")[0].splitlines())) <= 80
    told = done.out
    for words in (
        *(
            "Why do studies differ?",
            "By generation (",
            "How sure are the differences by generation?",
        ),
        *("Odds ratios (", "What stays unexplained? (", "Each level of generation by itself"),
    ):
        assert words in told
    assert re.search(r"^CCP1 vs CCP2 +-2\d\.\d \(-3\d\.\d to -\d\.\d\)", told, re.MULTILINE)
    assert re.search(r"\nsens: generation=CCP2 +2\.\d\d \(", told)


def test_three_covariates_fit_a_narrow_page(cli):
    done = cli(
        *("run", "lung-nodules-dwi-mri", "--quick", "--missing", "level"),
        *("--sens", "~ study_design + blind", "--spec", "~ study_design + field_strength + year"),
        *("--at", "study_design=Prospective,blind=Y", "--at", "year=2012"),
    )
    assert max(map(len, done.out.partition("\nWritten to ")[0].splitlines())) <= 80
    assert "1: study_design = Prospective, blind = Y\n2: year = 2012\n" in done.out
    assert "other covariates" in done.out


def test_a_failed_check_of_any_fit_ends_with_status_one_and_names_the_fit(cli, tmp_path):
    """The least number of effective draws is set between those of the fits."""
    plain = cli("run", "anti-ccp", "--quick", "--json", *GENERATION).json
    draws = {c["fit"]: c["value"] for c in plain["checks"] if c["name"] == "ess"}
    worst = min(draws, key=draws.__getitem__)
    limit = sum(sorted(draws.values())[:2]) / 2
    card = (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")
    path = tmp_path / "card.toml"
    path.write_text(card.replace("ess_min = 400", f"ess_min = {limit}"), encoding="utf-8")
    done = cli("run", "anti-ccp", "--quick", *GENERATION, "--model", path)
    assert done.status == 1
    failed = done.err.replace(",", "")
    assert failed.startswith(f"metadx: a check of the fit failed: {worst}: effective draws ")
    assert failed.count("effective draws") == 1
    told = " ".join(done.out.split())
    assert f"Can the fit be trusted? NO: failed on effective draws ({worst})." in told
    assert f"{worst}: " in told


def test_the_figures_of_every_covariate_are_written(cli, monkeypatch):
    """The names; what the figures show is tested beside the figures."""
    drawn = []

    def draw(stage, drawings, *_):
        drawn.extend(name for name, _ in drawings)
        for name in drawn:
            (stage / f"{name}.svg").write_text("<svg/>")
        return DrawnFigures()

    monkeypatch.setattr("metadx.report.figures.draw_all", draw)
    done = cli(
        *("run", "anti-ccp", "--sens", "~ generation + year", "--subgroup", "generation"),
        *("--out", "r", "--draws", "400", "--no-report"),
    )
    figures = [
        *("forest", "sroc", "crosshair", "roc-ellipses", "likelihood-ratios", "fagan"),
        *("predictive-values", "decision-curve"),
        *("coefficients", "bubble-year", "sroc-by-generation"),
        *("forest-by-generation", "sroc-generation-by-itself"),
    ]
    assert drawn == figures
    fits = ("fit", "fit-pooled", "fit-generation-ccp1", "fit-generation-ccp2")
    expected = {"summary.json", "summary.csv", "contrasts.csv", *(f"{fit}.nc" for fit in fits)}
    assert {path.name for path in Path("r").iterdir()} == expected | {f"{f}.svg" for f in figures}
    assert all(name in done.out for name in expected)
    # A later result without covariates takes all of them away.
    (Path("r") / "my notes.txt").write_text("keep")
    cli("run", "anti-ccp", "--out", "r", "--quick")
    assert {p.name for p in Path("r").iterdir()} == {"summary.json", "summary.csv", "my notes.txt"}


def test_one_run_with_covariates_and_its_real_figures(cli, tmp_path, monkeypatch):
    monkeypatch.setattr("metadx.report.figures._of_accuracy", lambda *_: ())  # tested elsewhere
    rows = (data_dir() / "anti-ccp" / "studies.csv").read_text(encoding="utf-8").splitlines()
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "studies.csv").write_text("\n".join([rows[0], *rows[1:5], *rows[12:18], ""]))
    (folder / "review.toml").write_bytes((data_dir() / "anti-ccp" / "review.toml").read_bytes())
    fast = ("--draws", "400", "--no-report")
    done = cli("run", folder, "--spec", "~ generation", "--out", "r", *fast)
    assert done.status in {0, 1}
    stems = ("forest", "sroc", "coefficients", "sroc-by-generation", "forest-by-generation")
    for stem in stems:
        for kind in KINDS:
            assert (Path("r") / f"{stem}.{kind}").stat().st_size > 1000
