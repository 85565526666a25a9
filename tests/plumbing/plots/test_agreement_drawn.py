"""The figures of agreement as matplotlib draws them: nothing cut off, nothing over another."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from matplotlib.text import Text

from metadx.plots.agreement_bounds import plot_agreement_bounds
from metadx.plots.agreement_cells import ink_on, shade
from metadx.plots.agreement_cuts import plot_cut_points
from metadx.plots.agreement_forest import plot_kappa_forest
from metadx.plots.agreement_loadings import plot_reader_loadings
from metadx.plots.agreement_ranks import plot_agreement_ranks
from metadx.plots.agreement_tables import plot_agreement_tables
from metadx.plots.save import save_figure
from metadx.plots.style import SMALLEST_TEXT
from metadx.studies.agreement import AgreementRow, AgreementTable
from metadx.studies.agreement_audit import audit_agreement
from tests.plumbing.plots.agreement_stand_in import shipped, stand_in

FIGURES = (
    plot_kappa_forest,
    plot_agreement_tables,
    plot_cut_points,
    plot_agreement_ranks,
    plot_agreement_bounds,
)
LONG = "A finding with a name that goes on and on, and on, and on"


@cache
def odd():
    """Names in other scripts, long ones that begin alike, formulas, a category nobody gives."""
    rng = np.random.default_rng(3)
    names = (f"{LONG} (left)", f"{LONG} (right)", "東京の所見", r"US$ \frac $", "x")
    raters = (f"{LONG} A", f"{LONG} B")
    rows = []
    for name in names:
        counts = np.zeros((5, 5), dtype=np.int64)
        counts[1:4, 1:4] = rng.integers(0, 30000, (3, 3))
        rows.append(AgreementRow("", name, "", *raters, int(counts.sum()), counts))
    scale = ("never given", "slight", "moderate, with a long name", "severe", "very severe")
    table = AgreementTable(scale, tuple(rows))
    return stand_in(table, audit_agreement(table), synthetic=True)


@pytest.mark.parametrize("plot", FIGURES)
@pytest.mark.parametrize("name", ["ild-agreement", "carcinoma-pathologists", "odd"])
def test_figures_fit(plot, name, assert_fits):
    fit = odd() if name == "odd" else shipped(name)
    figure = plot(fit).viz["figure"].item()
    seen = assert_fits(figure)
    assert min(text.get_fontsize() for text in seen) >= SMALLEST_TEXT


@pytest.mark.parametrize("plot", FIGURES)
@pytest.mark.parametrize("figsize", [(3.35, 2.0), (6.85, 4.0), (12.0, 9.0)])
def test_figures_keep_room_at_any_size_asked_for(plot, figsize, assert_fits):
    figure = plot(shipped("ild-agreement"), figsize=figsize).viz["figure"].item()
    width, height = figure.get_size_inches()
    assert width >= figsize[0] - 1e-9
    assert height >= figsize[1] - 1e-9
    assert_fits(figure)


def test_the_forest_of_six_findings_fits_the_page_of_a_journal(assert_fits):
    figure = plot_kappa_forest(shipped("ild-agreement"), figsize=(6.85, 2.0)).viz["figure"].item()
    assert figure.get_size_inches()[0] <= 7.2
    assert_fits(figure)


def test_loadings_fit(assert_fits):
    assert_fits(plot_reader_loadings(shipped("carcinoma-pathologists")).viz["figure"].item())


@pytest.mark.parametrize("plot", FIGURES)
def test_synthetic_data_are_marked_on_the_figure(plot):
    fit = shipped("multiple-sclerosis")
    assert "synthetic_note" not in plot(fit).viz
    marked = replace(fit, synthetic=True, synthetic_note="made up; not study data")
    mark = plot(marked).viz["synthetic_note"].item()
    assert mark.get_text() == "made up; not study data"
    words = plot(marked, backend="none").viz["caption"].item()["string"]
    assert "Made up; not study data." in words


@pytest.mark.parametrize("plot", FIGURES)
def test_files_are_the_same_twice_and_carry_the_caption(plot, tmp_path):
    fit = shipped("multiple-sclerosis")
    once, again = (save_figure(plot(fit), tmp_path / name, ["svg"])[0] for name in "ab")
    assert once.read_bytes() == again.read_bytes()
    assert "Two neurologists in two places" in once.read_text(encoding="utf-8")


def test_dollar_signs_are_no_formula():
    figure = plot_agreement_tables(odd()).viz["figure"].item()
    assert any(r"US$ \frac $" in text.get_text() for text in figure.findobj(Text))


def test_shades_get_darker_evenly_and_words_can_be_read_on_them():
    def light(colour):
        """Relative luminance of the Web Content Accessibility Guidelines 2.1."""
        parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    shares = np.linspace(0, 1, 101)
    lights = np.array([light(shade(share)) for share in shares])
    assert (np.diff(lights) < 0).all()
    words = np.array([light(ink_on(share)) for share in shares])
    contrast = (np.maximum(lights, words) + 0.05) / (np.minimum(lights, words) + 0.05)
    assert contrast.min() > 4.5
