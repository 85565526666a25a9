"""A figure of many rows continues on further pages: no row is lost, none is drawn twice."""

from types import SimpleNamespace

import numpy as np
import pytest

from metadx.criticism.moved import Moved
from metadx.errors import MetadxError
from metadx.plots.figure_text import figure_text
from metadx.plots.forest import plot_forest
from metadx.plots.moved_rows import moved_rows, some_moved_rows
from metadx.plots.row_page import WIDEST
from metadx.plots.row_parts import MOST_ROWS, paged, part_of, parts_of
from metadx.plots.study_weights import plot_study_weights

_N = 91


@pytest.fixture
def many(make):
    rng = np.random.default_rng(_N)
    rows = {f"A study of long name {i}": tuple(rng.integers(1, 9000, 4)) for i in range(_N)}
    return make.fit(make.table(rows))


def said(pc, label):
    (drawn,) = pc.viz[label].data_vars.values()
    return [one["string"] for one in drawn.values.ravel()]


@pytest.mark.parametrize("size", [0, 1, 45, 46, 89, 90, 91, 200])
def test_parts_cover_every_row_once_and_are_even(size):
    parts = parts_of(size)
    assert [row for part in parts for row in range(size)[part]] == list(range(size))
    lengths = [part.stop - part.start for part in parts]
    assert max(lengths) <= MOST_ROWS
    assert max(lengths) - min(lengths) <= 1
    assert len(parts) == max(1, -(-size // 45))


@pytest.mark.parametrize("part", [0, 3, -1, 1.0, True, "1"])
def test_a_page_that_is_not_there_is_refused(part):
    with pytest.raises(MetadxError, match="counted from 1"):
        part_of(89, part)


def test_pages_of_a_forest_have_the_rows_of_the_whole_and_its_summary(many):
    whole = plot_forest(many, backend="none")
    pages = [
        draw()
        for _, draw in paged("forest", _N, lambda **o: plot_forest(many, backend="none", **o))
    ]
    assert len(pages) == 3
    names = [name for page in pages for name in said(page, "study_label")[:-2]]
    assert names == said(whole, "study_label")[:-2]
    for page in pages:
        assert said(page, "study_label")[-2:] == [
            "Pooled (all 91 studies)",
            "New study (prediction)",
        ]
        assert said(page, "sens_words")[-2:] == said(whole, "sens_words")[-2:]
        assert len(page.viz["tp"]["forest"]) <= MOST_ROWS
    assert "Part 2 of 3, rows 32 to 61 of 91." in figure_text(pages[1]).caption
    assert "Part" not in figure_text(whole).caption


def test_a_forest_is_as_wide_as_two_columns_of_a_journal_at_most(many):
    pc = plot_forest(many, part=1)
    assert pc.viz["figure"].item().get_size_inches()[0] <= WIDEST + 1e-9


def test_pages_of_followed_answers_share_their_axes():
    values = np.linspace(0.2, 0.9, _N)
    moved = Moved(values - 0.1, values, values + 0.05, 0.5, 0.4, 0.6)
    quantities = dict.fromkeys(("sens", "spec", "lr_neg"), moved)
    rows = moved_rows(
        quantities, [f"S{i}" for i in range(_N)], range(_N), heading="Study", whole="All",
        failed=[i == 40 for i in range(_N)],
    )  # fmt: skip
    pages = [some_moved_rows(rows, part) for part in parts_of(_N)]
    assert sum((page.label for page in pages), ()) == rows.label
    assert [sum(page.doubtful) for page in pages] == [0, 1, 0]
    for page in pages:
        for panel, of_all in zip(page.panels, rows.panels, strict=True):
            assert panel.limits == of_all.limits
            assert panel.median.size == len(page.label)


def test_pages_of_weights_go_on_from_the_heaviest(many):
    share = np.random.default_rng(1).dirichlet(np.ones(_N)) * 100
    weights = SimpleNamespace(
        study=many.table.study, sens=share, spec=share, joint=share, words="Weights."
    )
    drawn = [plot_study_weights(many, weights, part=part, backend="none") for part in (1, 2, 3)]
    heaviest = [many.table.study[row] for row in np.argsort(-share)]
    assert [name for pc in drawn for name in said(pc, "row_label")] == heaviest
    ends = {float(np.nanmax(pc.viz["sens_reference"]["rows"].item()["x"])) for pc in drawn}
    assert ends == {100 / _N}


def test_few_rows_stay_in_one_file():
    assert [stem for stem, _ in paged("forest", 45, print)] == ["forest"]
    assert [stem for stem, _ in paged("forest", 46, print)] == ["forest-1", "forest-2"]
