"""The coverage figure: what it draws, what it says, and that it fits its page."""

import itertools

import numpy as np
import pytest

from metadx.errors import MetadxError
from metadx.plots.coverage import plot_coverage
from metadx.plots.save import save_figure
from metadx.plots.style import SMALLEST_TEXT

PARAMETERS = ("mu[sens]", "mu[spec]", "new[sens]", "new[spec]")


def method(covered=(950, 940, 951.5, 930.25), width=(1.0, 2.0, 3.0, 4.0), n=1000, failed=0):
    rows = zip(PARAMETERS, covered, width, strict=True)
    return {
        "parameters": {
            name: {"n": n, "covered": c, "width": w, "bias": 0.0} for name, c, w in rows
        },
        "failed": failed,
    }


def cell(name="one", *, studies=5, tau=(0.5, 0.5), law="normal", methods=None, **other):
    truth = {"rho": -0.4, "sens": 0.85, "spec": 0.8, "arms": "medium", "replications": 1000}
    return truth | {
        "name": name,
        "studies": studies,
        "tau": list(tau),
        "law": law,
        "obeys": law == "normal",
        "methods": {"card": method()} if methods is None else methods,
        **other,
    }


def drawn(pc, label):
    return pc.viz[label]["coverage"].item()


def words(pc, label):
    return [entry["string"] for entry in pc.viz[label]["coverage"].values.tolist()]


def caption(pc):
    return pc.viz["caption"].item()["string"]


def test_points_are_shares_and_widths_in_their_panels():
    pc = plot_coverage(
        {"cells": [cell(methods={"card": method(n=980, failed=20)})]}, backend="none"
    )
    labels = [f"{panel}_{margin}_1" for panel in ("median", "new") for margin in ("sens", "spec")]
    shares = [drawn(pc, label)["x"].item() for label in labels]
    # An interval that is missing covers nothing, as in the verdict on the record.
    np.testing.assert_allclose(shares, np.array([950, 940, 951.5, 930.25]) / 1000)
    labels = [label.replace("_s", "_width_s", 1) for label in labels]
    assert [drawn(pc, label)["x"].item() for label in labels] == [1.0, 2.0, 3.0, 4.0]
    assert "count as not covered: 20 of 1000 of card." in caption(pc)
    assert "median width of 95% intervals" in caption(pc)


def test_the_monte_carlo_band_is_that_of_the_fewest_replications():
    cells = [cell("a"), cell("b", studies=9, replications=400)]
    pc = plot_coverage({"cells": cells}, backend="none")
    band = drawn(pc, "median_band")
    half = 1.959964 * (0.95 * 0.05 / 400) ** 0.5
    np.testing.assert_allclose(band["x"], [0.95 - half, 0.95 + half], atol=1e-6)
    assert drawn(pc, "new_nominal")["x"].tolist() == [0.95, 0.95]
    assert "median_width_band" not in pc.viz
    assert "in 400 replications" in caption(pc)
    assert "400 to 1000 replications each" in caption(pc)


def test_rows_are_sorted_by_law_studies_and_spread():
    cells = [
        cell("t", law="t", studies=3),
        cell("late", studies=20, tau=(0.2, 0.2)),
        cell("wide", studies=5, tau=(1.0, 1.0)),
        cell("narrow", studies=5, tau=(0.2, 1.5)),
    ]
    pc = plot_coverage({"cells": cells}, backend="none")
    assert words(pc, "cell_1_heading") == ["K"]
    assert words(pc, "cell_1") == ["5", "5", "20", "3"]
    assert words(pc, "cell_2") == ["0.2, 1.5", "1", "0.2", "0.5"]
    assert words(pc, "block") == ["Normal effects", "Heavy-tailed effects, unlike the model"]
    y = drawn(pc, "median_sens_1")["y"]
    assert (np.diff(y) > 0).all()
    assert np.diff(y)[2] > 2  # the heading of the second block takes a row
    assert "In all cells: ρ −0.4, sens, spec 0.85, 0.80 and arms medium." in caption(pc)


def test_cells_of_one_law_need_no_heading():
    assert "block" not in plot_coverage({"cells": [cell()]}, backend="none").viz


def test_methods_stand_apart_in_the_order_asked_for():
    methods = {"glmer": method((900,) * 4), "card": method(), "reml": method((910,) * 4)}
    record = {"cells": [cell(methods=methods), cell("two", studies=9, methods={"card": method()})]}
    pc = plot_coverage(
        record, methods=("card", "glmer"), labels={"glmer": "glmer (lme4)"}, backend="none"
    )
    first, second = drawn(pc, "median_sens_1"), drawn(pc, "median_sens_2")
    assert first["x"].tolist() == [0.95, 0.95]
    assert second["x"][0] == 0.9
    assert np.isnan(second["x"][1])  # no result there
    assert 0.2 < second["y"][0] - first["y"][0] < 0.5
    assert first["edgecolor"] != second["edgecolor"]
    assert drawn(pc, "median_spec_1")["facecolor"] == "none"
    assert "median_sens_3" not in pc.viz
    assert "card and glmer (lme4)." in caption(pc)


def test_what_a_method_does_not_report_is_not_drawn():
    bare = {"parameters": {"mu[sens]": {"n": 0, "covered": 0, "width": 0.0, "bias": 0.0}}}
    pc = plot_coverage({"cells": [cell(methods={"card": method(), "bare": bare})]}, backend="none")
    # ArviZ leaves out what is nan throughout.
    for panel, margin in itertools.product(("median", "new", "new_width"), ("sens", "spec")):
        assert not isinstance(drawn(pc, f"{panel}_{margin}_1"), float)
        shown = drawn(pc, f"{panel}_{margin}_2")
        assert not isinstance(shown, dict) or np.isnan(shown["x"]).all()


def test_very_low_coverage_stands_on_the_edge_with_another_mark():
    low = {"card": method((300, 950, 950, 950))}
    pc = plot_coverage({"cells": [cell(methods=low)]}, backend="none")
    mark = drawn(pc, "median_sens_1_beyond")
    assert (mark["x"].item(), mark["marker"]) == (0.7, "<")
    assert "median_spec_1_beyond" not in pc.viz
    assert "◂" in caption(pc)
    assert "◂" not in caption(plot_coverage({"cells": [cell()]}, backend="none"))


def test_wrong_requests_are_refused_with_what_there_is():
    with pytest.raises(MetadxError, match="found results of card; wanted are those of glmer"):
        plot_coverage({"cells": [cell()]}, methods=["glmer"])
    with pytest.raises(MetadxError, match="no method"):
        plot_coverage({"cells": []})
    many = {f"m{i}": method() for i in range(6)}
    with pytest.raises(MetadxError, match="name at most 5"):
        plot_coverage({"cells": [cell(methods=many)]})


def many_cells():
    laws = ("normal",) * 12 + ("t", "skewed", "thresholds")
    wide = method(width=(0.2, 9.0, 3.0, 14.0))
    methods = {"bivariate-binomial": wide, "glmer": method((850,) * 4), "reml": method()}
    arms = itertools.cycle(["small", "few-nondiseased", "large"])
    return [
        cell(f"{k}-{i}", studies=k, tau=(0.1 * i, 0.1 * i), law=law, arms=next(arms),
             rho=0.1 * i, methods=methods)
        for k in (3, 5, 20, 50)
        for i, law in enumerate(laws)
    ]  # fmt: skip


def test_sixty_cells_and_three_methods_fit_a_page(tmp_path, assert_fits):
    pc = plot_coverage({"cells": many_cells()})
    figure = pc.viz["figure"].item()
    width, height = figure.get_size_inches()
    assert width == pytest.approx(170 / 25.4, abs=0.01)
    assert height < 267 / 25.4  # A4 with margins of 15 mm
    assert pc.viz["synthetic_note"].item().get_text() == "simulated data; not study data"
    assert "60 simulated truths, 1000 replications each" in pc.viz["title_line"].item().get_text()
    seen = assert_fits(figure)
    assert min(text.get_fontsize() for text in seen) >= SMALLEST_TEXT
    assert [t.get_text() for t in pc.viz["legend_1"].item().get_texts()] == [
        "bivariate-binomial", "glmer", "reml"
    ]  # fmt: skip
    (path,) = save_figure(pc, tmp_path / "coverage", ("svg",))
    assert "simulated data" in path.read_text(encoding="utf-8").casefold()


def test_one_cell_fits_too(assert_fits):
    assert_fits(plot_coverage({"cells": [cell()]}).viz["figure"].item())
