"""Which studies belong to which level, what a level can tell, and how levels are told apart."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.markers import MarkerStyle

from metadx.errors import MetadxError
from metadx.plots.levels import levels_of, some_rows
from metadx.plots.style import LEVEL_COLOURS, SHAPE_AREAS, level_look
from metadx.plots.visuals import MATPLOTLIB_SHAPES
from metadx.report.figures import figures_of

ROWS = {
    "A": (9, 1, 2, 8),
    "B": (0, 3, 0, 7),
    "C": (5, 5, 5, 5),
    "D": (4, 0, 6, 0),
    "E": (1, 1, 1, 1),
}


def test_every_study_is_in_its_level_or_left_over(make):
    table = make.table(ROWS)
    levels = levels_of(make.groups({"x": [3, 0], "y": [2]}), table)
    assert [level.table.study for level in levels.levels] == [("D", "A"), ("C",)]
    np.testing.assert_array_equal(levels.levels[0].table.n_diseased, [10, 11])
    np.testing.assert_array_equal(levels.levels[0].table.n_nondiseased, [0, 9])
    assert list(levels.rest) == [1, 4]
    assert levels.covariate == "setting_type"
    assert some_rows(table, np.array([1])).n_studies == 1


def test_heterogeneity_is_common_or_of_each_level(make):
    table = make.table(ROWS)
    assert not levels_of(make.groups({"x": [0], "y": [2]}), table).own_heterogeneity
    assert levels_of(make.groups({"x": [0], "y": [2]}, shared=False), table).own_heterogeneity


def test_groups_of_several_covariates_are_refused_until_one_is_named(make):
    table = make.table(ROWS)
    both = make.groups({"x": [0, 1], "y": [2]}) + make.groups({"u": [0]}, covariate="blind")
    with pytest.raises(MetadxError, match="covariates setting_type, blind; name one"):
        levels_of(both, table)
    assert [one.name for one in levels_of(both, table, "blind").levels] == ["u"]
    with pytest.raises(MetadxError, match=r"found groups of setting_type, blind; wanted .* year"):
        levels_of(both, table, "year")
    with pytest.raises(MetadxError, match="no covariate"):
        levels_of([], table)


def test_a_study_in_two_groups_or_in_no_table_is_refused(make):
    table = make.table(ROWS)
    with pytest.raises(MetadxError, match='"C" is in the groups "x" and "y"'):
        levels_of(make.groups({"x": [0, 2], "y": [2]}), table)
    with pytest.raises(MetadxError, match='"y" has row 6 of a table of 5 studies'):
        levels_of(make.groups({"x": [0], "y": [5]}), table)


def test_a_level_without_an_arm_borrows_only_a_mean_it_shares(make):
    table = make.table(ROWS)
    groups = make.groups({"x": [0, 2], "no diseased": [1], "no healthy": [3], "value": []})
    known = [level.identified for level in levels_of(groups, table).levels]
    assert known == [(True, True), (False, True), (True, False), (True, True)]
    same = np.column_stack([groups[0].mu[:, 0], groups[1].mu[:, 1]])
    groups[1] = replace(groups[1], mu=same)  # sens does not depend on the covariate
    assert levels_of(groups, table).levels[1].identified == (True, True)


def test_few_studies_are_one_or_two(make):
    levels = levels_of(make.groups({"0": [], "1": [0], "2": [1, 2], "3": [3, 4, 5]}), _six(make))
    assert [level.few for level in levels.levels] == [False, True, True, False]


def test_studies_that_lack_an_arm_do_not_make_a_level_less_few(make):
    table = make.table({**ROWS, "F": (2, 3, 1, 9), "G": (2, 3, 1, 9)})
    levels = levels_of(make.groups({"both": [0, 2, 4], "not both": [1, 3, 5, 6]}), table)
    assert [level.few for level in levels.levels] == [False, True]


def test_long_names_of_levels_stay_apart(make):
    names = [f"a name {'on and ' * 9}{letter}{' and on' * 9}" for letter in "XY"]
    (alone,) = levels_of(make.groups({names[0]: [0]}), _six(make)).levels
    assert len(alone.name) == 48
    both = levels_of(make.groups({names[0]: [0], names[1]: [1], "b": [2]}), _six(make)).levels
    assert len({one.name for one in both}) == 3
    assert both[2].name.endswith("b")


def test_levels_of_which_nothing_can_be_drawn_call_for_no_summary_roc_plot(make):
    table = make.table(ROWS)
    for levels, here in (({"x": [0, 2], "no diseased": [1]}, True), ({"no diseased": [1]}, False)):
        groups = make.groups(levels)
        design = SimpleNamespace(covariates=("setting_type",), has_covariates=True)
        fit = SimpleNamespace(table=table, groups=groups, design=design, identified=(True, True))
        parts = SimpleNamespace(groups=groups, covariate="setting_type")
        analysis = SimpleNamespace(pooled=fit, regression=fit, subgroups=parts)
        names = [name for name, _ in figures_of(analysis, 0.95)]
        assert ("sroc-by-setting_type" in names) is here
        assert ("sroc-setting_type-by-itself" in names) is here
        assert "forest-by-setting_type" in names


def _six(make):
    return make.table({f"S{i}": (5, 1, 2, 9) for i in range(6)})


def test_a_level_is_named_without_its_covariate(make):
    group = make.groups({"blind = yes": [0]}, covariate="blind")
    assert levels_of(group, _six(make)).levels[0].name == "yes"


@given(st.sets(st.integers(0, 63), min_size=2, max_size=64))
def test_no_two_levels_look_alike(numbers):
    assert len({level_look(number) for number in numbers}) == len(numbers)


def test_the_first_eight_levels_differ_in_colour_and_in_shape():
    looks = [level_look(number) for number in range(8)]
    assert len({colour for colour, _ in looks}) == len({shape for _, shape in looks}) == 8


def test_the_first_three_colours_are_told_apart_in_grey():
    rgb = np.array([to_rgb(colour) for colour in LEVEL_COLOURS[:3]])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lightness = 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16  # CIE L*
    assert np.diff(np.sort(lightness)).min() > 20


def test_shapes_of_one_size_have_one_area():
    for shape, area in SHAPE_AREAS.items():
        marker = MarkerStyle(MATPLOTLIB_SHAPES[shape])
        x, y = marker.get_path().transformed(marker.get_transform()).to_polygons()[0].T
        drawn = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
        assert area == pytest.approx(drawn, abs=0.001)
