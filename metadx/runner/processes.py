"""Work in processes of this machine, each at its own pace; one that dies is replaced."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from time import monotonic

from metadx.errors import MetadxError
from metadx.runner.perform import perform
from metadx.runner.plan import Item, Json
from metadx.runner.pool import Died

# One thread a process: together they use every processor already, and sums do not depend on it.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_AT_ONCE = 8  # items handed over together: waiting for the next ones costs little then
_LIFE = 900.0  # seconds of a process: what its libraries never give back goes with it
_READY = "ready"


class Processes:
    """A `metadx.runner.pool.Pool` of this machine's processes.

    Parameters
    ----------
    work : callable
        A function of a module that a new process can import.
    workers : int
        Number of processes.
    """

    def __init__(self, work: Callable[..., Json], workers: int) -> None:
        """Take the work; the processes start with the first items."""
        self._work = work
        self._room = workers
        self._workers: list[_Worker] = []

    def lines(self, items: Iterable[Item]) -> Iterator[str | Died]:
        """Do items; see `metadx.runner.pool.Pool.lines`."""
        waiting = deque(items)
        for _ in range(min(self._room, len(waiting)) - len(self._workers)):
            self._workers.append(_Worker(self._work))
        for worker in self._workers:
            self._feed(worker, waiting)
        while busy := {w.connection: w for w in self._workers if w.items}:
            for connection in wait(list(busy)):
                worker = busy[connection]  # type: ignore[index]  # only connections were given
                found = worker.receive()
                if isinstance(found, Died):
                    waiting.extendleft(reversed(worker.items))
                    worker = self._replace(worker)
                if found is not None:
                    yield found
                if waiting and not worker.items:
                    if worker.age() > _LIFE:
                        worker = self._replace(worker)
                    self._feed(worker, waiting)

    def _replace(self, old: "_Worker") -> "_Worker":
        old.end()
        new = _Worker(self._work)
        self._workers[self._workers.index(old)] = new
        return new

    def close(self) -> None:
        """End every process, at once and whatever it is doing."""
        for worker in self._workers:
            worker.end()
        self._workers.clear()

    def _feed(self, worker: "_Worker", waiting: deque[Item]) -> None:
        """Hand over some items: fewer towards the end, so that all processes end together."""
        share = len(waiting) // (4 * self._room)
        count = min(len(waiting), max(1, min(_AT_ONCE, share)))
        worker.send([waiting.popleft() for _ in range(count)])


class _Worker:
    """One process: it is given some items, and answers each as soon as it is done."""

    def __init__(self, work: Callable[..., Json]) -> None:
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.items: deque[Item] = deque()  # handed over and not answered yet
        self._ready = False
        self._born = monotonic()
        # A daemon, so that it is never waited for when this process ends by an error.
        self._process: SpawnProcess = context.Process(
            target=_serve, args=(theirs, work), daemon=True
        )
        with _as_in_a_worker():
            self._process.start()
        theirs.close()  # else its end could not be noticed

    def age(self) -> float:
        """Seconds since its start."""
        return monotonic() - self._born

    def send(self, items: list[Item]) -> None:
        self.items.extend(items)
        # Of a process that is gone already, the next `receive` tells.
        with suppress(OSError):
            if items:
                self.connection.send(items)

    def receive(self) -> str | Died | None:
        """Return what came of the next item, or None where the process has just started."""
        try:
            line: str = self.connection.recv()
        except (EOFError, OSError):
            return self._dead()
        if line == _READY:
            self._ready = True
            return None
        self.items.popleft()
        return line

    def _dead(self) -> Died:
        self._process.join()
        code = self._process.exitcode or 0
        how = f"ended by signal {-code}" if code < 0 else f"ended with status {code}"
        if not self._ready:
            msg = (
                f"a worker process {how} before it could work: it must be able to import the work, "
                f'and a script that starts it must do so below `if __name__ == "__main__":`. With '
                f"workers=1 no other process is needed."
            )
            raise MetadxError(msg)
        return Died(self.items.popleft(), how)

    def end(self) -> None:
        self._process.terminate()
        self._process.join()
        self.connection.close()


@contextmanager
def _as_in_a_worker() -> Iterator[None]:
    """Start a process with one thread, and deaf to the keyboard: its parent ends it."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ |= dict.fromkeys(_ONE_THREAD, "1")
    deaf = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if deaf else set()
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if deaf:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _serve(connection: "Connection[str, list[Item]]", work: Callable[..., Json]) -> None:
    """Be a worker: do items until the other end is closed."""
    with suppress(EOFError, OSError):
        connection.send(_READY)
        while True:
            for item in connection.recv():
                connection.send(perform(work, item))
