import sys

import pytest

from metadx.errors import MetadxError
from metadx.runner.perform import outcome_of, perform
from metadx.runner.plan import Item, Plan
from metadx.runner.run import run_plan


def fail(error):
    raise error


def plan(work, *payloads):
    return Plan("demo", work, tuple(Item(str(i), p) for i, p in enumerate(payloads)), "1")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("no"), "ValueError: no"),
        (KeyError("x"), "KeyError: 'x'"),
        (MemoryError(), "MemoryError: "),
        (SystemExit(2), "SystemExit: 2"),
    ],
)
def test_what_the_work_raises_is_the_outcome_of_its_item(tmp_path, error, told):
    (outcome,) = run_plan(plan(fail, (error,)), tmp_path, workers=1)
    assert (outcome.value, outcome.error) == (None, told)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, b"x", object()])
def test_a_value_that_json_cannot_hold_is_an_error(value):
    outcome = outcome_of(perform(dict, Item("a", ({"x": value},))))
    assert outcome.value is None
    assert outcome.error.startswith(("ValueError: ", "TypeError: "))


@pytest.mark.parametrize("workers", [0, -1])
def test_no_worker_is_refused(tmp_path, workers):
    with pytest.raises(MetadxError, match=r"workers = .*at least 1"):
        run_plan(plan(dict, ()), tmp_path, workers=workers)
    assert list(tmp_path.iterdir()) == []


def test_progress_counts_what_was_there_before(tmp_path):
    told = []
    run_plan(plan(dict, (), ()), tmp_path, workers=1, say=lambda *x: told.append(x))
    assert told == [(0, 2), (1, 2), (2, 2)]
    told.clear()
    run_plan(plan(dict, (), (), ()), tmp_path, workers=1, say=lambda *x: told.append(x))
    assert told == [(2, 3), (3, 3)]


def test_nothing_to_do_starts_nothing(tmp_path):
    assert run_plan(plan(dict), tmp_path, workers=64, scheduler="tcp://nowhere:1") == ()


def test_an_interrupt_leaves_what_is_finished(tmp_path):
    def work(number):
        return {"n": number} if number < 2 else fail(KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        run_plan(plan(work, (0,), (1,), (2,), (3,)), tmp_path, workers=1)
    done = []
    run_plan(plan(lambda n: done.append(n) or {}, (0,), (1,), (2,), (3,)), tmp_path, workers=1)
    assert done == [2, 3]


def test_a_missing_cluster_package_is_said(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MetadxError, match=r"not installed: install metadx\[cluster\]"):
        run_plan(plan(dict, ()), tmp_path, scheduler="tcp://127.0.0.1:1")
