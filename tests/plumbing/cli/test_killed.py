"""Killed at any moment, or two at once: the folder is one whole result."""

import json
import random
import signal
import subprocess
import sys
import time

import pytest

from metadx.report.folder import check_target

LOOP = """
import json, os, signal, sys
from pathlib import Path
from metadx.report import folder
if sys.argv[2] == "two renames":
    folder._exchange_at_once = lambda *_: False
calls, deadly = 0, int(sys.argv[5])
def rename(self, to, quick=Path.rename):
    global calls
    calls += 1
    if calls == deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    quick(self, to)
Path.rename = rename
first, last = int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
for n in range(first, last):
    with folder.result_folder(Path(sys.argv[1])) as stage:
        for name in ("fit.nc", "forest.svg", "summary.csv"):
            (stage / name).write_text(f"{n} " * 2000)
        text = json.dumps({"schema": "metadx/summary/1", "n": n})
        (stage / "summary.json").write_text(text)
"""
RUN = "import sys; from metadx.cli import main; sys.argv[0] = 'metadx'; main()"
NAMES = {"fit.nc", "forest.svg", "notes.txt", "summary.csv", "summary.json"}


def start(*arguments, code=LOOP):
    """Start a loop of results: folder, route, first and last number, and the deadly rename."""
    if code is LOOP and len(arguments) == 4:
        arguments = (*arguments, 0)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate()


def whole(folder):
    """Assert that all files of a result are of one run; return its number."""
    assert {path.name for path in folder.iterdir()} == NAMES
    n = json.loads((folder / "summary.json").read_text())["n"]
    for name in NAMES - {"summary.json", "notes.txt"}:
        assert (folder / name).read_text() == f"{n} " * 2000
    assert (folder / "notes.txt").read_text() == "mine"
    return n


@pytest.fixture
def target(tmp_path):
    """A first result with a file of the user in it."""
    folder = tmp_path / "r"
    done = start(folder, "one step", 0, 1)
    done.communicate()
    assert done.returncode == 0
    (folder / "notes.txt").write_text("mine")
    return folder


def test_killed_at_any_moment_it_is_the_whole_old_or_the_whole_new(target):
    rng = random.Random(20261122)
    seen = [whole(target)]
    for _ in range(16):
        process = start(target, "one step", seen[-1] + 1, 10**9)
        assert process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0.0, 0.12))
        kill(process)
        seen.append(whole(target))
    assert seen == sorted(seen)
    assert seen[-1] > 16, "hardly a result was replaced: the kills proved nothing"
    done = start(target, "one step", 10**9, 10**9 + 1)
    done.communicate()
    assert whole(target) == 10**9
    assert [path.name for path in target.parent.iterdir()] == ["r"]


@pytest.mark.parametrize("deadly", [1, 2, 3, 4])
def test_where_two_renames_are_needed_the_next_run_brings_the_old_one_back(target, deadly):
    # Each replacement renames three times: the old one away, the new one in, the old one to the
    # rubbish. Death comes before the rename of that number.
    process = start(target, "two renames", 1, 10**9, deadly)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert target.exists() == (deadly != 2)
    check_target(target)
    assert whole(target) == (0 if deadly < 3 else 1)
    done = start(target, "two renames", 5, 6)
    done.communicate(timeout=60)
    assert whole(target) == 5
    assert [path.name for path in target.parent.iterdir()] == ["r"]


@pytest.mark.parametrize("route", ["one step", "two renames"])
def test_two_runs_at_once_take_turns(target, route):
    processes = [start(target, route, first, first + 60) for first in (1000, 2000)]
    errors = [process.communicate(timeout=60)[1] for process in processes]
    assert errors == ["", ""]
    assert [process.returncode for process in processes] == [0, 0]
    assert whole(target) in (1059, 2059)
    assert [path.name for path in target.parent.iterdir()] == ["r"]


def test_the_command_itself_may_be_killed(tmp_path, small):
    rng = random.Random(20261124)
    out = tmp_path / "r"

    def command(seed):
        return start("run", small, "--quick", "--out", out, "--seed", seed, code=RUN)

    began = time.perf_counter()
    assert command(0).communicate()[1] == ""
    took = time.perf_counter() - began
    for seed in range(1, 6):
        process = command(seed)
        time.sleep(rng.uniform(0.5, 1.05) * took)
        kill(process)
        assert {path.name for path in out.iterdir()} == {"summary.csv", "summary.json"}
        found = json.loads((out / "summary.json").read_text())
        assert found["settings"]["seed"] in (0, seed, *range(seed))
        row = next(
            line for line in (out / "summary.csv").read_text().splitlines() if ",rho," in line
        )
        assert repr(found["parameters"]["rho"]["median"]) in row
