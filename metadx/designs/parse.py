"""From the text of a formula to its terms; the grammar is that of formulaic."""

import re
from collections.abc import Mapping, Sequence
from itertools import chain

from metadx.designs.design import NO_COVARIATES
from metadx.designs.factors import Factor, read_factor
from metadx.errors import DataError
from metadx.studies.cells import tidy
from metadx.studies.covariates import Covariate
from metadx.studies.problems import quoted

type Term = tuple[Factor, ...]


def tidy_formula(text: str) -> str:
    """Write a formula in one way: a tilde in front, single blanks.

    Parameters
    ----------
    text : str
        As the user wrote it, with or without the tilde.

    Returns
    -------
    str

    Raises
    ------
    DataError
        If nothing stands in it, or something stands before the tilde.

    Examples
    --------
    >>> tidy_formula("setting  + year")
    '~ setting + year'
    """
    left, _, right = tidy(text).rpartition("~")
    if left.strip():
        raise DataError(
            f"formula {quoted(text)}: only the side of the covariates is wanted; "
            f"write {quoted('~ ' + right.strip())}."
        )
    if not right.strip():
        raise DataError(
            f"formula {quoted(text)}: no covariate stands in it; write {quoted(NO_COVARIATES)} for "
            "one mean."
        )
    return f"~ {right.strip()}"


def parse_formula(text: str, covariates: Mapping[str, Covariate]) -> tuple[Term, ...]:
    """Read the terms of a formula beside the intercept.

    Parameters
    ----------
    text : str
        Such as ``"~ setting * year"``. `+ - : * ^ ()` mean what they mean in R; a name with
        blanks stands between backticks.
    covariates : mapping of str to Categorical or Continuous
        The covariates of the table.

    Returns
    -------
    tuple of Term
        By the number of their factors; each a tuple of factors, in the order in which they first
        appear in the formula.

    Raises
    ------
    DataError
        If it is no formula, names what is no covariate, leaves the intercept out, or has an
        interaction or a power without the terms below it.

    References
    ----------
    Wilkinson GN, Rogers CE. Symbolic description of factorial models for analysis of variance.
    Applied Statistics 1973;22:392-399. Nelder JA. A reformulation of linear models. JRSS A
    1977;140:48-77 (terms below an interaction).

    Examples
    --------
    >>> from metadx.studies.covariates import Continuous
    >>> known = {name: Continuous(name, [1.0, 2.0]) for name in ("a", "b")}
    >>> [[factor.text for factor in term] for term in parse_formula("~ a * b", known)]
    [['a'], ['b'], ['a', 'b']]
    """
    formula = tidy_formula(text)
    if re.sub(r"\s", "", formula) == "~1":
        return ()
    about = f"formula {quoted(formula)}"
    found = [[read_factor(part, covariates, about) for part in term] for term in _split(formula)]
    order = list(dict.fromkeys(chain.from_iterable(found)))
    terms = dict.fromkeys(tuple(sorted(set(term), key=order.index)) for term in found)
    for term in terms:
        _ask_for_lower_terms(term, terms, about)
    return tuple(sorted(terms, key=len))


def _split(formula: str) -> list[list[str]]:
    """Let formulaic work out the terms; each is a list of the texts of its factors."""
    from formulaic.parser import DefaultFormulaParser

    about = f"formula {quoted(formula)}"
    if number := re.search(r"`\s*([\d.]+)\s*`", formula):
        raise DataError(
            f"{about}: a column whose name is the number {number[1]} cannot stand in a formula; "
            "rename the column."
        )
    flags = DefaultFormulaParser.FeatureFlags.NONE
    try:
        parsed = DefaultFormulaParser(feature_flags=flags).get_terms(formula)
        terms = [[str(factor.expr) for factor in term.factors] for term in parsed]
    except Exception as error:
        # The parser raises errors of its own and of Python's; all mean that it is no formula.
        raise DataError(
            f"{about} cannot be read: {_reason(error)}. Write it like "
            '"~ setting + year" or "~ setting * year"; a name with blanks stands between backticks.'
        ) from error
    if ["1"] not in terms:
        raise DataError(
            f"{about}: the intercept cannot be left out, since it carries the prior of the mean; "
            "results are given for every level without that. Take out 0 or -1."
        )
    if numbers := [part for term in terms for part in term if len(term) > 1 and _is_number(part)]:
        raise DataError(f"{about}: the number {numbers[0]} cannot scale a term; take it out.")
    return [term for term in terms if term != ["1"]]


def _reason(error: Exception) -> str:
    """Say what the parser found, without what it says of its own settings and classes."""
    if isinstance(error, SyntaxError):
        return "it is no formula"
    said = re.sub(r"\s+", " ", str(error).replace("`", '"'))
    if found := re.search(r'Missing operator between (".+?" and ".+?")\.', said):
        return f"an operator is missing between {found[1]}"
    if found := re.search(r"""[Oo]perator (["'].+?["'])|(".+?") operator""", said):
        return f"{(found[1] or found[2])} is misplaced or has no meaning here"
    return re.split(r"(?<=\w)\. | ⧛", said)[0].rstrip(". ")


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[\d.]+", text) is not None


def _ask_for_lower_terms(term: Term, terms: Mapping[Term, None], about: str) -> None:
    """Refuse an interaction or a power alone: its meaning would depend on how others are coded."""
    for place, factor in enumerate(term):
        if factor.function == "power":
            lower = Factor(factor.name, "power", 2) if factor.power == 3 else Factor(factor.name)
            below: Sequence[Factor] = (*term[:place], lower, *term[place + 1 :])
        else:
            below = (*term[:place], *term[place + 1 :])
        if below and not any(set(below) == set(other) for other in terms):
            raise DataError(
                f"{about}: {quoted(term_text(term))} stands without {quoted(term_text(below))}; "
                "add that term (a * b stands for a + b + a:b)."
            )


def term_text(term: Sequence[Factor]) -> str:
    """Write a term as it stands in a formula.

    Parameters
    ----------
    term : sequence of Factor

    Returns
    -------
    str

    Examples
    --------
    >>> term_text([Factor("setting"), Factor("n", "log")])
    'setting:log(n)'
    """
    return ":".join(factor.text for factor in term)
