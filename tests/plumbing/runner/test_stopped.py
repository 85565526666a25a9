"""A run that is stopped, by whatever: it goes on where it was, nothing is lost or done twice."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from metadx.errors import MetadxError
from metadx.runner.run import run_plan
from tests.plumbing.runner.work import begun, noted, slow

RUN = """
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background shell ignores it
from metadx.runner.plan import Item, Plan
from metadx.runner.run import run_plan
from tests.plumbing.runner.work import slow
if __name__ == "__main__":
    desk, folder, workers = sys.argv[1:]
    items = tuple(Item(f"item/{n:03}", (desk, n, 0.02)) for n in range(200))
    run_plan(Plan("demo", slow, items, "1"), Path(folder), workers=int(workers))
"""


def start(script, *arguments):
    command = [sys.executable, str(script), *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


@pytest.fixture
def script(tmp_path, monkeypatch, request):
    monkeypatch.setenv("PYTHONPATH", str(request.config.rootpath))
    path = tmp_path / "run.py"
    path.write_text(RUN)
    return path


def keys(folder):
    path = folder / "replications.jsonl"
    text = path.read_text() if path.exists() else ""
    lines = text[: text.rfind("\n") + 1].splitlines()  # a line may just be written
    return [json.loads(line)["key"] for line in lines[1:]]


def wait_for(count, folder, process):
    """Wait until so many items are finished."""
    until = time.monotonic() + 60
    while len(keys(folder)) < count:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < until
        time.sleep(0.01)


def gone(desk, process):
    """Wait until no worker is left that would still note its work."""
    process.communicate(timeout=30)
    before = None
    while before != (before := len(begun(desk))):
        time.sleep(0.2)


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_and_called_again_it_does_what_is_missing(script, desk, tmp_path, plan_of, workers):
    folder = tmp_path / "r"
    stages = []
    for count in (20, 60):
        process = start(script, desk, folder, workers)
        wait_for(count, folder, process)
        process.send_signal(signal.SIGKILL)
        gone(desk, process)
        stages.append((keys(folder), Counter(begun(desk))))
    assert 60 <= len(stages[-1][0]) < 200
    outcomes = run_plan(plan_of(slow, 200, 0.0), folder, workers=1)
    assert [outcome.value["number"] for outcome in outcomes] == list(range(200))
    assert sorted(keys(folder)) == [f"item/{n:03}" for n in range(200)]
    last = Counter(begun(desk))
    for finished, before in stages:
        assert keys(folder)[: len(finished)] == finished
        numbers = [int(key.partition("/")[2]) for key in finished]
        assert [last[n] for n in numbers] == [before[n] for n in numbers], "done again"
    # A worker may finish items whose answers nobody is left to take: those handed over, each kill.
    assert last.total() <= 200 + 2 * 8 * workers


@pytest.mark.parametrize("workers", [1, 2])
def test_interrupted_it_ends_at_once_and_keeps_what_is_finished(script, desk, tmp_path, workers):
    folder = tmp_path / "r"
    process = start(script, desk, folder, workers)
    wait_for(10, folder, process)
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=10)[1]
    assert process.returncode == -signal.SIGINT
    assert err.count("Traceback") == 1, "a worker told of its end too"
    assert 10 <= len(keys(folder)) < 200
    assert (folder / "replications.jsonl").read_bytes().endswith(b"}\n")


def test_a_second_run_in_the_same_folder_is_refused(script, desk, tmp_path, plan_of):
    folder = tmp_path / "r"
    process = start(script, desk, folder, 1)
    wait_for(1, folder, process)
    with pytest.raises(MetadxError, match=r"r: another run is working there"):
        run_plan(plan_of(noted, 3), folder, workers=1)
    process.kill()
    process.communicate()
    assert len(run_plan(plan_of(noted, 3), folder, workers=1)) == 3
