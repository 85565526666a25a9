"""`metadx simulate`: what is handed over, what is said, and how it ends."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from metadx.errors import DesignError


@dataclass(frozen=True)
class Line:
    text: str

    def line(self):
        return self.text


@dataclass(frozen=True)
class Done:
    requirements: tuple
    passed: bool
    short: bool = False


@pytest.fixture
def study(monkeypatch):
    """Take the place of a study; keep what it was asked for."""
    asked = {}

    def stand_in(result):
        def simulate(kind, folder, **options):
            asked.update(kind=kind, folder=folder, **options)
            if isinstance(result, BaseException):
                raise result
            options["say"](1, 2)
            return result

        monkeypatch.setattr("metadx.simulation.study.simulate", simulate)
        monkeypatch.setattr(
            "metadx.report.simulated.write_study", lambda *_, **__: ("record.json", "x.svg")
        )
        return asked

    return stand_in


@pytest.mark.parametrize("kind", ["sbc", "coverage"])
def test_a_study_says_its_verdict_and_where_it_is(cli, study, kind):
    asked = study(Done((Line("passed: one"), Line("passed: two")), True))
    done = cli("simulate", kind)
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        f"passed: one\npassed: two\n\nWritten to results/simulate-{kind}: record.json, x.svg\n"
    )
    del asked["say"]
    unset = dict.fromkeys(("grid", "replications", "seed", "workers", "scheduler"))
    assert asked == {"kind": kind, "folder": Path(f"results/simulate-{kind}"), **unset}


def test_a_short_study_says_so(cli, study):
    study(Done((Line("FAILED: one"),), False, short=True))
    done = cli("simulate", "sbc")
    assert done.status == 1
    assert "FAILED: one\nFewer replications than the design asks for" in done.out


def test_options_are_handed_over(cli, study):
    asked = study(Done((), True))
    options = {
        "grid": Path("g.toml"),
        "replications": 3,
        "seed": 0,
        "workers": 2,
        "scheduler": "tcp://x",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    assert cli("simulate", "sbc", *words, "--out", "here").status == 0
    assert asked["folder"] == Path("here")
    assert {name: asked[name] for name in options} == options


def test_a_threshold_that_is_not_met_ends_with_1(cli, study):
    study(Done((Line("FAILED: one"),), False))
    done = cli("simulate", "sbc")
    assert (done.status, done.out.partition("\n")[0]) == (1, "FAILED: one")


def test_interrupted_it_says_that_the_same_command_continues(cli, study):
    study(KeyboardInterrupt())
    done = cli("simulate", "coverage")
    assert (done.status, done.out) == (130, "")
    assert done.err == (
        "metadx: interrupted; what is finished is in results/simulate-coverage, and the same "
        "command continues.\n"
    )


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("fly",), "'fly'"),
        (("sbc", "--replications", "0"), "--replications"),
        (("sbc", "--seed", "-1"), "--seed"),
        (("sbc", "--out", ""), "--out is empty"),
        (("sbc", "--grid", ""), "--grid is empty"),
        ((), "KIND"),
    ],
)
def test_what_cannot_be_meant_is_refused(cli, study, words, wanted):
    study(DesignError("never asked"))
    done = cli("simulate", *words)
    assert (done.status, done.out) == (2, "")
    assert wanted in done.err
    assert "never asked" not in done.err


def test_a_wrong_design_is_bad_input(cli, study):
    study(DesignError("g.toml: no grid."))
    done = cli("simulate", "sbc", "--grid", "g.toml")
    assert (done.status, done.err) == (2, "metadx: g.toml: no grid.\n")
