"""The calibration figure: what it draws, what it says, and that it fits its page."""

import numpy as np
import pytest

from metadx.criticism.calibration import ecdf_bands
from metadx.errors import MetadxError
from metadx.plots.calibration import plot_sbc
from metadx.plots.save import save_figure
from metadx.plots.style import SMALLEST_TEXT

QUANTITIES = ("mu[sens]", "tau[spec]", "rho", "log_likelihood", "logit_sens[1]")
EVEN = [10] * 20


def group(name, ranks=EVEN, *, engine="marginal", replications=None, **other):
    found = dict.fromkeys(QUANTITIES, ranks) | {q.replace("__", "["): r for q, r in other.items()}
    total = sum(ranks) if replications is None else replications
    return {"name": name, "engine": engine, "replications": total, "ranks": found}


def record(*groups):
    return {"groups": list(groups)}


def drawn(pc, label, quantity, **other):
    return pc.viz[label]["sbc"].sel(quantity=quantity, **other).item()


def caption(pc):
    return pc.viz["caption"].item()["string"]


def test_lines_are_the_scaled_distance_from_uniform():
    ranks = [4, 1, 3, 0]
    pc = plot_sbc(record(group("K = 5", [2, 2, 2, 2]) | {"ranks": {"rho": ranks}}), backend="none")
    line = drawn(pc, "lines", "rho", group="K = 5")
    np.testing.assert_allclose(line["x"], [0, 0.25, 0.5, 0.75, 1])
    # Shares 4/8, 5/8, 8/8, 8/8 less 1/4, 1/2, 3/4, 1, times the root of 8.
    np.testing.assert_allclose(line["y"], 8**0.5 * np.array([0, 0.25, 0.125, 0.25, 0]))


def test_the_band_is_exact_and_for_all_lines_together():
    pc = plot_sbc(record(group("a"), group("b")), prob_family=0.9, backend="none")
    bands = ecdf_bands(200, 20, 1 - 0.1 / 10)  # five quantities, two groups
    for quantity in QUANTITIES:
        shown = drawn(pc, "band", quantity)
        z = np.arange(1, 21) / 20
        np.testing.assert_allclose(shown["y_top"][1:], 200**0.5 * (bands.upper / 200 - z))
        np.testing.assert_allclose(shown["y_bottom"][1:], 200**0.5 * (bands.lower / 200 - z))
    assert "band_2" not in pc.viz
    assert "all 10 lines together" in caption(pc)
    assert "probability 90% or more" in caption(pc)


def test_groups_of_other_sizes_have_a_band_of_their_own_and_share_the_scale():
    pc = plot_sbc(record(group("a"), group("b", [2] * 10, engine="nuts")), backend="none")
    heights = [np.max(drawn(pc, label, "rho")["y_top"]) for label in ("band", "band_2")]
    assert 0.8 < heights[0] / heights[1] < 1.25
    assert len(drawn(pc, "lines", "rho", group="a")["x"]) == 21
    short = drawn(pc, "lines", "rho", group="b")
    assert np.isfinite(short["y"]).sum() == 11
    assert "0.224 at 20 replications and 0.071 at 200 replications" in caption(pc)


def test_groups_differ_in_colour_and_engines_in_style():
    pc = plot_sbc(record(group("a"), group("b"), group("c", engine="nuts")), backend="none")
    lines = [drawn(pc, "lines", "rho", group=name) for name in "abc"]
    assert len({line["color"] for line in lines}) == 3
    assert lines[0]["linestyle"] == lines[1]["linestyle"] != lines[2]["linestyle"]


def test_what_leaves_the_band_is_named():
    heaped = [0] * 5 + [20] * 10 + [0] * 5
    odd = group("K = 5")
    odd["ranks"] = odd["ranks"] | {"rho": heaped}
    pc = plot_sbc(record(odd, group("K = 50")))
    text = pc.viz["caption"].item().get_text()
    assert "Outside: ρ (K = 5)." in " ".join(text.split())
    axes = {q: pc.get_target("sbc", {"quantity": q}) for q in QUANTITIES}
    said = {q: [t.get_text() for t in ax.texts] for q, ax in axes.items()}
    assert said["rho"] == ["outside: K = 5"]
    assert not any(words for q, words in said.items() if q != "rho")
    assert "All 10 are inside." in caption(plot_sbc(record(group("a"), group("b")), backend="none"))


def test_replications_without_a_rank_are_told_and_can_decide():
    few = plot_sbc(record(group("K = 5", replications=203)), backend="none")
    assert "Replications without a rank: 3 of K = 5;" in caption(few)
    assert "All 5 are inside." in caption(few)
    many = plot_sbc(record(group("K = 5", replications=300)), backend="none")
    assert "Outside: μ, sensitivity (K = 5)" in caption(many)
    with pytest.raises(MetadxError, match="group K = 5: found 200 ranks of mu"):
        plot_sbc(record(group("K = 5", replications=199)), backend="none")


def test_a_record_without_ranks_is_refused():
    with pytest.raises(MetadxError, match="found no ranks"):
        plot_sbc({"groups": []})


def test_a_group_may_lack_a_quantity():
    short = group("b")
    short["ranks"] = {"rho": EVEN}
    pc = plot_sbc(record(group("a"), short))
    assert "set for all 6 lines together" in " ".join(pc.viz["caption"].item().get_text().split())
    assert len(pc.viz["legend"].item().get_texts()) == 3


@pytest.mark.parametrize("quantities", [1, 3, 5, 11])
def test_the_page_is_170_mm_wide_marked_and_holds_everything(quantities, tmp_path, assert_fits):
    ranks = {f"quantity number {i}": EVEN for i in range(quantities)}
    groups = [group(f"marginal, K = {k}") | {"ranks": ranks} for k in (5, 20, 50)]
    pc = plot_sbc(record(*groups, group("NUTS, K = 20", engine="nuts") | {"ranks": ranks}))
    figure = pc.viz["figure"].item()
    width, height = figure.get_size_inches()
    assert width == pytest.approx(170 / 25.4, abs=0.01)
    assert height < 8
    assert pc.viz["synthetic_note"].item().get_text() == "simulated data; not study data"
    assert "200 replications per group" in pc.viz["title_line"].item().get_text()
    seen = assert_fits(figure)
    assert min(text.get_fontsize() for text in seen) >= SMALLEST_TEXT
    assert {"marginal, K = 5 (N = 200)", "NUTS, K = 20 (N = 200)"} <= {t.get_text() for t in seen}
    (path,) = save_figure(pc, tmp_path / "sbc", ("svg",))
    assert "simulated data" in path.read_text(encoding="utf-8").casefold()
