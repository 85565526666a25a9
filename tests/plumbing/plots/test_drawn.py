"""The figures as matplotlib draws them: nothing cut off, nothing over anything else."""

import warnings
from dataclasses import replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from metadx.plots.forest import plot_forest
from metadx.plots.sroc import plot_sroc
from metadx.plots.style import SMALLEST_TEXT, figure_style

LONG = "A consortium with a name that goes on and on, and on, and on 2019"
ODD = ("دراسة القاهرة 2018", "東京大学医学部附属病院 2020", "Müller & Łukasiewicz $2019$", LONG)


def _many(make, n, **named):
    rng = np.random.default_rng(n)
    label = [f"{ODD[i % 4]} {i}" if i % 3 == 0 else f"Study {i}" for i in range(n)]
    top = np.where(rng.random((n, 4)) < 0.1, 0, rng.integers(1, 30000, (n, 4)))
    top[top.sum(axis=1) == 0] = 1
    return make.fit(make.table(dict(zip(label, top.tolist(), strict=True))), **named)


def _texts(figure, dpi=150):
    """Extents of all texts that are seen, after drawing, as rows x0 y0 x1 y1."""
    with figure_style():
        figure.set_dpi(dpi)
        figure.canvas.draw()
        seen = [
            text
            for text in figure.findobj(Text)
            if text.get_visible() and text.get_text().strip() and _shown(text)
        ]
        boxes = np.array([text.get_window_extent().extents for text in seen])
    return seen, boxes


def _shown(text):
    axes = text.axes
    return axes is None or axes.axison or text in axes.texts


def _assert_apart(seen, boxes):
    x0, y0, x1, y1 = (boxes[:, [i]] for i in range(4))
    across = np.minimum(x1, x1.T) - np.maximum(x0, x0.T)
    along = np.minimum(y1, y1.T) - np.maximum(y0, y0.T)
    # Rows are set so that line boxes may touch; 15% of a line is leading, not ink.
    over = (across > 0.5) & (along > 0.15 * np.minimum(y1 - y0, (y1 - y0).T))
    np.fill_diagonal(over, val=False)
    pairs = [(seen[i].get_text(), seen[j].get_text()) for i, j in np.argwhere(over)]
    assert not pairs


def _assert_inside(figure, boxes):
    frame = figure.bbox
    assert boxes[:, 0].min() >= frame.x0
    assert boxes[:, 1].min() >= frame.y0
    assert boxes[:, 2].max() <= frame.x1
    assert boxes[:, 3].max() <= frame.y1


@pytest.mark.parametrize("n", [1, 2, 7, 105])
def test_forest_fits_from_one_study_to_many(make, n):
    fit = _many(make, n, synthetic=n == 7)
    pc = plot_forest(fit)
    figure = pc.viz["figure"].item()
    seen, boxes = _texts(figure)
    _assert_inside(figure, boxes)
    _assert_apart(seen, boxes)
    assert sum(text.get_text().startswith("Study ") for text in seen) == sum(
        name.startswith("Study ") for name in fit.table.study
    )


def test_rows_have_air_between_them(make):
    pc = plot_forest(_many(make, 30))
    figure = pc.viz["figure"].item()
    _texts(figure)
    labels = pc.viz["study_label"]["forest"].values
    heights = [label.get_window_extent().y0 for label in labels[:2]]
    size = labels[0].get_fontsize() * figure.dpi / 72
    assert 1.4 * size < heights[0] - heights[1] < 2.2 * size


@pytest.mark.parametrize("figsize", [(3.35, 2.0), (6.85, 4.0), (12.0, 9.0)])
def test_forest_keeps_room_at_any_size_asked_for(make, figsize):
    pc = plot_forest(_many(make, 12), figsize=figsize)
    figure = pc.viz["figure"].item()
    width, height = figure.get_size_inches()
    assert width >= figsize[0]
    assert height >= figsize[1] - 1e-9
    seen, boxes = _texts(figure)
    _assert_inside(figure, boxes)
    _assert_apart(seen, boxes)
    assert min(text.get_fontsize() for text in seen) >= SMALLEST_TEXT


@pytest.mark.parametrize("figsize", [None, (3.35, 5.5), (3.35, 2.0), (8.0, 10.0)])
@pytest.mark.parametrize("axis", ["specificity", "fpr"])
def test_sroc_is_square_and_legible_at_any_size(make, figsize, axis):
    fit = _many(make, 30, synthetic=True)
    pc = plot_sroc(fit, figsize=figsize, axis=axis)
    figure, ax = pc.viz["figure"].item(), pc.get_target("sroc", {})
    assert figure.get_size_inches()[0] == pytest.approx(5.2 if figsize is None else figsize[0])
    seen, boxes = _texts(figure)
    _assert_inside(figure, boxes)
    _assert_apart(seen, boxes)
    assert min(text.get_fontsize() for text in seen) >= SMALLEST_TEXT
    box = ax.get_window_extent()
    assert box.width == pytest.approx(box.height)
    assert ax.get_xlim() == ((1.0, 0.0) if axis == "specificity" else (0.0, 1.0))
    assert ax.get_ylim() == (0.0, 1.0)
    for legend in figure.legends:  # outside the data area, and above the caption
        extent = legend.get_window_extent()
        assert extent.y1 < box.y0
        assert extent.y0 >= pc.viz["caption"].item().get_window_extent().y1


def test_legend_circles_have_the_scale_of_the_studies(fit):
    pc = plot_sroc(fit)
    labels = [[t.get_text() for t in item.get_texts()] for item in pc.viz["figure"].item().legends]
    assert ["100", "500", "2\N{THIN SPACE}000"] in labels
    legend = pc.viz["figure"].item().legends[labels.index(["100", "500", "2\N{THIN SPACE}000"])]
    sizes = pc.viz["studies"]["sroc"].item().get_sizes()
    placed = (fit.table.n_diseased > 0) & (fit.table.n_nondiseased > 0)
    n = (fit.table.n_diseased + fit.table.n_nondiseased)[placed]
    for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
        number = int(text.get_text().replace("\N{THIN SPACE}", ""))
        assert handle.get_markersize() ** 2 == pytest.approx(number * sizes.max() / n.max())


def test_studies_on_the_border_are_whole_circles(fit):
    assert not plot_sroc(fit).viz["studies"]["sroc"].item().get_clip_on()


@pytest.mark.parametrize("plot", [plot_sroc, plot_forest])
def test_synthetic_data_are_marked_on_the_figure(fit, plot):
    assert "synthetic_note" not in plot(fit).viz
    mark = plot(replace(fit, synthetic=True)).viz["synthetic_note"].item()
    assert mark.get_text() == "simulated or reconstructed data; not study data"
    assert mark.get_figure() is not None


@pytest.mark.parametrize("plot", [plot_sroc, plot_forest])
def test_the_style_of_the_caller_is_neither_used_nor_changed(fit, plot):
    with mpl.rc_context({"font.size": 23.0, "figure.facecolor": "black"}):
        before = dict(mpl.rcParams)
        figure = plot(fit).viz["figure"].item()
        assert dict(mpl.rcParams) == before
        assert max(text.get_fontsize() for text in figure.findobj(Text)) < 12
        assert figure.get_facecolor() == (1.0, 1.0, 1.0, 1.0)


def test_missing_glyphs_warn_nobody(make):
    fit = make.fit(make.table({"東京 2020": (5, 1, 2, 9), "𝕏 \U000f0000 2021": (5, 1, 0, 9)}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for plot in (plot_sroc, plot_forest):
            pc = plot(fit)
            pc.viz["figure"].item().canvas.draw()
            plt.close("all")


@pytest.mark.parametrize("plot", [plot_sroc, plot_forest])
def test_a_margin_without_participants_can_be_drawn(make, plot):
    for rows in ((0, 2, 0, 20), (7, 0, 3, 0)):
        fit = make.fit(make.table({f"S{i}": rows for i in range(5)}))
        figure = plot(fit).viz["figure"].item()
        seen, boxes = _texts(figure)
        _assert_inside(figure, boxes)
        _assert_apart(seen, boxes)


def test_dollar_signs_are_no_formula(make):
    rows = {r"US$ \frac 2019 $": (5, 1, 2, 9), r"$\nosuch$ 2020": (0, 1, 0, 9)}
    fit = make.fit(make.table(rows), title=r"Costs $\alpha in $")
    for plot in (plot_sroc, plot_forest):
        seen, _ = _texts(plot(fit).viz["figure"].item())
        assert any(r"$\nosuch$ 2020" in text.get_text() for text in seen)
