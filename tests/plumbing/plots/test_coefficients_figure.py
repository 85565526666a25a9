"""What the coefficient plot draws and says."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.designs.design import Scaling
from metadx.errors import MetadxError
from metadx.plots.coefficient_rows import odds_words
from metadx.plots.coefficient_words import compare
from metadx.plots.coefficients import plot_coefficients
from metadx.plots.style import SYNTHETIC_NOTE

MARK = SYNTHETIC_NOTE[:1].upper() + SYNTHETIC_NOTE[1:]
FORMULAS = {"sens": "~ setting_type + year", "spec": "~ setting_type*log(slice_mm)"}


def _words(pc, label):
    return [entry["string"] for entry in np.atleast_1d(pc.viz[label]["coefficients"].values)]


def _heights(pc, label):
    return [entry["y"].item() for entry in np.atleast_1d(pc.viz[label]["coefficients"].values)]


def _mark(pc, label):
    return pc.viz[label]["coefficients"].item()


def _caption(pc):
    return pc.viz["caption"].item()["string"]


def test_rows_stand_under_their_margin_and_say_what_they_compare(make):
    pc = plot_coefficients(make.regression(**FORMULAS), backend="none")
    spread = np.std(np.log(np.linspace(0.625, 5.0, 12) ** 2), ddof=1)
    assert _words(pc, "effect_label") == [
        "setting type: a vs b",
        "setting type: c vs b",
        "year, per sd (3.61)",  # years 2001 to 2012: sqrt(12 · 13 / 12)
        "setting type: a vs b",
        "setting type: c vs b",
        f"log(slice mm), per sd ({spread:.3g})",
        f"setting type: a vs b × log(slice mm), per sd ({spread:.3g})",
        f"setting type: c vs b × log(slice mm), per sd ({spread:.3g})",
    ]
    assert _words(pc, "margin") == ["Sensitivity", "Specificity"]
    assert _heights(pc, "margin") == pytest.approx([0, 4.4])
    assert _heights(pc, "effect_label") == pytest.approx([1, 2, 3, 5.4, 6.4, 7.4, 8.4, 9.4])
    assert _heights(pc, "odds_words") == _heights(pc, "effect_label")


def test_lines_and_words_are_quantiles_of_the_effects(make):
    fit = make.regression(**FORMULAS)
    pc = plot_coefficients(fit, prob=0.9, inner=0.6, backend="none")
    draws = fit.effects.reshape(-1, 8)
    for label, tail in (("outer", 0.05), ("inner", 0.2)):
        low, high, gap = _mark(pc, label)["x"].reshape(-1, 3).T
        np.testing.assert_allclose(low, np.quantile(draws, tail, axis=0))
        np.testing.assert_allclose(high, np.quantile(draws, 1 - tail, axis=0))
        assert np.isnan(gap).all()
    np.testing.assert_allclose(_mark(pc, "median")["x"], np.median(draws, axis=0))
    assert set(_mark(pc, "reference")["x"]) == {0.0}
    for words, effect in zip(_words(pc, "odds_words"), draws.T, strict=True):
        low, mid, high = np.exp(np.quantile(effect, [0.05, 0.5, 0.95]))
        assert words == f"{odds_words(mid)} ({odds_words(low)} to {odds_words(high)})"
    assert _words(pc, "odds_heading") == ["Odds ratio (90% CrI)"]


def test_every_interval_and_zero_lie_on_the_axis(make):
    fit = make.regression(sens="~ year")
    far = replace(fit, coefficients=fit.coefficients + 40.0)
    for one in (fit, far):
        pc = plot_coefficients(one, backend="none")
        panel = pc.get_target("coefficients", {"column": "panel"})
        (limits,) = (entry["lims"] for entry in panel if entry["function"] == "xlim")
        x = _mark(pc, "outer")["x"]
        assert limits[0] < min(0.0, np.nanmin(x))
        assert limits[1] > max(0.0, np.nanmax(x))
    assert _words(pc, "odds_words") == ["> 9999 (> 9999 to > 9999)"]


def test_the_caption_says_how_to_read_it(make):
    text = _caption(plot_coefficients(make.regression(**FORMULAS, synthetic=True), backend="none"))
    for words in (
        f"A regression. {MARK}. Coefficients",
        "12 studies",
        "sens ~ setting_type + year, spec ~ setting_type*log(slice_mm).",
        "Log odds ratios of a correct result",
        "change per standard deviation (sd)",
        "×: how the effect of one covariate differs with another.",
        "50% and 95% credible intervals",
    ):
        assert words in text, words
    assert "has no covariates" not in text
    plain = _caption(plot_coefficients(make.regression(sens="~ setting_type"), backend="none"))
    assert "Specificity has no covariates." in plain
    assert "×" not in plain
    assert "standard deviation" not in plain


def test_a_fit_without_covariates_has_no_such_figure(make):
    with pytest.raises(MetadxError, match="fit without covariates"):
        plot_coefficients(make.regression(), backend="none")


def test_a_number_taken_as_levels_is_compared_with_its_reference(make):
    fit = make.regression(spec="~ C(field)", sens="~ setting_type")
    words = _words(plot_coefficients(fit, backend="none"), "effect_label")
    assert words[2:] == ["field: 3 vs 1.5"]


def test_an_effect_that_is_not_understood_keeps_its_name(make):
    design = make.regression(**FORMULAS).design
    assert compare("C(x)=2:1:z", design).whole == "C(x) = 2:1:z"
    assert compare("setting_type=unknown", design).whole == "setting_type = unknown"


@pytest.mark.parametrize(
    ("unit", "words"),
    [("mm", " mm"), ("", ""), ("year", ""), ("10^-3 mm", " × 10^-3 mm")],
)
def test_units_follow_the_size_of_the_step(make, unit, words):
    design = make.regression(**FORMULAS).design
    scaled = replace(design, scaling={"year": Scaling(1.0, 0.21, unit)})
    assert compare("year", scaled).whole == f"year, per sd (0.21{words})"


def test_a_level_with_signs_of_its_own_is_still_recognised(make):
    fit = make.regression(sens="~ setting_type")
    kinds = tuple(
        replace(kind, label=label)
        for kind, label in zip(fit.design.kinds, ("a=1:2", "b", "c"), strict=True)
    )
    margin = replace(fit.design.sens, effects=("setting_type=a=1:2", "setting_type=c"))
    odd = replace(fit, design=replace(fit.design, kinds=kinds, sens=margin))
    words = _words(plot_coefficients(odd, backend="none"), "effect_label")
    assert words == ["setting type: a=1:2 vs b", "setting type: c vs b"]


ALIKE = "A scanner of a make with a very long name, model "


@pytest.fixture
def scanners(make):
    """Three levels of 54 characters that differ in the 50th; the second is the reference."""
    names = [f"{ALIKE}{letter} 3.0" for letter in "XYZ"]
    return make.regression(names=names, sens="~ setting_type*year", spec="~ setting_type")


def test_long_levels_stand_below_their_covariate_and_reference(scanners):
    pc = plot_coefficients(scanners, backend="none")
    lines = dict(zip(_heights(pc, "covariate"), _words(pc, "covariate"), strict=True))
    rows = dict(zip(_heights(pc, "effect_label"), _words(pc, "effect_label"), strict=True))
    margins = dict(zip(_heights(pc, "margin"), _words(pc, "margin"), strict=True))
    placed = sorted((lines | rows | margins).items())
    assert np.diff([height for height, _ in placed]).min() == pytest.approx(1.0)
    short = {letter: f"{ALIKE[:24]}…{(ALIKE + letter + ' 3.0')[-23:].lstrip()}" for letter in "XYZ"}
    assert [words for _, words in placed] == [
        "Sensitivity",
        "setting type,",
        f"vs {short['Y']}",
        short["X"],
        short["Z"],
        "year, per sd (3.61)",
        "setting type × year,",
        f"vs {short['Y']}",
        f"{short['X']} × per sd (3.61)",
        f"{short['Z']} × per sd (3.61)",
        "Specificity",
        "setting type,",
        f"vs {short['Y']}",
        short["X"],
        short["Z"],
    ]
    indent = [float(entry["x"].item()) for entry in pc.viz["effect_label"]["coefficients"].values]
    assert [x > 0 for x in indent] == ["…" in words for words in rows.values()]
    assert _heights(pc, "odds_words") == _heights(pc, "effect_label")


def test_all_words_of_long_levels_fit_on_the_page(scanners, assert_fits):
    for figsize in (None, (3.35, 2.0)):
        figure = plot_coefficients(scanners, figsize=figsize).viz["figure"].item()
        seen = [text.get_text() for text in assert_fits(figure)]
        assert sum(text.startswith("vs A scanner") for text in seen) == 3


def test_the_lines_that_name_a_covariate_stay_in_their_column(make):
    names = ["a", "a reference level of the longest kind there is", "c"]
    pc = plot_coefficients(make.regression(names=names, sens="~ setting_type"))
    pc.viz["figure"].item().canvas.draw()
    column = pc.get_target("coefficients", {"column": "effect"}).get_window_extent()
    lines = [line.get_window_extent() for line in pc.viz["covariate"]["coefficients"].values]
    assert len(lines) == 2
    assert all(line.x1 <= column.x1 for line in lines)
