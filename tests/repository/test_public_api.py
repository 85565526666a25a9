"""Every public name can be had, is documented in full and stands on the page of public names."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

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


def test_the_names_are_sorted_and_listed():
    assert list(NAMES) == sorted(set(NAMES))
    assert {*NAMES, "__version__"} <= set(dir(metadx))


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_can_be_had(name):
    assert getattr(metadx, name).__name__ == name
    assert getattr(metadx, name).__module__.startswith("metadx.")


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
    assert homes == {name: getattr(metadx, name).__module__ for name in NAMES}


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


def test_every_public_name_stands_on_its_page(pages):
    listed = re.findall(r"^\| `metadx\.(\w+)` \|", pages["docs/api.md"], flags=re.MULTILINE)
    assert listed == list(NAMES)


def test_nothing_private_is_needed_to_read_the_version():
    code = "import metadx; print(metadx.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", done.stdout.strip())
