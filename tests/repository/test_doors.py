"""A wrong argument to a public function ends in an `ArgumentError` that names it."""

import collections.abc
import inspect
import pickle
import warnings
from pathlib import Path
from types import NoneType, SimpleNamespace, UnionType
from typing import Literal, TypeAliasType, Union, get_args, get_origin, get_protocol_members
from typing import is_protocol as is_protocol_class

import numpy as np
import pytest

import metadx
from metadx import doors, kinds

FUNCTIONS = {
    name: getattr(metadx, name)
    for name in metadx.__all__
    if inspect.isfunction(getattr(metadx, name))
}
# What the signature leaves open, so that the function itself looks at it.
OPEN = {
    ("from_counts", "counts"),
    ("from_ratings", "values"),
    ("sroc", "fpr"),
}
NOTHING = object()
WRONG = (NOTHING, "no such thing", 7.5, True, [NOTHING], {1: 2}, None)


def kinds_of(hint):
    if isinstance(hint, TypeAliasType):
        return kinds_of(hint.__value__)
    if get_origin(hint) in (Union, UnionType):
        return [kind for part in get_args(hint) for kind in kinds_of(part)]
    return [hint]


def right(hint):  # noqa: PLR0911 - one for each kind of annotation
    """Make something that a door lets in; the functions behind it are never entered."""
    kind = kinds_of(hint)[0]
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return inner[0]
    if origin is tuple and Ellipsis not in inner:
        return tuple(map(right, inner))
    if origin in (collections.abc.Sequence, collections.abc.Collection, collections.abc.Iterable):
        return [right(inner[0])]
    if getattr(origin, "__name__", "") in ("ndarray", "NDArray"):
        return np.ones((2, 2))
    if kind in (int, float, str, bool):
        return kind(0.5)
    if isinstance(kind, str):
        return "path"
    if kind is NoneType or not isinstance(kind, type) or inspect.isabstract(kind):
        return None
    if is_protocol_class(kind):
        return SimpleNamespace(**dict.fromkeys(get_protocol_members(kind)))
    return object.__new__(kind)


CASES = [
    (name, parameter.name)
    for name, function in FUNCTIONS.items()
    for parameter in inspect.signature(function).parameters.values()
    if (name, parameter.name) not in OPEN
]


@pytest.mark.parametrize(("name", "wrong"), CASES)
def test_a_wrong_argument_is_refused_by_name(name, wrong):
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    others = {
        one.name: right(one.annotation)
        for one in parameters.values()
        if one.default is inspect.Parameter.empty and one.name != wrong
    }
    hint = parameters[wrong].annotation
    bad = [value for value in WRONG if not kinds.fits(value, hint)]
    assert any(value is NOTHING for value in bad), f"{hint} lets anything in"
    for value in bad:
        with pytest.raises(metadx.MetadxError, match=rf"^metadx\.{name}: {wrong} = ") as said:
            FUNCTIONS[name](**{**others, wrong: value})
        assert "; wanted " in str(said.value)
        assert "typing" not in str(said.value)


@pytest.mark.parametrize(("name", "wrong"), [case for case in CASES if case[1] == "prob"])
@pytest.mark.parametrize("value", [95, 0, 1, float("nan")])
def test_a_percentage_is_no_probability(name, wrong, value):
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    others = {
        one.name: right(one.annotation)
        for one in parameters.values()
        if one.default is inspect.Parameter.empty
    }
    with pytest.raises(metadx.ArgumentError, match="prob must lie strictly between 0 and 1"):
        FUNCTIONS[name](**{**others, wrong: value})


@pytest.fixture(scope="module")
def review():
    return metadx.load_dataset("anti-ccp")


@pytest.fixture(scope="module")
def analysis(review):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", metadx.ConvergenceWarning)
        return metadx.analyse(review, subgroup="generation", draws=200)


@pytest.fixture(scope="module")
def plain(review):
    return metadx.analyse(review, sens="~ 1", spec="~ 1", draws=200)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda r, a: metadx.influence(r), r"fit = a Review; wanted a Fit .*Fit it first"),
        (lambda r, a: metadx.accuracy(a), "several fits: its `pooled`"),
        (lambda r, a: metadx.deeks(a.pooled), "The `table` of the Fit is one"),
        (lambda r, a: metadx.plot_traffic_light(None), "metadx.quadas_of gives one where"),
        (lambda r, a: metadx.predictive_values(a.pooled, 0.1), r"such as \[0\.1, 0\.2\]"),
        (lambda r, a: metadx.predictive_values(a.pooled, [80]), "not 80; give a proportion"),
        (lambda r, a: metadx.sroc(a.pooled, [2]), "between 0 and 1, not 2"),
        (lambda r, a: metadx.sroc(a.pooled, "x"), "wanted numbers"),
        (lambda r, a: metadx.plot_fagan(a.pooled, 80), "prevalence must lie"),
        (lambda r, a: metadx.plot_forest(a.pooled, sort="sensitivity"), '"sens", "spec", "study"'),
        (lambda r, a: metadx.plot_sroc(a.pooled, figsize=(5, -1)), "figsize must lie above 0"),
        (lambda r, a: metadx.only(r, "generation=CCP2"), "wanted a list of texts in brackets"),
        (lambda r, a: metadx.read_table(3), "a text, a Path or a DataFrame"),
    ],
)
def test_natural_mistakes_are_told_what_to_do(review, analysis, call, said):
    with pytest.raises(metadx.MetadxError, match=said):
        call(review, analysis)


def test_what_is_wanted_is_taken_where_there_is_only_one(review, plain):
    assert metadx.deeks(review).slope == metadx.deeks(review.table).slope
    assert metadx.accuracy(plain).equals(metadx.accuracy(plain.pooled))


def test_an_unknown_argument_is_refused_as_usual(review):
    with pytest.raises(TypeError, match="unexpected keyword argument 'dras'"):
        metadx.fit(review, dras=3)


def test_a_function_with_its_door_is_one_object_and_can_be_sent_away():
    assert metadx.fit is metadx.fit
    assert pickle.loads(pickle.dumps(metadx.fit)) is metadx.fit


def test_numbers_of_numpy_and_whole_numbers_are_let_in():
    def half(prob: float, rows: collections.abc.Sequence[float], path: str | Path) -> float:
        return prob / 2 + sum(rows)

    assert doors.door(half)(np.float32(0.5), np.array([1, 2]), "x") == 3.25
    assert doors.door(half)(np.float64(0.5), rows=(1, 2.0), path=Path("x")) == 3.25
