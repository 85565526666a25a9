"""One page a model card, written from the card: equations, priors with their reasons, checks."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evidence import table

MODELS = Path(__file__).resolve().parents[1] / "models"
PAGES = Path(__file__).resolve().parent / "cards"

type Document = dict[str, Any]

_LINKS = {
    "logit": "g(p) = log(p / (1 − p)), the logit: effects are log odds",
    "probit": "g(p) = Φ⁻¹(p), the probit: as if a normal measurement were cut at a threshold",
    "cloglog": "g(p) = log(−log(1 − p)), the complementary log-log: 0 and 1 are not alike",
}
_EFFECTS = {
    "bivariate": "(g(sensᵢ), g(specᵢ)) ~ Normal(μ, Σ),   Σ = [τ₁², ρτ₁τ₂; ρτ₁τ₂, τ₂²]",
    "bivariate-t": (
        "(g(sensᵢ), g(specᵢ)) ~ Normal(μ, Σ / wᵢ),   Σ = [τ₁², ρτ₁τ₂; ρτ₁τ₂, τ₂²]\n"
        "    wᵢ ~ Gamma(ν/2, ν/2): the pair follows a bivariate t law with ν degrees of freedom"
    ),
    "independent": "g(sensᵢ) ~ Normal(μ₁, τ₁²),   g(specᵢ) ~ Normal(μ₂, τ₂²),   independent",
    "fixed": "g(sensᵢ) = μ₁,   g(specᵢ) = μ₂:   one accuracy in all studies",
}
_MEANS = "With covariates μ becomes xᵢ′β₁ for sensitivity and zᵢ′β₂ for specificity."


def model_page(name: str) -> str:
    """Write the body of the page of a card.

    Parameters
    ----------
    name : str
        Its id.

    Returns
    -------
    str
    """
    document = tomllib.loads((MODELS / f"{name}.toml").read_text(encoding="utf-8"))
    return "\n\n".join(_blocks(document))


def _blocks(card: Document) -> Iterator[str]:
    yield f"*{card['question']}*"
    where = f"[models](../../models/{card['id']}.toml)"
    yield f"`metadx models {card['id']}` prints the card; it stands in {where}."
    if card["builder"] in _EFFECTS:
        yield "## Model"
        yield (
            "Study i has n₁ᵢ participants with the target condition and n₀ᵢ without it.\n\n"
            "    tpᵢ ~ Binomial(n₁ᵢ, sensᵢ)        tnᵢ ~ Binomial(n₀ᵢ, specᵢ)\n"
            f"    {_EFFECTS[card['builder']]}\n"
            f"    {_LINKS[card['link']]}"
        )
        yield _MEANS if "beta" in card["parameters"] else "It takes no covariates."
    else:
        yield "The equations stand in [methods for agreement](../methods-agreement.md)."
    yield "## What is assumed of each parameter"
    for parameter, entry in card["parameters"].items():
        yield _parameter(parameter, entry)
    if given := card.get("constants"):
        yield "## Numbers taken as given"
        rows = [
            (f"`{key}`", str(entry["value"]), entry["meaning"], _flat(entry["why"]))
            for key, entry in given.items()
        ]
        yield table(("name", "value", "meaning", "why"), rows)
    if alternatives := card.get("alternatives"):
        yield "## Other priors to try"
        yield (
            "A fit is repeated under each of these sets to see what hangs on the priors; what a "
            "set does not name stays as above."
        )
        rows = [(entry["name"], _laws(entry), _flat(entry["why"])) for entry in alternatives]
        yield table(("set", "priors", "why"), rows)
    yield "## What a fit must pass"
    rows = [
        (engine, f"`{limit}`", f"{value:g}")
        for engine, limits in card["checks"].items()
        for limit, value in limits.items()
    ]
    yield table(("engine", "limit", "value"), rows)
    yield "## References"
    yield "\n".join(f"- {_reference(entry)}" for entry in card["references"])


def _parameter(name: str, entry: Document) -> str:
    head = f"**{entry['symbol']}** (`{name}`, {entry['scale']}): {_flat(entry['meaning'])}."
    laws = {key: law(entry[key]) for key in ("prior", "contrast", "slope") if key in entry}
    if "prior" in laws:
        said = f"Prior: {laws['prior']}."
    else:
        said = f"Prior of a contrast: {laws['contrast']}; of a slope: {laws['slope']}."
    return f"{head}\n\n- {said}\n- Why: {_flat(entry['why'])}."


def law(prior: Mapping[str, Any]) -> str:
    """Write a prior as a law: ``Normal(mean = 0, sd = 3)``.

    Parameters
    ----------
    prior : mapping
        As in the card: a family with its numbers, or one for each margin.

    Returns
    -------
    str
    """
    if "family" not in prior:
        return ", ".join(f"{law(each)} for {margin}" for margin, each in prior.items())
    numbers = ", ".join(f"{key} = {_number(x)}" for key, x in prior.items() if key != "family")
    return f"{prior['family']}({numbers})"


def _number(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_number(each) for each in value)}]"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _laws(entry: Document) -> str:
    names = [key for key in entry if key not in ("name", "why")]
    return "; ".join(f"{name} ~ {law(entry[name].get('prior', entry[name]))}" for name in names)


def _flat(text: str) -> str:
    return " ".join(text.split()).removesuffix(".")


def _reference(entry: Document) -> str:
    doi = f" [doi:{entry['doi']}](https://doi.org/{entry['doi']})" if entry.get("doi") else ""
    return f"{entry['citation']}{doi}"


def write_pages() -> None:
    """Make the page of every card that has none yet: a title, and the part that is generated."""
    PAGES.mkdir(exist_ok=True)
    for path in sorted(MODELS.glob("*.toml")):
        page = PAGES / path.name.replace(".toml", ".md")
        if not page.exists():
            title = tomllib.loads(path.read_text(encoding="utf-8"))["title"]
            mark = f"<!-- generated: card-{path.stem} -->\n\n<!-- end -->"
            page.write_text(f"# {title}\n\n{mark}\n", encoding="utf-8")


PARTS: dict[str, Callable[[], str]] = {
    f"card-{path.stem}": (lambda name=path.stem: model_page(name))
    for path in sorted(MODELS.glob("*.toml"))
}
