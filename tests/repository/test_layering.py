"""Rooms import only from rooms to their left, and every library stays in its rooms."""

import importlib
import re
import subprocess
import sys

import pytest

# Left to right. Estimands know NumPy alone, so they stand to the left of the engines that use them.
ROOMS = (
    *("studies", "designs", "cards", "estimands", "builders", "engines", "criticism", "runner"),
    *("simulation", "plots", "report", "commands", "cli"),
)
GROUND = ("doors", "errors", "kinds", "public_names", "resources")
# Which files may import a library at all, also inside a function or for types.
HOMES = {
    "arviz": ("metadx.criticism.power_scaling.", "metadx.engines.checks.", "metadx.plots."),
    "distributed": ("metadx.runner.cluster.",),
    "formulaic": ("metadx.designs.parse.",),
    "great_tables": ("metadx.report.html.great.",),
    "jinja2": ("metadx.report.html.page.",),
    "matplotlib": ("metadx.plots.",),
    "openpyxl": ("metadx.studies.workbook.",),
    "pandas": ("metadx.studies.", "metadx.report.html.great."),
    "pymc": ("metadx.builders.", "metadx.engines.nuts.", "metadx.cards.priors."),
    "rich": ("metadx.report.",),
    "scipy": (
        "metadx.plots.",
        "metadx.criticism.predictive_law.",
        "metadx.criticism.small_studies.",
        "metadx.engines.agreement.factor.quadrature.",
        "metadx.engines.links.",
        "metadx.engines.agreement.evidence.part_cuts.",
        "metadx.engines.agreement.cuts.proposal.",
        "metadx.engines.agreement.evidence.choose.",
        "metadx.engines.agreement.hierarchy.splines.",
        "metadx.studies.agreement_bounds.",
        "metadx.estimands.bivariate_normal.",
        "metadx.estimands.links.",
        "metadx.estimands.polychoric.",
        "metadx.estimands.spearman.",
        "metadx.estimands.standard_margin.",
        "metadx.simulation.agreement_data.",
    ),
    "typer": ("metadx.cli.", "metadx.commands."),
    "xarray": (
        "metadx.criticism.power_scaling.",
        "metadx.criticism.predictive_tree.",
        "metadx.engines.",
        "metadx.estimands.labelled",
        "metadx.plots.",
    ),
}
PARTS = {
    **dict.fromkeys(("arviz_base", "arviz_plots", "arviz_stats"), "arviz"),
    "pydantic_core": "pydantic",
    "pytensor": "pymc",
}
# Modules of the engines that need each other when called: a fit writes itself, and is read back.
KNOTS = (("fit", "store"), ("agreement.result", "agreement.store"))
# Who may look into the packages below the engines of agreement, and which engines serve both kinds.
BELOW_AGREEMENT = ("metadx.criticism.alignment.", "metadx.simulation.agreement_data.")
BOTH_KINDS = {"metadx.engines.load"}
# What a file of these rooms may load as soon as it is imported, beside the standard library.
LIGHT = {
    "studies": {"numpy", "pydantic"},
    "designs": {"numpy"},
    "cards": {"numpy", "pydantic"},
    "estimands": {"numpy"},
    "builders": {"numpy"},
    "engines": {"numpy"},
    "criticism": {"numpy"},
    "runner": set(),
    "simulation": {"numpy", "pydantic"},
    "report": {"numpy", "rich"},
    "commands": {"typer"},
    "cli": {"typer"},
}
HEAVY = (
    *("arviz", "arviz_base", "arviz_plots", "arviz_stats", "dask", "distributed", "formulaic"),
    *("h5netcdf", "h5py", "matplotlib", "numba", "nutpie", "openpyxl", "pandas", "pymc"),
    *("pytensor", "scipy", "xarray"),
)


def library_of(found):
    package = found.module.split(".")[0]
    return PARTS.get(package, package)


def room_of(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def test_every_module_can_be_imported(sources):
    for source in sources:
        importlib.import_module(source.name)


def test_every_room_has_its_place(sources):
    assert {source.room for source in sources} == {*ROOMS, *GROUND, ""}


def test_a_room_imports_only_from_rooms_to_its_left(sources):
    wrong = []
    for source in sources:
        if not source.room:  # the package itself hands out names of every room
            continue
        allowed = set(GROUND)
        if source.room in ROOMS:
            allowed |= set(ROOMS[: ROOMS.index(source.room) + 1])
        for found in source.imports:
            if found.module == "metadx" and (
                source.room == "cli" or found.names == ("__version__",)
            ):
                continue
            if library_of(found) == "metadx" and room_of(found.module) not in allowed:
                wrong.append(f"{source.name} imports {found.module}")
    assert wrong == []


def test_no_private_name_crosses_a_file(sources):
    wrong = [
        f"{source.name}: {name} of {found.module}"
        for source in sources
        for found in source.imports
        for name in found.names
        if found.module.startswith("metadx") and re.match(r"_(?!_)", name)
    ]
    assert wrong == []


def reached(sources, counts):
    """Return for every module those it imports, over any number of steps."""
    known = {source.name for source in sources}
    below = {}
    for source in sources:
        wanted = set()
        for found in filter(counts, source.imports):
            wanted |= {found.module, *(f"{found.module}.{name}" for name in found.names)}
        below[source.name] = wanted & known - {source.name, "metadx"}  # of it only the version
    grown = True
    while grown:
        grown = False
        for name, wanted in below.items():
            more = wanted.union(*(below[other] for other in wanted))
            grown |= more != wanted
            below[name] = more
    return below


def cycles(below):
    """Return the modules that import each other, cycle by cycle."""
    return {
        frozenset(other for other in wanted if name in below[other])
        for name, wanted in below.items()
        if name in wanted
    }


def test_modules_form_no_import_cycle(sources):
    assert cycles(reached(sources, lambda found: found.at_import)) == set()


def test_imports_inside_functions_close_only_the_known_cycles(sources):
    found = cycles(reached(sources, lambda found: not found.for_types))
    assert found == {frozenset(f"metadx.engines.{name}" for name in knot) for knot in KNOTS}


def test_the_engines_of_agreement_are_a_house_of_their_own(sources):
    """Accuracy knows nothing of them, and what lies below their package only a few others use."""
    package = "metadx.engines.agreement"
    wrong = []
    for source in sources:
        if f"{source.name}.".startswith((f"{package}.", *BELOW_AGREEMENT)):
            continue
        for found in source.imports:
            inside = found.module.removeprefix(f"{package}.")
            if inside != found.module and (
                "." in inside or (source.room == "engines" and source.name not in BOTH_KINDS)
            ):
                wrong.append(f"{source.name} imports {found.module}")
    assert wrong == []


@pytest.mark.parametrize("library", HOMES)
def test_a_library_stays_in_its_rooms(library, sources):
    users = {s.name for s in sources if any(library_of(found) == library for found in s.imports)}
    strangers = {name for name in users if not f"{name}.".startswith(HOMES[library])}
    assert users, f"nothing imports {library} any more: take it out of this list"
    assert strangers == set()


def test_files_load_little_when_they_are_imported(sources):
    wrong = []
    for source in sources:
        if source.room not in LIGHT:
            continue
        for found in source.imports:
            library = library_of(found)
            own = library in {"metadx", *sys.stdlib_module_names}
            if found.at_import and not own and library not in LIGHT[source.room]:
                wrong.append(f"{source.name} loads {library}")
    assert wrong == []


def loaded_by(code, folder):
    """Run code in a fresh interpreter and return the packages it has loaded."""
    show = f"{code}\nimport sys\nprint('LOADED', *{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", show], capture_output=True, text=True, cwd=folder, check=True
    )
    return set(done.stdout.rpartition("LOADED ")[2].split())


def command(*words):
    return (
        f"import sys\nsys.argv = ['metadx', *{words!r}]\n"
        "from metadx.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
    )


@pytest.mark.parametrize("code", ["import metadx; dir(metadx)", command("--help")])
def test_importing_and_helping_load_nothing(code, tmp_path):
    loaded = loaded_by(code, tmp_path)
    assert "metadx" in loaded
    assert loaded & {*HEAVY, "numpy", "pydantic"} == set()


def test_the_quick_path_loads_numpy_and_nothing_heavier(tmp_path):
    loaded = loaded_by(command("run", "telomerase", "--quick", "--quiet"), tmp_path)
    assert (tmp_path / "results" / "telomerase" / "summary.json").is_file()
    assert {"numpy", "pydantic", "typer"} <= loaded
    assert loaded & set(HEAVY) == set()
