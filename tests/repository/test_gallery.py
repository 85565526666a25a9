"""The gallery shows every figure, from scripts that run and words that are the figure's own."""

import ast
import inspect
import json
import re
import sys
from pathlib import Path

import pytest

from metadx.plots.figure_text import figure_text
from metadx.report import criticism_figures, figures

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))  # the pages' own scripts live beside them

import gallery_page  # noqa: E402

MOST_LINES, MOST_BYTES = 35, 250_000
# Of a regression: their file names have the name of a covariate.
OF_COVARIATES = {"sroc-by-": "sroc_by_covariate", "forest-by-": "forest_by_covariate",
                 "bubble-": "bubble", "sroc-": "sroc_by_covariate"}  # fmt: skip


def test_every_figure_of_a_result_is_in_the_gallery():
    source = inspect.getsource(figures) + inspect.getsource(criticism_figures)
    named = set(re.findall(r'(?:yield f?|paged\()"([a-z-]+)', source))
    assert len(named) > 20
    shown = {OF_COVARIATES.get(name, name.replace("-", "_")) for name in named}
    assert shown == set(gallery_page.NAMES)


def test_every_script_has_a_picture_and_words_and_no_other_is_there():
    folder = gallery_page.FOLDER
    words = json.loads(gallery_page.WORDS.read_text(encoding="utf-8"))
    assert {path.stem for path in folder.glob("*.py")} == set(gallery_page.NAMES) == set(words)
    pictures = {path.stem: path for path in gallery_page.FIGURES.glob("gallery-*.svg")}
    assert set(pictures) == {gallery_page.slug(name) for name in gallery_page.NAMES}
    for path in pictures.values():
        assert path.stat().st_size < MOST_BYTES, path


@pytest.mark.parametrize("name", gallery_page.NAMES)
def test_a_script_is_short_and_says_what_the_figure_is_for_and_how_to_read_it(name):
    text = (gallery_page.FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    title, what, how = ast.get_docstring(ast.parse(text)).split("\n\n")
    assert title.endswith(".")
    assert what
    assert how.startswith("How to read it: ")
    assert f'"{name.replace("_", "-")}")' in text


@pytest.mark.parametrize("name", ["crosshair", "fagan", "decision_curve"])
def test_the_words_are_those_of_the_figure_now(name):
    found = figure_text(gallery_page.drawn(name))
    kept = json.loads(gallery_page.WORDS.read_text(encoding="utf-8"))[name]
    assert kept["title"] == found.title
    # Digits may differ in the last place between machines; the words may not.
    for part in ("caption", "alt"):
        now, then = (re.sub(r"[\d.]+", "#", text) for text in (getattr(found, part), kept[part]))
        assert now == then, "run `uv run python docs/build.py`"
