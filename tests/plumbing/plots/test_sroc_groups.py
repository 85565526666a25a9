"""What the summary ROC plot of several levels draws, read back from the empty backend."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from metadx.errors import MetadxError
from metadx.estimands.logistic import expit
from metadx.estimands.regions import credible_ellipse, prediction_ellipse
from metadx.plots.sroc_groups import plot_sroc_groups
from metadx.plots.style import SHAPE_AREAS, SYNTHETIC_NOTE, level_look

MARK = SYNTHETIC_NOTE[:1].upper() + SYNTHETIC_NOTE[1:]
TABLE = {
    "A": (90, 9, 10, 41), "B": (80, 4, 20, 66), "C": (45, 30, 5, 70), "D": (70, 15, 7, 60),
    "E": (9, 1, 1, 9), "F": (30, 10, 12, 50), "G": (3, 2, 4, 11), "H": (0, 5, 0, 15),
}  # fmt: skip
LEVELS = {"clinic": [0, 1, 2], "screening": [3, 4, 5], "rare": [6]}


@pytest.fixture
def drawn(make):
    def draw(levels=LEVELS, **asked):
        shared = asked.pop("shared", True)
        groups = make.groups(levels, shared=shared)
        return groups, plot_sroc_groups(groups, make.table(TABLE), backend="none", **asked)

    return draw


def _mark(pc, label):
    return pc.viz[label]["sroc"].item()


def _caption(pc):
    return pc.viz["caption"].item()["string"]


def test_studies_stand_in_their_level_with_one_scale_of_areas(drawn):
    _, pc = drawn()
    areas = []
    for number, rows in enumerate(LEVELS.values()):
        mark = _mark(pc, f"studies_{number + 1}")
        counts = np.array(list(TABLE.values()))[rows]
        tp, fp, fn, tn = counts.T
        np.testing.assert_allclose(mark["x"], tn / (tn + fp))
        np.testing.assert_allclose(mark["y"], tp / (tp + fn))
        colour, shape = level_look(number)
        assert (mark["facecolor"], mark["edgecolor"]) == ("none", colour)
        areas += list(mark["size"] * SHAPE_AREAS[shape] / counts.sum(axis=1))
    np.testing.assert_allclose(areas, areas[0])
    assert len({_mark(pc, f"studies_{k}")["marker"] for k in (1, 2, 3)}) == 3
    assert "other_studies" not in pc.viz.children  # H has no diseased


def test_median_studies_and_regions_are_those_of_the_draws(drawn):
    groups, pc = drawn(prob=0.8)
    for number, group in enumerate(groups[:2], start=1):
        sens, spec = np.median(expit(group.mu), axis=0)
        mark = _mark(pc, f"summary_{number}")
        assert (mark["y"].item(), mark["x"].item()) == pytest.approx((sens, spec), abs=1e-4)
        for label, outline in (
            ("credible", credible_ellipse(group.mu, 0.8)),
            ("prediction", prediction_ellipse(group.mu, group.tau, group.rho, 0.8)),
        ):
            region = _mark(pc, f"{label}_region_{number}")
            np.testing.assert_allclose(region["y"], expit(outline[:, 0]))
            np.testing.assert_allclose(region["x"], expit(outline[:, 1]))
    styles = [_mark(pc, f"{label}_1")["linestyle"]
              for label in ("curve", "credible_region", "prediction_region")]  # fmt: skip
    assert len(set(styles)) == 3


def test_a_level_with_one_study_has_no_region_and_the_caption_says_so(drawn):
    _, pc = drawn()
    assert "credible_region_3" not in pc.viz.children
    assert "summary_3" in pc.viz.children
    assert (
        "No region for rare (1 study): with fewer than 3 studies that have both arms"
        in _caption(pc)
    )
    assert "on the prior and on the other levels" in _caption(pc)
    _, asked = drawn(regions=True)
    assert "credible_region_3" in asked.viz.children
    assert "No region" not in _caption(asked)
    _, apart = drawn(shared=False)
    assert "a result leans on the prior." in _caption(apart)
    assert "Each level is fitted by itself" in _caption(apart)


def test_each_curve_spans_the_rates_of_its_own_studies(drawn):
    groups, pc = drawn(axis="fpr")
    line = _mark(pc, "curve_1")
    assert line["x"].min() == pytest.approx(4 / 70)
    assert line["x"].max() == pytest.approx(30 / 100)
    at = 40
    x = line["x"][at]
    mu, tau = groups[0].mu, groups[0].tau
    slope = tau[:, 0] / tau[:, 1]
    sens = expit(mu[:, 0] + slope * (mu[:, 1] + np.log(x / (1 - x))))
    assert line["y"][at] == pytest.approx(np.median(sens))
    assert "curve_3" not in pc.viz.children  # one study: no range
    assert "No curve for rare" in _caption(pc)


def test_prediction_regions_are_drawn_with_up_to_three_levels(drawn):
    four = {"a": [0], "b": [1], "c": [2, 3, 4], "d": [5, 6, 7]}
    _, pc = drawn(four)
    assert "credible_region_3" in pc.viz.children
    assert not [name for name in pc.viz.children if name.startswith("prediction")]
    assert "Prediction regions are left out" in _caption(pc)
    _, pc = drawn(four, prediction=True)
    assert "prediction_region_3" in pc.viz.children
    _, pc = drawn(prediction=False)
    assert "prediction_region_1" not in pc.viz.children
    assert "left out" not in _caption(pc)


def test_a_level_without_diseased_is_named_and_not_drawn(drawn):
    _, pc = drawn({"clinic": [0, 1, 2], "odd": [7]})
    assert "summary_2" not in pc.viz.children
    assert "curve_2" not in pc.viz.children
    assert "Sensitivity is not identified for odd (1 study)" in _caption(pc)
    assert "odd (1 study) sensitivity not identified, specificity 0." in _caption(pc)
    assert "Not shown, for want of one of the two arms: H." in _caption(pc)
    assert "No region" not in _caption(pc)


def test_levels_without_an_arm_alone_have_no_such_figure(drawn):
    with pytest.raises(MetadxError, match="by setting type: found no level with participants in b"):
        drawn({"odd": [7]})


def test_a_study_without_false_positives_does_not_draw_the_curve_to_the_corner(make):
    rows = {"A": (40, 0, 10, 60), "B": (40, 6, 10, 54), "C": (40, 15, 10, 45)}
    pc = plot_sroc_groups(
        make.groups({"x": [0, 1, 2]}), make.table(rows), axis="fpr", backend="none"
    )
    assert _mark(pc, "curve_1")["x"].min() == pytest.approx(0.1)
    assert _mark(pc, "curve_1")["x"].max() == pytest.approx(0.25)
    pc = plot_sroc_groups(make.groups({"x": [0, 1]}), make.table(rows), backend="none")
    assert "curve_1" not in pc.viz.children
    assert "No curve for x: the false-positive rates above 0 there span no range" in _caption(pc)


@pytest.mark.parametrize("count", [6, 7])
def test_regions_of_more_than_six_levels_are_left_out(make, count):
    table = make.table({f"S{i}": (40, 2 + i % 5, 10, 60) for i in range(3 * count)})
    groups = make.groups({f"L{k}": [3 * k, 3 * k + 1, 3 * k + 2] for k in range(count)})
    pc = plot_sroc_groups(groups, table, backend="none")
    assert ("credible_region_1" in pc.viz.children) == (count == 6)
    assert ("Regions are left out: those of more than 6 levels" in _caption(pc)) == (count == 7)
    assert ("Prediction regions are left out" in _caption(pc)) == (count == 6)
    for asked in ({"regions": True}, {"prediction": True}):
        pc = plot_sroc_groups(groups, table, backend="none", **asked)
        assert "credible_region_1" in pc.viz.children
        assert "more than 6" not in _caption(pc)


def test_chosen_values_stand_over_all_studies(drawn):
    _, pc = drawn({"2005": [], "2010": []})
    assert len(_mark(pc, "other_studies")["x"]) == 7
    assert _mark(pc, "curve_1")["x"].min() == pytest.approx(1 - 30 / 100)
    assert "credible_region_2" in pc.viz.children
    assert "over the observed false-positive rates above 0" in _caption(pc)


def test_the_caption_tells_levels_model_and_what_is_held(drawn, make):
    fit = make.regression(sens="~ setting_type + year", spec="~ setting_type", synthetic=True)
    _, pc = drawn(about=fit, prob=0.9)
    for words in (
        f"A regression. {MARK}.",
        "Summary ROC plot by setting type, 8 studies.",
        "sens ~ setting_type + year, spec ~ setting_type; τ and ρ are common to all levels.",
        "Held at their average over the studies: year.",
        "90% credible intervals): clinic (3 studies) sensitivity 0.",
        "dotted: 90% prediction region for a new study of that level",
        "each over the false-positive rates above 0 that the studies of its level observed",
    ):
        assert words in _caption(pc), words
    assert "95%" not in _caption(pc)
    assert "Grey circles" not in _caption(pc)
    _, part = drawn({"clinic": [0, 1, 2]})
    assert "Grey circles: studies of no level shown." in _caption(part)


def test_the_model_is_named_by_the_card_of_the_fit(drawn):
    card = SimpleNamespace(card=SimpleNamespace(title="Another model"))
    _, pc = drawn(about=SimpleNamespace(title="T", synthetic=False, card=card))
    assert "Model: Bayesian another model; τ and ρ" in _caption(pc)


counts = st.integers(0, 400)
rows = st.tuples(counts, counts, counts, counts).filter(any)


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    studies=st.lists(st.tuples(rows, st.integers(0, 7)), min_size=2, max_size=40),
    regions=st.sampled_from([None, True, False]),
)
def test_every_study_is_drawn_once_or_named(make, studies, regions):
    table = make.table({f"S{i:03d}": row for i, (row, _) in enumerate(studies)})
    level = [number for _, number in studies]
    names = {f"level {k}": np.flatnonzero(np.array(level) == k).tolist() for k in set(level)}
    diseased, healthy = table.n_diseased, table.n_nondiseased
    assume(any(diseased[held].any() and healthy[held].any() for held in names.values()))
    pc = plot_sroc_groups(make.groups(names, draws=40), table, regions=regions, backend="none")
    marks = [name for name in pc.viz.children if name.startswith("studies_")]
    placed = (table.n_diseased > 0) & (table.n_nondiseased > 0)
    assert sum(len(_mark(pc, name)["x"]) for name in marks) == placed.sum()
    caption = _caption(pc)
    for name, here in zip(table.study, placed, strict=True):
        assert here or name in caption
    for name, held in names.items():
        assert f"{name} ({len(held)} stud" in caption
    for entry in pc.get_target("sroc", {}):
        if "x" in entry:
            assert np.isfinite(entry["x"]).all()
            assert ((entry["x"] >= 0) & (entry["x"] <= 1)).all()
