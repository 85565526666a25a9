"""A real Dask cluster: the same outcomes as here, and a worker that dies costs nothing."""

import os
import signal
import sys
import time

import dask
import pytest
from distributed import LocalCluster

from metadx.errors import MetadxError
from metadx.runner import cluster as of_cluster
from metadx.runner.plan import Item, Plan
from metadx.runner.run import run_plan
from tests.plumbing.runner.work import begun, deadly, fussy, noted, processes, slow

# A task is given up when its worker dies the first time: the runner's own attempts are counted.
ONE_LIFE = {"distributed.scheduler.allowed-failures": 0}


def cluster_of(workers):
    return LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0"
    )


@pytest.fixture(scope="module")
def dask_cluster():
    with dask.config.set(ONE_LIFE), cluster_of(2) as made:
        yield made


@pytest.fixture
def address(dask_cluster):
    return dask_cluster.scheduler_address


def test_outcomes_are_those_of_this_process(plan_of, desk, tmp_path, address):
    plan = plan_of(fussy, 50)
    here = run_plan(plan, tmp_path / "here", workers=1)
    (desk / "begun").unlink()
    there = run_plan(plan, tmp_path / "there", scheduler=address)
    assert there == here
    assert sorted(begun(desk)) == [n for n in range(50) if n % 3]
    assert len(processes(desk)) == 2


def test_a_worker_that_dies_once_costs_nothing(plan_of, desk, tmp_path, address):
    outcomes = run_plan(plan_of(deadly, 40, (5,), 1), tmp_path / "r", scheduler=address)
    assert [outcome.value["number"] for outcome in outcomes] == list(range(40))
    # The first items of its task were done, but their answer died with the worker.
    assert set(begun(desk)) == set(range(40))
    lines = (tmp_path / "r" / "replications.jsonl").read_text().splitlines()
    assert len(lines) == 41


def test_an_item_that_kills_every_worker_fails_alone(plan_of, desk, tmp_path, address):
    outcomes = run_plan(plan_of(deadly, 20, (7,), 99), tmp_path / "r", scheduler=address)
    assert outcomes[7].error == (
        "WorkerDied: its process was lost 3 times, at last with its Dask worker"
    )
    assert (desk / "killed-7").read_text() == "xxx"
    assert [outcome.key for outcome in outcomes if outcome.error] == ["item/007"]
    assert set(begun(desk)) == {n for n in range(20) if n != 7}


def test_an_answer_lost_with_its_worker_is_worked_out_again(
    plan_of, desk, tmp_path, dask_cluster, monkeypatch
):
    wait, lost = of_cluster.Cluster._next, []

    def next_and_kill_its_worker(self, ended):
        future = wait(self, ended)
        if not lost:
            (holders,) = self._client.who_has([future]).values()
            for worker in dask_cluster.workers.values():
                if worker.worker_address in holders:
                    os.kill(worker.pid, signal.SIGKILL)
            deadline = time.monotonic() + 30
            while future.status == "finished" and time.monotonic() < deadline:
                time.sleep(0.005)
            lost.append(future.status)
        return future

    monkeypatch.setattr(of_cluster.Cluster, "_next", next_and_kill_its_worker)
    address = dask_cluster.scheduler_address
    outcomes = run_plan(plan_of(slow, 30, 0.02), tmp_path / "r", scheduler=address)
    assert lost[0] in {"lost", "pending"}
    assert [outcome.value["number"] for outcome in outcomes] == list(range(30))


def test_it_continues_what_was_begun_here(plan_of, desk, tmp_path, address):
    run_plan(plan_of(noted, 10), tmp_path / "r", workers=1)
    outcomes = run_plan(plan_of(noted, 30), tmp_path / "r", scheduler=address)
    assert [outcome.value["number"] for outcome in outcomes] == list(range(30))
    assert sorted(begun(desk)) == list(range(30))


def test_workers_that_cannot_do_the_work_and_stay_away_are_said(tmp_path, monkeypatch):
    module = type(pytest)("nowhere_at_all")
    exec("def work():\n    return {}", module.__dict__)
    monkeypatch.setitem(sys.modules, "nowhere_at_all", module)
    monkeypatch.setattr(of_cluster, "_PATIENCE", 3.0)
    monkeypatch.setattr(of_cluster, "_LOOK_EVERY", 0.1)
    plan = Plan("demo", module.work, (Item("a"),), "1")
    with (
        dask.config.set(ONE_LIFE),
        cluster_of(1) as short,
        pytest.raises(MetadxError, match="they need this version of metadx"),
    ):
        run_plan(plan, tmp_path, scheduler=short.scheduler_address)


def test_a_scheduler_that_goes_away_is_said_and_another_goes_on(plan_of, desk, tmp_path, address):
    plan = plan_of(slow, 40, 0.05)
    with cluster_of(1) as short:

        def stop(done, _total):
            if done == 3:
                short.close()

        with pytest.raises(MetadxError, match=r"the scheduler is gone .* the same command"):
            run_plan(plan, tmp_path / "r", scheduler=short.scheduler_address, say=stop)
    outcomes = run_plan(plan, tmp_path / "r", scheduler=address)
    assert [outcome.value["number"] for outcome in outcomes] == list(range(40))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "tcp://"])
def test_an_address_where_nothing_answers_is_said(plan_of, tmp_path, monkeypatch, address):
    monkeypatch.setattr(of_cluster, "_PATIENCE", 0.5)
    with pytest.raises(MetadxError, match=f"{address}: no Dask scheduler answers there"):
        run_plan(plan_of(noted, 3), tmp_path / "r", scheduler=address)


def test_a_scheduler_without_workers_is_said(plan_of, tmp_path, monkeypatch):
    monkeypatch.setattr(of_cluster, "_PATIENCE", 0.5)
    with (
        cluster_of(0) as empty,
        pytest.raises(MetadxError, match="the scheduler has no worker; start one with"),
    ):
        run_plan(plan_of(noted, 3), tmp_path / "r", scheduler=empty.scheduler_address)
