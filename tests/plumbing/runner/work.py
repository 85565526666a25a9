"""Work for the runner: functions that other processes can import, each telling where it was."""

import os
import signal
import time
from pathlib import Path


def noted(folder, number):
    """Note that the item was begun, by whom; return what depends on nothing else."""
    with (Path(folder) / "begun").open("a") as log:
        log.write(f"{number} {os.getpid()}\n")
    return {"number": number, "third": number / 3, "list": [0.1, number]}


def begun(folder):
    """Return the numbers of the items begun, in the order of their beginning."""
    path = Path(folder) / "begun"
    return [int(line.split()[0]) for line in path.read_text().splitlines()] if path.exists() else []


def processes(folder):
    """Return the processes that did the items."""
    return {int(line.split()[1]) for line in (Path(folder) / "begun").read_text().splitlines()}


def slow(folder, number, seconds):
    time.sleep(seconds)
    return noted(folder, number)


def fussy(folder, number):
    """Raise for every third item."""
    if number % 3 == 0:
        raise ValueError(f"{number} is no good")
    return noted(folder, number)


def deadly(folder, number, killers, lives):
    """Kill the own process, for the numbers of `killers` and as often as `lives` says."""
    if number in killers:
        scars = Path(folder) / f"killed-{number}"
        deaths = len(scars.read_text()) if scars.exists() else 0
        if deaths < lives:
            with scars.open("a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.01)
    return noted(folder, number)


def threads(_number):
    return {"threads": os.environ.get("OPENBLAS_NUM_THREADS"), "pid": os.getpid()}
