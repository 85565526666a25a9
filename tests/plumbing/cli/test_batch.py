"""`metadx batch`: a line for each review, whatever is wrong with some of them."""

import csv
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

MAIN = "import sys; from metadx.cli import main; sys.argv[0] = 'metadx'; main()"
ROWS = [(20, 5, 4, 60), (15, 2, 6, 40), (33, 9, 3, 80), (12, 1, 5, 33)]


def table(shift=0):
    lines = [f"Study {i},{a + shift},{b},{c},{d}" for i, (a, b, c, d) in enumerate(ROWS)]
    return "\n".join(["study,tp,fp,fn,tn", *lines, ""])


@pytest.fixture
def reviews(tmp_path):
    folder = tmp_path / "reviews"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.csv").write_text(table())
    (folder / "sim").mkdir()
    (folder / "sim" / "studies.csv").write_text(table())
    (folder / "sim" / "review.toml").write_text('[review]\ntitle = "S"\nsynthetic = true\n')
    return folder


def lines(folder):
    with (folder / "batch.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_review_has_its_line(cli, reviews, tmp_path):
    done = cli("batch", reviews, "--draws", "1000", "--workers", "1")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        "3 reviews: 3 pooled, 1 of them of simulated or reconstructed data\n\n"
        "Written to results/batch-reviews: batch.csv, batch.jsonl\n"
    )
    out = tmp_path / "here" / "results" / "batch-reviews"
    assert [row["review"] for row in lines(out)] == ["one.csv", "sim", "two.csv"]
    assert [row["synthetic"] for row in lines(out)] == ["false", "true", "false"]
    assert lines(out)[0]["sens_median"] == lines(out)[2]["sens_median"]


def test_a_batch_of_one_is_a_run(cli, reviews, small, tmp_path):
    folder = tmp_path / "single"
    folder.mkdir()
    (folder / "small.csv").write_bytes(small.read_bytes())
    options = ("--draws", "2000", "--seed", "4", "--prob", "0.9")
    run = cli("run", small, "--quick", "--json", *options).json
    assert cli("batch", folder, *options, "--workers", "1", "--out", "b").status == 0
    (one,) = map(json.loads, (tmp_path / "here/b/batch.jsonl").read_text().splitlines())
    group = run["groups"][0]["estimands"]
    assert one["estimands"] == {k: v for k, v in group.items() if not isinstance(v, list)}
    assert one["parameters"] == run["parameters"]
    assert one["checks"] == run["checks"]


def test_the_files_do_not_depend_on_the_workers(cli, reviews, tmp_path):
    for workers in (1, 2):
        done = cli("batch", reviews, "--draws", "400", "--workers", workers, "--out", workers)
        assert done.status == 0
    for name in ("batch.csv", "batch.jsonl"):
        one, two = (tmp_path / "here" / str(n) / name for n in (1, 2))
        assert one.read_bytes() == two.read_bytes()


def test_a_broken_review_is_told_and_costs_no_other(cli, reviews, tmp_path):
    (reviews / "bad.csv").write_text(table().replace("20,5", "20,-5"))
    done = cli("batch", reviews, "--draws", "400", "--workers", "2", "--out", "r")
    assert done.status == 1
    assert "4 reviews: 3 pooled" in done.out
    assert "1 not pooled:\n- bad.csv, row 2" in done.out
    row = lines(tmp_path / "here" / "r")[0]
    assert (row["review"], row["passed"], row["sens_median"]) == ("bad.csv", "", "")
    assert 'fp = "-5"' in row["error"]
    (reviews / "bad.csv").write_text(table())
    assert cli("batch", reviews, "--draws", "400", "--workers", "1", "--out", "r").status == 0
    assert lines(tmp_path / "here" / "r")[0]["error"] == ""


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ((), "there is no such folder"),
        (("reviews", "--prob", "95"), "--prob 95: wanted a number between 0 and 1"),
        (("reviews", "--draws", "10"), "draws = 10"),
        (("reviews", "--model", "nothing"), "no model card"),
        (("reviews", "--out", "../reviews"), "give --out another folder"),
        (("reviews", "--out", " "), "--out is empty"),
        (("reviews", "--workers", "0"), "--workers"),
        (("reviews/sim",), "is one review; give it to `metadx run`"),
        (("",), "FOLDER is empty"),
    ],
)
def test_what_cannot_be_meant_is_refused(cli, reviews, tmp_path, options, wanted):
    folder, *more = options or ("nowhere",)
    path = tmp_path / folder if folder else ""
    before = sorted(tmp_path.rglob("*"))
    done = cli("batch", path, *more)
    assert (done.status, done.out) == (2, "")
    assert wanted in " ".join(done.err.replace("│", " ").split())
    assert sorted(tmp_path.rglob("*")) == before


def test_other_settings_in_the_same_folder_are_refused(cli, reviews):
    assert cli("batch", reviews, "--draws", "400", "--workers", "1", "--out", "r").status == 0
    done = cli("batch", reviews, "--draws", "404", "--workers", "1", "--out", "r")
    assert done.status == 2
    assert done.err.startswith("metadx: r: replications.jsonl there holds a run of batch made with")


def test_an_empty_out_is_refused_and_one_review_is_no_reviews(cli, reviews, tmp_path):
    done = cli("batch", reviews, "--out", "")
    assert (done.status, done.err) == (2, "metadx: --out is empty; give a path.\n")
    for name in ("one.csv", "two.csv"):
        (reviews / name).unlink()
    done = cli("batch", reviews, "--draws", "400", "--workers", "1", "--out", tmp_path / "r")
    assert done.out.startswith("1 review: 1 pooled")


def test_a_missing_scheduler_is_told(cli, reviews, monkeypatch):
    monkeypatch.setattr("metadx.runner.cluster._PATIENCE", 0.3)
    done = cli("batch", reviews, "--scheduler", "tcp://127.0.0.1:1", "--out", "r")
    assert done.status == 2
    assert "tcp://127.0.0.1:1: no Dask scheduler answers there" in done.err


@pytest.mark.parametrize("workers", ["1", "2"])
def test_interrupted_it_says_how_to_go_on_and_goes_on(tmp_path, workers):
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(80):
        (folder / f"{n:03}.csv").write_text(table(n % 7))
    out = tmp_path / "r"
    # A background shell ignores the signal, and what it starts as well.
    code = f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler); {MAIN}"
    command = [sys.executable, "-c", code, "batch", str(folder), "--draws", "400"]
    command += ["--workers", workers, "--out", str(out)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    finished = out / "replications.jsonl"
    until = time.monotonic() + 60
    while not finished.exists() or finished.read_bytes().count(b"\n") < 5:
        assert time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    told, err = process.communicate(timeout=30)
    assert (process.returncode, told) == (130, "")
    assert err == (
        f"metadx: interrupted; what is finished is in {out}, and the same command continues.\n"
    )
    assert 5 <= finished.read_bytes().count(b"\n") < 80
    assert not (out / "batch.csv").exists()
    assert subprocess.run(command, check=False, capture_output=True, timeout=120).returncode == 0
    assert len(lines(out)) == 80


def test_a_terminal_sees_how_far_it_is_and_a_pipe_does_not(reviews, tmp_path):
    ours, theirs = pty.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {"TERM": "xterm"}
    command = [sys.executable, "-c", MAIN, "batch", str(reviews), "--draws", "400"]
    done = subprocess.run(
        [*command, "--workers", "1", "--out", str(tmp_path / "r")],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        check=False,
        timeout=120,
    )
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert re.search(r"\d of 3 reviews", seen)
    assert b" of 3 reviews" not in done.stdout
