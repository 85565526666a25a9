import numpy as np
import pytest

from metadx.errors import DataError
from metadx.studies.counts import (
    LARGEST,
    NOT_PRINTED,
    count_column,
    count_from_number,
    count_from_text,
    counts_from_cells,
    counts_from_numbers,
    group_sizes,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [("0", 0), ("12", 12), (" 12 ", 12), ("12.0", 12), ("12.", 12), ("12.00", 12), ("007", 7),
     ("2147483648", 2**31)],
)  # fmt: skip
def test_whole_numbers_are_read(text, count):
    assert count_from_text(text) == count


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is missing; give the count (missing is never read as 0) or drop the row"),
        ("NA", 'is missing ("NA"); give the count (missing is never read as 0) or drop the row'),
        ("#DIV/0!", 'is missing ("#DIV/0!"); give the count'),
        ("-3", '= "-3" is negative; correct the count'),
        ("−3", '= "-3" is negative; correct the count'),
        ("12.5", '= "12.5" is not a whole number; correct the count'),
        ("abc", '= "abc" is not a number; write the count in digits'),
        ("85%", '= "85%" is not a number'),
        ("٣", '= "٣" is not a number'),
        ("²", '= "²" is not a number'),
        ("1_000", '= "1_000" is not a number'),
        ("=B2+C2", '= "=B2+C2" is not a number'),
        ("TRUE", '= "TRUE" is not a number'),
        ("inf", '= "inf" is not finite; correct the count'),
        ("-Infinity", '= "-Infinity" is not finite'),
        ("1,234", '= "1,234" may hold a thousands separator; write the digits alone'),
        ("1.234", '= "1.234" may hold a thousands separator; write the digits alone'),
        ("12.000", '= "12.000" may hold a thousands separator'),
        ("1 234 567", '= "1 234 567" may hold a thousands separator'),
        ("1\N{NO-BREAK SPACE}234", "may hold a thousands separator"),
        ("1e3", '= "1e3" is in scientific notation, which may hide digits; write all of them'),
        ("2147483649", "= 2147483649 exceeds 2147483648 (2^31); correct the count"),
        ("9" * 5000, "= 99999999999999999999 exceeds 2147483648 (2^31); correct the count"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text, reason):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below
        count_from_text(text)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "is missing"),
        (float("nan"), "is missing"),
        (float("inf"), "= inf is not finite"),
        (12.5, "= 12.5 is not a whole number"),
        (-1, "= -1 is negative"),
        (-1.0, "= -1 is negative"),
        (LARGEST + 1, "= 2147483649 exceeds 2147483648 (2^31)"),
        (10**30, "exceeds 2147483648 (2^31)"),
        (True, '= "True" is not a number; give the count as an integer'),
        (np.True_, '= "True" is not a number'),
        ("7", '= "7" is not a number; give the count as an integer'),
        (3 + 0j, "is not a number"),
    ],
)
def test_numbers_that_are_no_counts_are_refused(value, reason):
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the text is compared below
        count_from_number(value)
    assert reason in str(caught.value)


def test_numbers_that_are_whole_are_taken():
    values = [0, 12.0, np.int8(3), np.float32(4), LARGEST]
    assert [count_from_number(value) for value in values] == [0, 12, 3, 4, LARGEST]


def test_a_column_of_text_keeps_the_place_of_each_fault():
    counts, faults = counts_from_cells(["1", "x", "3", "", "٣"])
    assert counts.tolist() == [1, 0, 3, 0, 0]
    assert counts.dtype == np.int64
    assert sorted(faults) == [1, 3, 4]


@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.int64])
def test_an_integer_array_outside_the_range_is_not_waved_through(dtype):
    limit = np.iinfo(dtype)
    value = -1 if limit.max < LARGEST else LARGEST + 1
    counts, faults = counts_from_numbers(np.array([1, value], dtype=dtype))
    assert counts.tolist() == [1, 0]
    assert list(faults) == [1]


def test_a_column_must_have_one_count_a_study():
    with pytest.raises(DataError, match=r"table: tp has shape \(3,\); wanted one count for each "):
        count_column("tp", [1, 2, 3], n=2, source="table")
    with pytest.raises(DataError, match="table: tp is no sequence of counts; give one a study"):
        count_column("tp", [[1], [2, 3]], n=2, source="table")


def test_group_sizes_that_are_missing_or_wrong_are_not_compared():
    sizes, faults = group_sizes("n", [5, None, float("nan"), -2], n=4, source="table")
    assert sizes.tolist() == [5, NOT_PRINTED, NOT_PRINTED, NOT_PRINTED]
    assert faults == {3: "= -2 is negative; correct the count"}
