"""The comparison with other programs as it stands on the page on validation."""

from collections.abc import Sequence
from typing import Any

from tests.reference.peers import PEERS_FILE, peer_tables, software
from tests.reference.peers_record import read_record

_LIKELIHOOD = {
    "quadrature": "R: `nlminb` on 15 × 15 nodes",
    "glmmTMB": "glmmTMB (Laplace)",
    "lme4_tight": "lme4 `glmer`, inner tolerance 1e-12",
    "lme4": "lme4 `glmer`, as called by default",
}
_POSTERIOR = {
    "quadrature": "maximum likelihood, 15 × 15 nodes",
    "glmmTMB": "glmmTMB (Laplace)",
    "lme4": "lme4 `glmer` (Laplace)",
    "mada_reml": "mada (normal approximation, REML)",
}
_FAILURES = ("no answer", "no finite maximum", "failed Hessian at the edge")


def peers_table() -> str:
    """Return the tables of disagreements and of the tables on which a peer fails.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    FileNotFoundError
        If the pinned numbers or the record are missing.
    """
    assert PEERS_FILE.is_file()
    names = ", ".join(
        sorted({peer["software"] for peer in software().values() if peer["software"] != "R"})
    )
    return "\n\n".join(
        (
            "Maximum of the likelihood, with the nodes of the program in question:",
            _maxima(),
            "Posterior medians of μ, τ and ρ under the default card:",
            _medians(),
            "Quantities that go by one name:",
            _definitions(),
            "Where `glmer` has no usable answer, and what `maximum_likelihood` (15 nodes) says:",
            _failures(),
            f"Made with {names}.",
        )
    )


def _maxima() -> str:
    rows = []
    for peer, label in _LIKELIHOOD.items():
        found = [row for row in read_record()["likelihood"] if row["peer"] == peer]
        usable = [row for row in found if row["cause"] not in _FAILURES[:2]]
        apart = max(usable, key=lambda row: abs(row["difference"]))
        far = max(usable, key=lambda row: abs(row["mu_in_se"]))
        agreeing = sum(row["cause"] == "agrees" for row in found)
        others = sorted({row["cause"] for row in found} - {"agrees"})
        counted = [f"{cause} ({sum(row['cause'] == cause for row in found)})" for cause in others]
        rows.append(
            (
                label,
                str(len(found)),
                str(agreeing),
                f"{abs(apart['difference']):.1g} ({_code(apart)})",
                f"{far['mu_in_se']:.1g} SE ({_code(far)})",
                "; ".join(counted),
            )
        )
    head = (
        "program",
        "tables",
        "agree",
        "largest gap in log-likelihood",
        "in a mean",
        "the others",
    )
    return _table(head, rows)


def _medians() -> str:
    rows = []
    for peer, label in _POSTERIOR.items():
        found = [
            row
            for row in read_record()["posterior"]
            if row["peer"] == peer and row["cause"] != "no finite maximum"
        ]
        for kind, parameters in (("μ", ("mu_sens", "mu_spec")), ("τ, ρ", None)):
            some = [
                row
                for row in found
                if (row["parameter"] in ("mu_sens", "mu_spec")) == bool(parameters)
            ]
            sizes = sorted(abs(row["in_sd"]) for row in some)
            worst = max(some, key=lambda row: abs(row["in_sd"]))
            rows.append(
                (
                    label,
                    kind,
                    str(len({(row["group"], row["dataset"]) for row in some})),
                    f"{sizes[len(sizes) // 2]:.2f} sd",
                    f"{sizes[int(0.9 * len(sizes))]:.2f} sd",
                    f"{sizes[-1]:.1f} sd, {worst['parameter']} of {_code(worst)}",
                    worst["cause"],
                )
            )
    head = ("program", "of", "tables", "half within", "nine in ten within", "largest", "its cause")
    return _table(head, rows)


def _definitions() -> str:
    record = read_record()["definitions"]
    rows = []
    for quantity in dict.fromkeys(row["quantity"] for row in record):
        found = [row for row in record if row["quantity"] == quantity]
        worst = max(found, key=lambda row: abs(row["difference"]))
        rows.append(
            (
                quantity,
                str(len(found)),
                f"{worst['theirs']:.3f} for {worst['by_formula']:.3f} ({_code(worst)})",
                worst["cause"],
            )
        )
    return _table(("quantity", "tables", "largest difference", "cause"), rows)


def _failures() -> str:
    record = read_record()
    rows = []
    for place in peer_tables():
        if place.group == "corpus" and place.dataset == "glas_telomerase":
            continue  # the same counts as telomerase
        found = place.found["lme4"]
        (row,) = _rows(record["likelihood"], place, peer="lme4")
        (ours,) = _rows(record["nodes"], place, nodes=15)
        said = _said(found, row)
        if said:
            rows.append((_code(row), str(place.n_studies), said, _answer(ours)))
    return _table(("table", "studies", "`glmer`", "metadx"), rows)


def _rows(record: Sequence[dict[str, Any]], place: Any, **wanted: Any) -> list[dict[str, Any]]:
    wanted |= {"group": place.group, "dataset": place.dataset}
    return [row for row in record if all(row[key] == value for key, value in wanted.items())]


def _said(found: Any, row: dict[str, Any]) -> str:
    if "failed" in found:
        return "refuses: fewer observations than random effects"
    if row["cause"] == "no finite maximum":
        return f"mean logit {found['mu_sens']:.1f}, τ {found['tau_sens']:.0f}, no warning"
    if row["cause"] == "failed Hessian at the edge":
        return f"ρ = {found['rho']:.2f}, standard errors {found['se_mu_sens']:.3f}"
    if found["singular"]:
        return f"singular fit, ρ = {found['rho']:.2f}"
    return "" if not row["at_edge"] else f"ρ = {found['rho']:.2f}, not said to be singular"


def _answer(ours: dict[str, Any]) -> str:
    if ours["no_finite_maximum"]:
        margins = " and ".join(ours["no_finite_maximum"])
        mu, error = ours["mu"][1], ours["se_mu"][1]
        return f"no finite maximum in {margins}; logit spec {mu:.2f} ({error:.2f})"
    means = ", ".join(
        f"{mu:.2f} ({se:.2f})" for mu, se in zip(ours["mu"], ours["se_mu"], strict=True)
    )
    return f"ρ = {ours['rho']:+.0f} at the edge; mean logits {means}"


def _code(row: dict[str, Any]) -> str:
    return f"`{row['dataset']}`"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
