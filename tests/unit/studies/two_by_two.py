"""Measures of a 2x2 table by their definitions, rounding as a printer does it, and brute force."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from itertools import product

INFINITE = "inf"
WHOLE = ("n", "n_diseased", "n_nondiseased", "tp", "fp", "fn", "tn")
RATIOS = ("lr_pos", "lr_neg", "dor")


def ratio(above, below):
    """Divide; None is 0/0."""
    if below:
        return Fraction(above) / Fraction(below)
    return INFINITE if above else None


def measures(tp, fp, fn, tn):
    """Return every measure of a table; None where it is not defined."""
    n1, n0 = tp + fn, fp + tn
    sens, spec = ratio(tp, n1), ratio(tn, n0)
    both = n1 > 0 and n0 > 0
    return {
        "sens": sens if n1 else None,
        "spec": spec if n0 else None,
        "ppv": ratio(tp, tp + fp),
        "npv": ratio(tn, tn + fn),
        "accuracy": ratio(tp + tn, n1 + n0),
        "prevalence": ratio(n1, n1 + n0),
        "youden": sens + spec - 1 if both else None,
        "lr_pos": ratio(sens, 1 - spec) if both else None,
        "lr_neg": ratio(1 - sens, spec) if both else None,
        "dor": ratio(tp * tn, fp * fn),
        **{"n": n1 + n0, "n_diseased": n1, "n_nondiseased": n0},
        **{"tp": tp, "fp": fp, "fn": fn, "tn": tn},
    }


def printed(name, value, decimals, *, percent=False, even=False):
    """Print a value as a paper would, with ties up or to the even digit."""
    if value == INFINITE:
        return "∞"
    if name in WHOLE:
        return str(value)
    shown = value * 100 if percent else value
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(shown.numerator) / Decimal(shown.denominator)
        how = ROUND_HALF_EVEN if even else ROUND_HALF_UP
        return f"{exact.quantize(Decimal(1).scaleb(-decimals), how)}{'%' if percent else ''}"


def agrees(text, name, value):
    """Tell whether a printed text and a value are at most half a unit of its last digit apart."""
    if value is None:
        return False
    if text == "∞" or value == INFINITE:
        return text == "∞" and value == INFINITE
    number = Fraction(text.removesuffix("%"))
    if name in WHOLE:
        return number == value
    _, _, decimals = text.removesuffix("%").partition(".")
    shown = value * 100 if text.endswith("%") else value
    return abs(shown - number) <= Fraction(1, 2 * 10 ** len(decimals))


def every_table(largest):
    """List all tables of at most so many people."""
    return [t for t in product(range(largest + 1), repeat=4) if 0 < sum(t) <= largest]


def brute_force(texts, tables):
    """Return the tables that agree with every printed text."""
    return {
        t
        for t in tables
        if all(agrees(text, name, measures(*t)[name]) for name, text in texts.items())
    }
