import json
from dataclasses import dataclass

import pytest

from metadx.cli import answer

HEADER = "study,tp,fp,fn,tn"


@dataclass(frozen=True)
class Outcome:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out, parse_constant=refuse)


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture
def cli(capfdbinary, monkeypatch, tmp_path):
    """Carry a command out in this process, in an empty folder."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def run(*arguments):
        status = answer([str(argument) for argument in arguments])
        out, err = capfdbinary.readouterr()
        return Outcome(status, out.decode(), err.decode())

    return run


@pytest.fixture
def study_table(tmp_path):
    """Write a study table from rows of (tp, fp, fn, tn)."""

    def write(rows, name="studies.csv"):
        lines = [HEADER, *(f"Study {i},{','.join(map(str, row))}" for i, row in enumerate(rows))]
        path = tmp_path / name
        path.write_text("\n".join([*lines, ""]))
        return path

    return write


@pytest.fixture
def small(study_table):
    """A small valid table."""
    return study_table(
        [(20, 5, 4, 60), (15, 2, 6, 40), (33, 9, 3, 80), (12, 1, 5, 33), (40, 6, 10, 90)],
        "small.csv",
    )
