"""Values of covariates, as they are written after `--at`."""

import pytest

from metadx.commands.inputs import values_of
from metadx.errors import DataError


@pytest.mark.parametrize(
    ("text", "names", "wanted"),
    [
        ("site=ward,year=2020", (), {"site": "ward", "year": "2020"}),
        (" site = ward , year = 2020 ", (), {"site": "ward", "year": "2020"}),
        ("site=ward, ground floor,year=2020", (), {"site": "ward, ground floor", "year": "2020"}),
        ("p=a=b", (), {"p": "a=b"}),
        # A name that is known is found whatever stands in it.
        ("age, mean=50,site=ward", ("age, mean", "site"), {"age, mean": "50", "site": "ward"}),
        ("site=ward,age, mean=50", ("age, mean", "site"), {"site": "ward", "age, mean": "50"}),
        ("b=c=1,d=2", ("b=c", "d"), {"b=c": "1", "d": "2"}),
        ("b=c=1", ("b", "b=c"), {"b=c": "1"}),
        ("b=c=1", ("b",), {"b": "c=1"}),
        ("year (n=3)=2020", ("year (n=3)",), {"year (n=3)": "2020"}),
        ("site=ward,yaer=2020", ("site", "year"), {"site": "ward", "yaer": "2020"}),
    ],
)
def test_names_and_values(text, names, wanted):
    assert values_of(text, names) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ward", "--at 'ward': wanted NAME=VALUE"),
        ("", "--at '': wanted NAME=VALUE"),
        ("=ward", "--at '=ward': wanted NAME=VALUE"),
        ("site=,year=2020", "--at 'site=': wanted NAME=VALUE"),
        ("ward,year=2020", "--at 'ward': wanted NAME=VALUE"),
        ("site=ward,site=clinic", "site is set twice"),
    ],
)
def test_what_is_no_value_is_refused(text, reason):
    with pytest.raises(DataError, match=reason):
        values_of(text, ("site", "year"))
