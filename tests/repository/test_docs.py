"""The pages are true: links lead somewhere, commands and code run, numbers are those printed."""

import doctest
import math
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import typer

import metadx
from metadx.cli import app
from metadx.report.figures import figures_of

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))  # the pages' own scripts live beside them

import build  # noqa: E402
import console  # noqa: E402

PAGES = (
    "README.md",
    "models/README.md",
    *(f.relative_to(ROOT).as_posix() for f in ROOT.glob("docs/**/*.md")),
)
EXAMPLES = [
    pytest.param(page, example, id=f"{page}: {example.command}")
    for page in PAGES
    for example in console.examples((ROOT / page).read_text(encoding="utf-8"))
]
CODE = re.compile(r"^```(python|pycon)\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# The project speaks of itself alone, and of no machine.
UNWELCOME = re.compile(
    r"\b(issues?|agents?|sessions?)\b|/(work|tmp|home|root|Users)/|\bshared/|(?-i:\b[A-Z]:\\\w)"
    r"|pypi\.|pythonhosted|/simple\b|localhost",
    re.IGNORECASE,
)


def anchors(text):
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in plain}


def text_of(page):
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md", "data/README.md"])
def test_links_lead_somewhere(page):
    broken = []
    for link in LINK.findall(re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        known = target.exists() and (
            not anchor or anchor in anchors(target.read_text(encoding="utf-8"))
        )
        if not known:
            broken.append(link)
    assert broken == []


def test_every_page_can_be_reached_from_the_door():
    start = {"README.md"}
    seen = set()
    while start:
        page = start.pop()
        seen.add(page)
        for link in LINK.findall(text_of(page)):
            target = ((ROOT / page).parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.is_relative_to(ROOT):
                start |= {target.relative_to(ROOT).as_posix()} - seen
    assert set(PAGES) <= seen


@pytest.mark.parametrize("page", PAGES)
def test_generated_parts_are_those_of_the_code(page):
    assert text_of(page) == build.render(text_of(page)), "run `uv run python docs/build.py`"


def test_every_generated_part_is_on_a_page():
    used = re.findall(r"<!-- generated: ([a-z0-9-]+) -->", "".join(map(text_of, PAGES)))
    assert sorted(used) == sorted(build.PARTS)


@pytest.fixture(scope="module")
def desks(tmp_path_factory):
    """A folder for each page with the files its commands need."""
    made = {}

    def desk(page):
        if page not in made:
            made[page] = tmp_path_factory.mktemp("page")
            console.lay_out(text_of(page), made[page])
        return made[page]

    return desk


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_a_command_exists_and_prints_what_is_shown(page, example, desks):
    words = example.words
    if words is None:
        assert example.command.endswith("uv run pytest")
        return
    commands = typer.main.get_command(app).commands
    assert words[0] in commands
    options = {name for parameter in commands[words[0]].params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
    if not example.shown:
        return
    now = console.renewed(example.shown, console.output(words, desks(page)))
    for was, line in zip(example.shown, now, strict=True):
        pairs = zip(console.numbers(was), console.numbers(line), strict=True)
        assert all(math.isclose(a, b, rel_tol=0.03, abs_tol=0.02) for a, b in pairs), line


def test_commands_in_running_text_exist():
    commands = typer.main.get_command(app).commands
    options = {name for c in commands.values() for p in c.params for name in p.opts}
    for page in PAGES:
        quoted = re.findall(r"`([^`\n]+)`", text_of(page))
        for words in (code.split() for code in quoted if code.startswith("metadx ")):
            assert words[1] in commands or words[1].isupper(), (page, words)
            assert {word for word in words if word.startswith("--")} <= options, (page, words)
        assert {code for code in quoted if re.fullmatch(r"--[a-z-]+", code)} <= options, page


@pytest.mark.parametrize("page", [page for page in PAGES if CODE.search(text_of(page))])
def test_python_on_a_page_runs(page, tmp_path, monkeypatch, capsys):
    console.lay_out(text_of(page), tmp_path)
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    for kind, code in CODE.findall(text_of(page)):
        if kind == "python":
            exec(compile(code, page, "exec"), names)
        else:
            test = doctest.DocTestParser().get_doctest(code, names, page, page, 0)
            runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
            runner.run(test, clear_globs=False)
            assert runner.summarize(verbose=False).failed == 0, capsys.readouterr().out
            names |= test.globs


@pytest.mark.parametrize("figure", build.FIGURES)
def test_a_figure_shows_the_numbers_of_its_review(figure):
    review, formulas, name = build.FIGURES[figure]
    file = ROOT / "docs" / "figures" / f"{figure}.svg"
    assert file.stat().st_size < 300_000
    described = ET.parse(file).find(".//{http://purl.org/dc/elements/1.1/}description").text
    analysis = metadx.analyse(metadx.load_dataset(review), **formulas)
    plot = dict(figures_of(analysis, 0.95))[name](backend="none")
    caption = " ".join(plot.viz["caption"].item()["string"].split())
    assert console.skeleton(described) == console.skeleton(caption)
    pairs = zip(console.numbers(described), console.numbers(caption), strict=True)
    assert all(math.isclose(a, b, abs_tol=0.0101) for a, b in pairs)


def test_the_project_speaks_of_itself_alone():
    files = [ROOT / "CITATION.cff", ROOT / "CHANGELOG.md", ROOT / "pyproject.toml"]
    files += [ROOT / page for page in (*PAGES, "data/README.md")]
    files += [f for kind in ("metadx", "docs", "models") for f in (ROOT / kind).rglob("*.py")]
    files += (ROOT / "models").glob("*.toml")
    found = {
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in files
        for match in UNWELCOME.finditer(file.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_the_first_screen_has_the_figure_and_the_two_commands():
    first = text_of("README.md").partition("\n## ")[0]
    assert len(first.splitlines()) < 25
    assert "](docs/figures/sroc-anti-ccp.svg)" in first
    assert [example.command for example in console.examples(first)] == [
        "python3 -m pip install uv && uv run metadx run data/anti-ccp",
        "python3 -m pip install uv && uv run pytest",
    ]
