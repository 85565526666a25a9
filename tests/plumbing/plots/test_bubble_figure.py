"""What the bubble plot draws and says."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.errors import MetadxError
from metadx.estimands.logistic import expit
from metadx.plots.bubble import plot_bubble
from metadx.plots.style import SYNTHETIC_NOTE

MARK = SYNTHETIC_NOTE[:1].upper() + SYNTHETIC_NOTE[1:]
FORMULAS = {"sens": "~ setting_type + year", "spec": "~ setting_type"}
YEARS_SD = np.sqrt(13.0)  # of 2001 to 2012: sqrt(n (n + 1) / 12)


def _mark(pc, label):
    return pc.viz[label]["bubble"].item()


def _caption(pc):
    return pc.viz["caption"].item()["string"]


def test_circles_stand_at_the_observed_shares_with_area_by_arm(make):
    fit = make.regression(**FORMULAS)
    table = fit.table
    pc = plot_bubble(fit, "year", backend="none")
    years = np.arange(2001.0, 2013.0)
    scales = []
    for margin, events, n in (
        ("sens", table.tp, table.n_diseased),
        ("spec", table.tn, table.n_nondiseased),
    ):
        here = n > 0
        drawn = _mark(pc, f"{margin}_studies")
        np.testing.assert_array_equal(drawn["x"], years[here])
        np.testing.assert_allclose(drawn["y"], events[here] / n[here])
        scales += list(drawn["size"] / n[here])
    assert len(_mark(pc, "sens_studies")["x"]) == 11  # the last study has no diseased
    np.testing.assert_allclose(scales, scales[0])


def test_the_line_is_the_median_of_the_regression_at_the_average_setting(make):
    fit = make.regression(**FORMULAS)
    pc = plot_bubble(fit, "year", prob=0.9, backend="none")
    line, band = _mark(pc, "sens_median"), _mark(pc, "sens_credible")
    assert (line["x"].min(), line["x"].max()) == (2001.0, 2012.0)
    # The three settings have four studies each: symmetric columns average to 0.
    design, draws = fit.design.sens, fit.coefficients.reshape(-1, sum(fit.design.sizes))
    slope = design.kinds.index("slope")
    for at in (0, 30, len(line["x"]) - 1):
        scaled = (line["x"][at] - 2006.5) / YEARS_SD
        logits = draws[:, 0] + scaled * draws[:, slope]
        low, mid, high = expit(np.quantile(logits, [0.05, 0.5, 0.95]))
        assert line["y"][at] == pytest.approx(mid)
        assert (band["y_bottom"][at], band["y_top"][at]) == pytest.approx((low, high))


def test_other_covariates_can_be_set(make):
    fit = make.regression(**FORMULAS)
    lines = [
        _mark(plot_bubble(fit, "year", at=at, backend="none"), "sens_median")["y"]
        for at in ({}, {"setting_type": "a"}, {"setting_type": "c"})
    ]
    assert np.abs(lines[1] - lines[2]).min() > 1e-3
    caption = _caption(plot_bubble(fit, "year", at={"setting_type": "a"}, backend="none"))
    assert "Lines are for setting type = a." in caption
    assert "Held at" not in caption


def test_the_pale_band_is_that_of_a_new_study(make):
    fit = make.regression(**FORMULAS, draws=20000)
    pc = plot_bubble(fit, "year", backend="none")
    rng = np.random.default_rng(8)
    draws = fit.coefficients.reshape(-1, sum(fit.design.sizes))
    for margin, column, first in (("sens", 0, 0), ("spec", 1, fit.design.sens.size)):
        band = _mark(pc, f"{margin}_prediction")
        at = np.searchsorted(band["x"], 2006.5)
        scaled = (band["x"][at] - 2006.5) / YEARS_SD
        mean = draws[:, first] + (scaled * draws[:, 3] if margin == "sens" else 0.0)
        new = np.repeat(mean, 20) + np.repeat(fit.tau[:, column], 20) * rng.normal(size=400000)
        low, high = np.quantile(new, [0.025, 0.975])
        found = [np.log(band[end][at] / (1 - band[end][at])) for end in ("y_bottom", "y_top")]
        assert found == pytest.approx([low, high], abs=0.02)
    still = replace(fit, tau=0.0 * fit.tau)
    pc = plot_bubble(still, "year", backend="none")
    inner, outer = _mark(pc, "sens_credible"), _mark(pc, "sens_prediction")
    np.testing.assert_allclose(outer["y_top"], inner["y_top"], atol=1e-3)


def test_the_bands_have_smooth_edges(make):
    pc = plot_bubble(make.regression(sens="~ year", draws=4000), "year", backend="none")
    band = _mark(pc, "sens_prediction")
    even = np.isin(np.round(band["x"], 9), np.round(np.linspace(2001, 2012, 61), 9))
    for end in ("y_bottom", "y_top"):
        y = np.log(band[end][even] / (1 - band[end][even]))
        assert np.abs(np.diff(y, 2)).max() < 0.02


def test_a_flat_margin_and_what_is_held_are_said(make):
    pc = plot_bubble(make.regression(**FORMULAS, synthetic=True), "year", backend="none")
    flat = _mark(pc, "spec_median")["y"]
    np.testing.assert_allclose(flat, flat[0])
    for words in (
        f"A regression. {MARK}.",
        "Sensitivity and specificity of 12 studies against year.",
        "sens ~ setting_type + year, spec ~ setting_type.",
        "Held at their average over the studies: setting type.",
        "Specificity does not depend on year in this model.",
        "pale band: 95% prediction interval for a new study",
    ):
        assert words in _caption(pc), words
    assert "Sensitivity does not depend" not in _caption(pc)


def test_a_transformed_covariate_is_drawn_on_its_own_scale(make):
    fit = make.regression(spec="~ log(slice_mm)")
    sure = replace(fit, coefficients=np.broadcast_to([0.5, 0.2, 0.7], fit.coefficients.shape))
    line = _mark(plot_bubble(sure, "slice_mm", backend="none"), "spec_median")
    assert line["x"][[0, -1]] == pytest.approx([0.625**2, 25.0])
    logs = np.log(np.linspace(0.625, 5.0, 12) ** 2)
    scaled = (np.log(line["x"]) - logs.mean()) / logs.std(ddof=1)
    np.testing.assert_allclose(line["y"], expit(0.2 + 0.7 * scaled))


@pytest.mark.parametrize("name", ["setting_type", "slice_mm", "nothing"])
def test_only_a_continuous_covariate_of_the_formulas_has_a_line(make, name):
    with pytest.raises(MetadxError, match=f"'{name}' is no continuous covariate .* found year"):
        plot_bubble(make.regression(**FORMULAS), name, backend="none")
