"""Each dependency is declared, used, and justified in one line of docs/architecture.md."""

import re
import sys
from importlib.metadata import requires

import pytest

# Declared, but never imported by name: what names them instead.
BY_NAME = {
    "h5netcdf": ("metadx/engines/store.py", 'engine="h5netcdf"'),
    "nutpie": ("metadx/engines/nuts.py", 'nuts_sampler="nutpie"'),
}
PARTS = {
    **{"arviz_stats": "arviz", "arviz_plots": "arviz", "pydantic_core": "pydantic"},
    "pytensor": "pymc",
}


def bare(requirement):
    return re.match(r"[A-Za-z0-9_.-]+", requirement)[0].lower().replace("-", "_")


@pytest.fixture(scope="module")
def declared(project):
    return {bare(line) for line in project["project"]["dependencies"]}


@pytest.fixture(scope="module")
def imported(sources):
    packages = {found.module.split(".")[0] for s in sources for found in s.imports}
    return packages - {"metadx", "", *sys.stdlib_module_names}


@pytest.fixture(scope="module")
def optional(project):
    extras = project["project"]["optional-dependencies"]
    return {bare(line) for lines in extras.values() for line in lines}


def test_every_imported_package_is_declared(declared, optional, imported):
    assert {PARTS.get(package, package) for package in imported} - declared - optional == set()


def test_an_optional_package_is_imported_only_where_its_absence_is_told(optional, sources):
    users = {
        source.name
        for source in sources
        for found in source.imports
        if found.module.split(".")[0] in optional
    }
    assert users == {"metadx.runner.cluster"}


def test_the_tests_can_use_every_optional_package(project, optional):
    assert optional <= {bare(line) for line in project["dependency-groups"]["dev"]}


def test_every_declared_package_is_used(declared, imported, root):
    for package in declared - imported:
        path, words = BY_NAME[package]
        assert words in (root / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_a_dependency_comes_with_it(part):
    assert part in {bare(line) for line in requires(PARTS[part])}


def test_every_dependency_has_its_line(declared, optional, pages):
    part = pages["docs/architecture.md"].partition("## Dependencies")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", part, flags=re.MULTILINE)
    assert [name for name, _ in rows] == sorted(declared | optional)
    assert all(len(why) > 10 for _, why in rows)


def test_every_dependency_has_a_lower_bound(project):
    extras = project["project"]["optional-dependencies"].values()
    lines = [*project["project"]["dependencies"], *(line for extra in extras for line in extra)]
    assert [line for line in lines if ">=" not in line] == []
