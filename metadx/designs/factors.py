"""What may stand in a formula: covariates, and a few functions of one covariate.

Nothing of a formula is evaluated as code. A factor is a name or one of the functions listed here,
found by its text.
"""

import difflib
import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from metadx.errors import DataError
from metadx.studies.covariates import Categorical, Covariate
from metadx.studies.problems import listed, quoted

type Function = Literal["", "C", "log", "log2", "log10", "sqrt", "power"]

ALLOWED = "C(x), log(x), log2(x), log10(x), sqrt(x), I(x**2) and I(x**3)"
"""The functions that may stand in a formula, as they are listed in messages."""

_NAME = r"`[^`]+`|[^\W\d][\w.]*"
_CALL = re.compile(rf"(?P<function>C|log|log2|log10|sqrt)\(\s*(?P<name>{_NAME})\s*\)")
_POWER = re.compile(rf"I\(\s*(?P<name>{_NAME})\s*(?:\*\*|\^)\s*(?P<power>[23])\s*\)")
_SCALED = re.compile(r"(?:scale|center|standardize)\(")


@dataclass(frozen=True)
class Factor:
    """A covariate, or a function of one, as it enters a formula.

    Parameters
    ----------
    name : str
        Name of the covariate.
    function : str
        "" for the covariate itself; "C" takes a number as categorical.
    power : int
        2 or 3 for "power", else 1.
    """

    name: str
    function: Function = ""
    power: int = 1

    @property
    def text(self) -> str:
        """As it is written in a formula and in the names of effects."""
        if self.function == "power":
            return f"I({self.name}**{self.power})"
        return f"{self.function}({self.name})" if self.function not in {"", "C"} else self.name


def read_factor(text: str, covariates: Mapping[str, Covariate], about: str) -> Factor:
    """Read one factor of a formula.

    Parameters
    ----------
    text : str
        As it stands in the formula: ``year``, ``log(patients)``, ``I(year ** 2)``.
    covariates : mapping of str to Categorical or Continuous
        The covariates of the table.
    about : str
        The formula, used in messages.

    Returns
    -------
    Factor

    Raises
    ------
    DataError
        If it is neither a covariate of the table nor a function that may stand here, or the
        function does not suit the covariate.

    Examples
    --------
    >>> from metadx.studies.covariates import Continuous
    >>> read_factor("I(year ** 2)", {"year": Continuous("year", [2003, 2005])}, "~ year").text
    'I(year**2)'
    """
    if text in covariates:
        return Factor(text)
    if found := _CALL.fullmatch(text):
        function: Function = found["function"]  # type: ignore[assignment]
        power = 1
    elif found := _POWER.fullmatch(text):
        function, power = "power", int(found["power"])
    elif re.search(r"[()]", text) or not re.fullmatch(rf"{_NAME}|[\w .-]+", text):
        raise DataError(f"{about}: {quoted(text)} cannot stand here{_hint(text)}.")
    else:
        raise unknown(text, covariates, about)
    name = found["name"].strip("`")
    if name not in covariates:
        raise unknown(name, covariates, about)
    if isinstance(covariates[name], Categorical):
        if function != "C":
            raise DataError(
                f"{about}: {quoted(text)} asks for numbers, but {name} is categorical; "
                f"write {name} alone."
            )
        function = ""
    return Factor(name, function, power)


def name_text(name: str, about: str) -> str:
    """Write the name of a covariate as it stands in a formula.

    Parameters
    ----------
    name : str
    about : str
        Where the covariate is from, used in messages.

    Returns
    -------
    str
        Between backticks where it is no plain word.

    Raises
    ------
    DataError
        If there is a backtick in the name: no formula can hold it.

    Examples
    --------
    >>> name_text("setting", "studies.csv"), name_text("index test", "studies.csv")
    ('setting', '`index test`')
    """
    if "`" in name:
        raise DataError(
            f"{about}: the column {quoted(name)} has a backtick in its name, which stands for the "
            "ends of a name in formulas; rename the column."
        )
    plain = name.isidentifier() and not keyword.iskeyword(name)
    return name if plain else f"`{name}`"


def _hint(text: str) -> str:
    if _SCALED.match(text):
        return "; continuous covariates are centred and scaled already, write the name alone"
    return f"; wanted a covariate or one of the functions {ALLOWED}"


def unknown(name: str, names: Sequence[str] | Mapping[str, Covariate], about: str) -> DataError:
    """Return the error for a name that is no covariate of the table.

    Parameters
    ----------
    name : str
        What was asked for.
    names : sequence or mapping of str
        The covariates of the table.
    about : str
        Where it was asked for.

    Returns
    -------
    DataError

    Examples
    --------
    >>> print(unknown("yaer", ["year", "nation"], 'formula "~ yaer"'))
    formula "~ yaer": "yaer" is no covariate of the table; did you mean year? It has year, nation. A
    column of kind "note" in review.toml is no covariate: declare it as "categorical" or
    "continuous".
    """
    spelled = {known.casefold(): known for known in names}
    near = difflib.get_close_matches(name.casefold(), spelled, n=2)
    meant = f"; did you mean {' or '.join(spelled[found] for found in near)}?" if near else "."
    has = f"It has {listed(list(names))}." if names else "It has no covariates."
    return DataError(
        f"{about}: {quoted(name)} is no covariate of the table{meant} {has} A column of kind "
        '"note" in review.toml is no covariate: declare it as "categorical" or "continuous".'
    )
