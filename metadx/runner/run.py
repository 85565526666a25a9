"""Run a plan: continue where an earlier run stopped, and lose nothing to a process that dies."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from metadx.errors import MetadxError
from metadx.runner.checkpoint import Checkpoint, checkpoint
from metadx.runner.here import Here
from metadx.runner.perform import failed
from metadx.runner.plan import Item, Outcome, Plan
from metadx.runner.pool import Died, Pool

_ATTEMPTS = 3  # processes an item may cost, the last ones while nothing else is running


def run_plan(
    plan: Plan,
    folder: Path,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    say: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[Outcome, ...]:
    """Do every item of a plan that is not done yet, and return what came of all of them.

    Each finished item is on disk at once. Ended in any way and called again with the same folder,
    it goes on with the items that are missing; the result is that of a run that was never stopped,
    and does not depend on how many processes did it, on which machines, in which order.

    Parameters
    ----------
    plan : Plan
    folder : Path
        Where the checkpoint ``replications.jsonl`` is kept.
    workers : int or None
        Processes of this machine; None for one a processor, 1 for this process alone.
    scheduler : str or None
        Address of a Dask scheduler whose workers do it instead, such as ``"tcp://10.0.0.5:8786"``.
    say : callable
        Told the number of items done and of all items, now and then.

    Returns
    -------
    tuple of Outcome
        In the order of the items. What the work raises is the outcome of its item. An item that
        ends its process is tried again after all others, alone, and has failed the third time.

    Raises
    ------
    MetadxError
        If the folder holds other work or is being worked in, `workers` is no positive number, or
        the cluster cannot be reached or lacks what it needs.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> plan = Plan("demo", dict, (Item("a", ({"x": 1},)), Item("b", (2,))), identity="0")
    >>> with TemporaryDirectory() as folder:
    ...     for outcome in run_plan(plan, Path(folder), workers=1):
    ...         print(outcome)
    Outcome(key='a', value={'x': 1}, error=None)
    Outcome(key='b', value=None, error="TypeError: 'int' object is not iterable")
    """
    if workers is not None and workers < 1:
        raise MetadxError(f"workers = {workers}: wanted a whole number of at least 1.")
    with checkpoint(plan, folder) as done:
        left = [item for item in plan.items if item.key not in done.finished]
        total = len(plan.items)
        say(total - len(left), total)
        if left:
            with _pool(plan, workers, scheduler) as pool:
                for count, _ in enumerate(_finish(pool, left, done), total - len(left) + 1):
                    say(count, total)
        return tuple(done.finished[item.key] for item in plan.items)


@contextmanager
def _pool(plan: Plan, workers: int | None, scheduler: str | None) -> Iterator[Pool]:
    if scheduler is not None:
        from metadx.runner.cluster import Cluster

        with closing(Cluster(plan.work, scheduler)) as cluster:
            yield cluster
        return
    workers = workers or _processors()
    if workers == 1:
        yield Here(plan.work)
        return
    from metadx.runner.processes import Processes

    with closing(Processes(plan.work, workers)) as processes:
        yield processes


def _processors() -> int:
    """Count the processors this process may use: a share of a cluster's machine, not all of it."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _finish(pool: Pool, items: list[Item], done: Checkpoint) -> Iterator[None]:
    """Do all items; those that lost their process come last, one at a time."""
    suspects = []
    for found in pool.lines(items):
        if isinstance(found, Died):
            suspects.append(found)
        else:
            done.add(found)
            yield
    for suspect in suspects:
        done.add(_alone(pool, suspect))
        yield


def _alone(pool: Pool, suspect: Died) -> str:
    """Try an item again with nothing beside it, so that nothing else can be the cause."""
    item, how = suspect.item, suspect.how
    for _ in range(_ATTEMPTS - 1):
        for found in pool.lines((item,)):
            if not isinstance(found, Died):
                return found
            how = found.how
    return failed(item, f"WorkerDied: its process was lost {_ATTEMPTS} times, at last {how}")
