"""A result folder made from Python is the one that `metadx run` makes."""

import json
import re
from dataclasses import replace

import pytest

import metadx
from metadx.resources import data_dir


def untimed(file):
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".json":
        found = json.loads(text)
        found.get("engine", {}).pop("seconds", None)
        return found
    return text


def test_python_and_the_command_write_the_same(cli, small, tmp_path):
    done = cli("run", small, "--no-figures", "--quiet", "--prob", "0.9", "--out", "told")
    assert done.status in (0, 1), done.err
    steps = []
    files = metadx.write_report(
        metadx.load_review(small), tmp_path / "own", prob=0.9, figures=False, say=steps.append
    )
    told = {path.name: path for path in (tmp_path / "here" / "told").iterdir()}
    assert set(files) == set(told) == {path.name for path in (tmp_path / "own").iterdir()}
    assert {"report.html", "fit.nc", "criticism.json"} <= set(files)
    for name in set(files) - {"fit.nc", "report.html"}:  # the page quotes the command
        assert untimed(tmp_path / "own" / name) == untimed(told[name]), name
    page = (tmp_path / "own" / "report.html").read_text(encoding="utf-8")
    assert "90%" in re.sub(r"[\s\u202f\u00a0\u2009]%", "%", page)
    assert "metadx run" not in page.partition("<main")[0]
    assert {"fitting", "writing report.html"} <= set(steps)
    assert metadx.load_fit(tmp_path / "own" / "fit.nc").table.n_studies == 5


def test_an_analysis_of_other_studies_is_refused(small, study_table, tmp_path):
    review = metadx.load_review(small)
    other = metadx.load_dataset("telomerase")
    folder = tmp_path / "own"
    with pytest.raises(metadx.DataError, match=r"only one of them has .*Ito 1998"):
        metadx.write_report(review, folder, analysis=metadx.fit(other, draws=200))
    counts = study_table([(1, 2, 3, 4)] * 5, "other.csv")
    with pytest.raises(metadx.DataError, match="the table is another one"):
        metadx.write_report(
            review, folder, analysis=metadx.fit(metadx.load_review(counts), draws=200)
        )
    assert not folder.exists()
    with pytest.raises(metadx.ArgumentError, match="review = an AccuracyTable; wanted a Review"):
        metadx.write_report(review.table, folder)


def test_a_review_of_agreement_is_written_too_and_read_back(tmp_path):
    review = metadx.load_agreement(data_dir() / "xeromammograms")
    fitted = metadx.fit_agreement(review, draws=400)
    out = tmp_path / "own"
    files = metadx.write_report(review, out, analysis=fitted, figures=False)
    assert {"report.html", "summary.json", "fit.nc"} <= set(files)
    assert type(metadx.load_fit(out / "fit.nc")).__name__ == "AgreementFit"
    # Of readers who share their cases every rating is known, and nothing is said row by row.
    shared = replace(fitted, evidence=())
    metadx.write_report(review, out, analysis=shared, figures=False, store=False)
    assert ">every rating<" in (out / "report.html").read_text(encoding="utf-8")
    assert not (out / "fit.nc").exists()
    with pytest.raises(metadx.DataError, match="review of agreement, and what was fitted is"):
        metadx.write_report(
            review, out, analysis=metadx.fit(metadx.load_dataset("telomerase"), draws=200)
        )


def test_a_dataset_of_agreement_says_how_it_is_read():
    with pytest.raises(metadx.DataError, match=r"metadx.load_agreement\('.*ild-agreement'\)"):
        metadx.load_dataset("ild-agreement")
    assert metadx.load_agreement(data_dir() / "ild-agreement").name == "ild-agreement"


def test_a_file_that_is_no_fit_is_refused(tmp_path):
    with pytest.raises(metadx.DataError, match="there is no such file"):
        metadx.load_fit(tmp_path / "absent.nc")
    (tmp_path / "text.nc").write_text("no fit")
    with pytest.raises(metadx.DataError, match="not a NetCDF file"):
        metadx.load_fit(tmp_path / "text.nc")
