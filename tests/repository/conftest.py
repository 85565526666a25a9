"""What the tests of the repository look at: its sources, its pages and its project file."""

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Import:
    """One imported module: absolute name, names taken from it, and when it happens."""

    module: str
    names: tuple[str, ...]
    level: int
    at_import: bool  # runs when the importing module is imported: not in a function or type check
    for_types: bool  # never runs


@dataclass(frozen=True)
class Source:
    """One Python file of the package."""

    path: Path
    name: str  # metadx.studies.read
    room: str  # studies; the module itself for metadx/cli.py; "" for metadx/__init__.py
    text: str
    tree: ast.Module
    imports: tuple[Import, ...]


def _imports(tree):
    found = []

    def visit(node, at_import, for_types):
        for child in ast.iter_child_nodes(node):
            deferred = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            checking = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
            now = at_import and not deferred and not checking
            never = for_types or checking
            if isinstance(child, ast.Import):
                found.extend(Import(a.name, (), 0, now, never) for a in child.names)
            elif isinstance(child, ast.ImportFrom):
                names = tuple(a.name for a in child.names)
                found.append(Import(child.module or "", names, child.level, now, never))
            visit(child, now, never)

    visit(tree, True, False)
    return tuple(found)


def _source(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    name = ".".join(part for part in parts if part != "__init__")
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    room = parts[1] if parts[1] != "__init__" else ""
    return Source(path, name, room, text, tree, _imports(tree))


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def sources():
    found = [_source(path) for path in sorted((ROOT / "metadx").rglob("*.py"))]
    assert len(found) > 50
    return found


@pytest.fixture(scope="session")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def pages():
    """Every page a reader may open, by its path from the root."""
    files = [
        *(ROOT / name for name in ("README.md", "CHANGELOG.md", "models/README.md")),
        *ROOT.glob("docs/**/*.md"),
    ]
    return {file.relative_to(ROOT).as_posix(): file.read_text(encoding="utf-8") for file in files}
