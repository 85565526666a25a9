"""One version everywhere, and a wheel that holds the cards and the reviews."""

import os
import re
import shutil
import subprocess
import sys
import zipfile

import pytest

import metadx


def test_the_version_is_the_same_everywhere(project, root):
    version = project["project"]["version"]
    cited = re.search(r"^version: (\S+)$", (root / "CITATION.cff").read_text(), re.MULTILINE)
    newest = re.search(r"^## (\S+)", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert (metadx.__version__, cited[1], newest[1]) == (version, version, version)


def test_the_licence_is_the_same_everywhere(project, root):
    assert project["project"]["license"] == "MIT"
    assert "\nlicense: MIT\n" in (root / "CITATION.cff").read_text()
    assert (root / "LICENSE").read_text().startswith("MIT License")


def test_cards_and_reviews_are_put_into_the_wheel(project):
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"models": "metadx/_models", "data": "metadx/_data"}


@pytest.fixture(scope="module")
def wheel(root, tmp_path_factory):
    """The wheel, built and unpacked: the built file and the folder of its content."""
    uv = os.environ.get("UV") or shutil.which("uv")
    assert uv, "the wheel is built by uv: run the tests with `uv run pytest`"
    out = tmp_path_factory.mktemp("wheel")
    build = [uv, "build", "--wheel", "--out-dir", str(out), "--no-create-gitignore", str(root)]
    done = subprocess.run([*build, "--offline"], capture_output=True, text=True, check=False)
    if done.returncode:  # the build backend may not be in the cache
        done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (file,) = out.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(out / "content")
    return file, out / "content"


def test_the_wheel_holds_every_card_and_review(wheel, root):
    _, content = wheel
    for here, there in (("models", "_models"), ("data", "_data")):
        wanted = {
            file.relative_to(root / here).as_posix(): file.read_bytes()
            for file in (root / here).rglob("*")
            if file.is_file() and file.suffix in {".toml", ".csv", ".json"}
        }
        found = {
            file.relative_to(content / "metadx" / there).as_posix(): file.read_bytes()
            for file in (content / "metadx" / there).rglob("*")
            if file.suffix in {".toml", ".csv", ".json"}
        }
        assert wanted
        assert found == wanted


def test_the_wheel_holds_every_file_of_the_package(wheel, root):
    """Templates, style sheet, stub and mark of types too: without them no page can be made."""
    _, content = wheel
    passed_over = {"__pycache__", "_models", "_data"}

    def files(folder):
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and not passed_over & {*path.relative_to(folder).parts}
        }

    ours = files(root / "metadx")
    assert {"py.typed", "__init__.pyi", "report/html/templates/page.jinja"} <= ours.keys()
    assert files(content / "metadx") == ours


def test_an_installed_metadx_writes_a_page(wheel, tmp_path):
    _, content = wheel
    code = """
import metadx
from metadx.criticism.appraisal import appraise
from metadx.report.criticism_json import criticism_of
from metadx.report.html.sections import report_of
from metadx.report.html.source import Source
review = metadx.load_dataset("telomerase")
analysis = metadx.analyse(review, draws=400)
found = metadx.summary(analysis)
criticism = criticism_of(appraise(analysis, parts=()), 0.95)
print(report_of(Source(found, review, analysis, criticism, {}, {}))[0])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(content), "PYTHONIOENCODING": "utf-8"},
    )
    assert "<!doctype html>" in done.stdout.lower()
    assert 'id="table-accuracy"' in done.stdout


def test_the_wheel_holds_nothing_else(wheel, root):
    file, content = wheel
    assert file.name.startswith(f"metadx-{metadx.__version__}-py3-none-any")
    top = {path.name for path in content.iterdir()}
    assert top == {"metadx", f"metadx-{metadx.__version__}.dist-info"}
    modules = {path.relative_to(content).as_posix() for path in content.rglob("*.py")}
    ours = {f.relative_to(root).as_posix() for f in (root / "metadx").rglob("*.py")}
    # The script that makes the table of the reconstruction stands beside it.
    assert modules == ours | {"metadx/_data/lung-nodule-ai/prepare.py"}


def test_an_installed_metadx_finds_its_cards_and_reviews(wheel, tmp_path):
    _, content = wheel
    code = (
        "import metadx; from metadx.resources import data_dir, models_dir\n"
        "print(models_dir(), data_dir())\n"
        "print(len(metadx.list_datasets()), *metadx.list_cards())\n"
        "print(metadx.load_dataset('anti-ccp').table.n_studies)\n"
        "print(metadx.load_card('bivariate-binomial').card.id)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(content)},
    )
    places, shipped, studies, card = done.stdout.splitlines()
    package = content / "metadx"
    assert places == f"{package / '_models'} {package / '_data'}"
    assert shipped == " ".join([str(len(metadx.list_datasets())), *metadx.list_cards()])
    assert (studies, card) == ("37", "bivariate-binomial")
