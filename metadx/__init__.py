"""Bayesian meta-analysis of diagnostic test accuracy, and of the agreement of raters.

Names are loaded when first used; they stand with their types in ``__init__.pyi``. Functions are
handed out with a door that checks their arguments.
"""

from importlib import import_module
from types import FunctionType
from typing import Any

from metadx.public_names import HOME

__version__ = "0.1.0"  # looking the number up among the installed packages costs 20 ms a run
__all__ = sorted(HOME)  # noqa: PLE0605 - computed from the one table above


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the types stand in the stub
    if name not in HOME:
        raise AttributeError(f"module 'metadx' has no attribute {name!r}")
    thing = getattr(import_module(HOME[name]), name)
    if not isinstance(thing, FunctionType):
        return thing
    from metadx.doors import door

    return door(thing)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
