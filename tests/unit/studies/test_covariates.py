import pickle

import numpy as np
import pytest

from metadx.errors import DataError
from metadx.studies.covariate_columns import covariate_from_cells
from metadx.studies.covariates import Categorical, Continuous, CovariateSpec


def made(cells, spec=None, name="x"):
    rows, study = range(2, 2 + len(cells)), [f"S{i}" for i in range(len(cells))]
    return covariate_from_cells(name, cells, spec, rows=rows, study=study, source="studies.csv")


def test_categorical_refuses_what_does_not_belong_together():
    with pytest.raises(DataError, match=r'covariate "x": b stands among the values but not'):
        Categorical("x", ("a", "b"), ("a",), "a")
    with pytest.raises(DataError, match=r'covariate "x": the reference "c" is none of the levels'):
        Categorical("x", ("a",), ("a",), "c")
    with pytest.raises(DataError, match=r'covariate "x": a level is listed twice in a, a'):
        Categorical("x", ("a",), ("a", "a"), "a")
    with pytest.raises(DataError, match=r'covariate "x": it has no level'):
        Categorical("x", (None,), (), "")


def test_continuous_keeps_a_read_only_copy():
    given = np.array([1.0, np.nan])
    year = Continuous("year", given)
    given[0] = 9.0
    assert year.values[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        year.values[0] = 2.0


@pytest.mark.parametrize("values", [[1.0, np.inf], [[1.0]], ["a"]])
def test_continuous_refuses_what_is_no_finite_number_a_study(values):
    with pytest.raises(DataError, match=r'covariate "x": its values must be'):
        Continuous("x", values)


def test_continuous_compares_content_and_survives_pickling():
    one, two = Continuous("x", [1.0, np.nan]), Continuous("x", [1.0, np.nan])
    assert one == two
    assert hash(one) == hash(two)
    assert one != Continuous("x", [1.0, 2.0])
    assert one != Continuous("y", [1.0, np.nan])
    assert one != Continuous("x", [1.0, np.nan], unit="mm")
    assert one != "x"
    copy = pickle.loads(pickle.dumps(one))
    assert copy == one
    assert not copy.values.flags.writeable


def test_undeclared_numbers_are_continuous_and_missing_is_nan():
    covariate, problems = made(["3.5", "NA", "", "1e2", "−2"])
    assert problems == []
    assert isinstance(covariate, Continuous)
    np.testing.assert_array_equal(covariate.values, [3.5, np.nan, np.nan, 100.0, -2.0])


def test_undeclared_text_is_categorical_with_the_most_frequent_level_as_reference():
    covariate, _ = made(["b", "a", "", " a  ", "1"])
    assert covariate == Categorical("x", ("b", "a", None, "a", "1"), ("b", "a", "1"), "a")


def test_of_equally_frequent_levels_the_first_is_the_reference():
    assert made(["b", "a", "a", "b"])[0].reference == "b"


def test_words_for_not_known_are_levels_and_not_missing():
    assert made(["none", "unclear"])[0].levels == ("none", "unclear")


def test_a_declaration_is_obeyed():
    spec = CovariateSpec("categorical", "clinical setting", reference="2")
    covariate, _ = made(["1", "2", "1"], spec)
    assert covariate == Categorical("x", ("1", "2", "1"), ("1", "2"), "2", "clinical setting")
    spec = CovariateSpec("continuous", "mean age", "year")
    assert made(["50", "."], spec)[0] == Continuous("x", [50.0, np.nan], "year", "mean age")
    assert made(["anything"], CovariateSpec("note")) == (None, [])


def test_text_in_a_continuous_column_is_a_problem_with_its_place():
    covariate, problems = made(["1", "old", "3,5"], CovariateSpec("continuous"))
    assert covariate is None
    assert [(p.row, p.study, p.text) for p in problems] == [
        (
            3,
            "S1",
            'x = "old" is not a number; correct it, leave it empty, or declare the column as '
            '"categorical" or "note"',
        ),
        (4, "S2", 'x = "3,5" is not a number; write decimals with a point'),
    ]


def test_infinite_is_no_number():
    assert len(made(["1", "1e999"], CovariateSpec("continuous"))[1]) == 1
    assert isinstance(made(["1", "inf"])[0], Categorical)


def test_a_reference_that_does_not_occur_is_refused():
    spec = CovariateSpec("categorical", reference="c")
    with pytest.raises(
        DataError,
        match=r'studies.csv: the reference "c" of the column "x" does not occur in it; '
        r'wanted one of "a", "b"\.',
    ):
        made(["a", "b"], spec)


def test_a_categorical_column_without_values_is_refused():
    with pytest.raises(DataError, match=r'the column "x" is declared as categorical and has no'):
        made(["", "NA"], CovariateSpec("categorical"))


def test_an_empty_cell_is_the_level_declared_for_it_and_stands_last():
    cells = ["", "Y", "NR", "NA", "Y"]
    blind, problems = made(cells, CovariateSpec("categorical", missing="not reported"))
    assert problems == []
    assert blind.values == ("not reported", "Y", "NR", "not reported", "Y")
    assert blind.levels == ("Y", "NR", "not reported")
    spec = CovariateSpec("categorical", reference="not reported", missing="not reported")
    assert made(cells, spec)[0].reference == "not reported"
    same, _ = made(["", "N", "Y"], CovariateSpec("categorical", missing="N"))
    assert same.values == ("N", "N", "Y")
    assert made(cells, CovariateSpec("categorical"))[0].values == (None, "Y", "NR", None, "Y")
