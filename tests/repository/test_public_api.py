"""Every public name can be had, is documented in full and stands on the page of public names."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import TypeAliasType, get_args, is_protocol

import pytest

import metadx

NAMES = tuple(metadx.__all__)


def sections(docstring):
    """Return the sections of a numpydoc docstring with their text."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-{3,}\n", docstring, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def arguments(thing):
    """Return the names of the arguments; none for what is not called by a user."""
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return []
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    found = inspect.signature(thing).parameters.values()
    return [parameter.name for parameter in found if parameter.kind not in kinds]


def home_of(name):
    return inspect.unwrap(getattr(metadx, name)).__module__


def classes_in(hint):
    """Return the classes of metadx that an annotation names; what is only asked for is none."""
    if isinstance(hint, TypeAliasType):
        return classes_in(hint.__value__)
    if get_args(hint):
        return {found for one in get_args(hint) for found in classes_in(one)}
    own = isinstance(hint, type) and hint.__module__.startswith("metadx.")
    return {hint} if own and not is_protocol(hint) else set()


def test_the_names_are_sorted_and_listed():
    assert list(NAMES) == sorted(set(NAMES))
    assert {*NAMES, "__version__"} <= set(dir(metadx))


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_can_be_had(name):
    assert getattr(metadx, name).__name__ == name
    assert home_of(name).startswith("metadx.")


def test_an_unknown_name_is_refused_as_usual():
    with pytest.raises(AttributeError, match="no attribute 'meta_analysis'"):
        _ = metadx.meta_analysis


def test_names_for_type_checkers_are_those_at_run_time():
    stub = ast.parse(Path(metadx.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    homes = {
        alias.asname: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert homes == {name: home_of(name) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_documented_in_full(name):
    thing = getattr(metadx, name)
    docstring = inspect.getdoc(thing) or ""
    assert docstring[:1].isupper()
    assert docstring.partition("\n")[0].endswith(".")
    if isinstance(thing, type) and issubclass(thing, BaseException):
        return
    found = sections(docstring)
    if arguments(thing):
        described = re.findall(r"^([a-z][a-z_0-9, ]*) :", found["Parameters"], re.MULTILINE)
        assert sorted(", ".join(described).split(", ")) == sorted(arguments(thing))
    if callable(thing) and not inspect.isclass(thing):
        assert not arguments(thing) or found["Returns"].strip()
        assert ">>> " in found["Examples"]


def test_what_public_functions_take_and_return_is_public():
    named = {
        (name, kind)
        for name in NAMES
        if inspect.isfunction(getattr(metadx, name))
        for hint in (
            inspect.signature(getattr(metadx, name)).return_annotation,
            *(p.annotation for p in inspect.signature(getattr(metadx, name)).parameters.values()),
        )
        for kind in classes_in(hint)
    }
    assert {(metadx.fit.__name__, metadx.Fit), ("analyse", metadx.Analysis)} <= named
    hidden = [f"{name}: {kind}" for name, kind in named if kind.__name__ not in NAMES]
    assert hidden == []


def test_every_public_name_stands_on_its_page(pages):
    listed = re.findall(r"^\| `metadx\.(\w+)` \|", pages["docs/api.md"], flags=re.MULTILINE)
    assert listed == list(NAMES)


def test_nothing_private_is_needed_to_read_the_version():
    code = "import metadx; print(metadx.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", done.stdout.strip())
