import pytest

from metadx.designs.factors import Factor
from metadx.designs.parse import parse_formula, term_text, tidy_formula
from metadx.errors import DataError
from tests.unit.designs.tables import table_of

KNOWN = table_of(
    a=["p", "q", "p"],
    b=["u", "u", "v"],
    x=[1, 2, 4],
    year=[2001, 2002, 2004],
    field__strength=["1.5", "3", "3"],
    größe=[1, 2, 3],
).covariates


def terms(formula):
    return [term_text(term) for term in parse_formula(formula, KNOWN)]


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("~ 1", []),
        ("~1", []),
        ("1", []),
        ("~ a", ["a"]),
        ("a + x", ["a", "x"]),
        ("~ a * b", ["a", "b", "a:b"]),
        ("~ a:b + b + a", ["b", "a", "a:b"]),
        ("~ b:a + a + b", ["a", "b", "b:a"]),
        ("~ (a + b + x)^2", ["a", "b", "x", "a:b", "a:x", "b:x"]),
        ("~ a * b * x - a:b:x", ["a", "b", "x", "a:b", "a:x", "b:x"]),
        ("~ a + a + x - x", ["a"]),
        ("~ `field strength` + log(größe)", ["field strength", "log(größe)"]),
        ("~ log( `x` ) + sqrt(year)+log2(x)", ["log(x)", "sqrt(year)", "log2(x)"]),
        ("~ x + I(x ** 2) + I(x^3)", ["x", "I(x**2)", "I(x**3)"]),
        ("~ C(year)", ["year"]),
        ("~ C(a) + a", ["a"]),
        ("~ a + 1", ["a"]),
    ],
)
def test_terms(formula, wanted):
    assert terms(formula) == wanted


def test_numbers_become_levels_only_where_asked():
    assert parse_formula("~ C(year)", KNOWN) == ((Factor("year", "C"),),)
    assert parse_formula("~ year", KNOWN) == ((Factor("year"),),)


def test_formulas_are_written_in_one_way():
    assert tidy_formula(" ~a  +\n b ") == "~ a + b"


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("~ 0 + a", "the intercept cannot be left out, since it carries the prior of the mean"),
        ("~ a - 1", "the intercept cannot be left out"),
        ("~ -1 + a", "the intercept cannot be left out"),
        ("~ 1 + 0", "the intercept cannot be left out"),
        ("~", 'no covariate stands in it; write "~ 1" for one mean'),
        ("  ", 'no covariate stands in it; write "~ 1" for one mean'),
        ("sens ~ a", 'only the side of the covariates is wanted; write "~ a"'),
        ("~ yeer", r'"yeer" is no covariate of the table; did you mean year\? It has a, b, x'),
        ("~ Year", r"did you mean year\?"),
        ("~ log(yeer)", r'"yeer" is no covariate of the table; did you mean year\?'),
        ("~ blinding", 'kind "note" in review.toml is no covariate: declare it'),
        ("~ a +", 'cannot be read: "\\+" is misplaced'),
        ("~ (a", "cannot be read: Could not find matching context marker"),
        ("~ a | b", 'cannot be read: "|" is misplaced or has no meaning here'),
        ("~ .", 'cannot be read: "." is misplaced or has no meaning here'),
        ("~ field strength", 'an operator is missing between "field" and "strength"'),
        ("~ 'a'", "cannot be read: String literals"),
        ("~ 2:x", "the number 2 cannot scale a term"),
        ("~ `1`", "a column whose name is the number 1 cannot stand in a formula"),
        ("~ exp(x)", r'"exp\(x\)" cannot stand here; wanted a covariate or one of the functions C'),
        ("~ log(x + 1)", r"cannot stand here; wanted a covariate or one of the functions"),
        ("~ log(x)(1)", r"cannot stand here; wanted a covariate or one of the functions"),
        ("~ scale(x)", "continuous covariates are centred and scaled already"),
        ("~ I(x**9)", r'"I\(x \*\* 9\)" cannot stand here'),
        ("~ {x + 1}", "cannot stand here"),
        ("~ log(a)", r'"log\(a\)" asks for numbers, but a is categorical'),
        ("~ a:b", '"a:b" stands without "b"'),
        ("~ a + a:x", '"a:x" stands without "x"; add that term'),
        ("~ I(x**2)", r'"I\(x\*\*2\)" stands without "x"'),
        ("~ x + I(x**3)", r'"I\(x\*\*3\)" stands without "I\(x\*\*2\)"'),
    ],
)
def test_what_is_no_formula_is_refused_in_words(formula, words):
    with pytest.raises(DataError, match=words):
        parse_formula(formula, KNOWN)


@pytest.mark.parametrize(
    "formula",
    [
        "~ __import__('pathlib').Path('made').touch()",
        "~ {__import__('pathlib').Path('made').touch()}",
        "~ I(__import__('pathlib').Path('made').touch())",
        "~ log(__import__('pathlib').Path('made').touch())",
        "~ x + C(open('made', 'w'))",
    ],
)
def test_nothing_of_a_formula_is_evaluated(formula, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="cannot"):
        parse_formula(formula, KNOWN)
    assert list(tmp_path.iterdir()) == []
