"""Work on the workers of a Dask scheduler, on as many machines as it has."""

import socket
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from metadx.errors import MetadxError
from metadx.runner.perform import perform
from metadx.runner.plan import Item, Json
from metadx.runner.pool import Died

_PATIENCE = 60.0  # seconds for the scheduler to answer, and for a worker to be there
_LOOK_EVERY = 2.0  # seconds without news, after which to look whether there are workers
_AT_ONCE = 8  # items in a task: the scheduler is busy with each task for about a millisecond
_AHEAD = 3  # tasks a thread of the cluster, so that none of them waits for its next one


class Cluster:
    """A `metadx.runner.pool.Pool` of a Dask cluster.

    Parameters
    ----------
    work : callable
        A function of a module that the workers can import.
    address : str
        Of the scheduler, such as ``"tcp://10.0.0.5:8786"``.

    Raises
    ------
    MetadxError
        If `distributed` is not installed, or no scheduler with a worker answers.
    """

    def __init__(self, work: Callable[..., Json], address: str) -> None:
        """Connect."""
        self._work = work
        self._address = address
        self._client = _connect(address)
        self._threads, self._looked = max(1, self._count()), monotonic()

    def lines(self, items: Iterable[Item]) -> Iterator[str | Died]:
        """Do items; see `metadx.runner.pool.Pool.lines`.

        Raises
        ------
        MetadxError
            If the scheduler goes away, or its workers cannot do this work or stay away.
        """
        waiting = deque(items)
        running: dict[Any, tuple[Item, ...]] = {}
        ended: SimpleQueue[Any] = SimpleQueue()
        while waiting or running:
            if monotonic() - self._looked > _LOOK_EVERY:  # clusters grow and shrink
                self._threads, self._looked = max(1, self._count()), monotonic()
            while waiting and len(running) < _AHEAD * self._threads:
                share = self._share(waiting)
                future = self._client.submit(_perform_all, self._work, share, pure=False)
                running[future] = share
                future.add_done_callback(ended.put)
            future = self._next(ended)
            share = running.pop(future)
            found = self._found(future, share)
            if found is None:
                waiting.extendleft(reversed(share))
            else:
                yield from found

    def _next(self, ended: "SimpleQueue[Any]") -> Any:  # noqa: ANN401 - a Future
        """Wait for a task to end, as long as there is somebody to end it."""
        deserted = None
        while True:
            try:
                return ended.get(timeout=_LOOK_EVERY)
            except Empty:
                if self._count():
                    deserted = None
                    continue
            deserted = deserted or monotonic()
            if monotonic() - deserted > _PATIENCE:
                msg = (
                    f"{self._address}: the scheduler has lost all its workers and none came back; "
                    f"they need this version of metadx. The same command continues."
                )
                raise MetadxError(msg)

    def close(self) -> None:
        """Leave the cluster; what it is still doing for this plan is dropped."""
        self._client.close(timeout=_PATIENCE)

    def _count(self) -> int:
        """Count the threads that can work now."""
        try:
            return sum(self._client.nthreads().values())
        except OSError:  # the connection is lost: the tasks will tell, or nobody comes back
            return 0

    def _share(self, waiting: deque[Item]) -> tuple[Item, ...]:
        """Take the items of one task: fewer towards the end, so that all workers end together."""
        count = max(1, min(_AT_ONCE, len(waiting) // (4 * self._threads)))
        return tuple(waiting.popleft() for _ in range(min(count, len(waiting))))

    def _found(self, future: Any, items: tuple[Item, ...]) -> list[str | Died] | None:  # noqa: ANN401 - a Future
        """Return the answer of a task; None if it was done, and lost with the worker it lay on."""
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        if future.status in {"lost", "pending"}:
            return None
        try:
            return list(future.result(timeout=_PATIENCE))
        except TimeoutError:  # lost while it was being fetched
            return None
        except KilledWorker:
            return [Died(item, "with its Dask worker") for item in items]
        except FutureCancelledError as error:
            msg = (
                f"{self._address}: the scheduler is gone or has dropped the work; the same command "
                f"continues it."
            )
            raise MetadxError(msg) from error
        except Exception as error:
            msg = (
                f"{self._address}: the workers cannot do this work "
                f"({type(error).__name__}: {error}); they need this version of metadx."
            )
            raise MetadxError(msg) from error


def _perform_all(work: Callable[..., Json], items: tuple[Item, ...]) -> list[str]:
    return [perform(work, item) for item in items]


def _knock(address: str) -> None:
    """Ask whether anybody listens at the address.

    A `Client` that cannot connect is left half made; when it is swept up while the next one
    starts, the two wait for each other for ever. So none is made for an address that is silent.
    """
    from distributed.comm.addressing import parse_host_port

    if ":" not in address:  # else it would be looked for by name, for minutes
        raise ValueError(address)
    scheme, _, place = address.rpartition("://")
    if scheme in {"", "tcp", "tls"}:
        socket.create_connection(parse_host_port(place), timeout=_PATIENCE).close()


def _connect(address: str) -> Any:  # noqa: ANN401 - a Client
    try:
        from distributed import Client
    except ImportError as error:
        msg = (
            f"a scheduler needs the package {error.name or 'distributed'}, which is not installed: "
            f"install metadx[cluster], or leave --scheduler out."
        )
        raise MetadxError(msg) from error
    try:
        _knock(address)
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        msg = (
            f"{address}: no Dask scheduler answers there; wanted an address such as "
            f"tcp://10.0.0.5:8786, as `dask scheduler` prints it."
        )
        raise MetadxError(msg) from error
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        client.close()
        msg = f"{address}: the scheduler has no worker; start one with `dask worker {address}`."
        raise MetadxError(msg) from error
    return client
