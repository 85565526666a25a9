"""The gallery: the figures that the scripts in `docs/gallery` draw, with their own words."""

import ast
import json
import re
import sys
from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

FOLDER = Path(__file__).parent / "gallery"
FIGURES = Path(__file__).parent / "figures"
WORDS = FOLDER / "words.json"
#: The scripts in the order of the page.
CHAPTERS: Mapping[str, tuple[str, ...]] = {
    "Accuracy": ("forest", "sroc", "crosshair", "roc_ellipses"),
    "Use": ("likelihood_ratios", "fagan", "predictive_values", "decision_curve"),
    "Covariates": ("sroc_by_covariate", "forest_by_covariate", "coefficients", "bubble"),
    "Studies under scrutiny": (
        *("predictive_checks", "influence", "leave_one_out", "outliers", "cumulative"),
        *("study_weights", "deeks_funnel"),
    ),
    "Priors and models under scrutiny": ("prior_posterior", "prior_alternatives", "alternatives"),
    "Risk of bias": ("quadas_traffic_light", "quadas_bars", "sroc_by_risk_of_bias"),
}
NAMES = tuple(name for names in CHAPTERS.values() for name in names)


def slug(name: str) -> str:
    """Return the name of a picture."""
    return f"gallery-{name.replace('_', '-')}"


def drawn(name: str) -> object:
    """Run a script of the gallery and return its figure."""
    path = FOLDER / f"{name}.py"
    spec = spec_from_file_location(f"gallery_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses and pickles look for it there
    spec.loader.exec_module(module)
    figure: object = module.figure()
    return figure


def draw(names: tuple[str, ...] = NAMES) -> None:
    """Draw the figures of the gallery, without captions, and keep their words.

    Parameters
    ----------
    names : tuple of str
        Those to draw; the words of the others stay as they are.
    """
    from metadx.plots.figure_text import figure_text
    from metadx.plots.save import bare_svg

    words = json.loads(WORDS.read_text(encoding="utf-8")) if WORDS.is_file() else {}
    for name in names:
        figure = drawn(name)
        text = figure_text(figure)
        words[name] = {"title": text.title, "caption": text.caption, "alt": text.alt}
        svg = bare_svg(figure)
        (FIGURES / f"{slug(name)}.svg").write_text(f"{svg}\n", encoding="utf-8")
    kept = {name: words[name] for name in NAMES if name in words}
    text = json.dumps(kept, indent=1, ensure_ascii=False)
    WORDS.write_text(f"{text}\n", encoding="utf-8")


def page() -> str:
    """Show every figure with what it is for; each has a page of its own."""
    words = json.loads(WORDS.read_text(encoding="utf-8"))
    parts = []
    for chapter, names in CHAPTERS.items():
        parts.append(f"## {chapter}")
        for name in names:
            title, what, _ = said(name)
            where = f"gallery/{name}.md"
            parts += [
                f"### [{title}]({where})",
                f"{what} [How to read it]({where}).",
                f"![{_alt(words[name])}](figures/{slug(name)}.svg)",
            ]
    return "\n\n".join(parts)


def figure_page(name: str) -> str:
    """Show one figure: what it is for, how to read it, its caption and the script."""
    words = json.loads(WORDS.read_text(encoding="utf-8"))[name]
    _, what, how = said(name)
    script = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    parts = [
        what,
        f"![{_alt(words)}](../figures/{slug(name)}.svg)",
        f"*{_plain(words['caption'])}*",
        f"**How to read it.** {_sentence(how.removeprefix('How to read it: '))}",
        f"**What is read out** where the figure cannot be seen: {_plain(words['alt'])}",
        f"Drawn by [{name}.py]({name}.py):",
        f"```py\n{script.partition(chr(34) * 3 + chr(10))[2].strip()}\n```",
        "[All figures](../gallery.md)",
    ]
    return "\n\n".join(parts)


def write_pages() -> None:
    """Make the page of every figure that has none yet: a title, and the part that is generated."""
    for name in NAMES:
        path = FOLDER / f"{name}.md"
        if not path.exists():
            mark = f"<!-- generated: {slug(name)} -->\n\n<!-- end -->"
            path.write_text(f"# {said(name)[0]}\n\n{mark}\n", encoding="utf-8")


def said(name: str) -> tuple[str, str, str]:
    """Return the title of a figure, what it is for and how to read it, as its script says."""
    script = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    docstring = ast.get_docstring(ast.parse(script)) or ""
    title, what, how = (" ".join(part.split()) for part in docstring.split("\n\n", 2))
    return title.removesuffix("."), what, how


def _alt(words: Mapping[str, str]) -> str:
    return re.sub(r"[\[\]]", "", words["alt"])


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _plain(text: str) -> str:
    """Keep a caption from being read as Markdown."""
    return re.sub(r"([*_`\[\]~])", r"\\\1", text)


PARTS: Mapping[str, Callable[[], str]] = {
    "gallery": page,
    **{slug(name): (lambda name=name: figure_page(name)) for name in NAMES},
}
