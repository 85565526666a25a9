"""Small files with a name of their own, short functions, plain imports, no stray printing."""

import ast
import statistics

LINES_A_FILE = 400
LINES_A_FUNCTION = 60  # without the docstring
MEDIAN_OF_FILES = 200
LINES_OF_INIT = 60
NAMELESS = {"utils", "util", "helpers", "helper", "misc", "common", "tools", "stuff"}


def test_no_file_is_long(root):
    files = [f for folder in ("metadx", "tests", "docs") for f in (root / folder).rglob("*.py")]
    lines = {
        f.relative_to(root).as_posix(): len(f.read_text(encoding="utf-8").splitlines())
        for f in files
    }
    assert len(lines) > 80
    assert {name: n for name, n in lines.items() if n > LINES_A_FILE} == {}


def test_half_of_the_files_are_short(sources):
    assert statistics.median(len(s.text.splitlines()) for s in sources) < MEDIAN_OF_FILES


def test_the_front_door_is_narrow(root):
    text = (root / "metadx" / "__init__.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < LINES_OF_INIT


def code_lines(function):
    """Count the lines of a function, its docstring apart."""
    whole = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        whole -= first.end_lineno - first.lineno + 1
    return whole


def test_no_function_is_long(sources):
    long = {
        f"{source.name}.{node.name}": code_lines(node)
        for source in sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and code_lines(node) > LINES_A_FUNCTION
    }
    assert long == {}


def test_every_file_is_named_after_what_it_holds(sources):
    nameless = [s.name for s in sources if NAMELESS & {*s.name.split("."), *s.path.stem.split("_")}]
    assert nameless == []


def test_every_file_says_what_it_is_for(sources):
    silent = [s.name for s in sources if not ast.get_docstring(s.tree)]
    assert silent == []


def test_imports_are_absolute_and_name_what_they_take(sources):
    wrong = [
        f"{source.name}: from {'.' * found.level}{found.module} import {', '.join(found.names)}"
        for source in sources
        for found in source.imports
        if found.level or "*" in found.names
    ]
    assert wrong == []


def test_only_the_command_line_prints(sources):
    printing = [
        f"{source.name}, line {node.lineno}"
        for source in sources
        if source.name != "metadx.commands.output"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "breakpoint", "input"}
    ]
    assert printing == []
