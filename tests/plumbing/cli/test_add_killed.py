"""Killed at any moment, or two at once: no study is lost, no table torn, the history is true."""

import csv
import hashlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from metadx.studies.append import add_study
from metadx.studies.history import history_of
from metadx.studies.read import read_table

HEADER = "study,tp,fp,fn,tn\n"
LOOP = """
import sys
from metadx.studies.append import add_study
file, name, first, last = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
for n in range(first, last):
    add_study(file, f"{name} {n}", tp=n, fp=1, fn=2, tn=3, anyway=True)
    print(n, flush=True)
"""
# Each addition in a process of its own, which dies before its k-th touch of a file.
STEPS = """
import os, signal, sys
from metadx.studies.append import add_study
TOUCHES = {"open", "os.rename", "os.remove", "os.mkdir", "os.chmod", "fcntl.flock"}
file = sys.argv[1]
KEPT = {file, file.replace("studies.csv", "studies-history.csv")}
WRITING = os.O_WRONLY | os.O_RDWR
def addition(n, deadly):
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    seen = 0
    def touch(event, arguments):
        nonlocal seen
        # Truncated and then written, a table would be torn by a kill between two touches.
        if event == "open" and str(arguments[0]) in KEPT and arguments[2] & WRITING:
            os._exit(7)
        if event in TOUCHES:
            seen += 1
            if seen == deadly:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(touch)
    add_study(file, f"Study {n}", tp=n, fp=1, fn=2, tn=3, anyway=True)
    os._exit(0)
add_study(file, "Study 0", tp=5, fp=1, fn=2, tn=3)  # modules are loaded, the folder is there
n, k, status = 1, 0, 1
while status:
    k += 1
    # The one that comes after a killed one has its work to finish, and may be killed at that.
    for deadly in (k, 3 + k % 9, 0):
        ended = addition(n, deadly)
        if ended == 7 << 8:
            sys.exit("a file that is kept was written in place")
        status = status if deadly != k else ended
        there = f"Study {n}," in open(file).read()
        print(k, deadly, ended, int(there), flush=True)
        n += there
"""


def start(code, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip


def check(file):
    """Assert that the table is whole and the history tells each addition once; return labels."""
    text = file.read_text()
    assert text.startswith(HEADER)
    assert text.endswith("\n")
    assert all(line.count(",") == 4 for line in text.splitlines())
    with history_of(file).open(newline="") as handle:
        lines = list(csv.DictReader(handle))
    labels = [line.partition(",")[0] for line in text.splitlines()[1:]]
    assert [line["study"] for line in lines] == labels
    assert [line["event"] for line in lines] == ["added"] * len(labels)
    rows = text.splitlines(keepends=True)
    for place, line in enumerate(lines, start=2):
        so_far = "".join(rows[:place]).encode()
        assert line["sha256"] == hashlib.sha256(so_far).hexdigest()
    return labels


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "studies.csv"
    path.write_text(HEADER)
    return path


def test_killed_before_any_touch_of_a_file(file):
    done = start(STEPS, file)
    out, err = done.communicate(timeout=60)
    assert (done.returncode, err) == (0, "")
    steps = [tuple(map(int, line.split())) for line in out.splitlines()]
    deaths = [there for _, deadly, status, there in steps if status == signal.SIGKILL]
    assert {status for _, deadly, status, _ in steps if not deadly} == {0}
    # Some died before the study was in the table, and some after.
    assert min(deaths.count(0), deaths.count(1)) > 5
    assert max(k for k, *_ in steps) > 20
    assert check(file) == [f"Study {n}" for n in range(sum(there for *_, there in steps) + 1)]
    left = {path.name for path in file.parent.rglob("*") if path.is_file()}
    assert left == {"studies.csv", "studies-history.csv"}


def test_killed_at_any_moment(file):
    rng = random.Random(20261122)
    told = []
    for _ in range(24):
        process = start(LOOP, file, "Study", len(told), 10**6)
        assert process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0.0, 0.1))
        process.send_signal(signal.SIGKILL)
        out, _ = process.communicate()
        told += [f"Study {line}" for line in out.split("\n")[:-1]]
        labels = list(read_table(file).study) if file.read_text() != HEADER else []
        # What was said to be added is there; the one that was cut off may be there.
        assert labels[: len(told)] == told
        assert len(labels) <= len(told) + 1
        told = labels
    assert len(told) > 20, "hardly a study was added: the kills proved nothing"
    add_study(file, "last", tp=1, fp=1, fn=1, tn=1)
    assert check(file) == [*told, "last"]


def test_several_at_once_take_turns(file):
    processes = [start(LOOP, file, name, 0, 15) for name in ("A", "B", "C")]
    ends = [process.communicate(timeout=60) for process in processes]
    assert [err for _, err in ends] == ["", "", ""]
    labels = check(file)
    assert sorted(labels) == sorted(f"{name} {n}" for name in "ABC" for n in range(15))
    assert [label for label in labels if label[0] == "A"] == [f"A {n}" for n in range(15)]
    assert sorted(path.name for path in file.parent.iterdir()) == ["history", "studies.csv"]
    assert os.listdir(file.parent / "history") == ["studies-history.csv"]  # noqa: PTH208
