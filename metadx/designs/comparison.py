"""Formulas of both margins in one text, as `metadx compare` takes them."""

import re

from metadx.designs.design import NO_COVARIATES
from metadx.designs.parse import tidy_formula
from metadx.errors import DataError
from metadx.studies.problems import quoted

_PART = re.compile(r"\s*(?:(?P<margin>[^\W\d]\w*)\s*)?(?P<formula>~.*)", re.DOTALL)


def formula_pair(text: str) -> tuple[str, str]:
    """Split a text into the formulas of sensitivity and specificity.

    Parameters
    ----------
    text : str
        ``"~ setting"`` stands for both margins; ``"sens ~ setting; spec ~ year"`` names them, and
        a margin that is not named has no covariate.

    Returns
    -------
    sens, spec : str

    Raises
    ------
    DataError
        If a part is no formula, or names another margin or one that was named before.

    Examples
    --------
    >>> formula_pair("~ setting")
    ('~ setting', '~ setting')
    >>> formula_pair("spec ~ setting + year")
    ('~ 1', '~ setting + year')
    """
    wanted = 'wanted "~ setting" for both margins, or "sens ~ setting; spec ~ setting + year"'
    # A semicolon between backticks belongs to a name.
    parts = re.findall(r"(?:`[^`]*`|[^;`])+", text)
    found: dict[str, str] = {}
    for part in parts:
        match = _PART.fullmatch(part)
        if match is None:
            raise DataError(f"formula {quoted(text)}: {quoted(part.strip())} is none; {wanted}.")
        margin, formula = match["margin"], tidy_formula(match["formula"])
        if margin is None and len(parts) == 1:
            return formula, formula
        if margin not in {"sens", "spec"}:
            named = "no margin" if margin is None else quoted(margin)
            raise DataError(f"formula {quoted(text)}: {named} stands before a tilde; {wanted}.")
        if margin in found:
            raise DataError(f"formula {quoted(text)}: {margin} stands twice; {wanted}.")
        found[margin] = formula
    if not found:
        raise DataError(f"formula {quoted(text)} is empty; {wanted}.")
    return found.get("sens", NO_COVARIATES), found.get("spec", NO_COVARIATES)
