"""Whether a fit can be trusted, in words."""

from collections.abc import Mapping
from typing import Any

from metadx.report.layout import Page, paragraph, tone

#: Name in words, and how the threshold bounds it.
_WORDS = {
    "pareto_k": ("Pareto k", "below"),
    "ess": ("effective draws", "at least"),
    "row_pareto_k": ("Pareto k of the rows", "below"),
    "row_ess": ("effective points of the rows", "at least"),
    "row_outside_grid": ("share of draws off the grid", "below"),
    "quadrature_error": ("quadrature error", "at most"),
    "rhat": ("r-hat", "at most"),
    "ess_bulk": ("effective draws (bulk)", "at least"),
    "ess_tail": ("effective draws (tails)", "at least"),
    "divergences": ("divergences", "at most"),
    "bfmi": ("E-BFMI", "at least"),
}


_SHOWN = ("pooled", "regression")  # of several fits; others only where they failed


def trust_lines(found: Mapping[str, Any], page: Page) -> list[str]:
    """Tell whether every check of the fit passed, and what was measured.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    page : Page

    Returns
    -------
    list of str
    """
    checks = found["checks"]
    failed = [
        _WORDS.get(c["name"], (c["name"],))[0] + (f" ({c['fit']})" if "fit" in c else "")
        for c in checks
        if not c["passed"]
    ]
    if failed:
        verdict = f"Can the fit be trusted? NO: failed on {', '.join(failed)}. Do not report it."
        lines = [tone(page, line, "bad") for line in paragraph(page, verdict)]
    else:
        lines = [tone(page, "Can the fit be trusted? Yes, every check passed.", "good")]
    for name in dict.fromkeys(check.get("fit") for check in checks):
        of_fit = [check for check in checks if check.get("fit") == name]
        if name is not None and name not in _SHOWN and all(check["passed"] for check in of_fit):
            continue
        measured = "; ".join(check_words(c) + ("" if c["passed"] else " FAILED") for c in of_fit)
        words = f"{name}: {measured}." if name else f"{measured[:1].upper()}{measured[1:]}."
        lines += [tone(page, line, "dim") for line in paragraph(page, words)]
    return lines


def failure_words(check: Mapping[str, Any]) -> str:
    """Write a check that failed, with the name of its fit where there are several.

    Examples
    --------
    >>> failure_words({"name": "ess", "value": 31.2, "threshold": 400.0, "fit": "regression"})
    'regression: effective draws 31.2 (at least 400)'
    """
    return (f"{check['fit']}: " if "fit" in check else "") + check_words(check)


def check_words(check: Mapping[str, Any]) -> str:
    """Write one check: what was measured and what was wanted.

    Parameters
    ----------
    check : mapping
        With "name", "value" and "threshold".

    Examples
    --------
    >>> check_words({"name": "ess", "value": 3031.2, "threshold": 400.0})
    'effective draws 3,031 (at least 400)'
    """
    name, bound = _WORDS.get(check["name"], (check["name"], "limit"))
    digits = 4 if check["name"] == "rhat" else 3  # what matters of r-hat comes after 1.00
    value = "not measurable" if check["value"] is None else _written(check["value"], digits)
    return f"{name} {value} ({bound} {_written(check['threshold'], digits)})"


def _written(value: float, digits: int) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{digits}g}"


def check_label(name: str) -> str:
    """Name a check in words.

    Examples
    --------
    >>> check_label("ess"), check_label("rhat")
    ('effective draws', 'r-hat')
    """
    return _WORDS.get(name, (name, ""))[0]


def bound_words(check: Mapping[str, Any]) -> str:
    """Write what a check wanted.

    Parameters
    ----------
    check : mapping
        With "name" and "threshold".

    Examples
    --------
    >>> bound_words({"name": "ess", "threshold": 400.0})
    'at least 400'
    """
    _, bound = _WORDS.get(check["name"], ("", "limit"))
    return f"{bound} {_written(check['threshold'], 4 if check['name'] == 'rhat' else 3)}"
