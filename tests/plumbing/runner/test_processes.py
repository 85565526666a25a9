"""Processes of this machine: the same outcomes however many, and one that dies costs nothing."""

import os

import pytest

from metadx.errors import MetadxError
from metadx.runner.plan import Item, Plan
from metadx.runner.run import run_plan
from tests.plumbing.runner.work import begun, deadly, fussy, noted, processes, threads


def test_outcomes_do_not_depend_on_the_number_of_processes(plan_of, tmp_path):
    plan = plan_of(fussy, 20)
    one, two, three = (run_plan(plan, tmp_path / str(n), workers=n) for n in (1, 2, 3))
    assert one == two == three
    assert [outcome.key for outcome in one] == [item.key for item in plan.items]
    assert one[0].error == "ValueError: 0 is no good"
    assert one[0].value is None
    assert one[7].value == {"number": 7, "third": 7 / 3, "list": [0.1, 7]}
    assert one[7].error is None


def test_one_worker_is_this_process_and_two_are_others(plan_of, desk, tmp_path):
    run_plan(plan_of(noted, 4), tmp_path / "a", workers=1)
    assert processes(desk) == {os.getpid()}
    (desk / "begun").unlink()
    run_plan(plan_of(noted, 200), tmp_path / "b", workers=2)
    assert sorted(begun(desk)) == list(range(200))
    assert len(processes(desk)) == 2
    assert os.getpid() not in processes(desk)


def test_an_item_that_kills_its_process_once_is_done_after_all(plan_of, desk, tmp_path):
    outcomes = run_plan(plan_of(deadly, 40, (5, 11), 1), tmp_path / "r", workers=2)
    assert [outcome.value["number"] for outcome in outcomes] == list(range(40))
    assert sorted(begun(desk)) == list(range(40)), "an item was done twice, or not at all"
    assert set(begun(desk)[-2:]) == {5, 11}, "suspects are tried again after all others"


def test_an_item_that_kills_its_process_every_time_fails_alone(plan_of, desk, tmp_path):
    outcomes = run_plan(plan_of(deadly, 30, (7,), 99), tmp_path / "r", workers=2)
    assert (
        outcomes[7].error == "WorkerDied: its process was lost 3 times, at last ended by signal 9"
    )
    assert (desk / "killed-7").read_text() == "xxx"
    assert [outcome.key for outcome in outcomes if outcome.error] == ["item/007"]
    assert sorted(begun(desk)) == [n for n in range(30) if n != 7]
    again = run_plan(plan_of(deadly, 30, (7,), 99), tmp_path / "r", workers=2)
    assert again == outcomes
    assert (desk / "killed-7").read_text() == "xxx", "what has failed is finished"


def test_a_process_of_some_age_is_replaced(plan_of, desk, tmp_path, monkeypatch):
    monkeypatch.setattr("metadx.runner.processes._LIFE", 0.0)
    outcomes = run_plan(plan_of(noted, 12), tmp_path / "r", workers=2)
    assert [outcome.value["number"] for outcome in outcomes] == list(range(12))
    assert sorted(begun(desk)) == list(range(12))
    assert len(processes(desk)) == 12


def test_each_process_has_one_thread_and_this_one_keeps_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    plan = Plan("demo", threads, tuple(Item(str(n), (n,)) for n in range(4)), "1")
    outcomes = run_plan(plan, tmp_path / "r", workers=2)
    assert {outcome.value["threads"] for outcome in outcomes} == {"1"}
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"
    assert "OMP_NUM_THREADS" not in os.environ


def test_work_that_no_process_can_import_is_said(tmp_path, monkeypatch, capfd):
    def local():
        return {}

    local.__module__, local.__qualname__ = "nowhere_at_all", "local"
    monkeypatch.setitem(__import__("sys").modules, "nowhere_at_all", type(os)("nowhere_at_all"))
    __import__("sys").modules["nowhere_at_all"].local = local
    plan = Plan("demo", local, (Item("a"), Item("b")), "1")
    with pytest.raises(MetadxError, match="ended with status 1 before it could work"):
        run_plan(plan, tmp_path / "r", workers=2)
    assert "nowhere_at_all" in capfd.readouterr().err
