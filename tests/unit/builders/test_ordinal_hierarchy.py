"""Which effects the rows of a table have."""

import numpy as np

from metadx.builders.ordinal_rows import row_hierarchy
from tests.unit.engines.agreement.agreement_rows import table_of


def test_a_factor_enters_with_two_levels_and_regions_count_among_parts():
    places = [("", f, r) for f in ("ground-glass", "cysts") for r in ("lung", "RUL", "LUL")]
    found = row_hierarchy(table_of(*places, whole="lung"), 0)
    assert found.shape.levels == (("finding", 2), ("region", 2), ("row", 6))
    assert found.shape.parts
    assert found.part.tolist() == [0, 1, 1, 0, 1, 1]
    assert found.names["region"] == ("RUL", "LUL")
    assert found.weight["region"].tolist() == [0, 1, 1, 0, 1, 1]
    assert found.index["region"][found.part == 1].tolist() == [0, 1, 0, 1]
    assert found.index["finding"].tolist() == [0, 0, 0, 1, 1, 1]
    assert np.array_equal(found.index["row"], np.arange(6))


def test_without_a_whole_every_region_is_one_among_equals():
    found = row_hierarchy(table_of(("", "a", "left"), ("", "a", "right")), 0)
    assert found.shape.levels == (("region", 2), ("row", 2))
    assert not found.shape.parts
    assert found.weight["region"].tolist() == [1, 1]


def test_parts_alone_have_no_mean_of_their_own():
    found = row_hierarchy(table_of(("", "a", "RUL"), ("", "b", "RUL"), whole="lung"), 0)
    assert not found.shape.parts
    assert found.shape.levels == (("finding", 2), ("row", 2))


def test_studies():
    found = row_hierarchy(table_of(("s", "", ""), ("t", "", ""), ("t", "", "")), 0)
    assert found.shape.levels == (("study", 2), ("row", 3))
    assert found.index["study"].tolist() == [0, 1, 1]
