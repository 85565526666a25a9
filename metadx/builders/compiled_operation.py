"""Loops over NumPy arrays as an operation of PyTensor, compiled by numba for the sampler.

Written out as a graph such sums take a minute to compile; as loops they take seconds.
"""

import hashlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

type Pullback = Callable[[Sequence[Any], Sequence[Any], Sequence[Any]], Sequence[Any]]


def compiled_operation(
    loops: Callable[..., Any],
    n_dims: Sequence[int],
    n_moved: int,
    pullback: Pullback,
) -> Any:  # noqa: ANN401 - PyTensor is typed in part
    """Make an operation of a function.

    Parameters
    ----------
    loops : callable
        Takes arrays; returns arrays of floats, of which the first may be a float. It calls nothing
        but NumPy and `math`, so that numba can compile it.
    n_dims : sequence of int
        Number of dimensions of each output.
    n_moved : int
        The first so many inputs have derivatives; the others are constants.
    pullback : callable
        From inputs, outputs and slopes of the outputs to the slopes of the first inputs, all
        tensors.

    Returns
    -------
    pytensor.graph.op.Op

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> def add_square(x, y):
    ...     return x + y * y
    >>> added = compiled_operation(add_square, [1], 1, lambda given, found, slopes: slopes)
    >>> added(pt.ones(2), pt.ones(2) * 3).eval(mode="FAST_COMPILE").tolist()
    [10.0, 10.0]
    """
    import pytensor.tensor as pt
    from pytensor.gradient import disconnected_type
    from pytensor.graph.basic import Apply
    from pytensor.graph.op import Op
    from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_and_cache_key

    several = len(n_dims) > 1

    class Loops(Op):
        __props__ = ()

        def make_node(self, *inputs: Any) -> Any:  # noqa: ANN401
            found = [pt.tensor(dtype="float64", shape=(None,) * dims) for dims in n_dims]
            return Apply(self, [pt.as_tensor(given) for given in inputs], found)

        def perform(self, node: Any, inputs: Any, output_storage: Any) -> None:  # noqa: ANN401
            found = loops(*inputs) if several else (loops(*inputs),)
            for place, value in zip(output_storage, found, strict=True):
                place[0] = np.asarray(value, dtype=np.float64)

        def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> Any:  # noqa: ANN401
            constants = [disconnected_type() for _ in inputs[n_moved:]]
            return [*pullback(inputs[:n_moved], outputs, cotangents), *constants]

        def connection_pattern(self, node: Any) -> list[list[bool]]:  # noqa: ANN401
            # All but the first output are there for the slopes of the first.
            rest = [False] * (len(n_dims) - 1)
            return [[place < n_moved, *rest] for place in range(len(node.inputs))]

    @register_funcify_and_cache_key(Loops)  # type: ignore[untyped-decorator]
    def compiled(op: Any, node: Any, **_: Any) -> tuple[Any, str]:  # noqa: ANN401
        inner = numba_njit(loops)
        key = hashlib.sha256(inspect.getsource(loops).encode()).hexdigest()
        if n_dims[0] > 0:
            return inner, key

        @numba_njit
        def first_as_array(*given):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN202
            found = inner(*given)
            return (np.asarray(found[0]), *found[1:])

        return first_as_array, key

    return Loops()
