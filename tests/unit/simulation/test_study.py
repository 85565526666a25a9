"""A whole study, small: carried out, continued, made again from its record, refused."""

import json

import pytest

from metadx.errors import DesignError, MetadxError
from metadx.simulation import plans
from metadx.simulation.load import load_contrasts, load_coverage, load_sbc
from metadx.simulation.study import simulate

KINDS = ("sbc", "coverage", "contrasts")
MAIN, OTHER = "bivariate-binomial", "bivariate-binomial-n15"


@pytest.fixture
def grid(write, sbc_text, coverage_text, contrasts_text):
    return {
        "contrasts": write(contrasts_text, "contrasts.toml"),
        "sbc": write(sbc_text, "sbc.toml"),
        "coverage": write(coverage_text, "coverage.toml"),
    }


@pytest.fixture
def done(monkeypatch):
    """Every replication that is computed."""
    made = []

    def counted(work):
        def _counted(loaded, part, replication):
            made.append((part, replication))
            return work(loaded, part, replication)

        return _counted

    for name in ("sbc_replication", "coverage_replication", "contrasts_replication"):
        monkeypatch.setattr(plans, name, counted(getattr(plans, name)))
    return made


def test_a_calibration_from_its_design_to_its_verdict(grid, tmp_path, done):
    told = []
    finished = simulate(
        "sbc", tmp_path / "out", grid=grid["sbc"], workers=1, say=lambda *x: told.append(x)
    )
    three, wide = finished.record["groups"]
    assert done == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2)]
    assert told[-1] == (7, 7)
    assert (three["replications"], wide["replications"]) == (4, 3)
    assert (three["failed"], wide["failed"]) == (0, 0)
    assert all(sum(counts) == 4 for counts in three["ranks"].values())
    assert len(three["ranks"]) == len(wide["ranks"]) == 11
    assert len(finished.requirements) == 2
    assert finished.passed == all(requirement.passed for requirement in finished.requirements)
    kept = finished.record["kept"]
    loaded = load_sbc(grid["sbc"])
    assert kept["four / wide/00001"] == plans.sbc_replication(loaded, 1, 1)
    assert json.loads(json.dumps(finished.record, allow_nan=False)) == finished.record


def test_a_coverage_study_from_its_design_to_its_verdict(grid, tmp_path, done):
    finished = simulate(
        "coverage", tmp_path / "out", grid=grid["coverage"], replications=2, workers=1
    )
    eight, three = finished.record["cells"]
    assert done == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert list(eight["methods"]) == [MAIN, OTHER]
    assert eight["methods"][OTHER]["parameters"]["new[sens]"]["n"] == 2
    assert "rho" in eight["methods"][MAIN]["parameters"]
    assert "rho" not in three["methods"][MAIN]["parameters"]
    assert len(finished.requirements) == 4  # without a peer
    loaded = load_coverage(grid["coverage"])
    assert finished.record["kept"]["three / t/00000"] == plans.coverage_replication(loaded, 1, 0)


def test_a_study_of_contrasts_from_its_design_to_its_verdict(grid, tmp_path, done):
    finished = simulate("contrasts", tmp_path / "out", grid=grid["contrasts"], workers=1)
    nine, slope = finished.record["cells"]
    assert done == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert nine["methods"]["Normal(0, 3)"]["parameters"]["contrast[spec,c-a]"]["n"] == 3
    assert slope["methods"]["maximum likelihood"]["parameters"]["mean[sens,low]"]["n"] == 2
    assert len(finished.requirements) == 10
    loaded = load_contrasts(grid["contrasts"])
    assert finished.record["kept"]["nine/00000"] == plans.contrasts_replication(loaded, 0, 0)
    assert list(finished.record["kept"]) == ["nine/00000", "eight / slope/00000"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_call_computes_nothing_and_a_longer_one_what_is_new(kind, grid, tmp_path, done):
    folder = tmp_path / "out"
    first = simulate(kind, folder, grid=grid[kind], replications=1, workers=1)
    assert done == [(0, 0), (1, 0)]
    again = simulate(kind, folder, grid=grid[kind], replications=1, workers=1)
    assert done == [(0, 0), (1, 0)]
    assert again.record == first.record
    longer = simulate(kind, folder, grid=grid[kind], replications=2, workers=1)
    assert sorted(done) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    fresh = simulate(kind, tmp_path / "fresh", grid=grid[kind], replications=2, workers=1)
    assert fresh.record == longer.record


@pytest.mark.parametrize("kind", KINDS)
def test_fewer_replications_than_the_design_asks_for_are_told(kind, grid, tmp_path):
    run = {"grid": grid[kind], "workers": 1}
    assert simulate(kind, tmp_path / kind, replications=1, **run).short
    assert not simulate(kind, tmp_path / kind, **run).short
    assert not simulate(kind, tmp_path / kind, replications=5, **run).short


def test_another_seed_gives_other_results_and_needs_another_folder(grid, tmp_path):
    given = {"grid": grid["sbc"], "replications": 1, "workers": 1}
    one = simulate("sbc", tmp_path / "one", **given)
    other = simulate("sbc", tmp_path / "other", seed=8, **given)
    same = simulate("sbc", tmp_path / "same", seed=7, **given)
    assert (one.record["seed"], other.record["seed"]) == (7, 8)
    assert one.record["identity"] != other.record["identity"]
    assert one.record["kept"] != other.record["kept"]
    assert same.record == one.record  # the design's own
    with pytest.raises(MetadxError):
        simulate("sbc", tmp_path / "one", seed=8, **given)


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_without_any_answer_is_refused(kind, grid, tmp_path, monkeypatch):
    def broken(_loaded, part, replication):
        if part == 1:
            raise OSError(f"disk {replication}")
        return work(_loaded, part, replication)

    work = getattr(plans, f"{kind}_replication")
    monkeypatch.setattr(plans, f"{kind}_replication", broken)
    name = {"sbc": "four / wide", "coverage": "three / t", "contrasts": "eight / slope"}[kind]
    wanted = f"Tiny: every replication of {name} failed: OSError: disk 0; OSError: disk 1"
    with pytest.raises(DesignError, match=wanted):
        simulate(kind, tmp_path / "out", grid=grid[kind], replications=2, workers=1)


def test_a_part_with_some_answers_is_judged_with_its_failures(grid, tmp_path, monkeypatch):
    def brittle(loaded, part, replication):
        if replication == 0:
            raise OSError("disk")
        return work(loaded, part, replication)

    work = plans.sbc_replication
    monkeypatch.setattr(plans, "sbc_replication", brittle)
    finished = simulate("sbc", tmp_path / "out", grid=grid["sbc"], replications=2, workers=1)
    assert [(g["replications"], g["failed"]) for g in finished.record["groups"]] == [(2, 1)] * 2


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"replications": 0}, "--replications 0: wanted"),
        ({"replications": -3}, "--replications -3: wanted"),
        ({"seed": -1}, "--seed -1: wanted"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_numbers_that_cannot_be_meant_are_refused(kind, given, told, grid, tmp_path):
    with pytest.raises(DesignError, match=told):
        simulate(kind, tmp_path / "out", grid=grid[kind], **given)
    assert not (tmp_path / "out").exists()


def test_a_wrong_design_is_refused_before_anything_is_written(write, sbc_text, tmp_path):
    file = write(sbc_text.replace("seed = 7", "seed = 7.5"))
    with pytest.raises(DesignError, match=r"mine.toml: seed"):
        simulate("sbc", tmp_path / "out", grid=file)
    assert not (tmp_path / "out").exists()
