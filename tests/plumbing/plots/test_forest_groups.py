"""What the coupled forest plot by level draws, read back from the empty backend."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metadx.estimands.logistic import expit
from metadx.plots.forest_groups import plot_forest_groups

LEVELS = {"old": [0, 1], "new": [3, 4, 5]}  # row 2 has no diseased participants


@pytest.fixture
def drawn(make, fit):
    def draw(levels=LEVELS, **asked):
        groups = make.groups(levels)
        return groups, plot_forest_groups(groups, fit, fit.table, backend="none", **asked)

    return draw


def _words(pc, label):
    return [entry["string"] for entry in np.atleast_1d(pc.viz[label]["forest"].values)]


def _heights(pc, label):
    return [entry["y"].item() for entry in np.atleast_1d(pc.viz[label]["forest"].values)]


def _mark(pc, label):
    return pc.viz[label]["forest"].item()


def _caption(pc):
    return pc.viz["caption"].item()["string"]


def test_studies_stand_sorted_below_the_heading_of_their_level(drawn):
    _, pc = drawn()
    placed = [
        *zip(_heights(pc, "block"), _words(pc, "block"), strict=True),
        *zip(_heights(pc, "study_label"), _words(pc, "study_label"), strict=True),
    ]
    assert [words for _, words in sorted(placed)] == [
        "setting type: old (2 studies)",
        "Bas 2003",  # 0.56
        "Ōno 2001",  # 0.41
        "Median study",
        "New study (prediction)",
        "setting type: new (3 studies)",
        "van Venrooij 2004",  # 0.774
        "Bombardieri 2004",  # 0.767
        "Hitchon 2004",  # 0.63
        "Median study",
        "New study (prediction)",
        "Other studies",
        "No diseased 2004",
        "All studies, without covariates (6 studies)",
        "Pooled (median study)",
        "New study (prediction)",
    ]
    heights = sorted(height for height, _ in placed)
    assert heights[0] == 0.0
    assert min(np.diff(heights)) == 1.0


def test_counts_and_marks_are_at_the_heights_of_their_studies(drawn, fit):
    _, pc = drawn(sort="table")
    studies = _words(pc, "study_label")[:6]
    order = [fit.table.study.index(name) for name in studies]
    assert order == [0, 1, 3, 4, 5, 2]
    assert _words(pc, "tp") == [str(fit.table.tp[i]) for i in order]
    assert _heights(pc, "tn") == _heights(pc, "study_label")[:6]
    share = fit.table.tn[order] / fit.table.n_nondiseased[order]
    np.testing.assert_allclose(_mark(pc, "spec_point")["x"], share)
    np.testing.assert_array_equal(_mark(pc, "spec_point")["y"], _heights(pc, "fp"))


def test_each_level_has_its_own_summary_and_all_studies_theirs(drawn, fit):
    groups, pc = drawn(prob=0.8)
    words = {margin: _words(pc, f"{margin}_words")[6:] for margin in ("sens", "spec")}
    labels = _heights(pc, "study_label")[6:]
    whole = (fit.mu.reshape(-1, 2), fit.new_study_logits())
    draws = [(group.mu, group.new_logits) for group in groups] + [whole]
    for number, (suffix, (mu, new)) in enumerate(zip(("_1", "_2", ""), draws, strict=True)):
        for column, margin in enumerate(("sens", "spec")):
            pooled = expit(np.quantile(mu[:, column], [0.1, 0.5, 0.9]))
            diamond = _mark(pc, f"{margin}_pooled{suffix}")
            np.testing.assert_allclose(diamond["x"], pooled)
            middle = (diamond["y_top"] + diamond["y_bottom"]) / 2
            np.testing.assert_allclose(middle, labels[2 * number])
            low, mid, high = pooled
            assert words[margin][2 * number] == f"{mid:.2f} ({low:.2f} to {high:.2f})"
            low, mid, high = expit(np.quantile(new[:, column], [0.1, 0.5, 0.9]))
            assert words[margin][2 * number + 1] == f"{mid:.2f} ({low:.2f} to {high:.2f})"
            bar = _mark(pc, f"{margin}_new{suffix}")
            assert (bar["x"].min(), bar["x"].max()) == pytest.approx((low, high))
            assert bar["y"].mean() == pytest.approx(labels[2 * number + 1], abs=0.1)


def test_the_dashed_line_of_a_level_stays_with_its_studies(drawn):
    groups, pc = drawn()
    line = _mark(pc, "sens_reference_2")
    np.testing.assert_allclose(line["x"], expit(np.median(groups[1].mu[:, 0])), atol=1e-4)
    y = _heights(pc, "study_label")
    assert (line["y"].min(), line["y"].max()) == (y[2] - 0.5, y[8])
    assert "sens_reference" not in pc.viz.children  # no study stands in the last block


def test_the_caption_explains_blocks_few_studies_and_dashes(drawn, make):
    fit = make.regression(sens="~ setting_type", title="Two settings")
    _, pc = drawn(about=fit, prob=0.9, sort="study")
    for words in (
        "Two settings. Sensitivity and specificity of 6 studies by setting type, sorted by name "
        "within each.",
        "sens ~ setting_type, spec ~ 1; τ and ρ are common to all levels.",
        "old (2 studies): with fewer than 3 studies that have both arms a result leans on the",
        "90% prediction interval for a new study of that level",
        "Last rows: all studies together, fitted without covariates.",
        "–: not estimable",
    ):
        assert words in _caption(pc), words
    assert "new (3" not in _caption(pc)


def test_a_level_without_an_arm_has_no_summary_there(drawn):
    _, pc = drawn({"none": [2], "rest": [0, 1, 3, 4, 5]})
    assert "sens_pooled_1" not in pc.viz.children
    assert "spec_pooled_1" in pc.viz.children
    summaries = _words(pc, "sens_words")[6:]
    assert summaries[:2] == ["–", "–"]
    assert "–" not in summaries[2:]
    assert "Sensitivity is not identified for none (1 study)" in _caption(pc)


def test_a_long_heading_is_broken_where_its_parts_meet(drawn, fit):
    long = "a population that has been described at length"
    groups, pc = drawn({long: [0, 1], "new": [3, 4, 5]})
    assert _words(pc, "block")[:3] == ["setting type:", long, "(2 studies)"]
    assert _words(pc, "block")[3] == "setting type: new (3 studies)"
    heights = sorted(_heights(pc, "block") + _heights(pc, "study_label"))
    assert min(np.diff(heights)) == 1.0
    short = plot_forest_groups(_renamed(groups, long, "old"), fit, fit.table)
    figure = plot_forest_groups(groups, fit, fit.table)
    sizes = [one.viz["figure"].item().get_size_inches() for one in (figure, short)]
    assert sizes[0][0] == pytest.approx(sizes[1][0])


def _renamed(groups, old, new):
    return [replace(group, label=group.label.replace(old, new)) for group in groups]


def test_values_of_a_covariate_stand_below_the_studies(drawn):
    _, pc = drawn({"2005": [], "2010": []})
    placed = sorted(zip(_heights(pc, "block"), _words(pc, "block"), strict=True))
    assert [words for _, words in placed] == [
        "Studies",
        "setting type: 2005",
        "setting type: 2010",
        "All studies, without covariates (6 studies)",
    ]
    assert _heights(pc, "study_label")[:6] == [1, 2, 3, 4, 5, 6]
    assert "sens_pooled_2" in pc.viz.children


counts = st.integers(0, 30000)
rows = st.tuples(counts, counts, counts, counts).filter(any)


@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    studies=st.lists(st.tuples(rows, st.integers(0, 8)), min_size=2, max_size=20),
    sort=st.sampled_from(["sens", "spec", "study", "table"]),
)
def test_every_study_has_one_row_at_a_height_of_its_own(make, studies, sort):
    table = make.table({f"S{i:02d}": row for i, (row, _) in enumerate(studies)})
    level = np.array([number for _, number in studies])
    names = {f"level {k}": np.flatnonzero(level == k).tolist() for k in range(8)}  # 8: of none
    groups = make.groups(names, draws=40)
    pc = plot_forest_groups(groups, make.fit(table, draws=40), table, sort=sort, backend="none")
    n = table.n_studies
    assert sorted(_words(pc, "study_label")[:n]) == sorted(table.study)
    heights = _heights(pc, "study_label") + _heights(pc, "block")
    assert len(set(heights)) == len(heights) == n + 2 * 9 + 9 + int((level == 8).any())
    tops = sorted(_heights(pc, "block"))
    for name, height in zip(_words(pc, "study_label")[:n], _heights(pc, "tp"), strict=True):
        above = max(top for top in tops if top < height)
        heading = _words(pc, "block")[_heights(pc, "block").index(above)]
        k = level[int(name[1:])]
        assert (f"level {k} " in heading) if k < 8 else ("studies" in heading.casefold())
