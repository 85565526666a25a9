"""Write the parts of the pages that come from the code: `python docs/build.py`.

These are the tables below, the lines that the commands of the pages print, and the figures. A page
holds a table between ``<!-- generated: NAME -->`` and ``<!-- end -->``. The tests of the repository
compare all of it with what the code gives now.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import evidence
import evidence_agreement
import evidence_contrasts
import gallery_page
import ild_agreement
import model_pages
import nodules
import regression
from console import renew
from evidence import table

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the records are read by the tests' own modules
RECORD = ROOT / "tests" / "reference" / "record.json"
#: File, the review and formulas it is made from, and its name among the figures of a run.
FIGURES = {
    "sroc-anti-ccp": ("anti-ccp", {}, "sroc"),
    "forest-telomerase": ("telomerase", {}, "forest"),
    "sroc-by-generation": (
        "anti-ccp",
        {"sens": "~ generation", "spec": "~ generation"},
        "sroc-by-generation",
    ),
    "bubble-year": ("lung-nodules-dwi-mri", {"sens": "~ year", "spec": "~ year"}, "bubble-year"),
    "sroc-by-architecture": (
        "lung-nodule-ai",
        {"spec": "~ architecture"},
        "sroc-by-architecture",
    ),
    "forest-by-architecture": (
        "lung-nodule-ai",
        {"spec": "~ architecture"},
        "forest-by-architecture",
    ),
}

#: The same of a review of agreement; nothing but its name makes it.
AGREEMENT_FIGURES = {
    f"{name}-ild": ("ild-agreement", name)
    for name in ("kappa-forest", "agreement-tables", "agreement-ranks", "agreement-bounds")
}

_TABLES = {"reviews": "shipped reviews", "corpus": "tables that do not ship"}
_PART = re.compile(r"<!-- generated: ([a-z0-9-]+) -->\n.*?<!-- end -->", re.DOTALL)


def pages() -> list[Path]:
    """Return every page that may hold a generated part."""
    return [ROOT / "README.md", ROOT / "models" / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]


def render(text: str) -> str:
    """Return a page with its generated parts as the code gives them now.

    Parameters
    ----------
    text : str
        Content of the page.

    Returns
    -------
    str
    """
    return _PART.sub(
        lambda part: f"<!-- generated: {part[1]} -->\n\n{PARTS[part[1]]()}\n\n<!-- end -->", text
    )


def inventory() -> str:
    """List every file of the package with the first line of its docstring."""
    rows = []
    for path in sorted((ROOT / "metadx").rglob("*.py"), key=_room_order):
        docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        rows.append((f"`{path.relative_to(ROOT).as_posix()}`", docstring.partition("\n")[0]))
    return table(("file", "what it is for"), rows)


def aliases() -> str:
    """List the accepted names of the columns."""
    from metadx.studies.headers import ALIASES, REQUIRED

    rows = [
        (f"`{role}`", "yes" if role in REQUIRED else "no", ", ".join(f"`{name}`" for name in names))
        for role, names in ALIASES.items()
    ]
    return table(("role", "required", "accepted names"), rows)


def review_keys() -> str:
    """List the keys of `review.toml` with their descriptions."""
    from metadx.studies.schema import (
        AnalysisSection,
        ColumnEntry,
        ColumnsSection,
        CorrectionEntry,
        DecisionSection,
        FindingEntry,
        PublishedEntry,
        RaterEntry,
        ReviewSection,
        ScaleSection,
        SourceSection,
        TotalEntry,
    )

    sections = {
        "[review]": ReviewSection,
        "[source]": SourceSection,
        "[columns]": ColumnsSection,
        "[columns.NAME]": ColumnEntry,
        "[analysis]": AnalysisSection,
        "[decision]": DecisionSection,
        "[[published]]": PublishedEntry,
        "[[totals]]": TotalEntry,
        "[scale]": ScaleSection,
        "[findings.NAME]": FindingEntry,
        "[raters.NAME]": RaterEntry,
        "[[corrections]]": CorrectionEntry,
    }
    rows = [
        (f"`{section}`", f"`{key}`", str(field.description), _default(field))
        for section, model in sections.items()
        for key, field in model.model_fields.items()
    ]
    return table(("section", "key", "meaning", "default"), rows)


def prior_families() -> str:
    """List the prior families with their parameters."""
    from metadx.cards import priors
    from metadx.cards.parameters import Parameters

    families = [
        item
        for item in vars(priors).values()
        if isinstance(item, type)
        and "family" in getattr(item, "model_fields", {})
        and item is not priors.Beta  # of cards for agreement alone
    ]
    rows = []
    for family in families:
        fields = []
        for name, field in family.model_fields.items():
            if name != "family":
                note = f" ({field.description})" if field.description else ""
                limit = " > 0" if any(getattr(m, "gt", None) == 0 for m in field.metadata) else ""
                fields.append(f"`{name}`{limit}{note}")
        supports = Parameters.supports
        parameters = [
            f"`{name}`"
            for name in supports
            if family.support in supports[name] and (name, family.__name__) != ("tau", "LKJ")
        ]
        docstring = (family.__doc__ or "").partition("\n")[0]
        row = (f"`{family.__name__}`", ", ".join(fields), ", ".join(parameters), docstring)
        rows.append(row)
    return table(("family", "parameters", "for", "law"), rows)


def commands() -> str:
    """List the commands and options of the command line."""
    import typer

    from metadx.cli import app

    rows = []
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        rows.append((f"`metadx {name}`", "", str(command.help)))
        for option in command.params:
            spelled = option.opts[0] if option.param_type_name == "option" else option.metavar
            text = getattr(option, "help", None) or ""
            rows.append(("", f"`{spelled}`", str(text).replace("\\[", "[")))
    return table(("command", "argument or option", "meaning"), rows)


def public_names() -> str:
    """List the public names with the first line of their docstrings."""
    import metadx

    rows = []
    for name in metadx.__all__:
        docstring = getattr(metadx, name).__doc__ or ""
        rows.append((f"`metadx.{name}`", docstring.strip().partition("\n")[0]))
    return table(("name", "what it is"), rows)


def record() -> str:
    """Show the record of the comparison with long runs of Stan."""
    if not RECORD.is_file():
        return "The record of this comparison has not been made yet."
    document = json.loads(RECORD.read_text(encoding="utf-8"))
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for run in document["runs"]:
        groups.setdefault((run["engine"], run["group"], run["card"]), []).append(run)
    kinds = ("mean", "sd", "quantile")
    rows = []
    for (engine, group, card), runs in sorted(groups.items()):
        largest = [max(run["worst"][kind]["in_sd"] or 0.0 for run in runs) for kind in kinds]
        rows.append(
            (
                engine,
                f"{len({run['dataset'] for run in runs})} {_TABLES[group]}",
                f"`{card}`",
                str(len(runs)),
                str(sum(run["passed"] for run in runs)),
                *(f"{value:.3f}" for value in largest),
            )
        )
    head = ("engine", "tables", "card", "fits", "passed", "mean, in sd", "sd, relative")
    versions = ", ".join(f"{name} {number}" for name, number in document["versions"].items())
    failed = [
        f"{run['engine']} on {run['dataset']} (`{run['card']}`, seed {run['seed']}): "
        f"{run['failed']} of {run['compared']} comparisons"
        for run in document["runs"]
        if not run["passed"]
    ]
    beyond = f"Not passed: {'; '.join(failed)}.\n\n" if failed else ""
    return f"{table((*head, 'quantile, in sd'), rows)}\n\n{beyond}Made with {versions}."


def peers() -> str:
    """Show the record of the comparison with other programs."""
    from tests.reference.peers_page import peers_table

    return peers_table()


PARTS: Mapping[str, Callable[[], str]] = {
    "aliases": aliases,
    "commands": commands,
    "inventory": inventory,
    "prior-families": prior_families,
    "public-names": public_names,
    "peers": peers,
    "record": record,
    "review-keys": review_keys,
    **evidence.PARTS,
    **evidence_agreement.PARTS,
    **evidence_contrasts.PARTS,
    **gallery_page.PARTS,
    **ild_agreement.PARTS,
    **model_pages.PARTS,
    **nodules.PARTS,
    **regression.PARTS,
}


def draw() -> None:
    """Draw the figures of the pages with the command that a reader would use."""
    draw_evidence()
    gallery_page.draw()
    with tempfile.TemporaryDirectory() as folder:
        made = {figure: (review, {}, name) for figure, (review, name) in AGREEMENT_FIGURES.items()}
        for figure, (review, formulas, name) in {**FIGURES, **made}.items():
            asked = [word for margin in formulas.items() for word in (f"--{margin[0]}", margin[1])]
            result = Path(folder) / " ".join(["run of", review, *asked]).replace("~", "by")
            if not result.exists():  # one run may give several figures
                command = [sys.executable, "-m", "metadx.cli", "run", review, "--quiet", *asked]
                subprocess.run([*command, "--out", str(result)], check=True, cwd=folder)
            shutil.copyfile(result / f"{name}.svg", ROOT / "docs" / "figures" / f"{figure}.svg")


def draw_evidence() -> None:
    """Draw the figures of the simulation studies from their records."""
    from metadx.plots.calibration import plot_sbc
    from metadx.plots.coverage import plot_coverage
    from metadx.plots.save import save_figure

    drawn = {
        "calibration": plot_sbc(evidence.record("sbc")),
        "calibration-regression": plot_sbc(evidence.record("sbc-regression")),
        "coverage": plot_coverage(
            evidence.record("coverage"),
            methods=(evidence.OURS, evidence.PEER, "reml"),
            labels=evidence.SHORT,
        ),
    }
    for name, figure in drawn.items():
        save_figure(figure, ROOT / "docs" / "figures" / name, ["svg"])


def _room_order(path: Path) -> tuple[int, str]:
    rooms = (
        *("studies", "designs", "cards", "estimands", "builders", "engines", "criticism"),
        *("runner", "simulation", "plots", "report", "commands"),
    )
    parts = path.relative_to(ROOT / "metadx").parts
    return (rooms.index(parts[0]) if len(parts) > 1 else -1, path.as_posix())


def _default(field: object) -> str:
    from pydantic_core import PydanticUndefined

    value = getattr(field, "default", None)
    if value is PydanticUndefined:
        return "required"
    return "" if value in (None, "", []) else f"`{json.dumps(value)}`"


if __name__ == "__main__":
    draw()
    gallery_page.write_pages()
    model_pages.write_pages()
    for page in pages():
        with tempfile.TemporaryDirectory() as folder:
            text = renew(render(page.read_text(encoding="utf-8")), Path(folder))
        page.write_text(text, encoding="utf-8")
