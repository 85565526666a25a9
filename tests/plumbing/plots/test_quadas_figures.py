"""Figures of QUADAS: every table can be drawn, and what is drawn is what was judged."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import metadx
from metadx.errors import DataError
from metadx.plots.figure_text import figure_text
from metadx.plots.quadas_bars import plot_quadas_bars, quadas_bars
from metadx.plots.quadas_look import looks_of
from metadx.plots.quadas_sroc import plot_sroc_quadas, telling_domain
from metadx.plots.quadas_traffic import plot_traffic_light, traffic_columns
from metadx.studies.covariates import Categorical
from metadx.studies.quadas import Quadas, quadas_of
from metadx.studies.quadas_columns import RISK_DOMAINS, allowed_judgements
from metadx.studies.review import load_dataset
from tests.plumbing.plots.any_fit import any_fit
from tests.plumbing.plots.conftest import StandIn


@st.composite
def judged_fit(draw: st.DrawFn) -> StandIn:
    """Draw a fit whose studies are judged in some domains, with gaps."""
    fit = draw(any_fit())
    version = draw(st.sampled_from([2, 3]))
    risks = RISK_DOMAINS[version]
    names = draw(
        st.lists(
            st.sampled_from([f"rob_{d}" for d in risks] + [f"app_{d}" for d in risks[:3]]),
            min_size=1,
            unique=True,
        )
    )
    names = sorted({*names, f"rob_{risks[0]}"})
    words = np.array([*allowed_judgements(version), None], dtype=object)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    columns = {}
    for name in names:
        values = tuple(rng.choice(words, fit.table.n_studies).tolist())
        levels = tuple(dict.fromkeys(value for value in values if value is not None))
        if levels:
            columns[name] = Categorical(name, values, levels, levels[0])
    if f"rob_{risks[0]}" not in columns:
        first = ("low",) * fit.table.n_studies
        columns[f"rob_{risks[0]}"] = Categorical(f"rob_{risks[0]}", first, ("low",), "low")
    return replace(fit, table=replace(fit.table, covariates=columns, sha256="0"))


def drawn(pc, label):
    return pc.viz[label][next(iter(pc.viz[label].data_vars))].values


@settings(max_examples=20, deadline=None)
@given(judged_fit())
def test_any_table_can_be_drawn(fit: StandIn) -> None:
    quadas = quadas_of(fit.table)
    assert quadas is not None
    light = plot_traffic_light(quadas, backend="none")
    dots = sum(
        len(drawn(light, look.key).item()["x"])
        for look in looks_of(quadas).values()
        if look.key in light.viz
    )
    assert dots == fit.table.n_studies * len(traffic_columns(quadas))
    for bar in quadas_bars(quadas):
        assert sum(bar.shares.values()) == pytest.approx(1.0)
    for pc in (
        light,
        plot_quadas_bars(quadas, backend="none"),
        plot_sroc_quadas(fit, backend="none"),
    ):
        text = figure_text(pc)
        assert text.title
        assert text.caption
        assert text.alt


@pytest.fixture(scope="module")
def iqcode() -> Quadas:
    quadas = quadas_of(load_dataset("iqcode-dementia"))
    assert quadas is not None
    return quadas


def test_dots_stand_where_the_table_has_the_judgement(iqcode: Quadas) -> None:
    pc = plot_traffic_light(iqcode, backend="none")
    dots = drawn(pc, "uncertain").item()
    # "unclear" of Harwood 1997 (row 4) in the third domain and Flicker 1997 (row 0) in the fourth.
    places = list(zip(dots["x"], dots["y"], strict=True))
    assert {(2.0, 4.0), (3.0, 0.0)} <= set(places)
    table = load_dataset("iqcode-dementia").table
    unclear = sum(
        column.values.count("unclear")
        for name, column in table.covariates.items()
        if name.startswith(("rob_", "app_"))
    )
    assert len(places) == unclear == 17
    assert "not_judged" not in pc.viz
    assert figure_text(pc).alt == (
        "High risk of bias, of 13 studies: patient selection 8, index test 11, reference standard "
        "3, flow and timing 5, overall 13. High concern about applicability: patient selection 4, "
        "index test 3, reference standard 0."
    )


def test_bars_count_studies_or_weigh_them(iqcode: Quadas) -> None:
    bars = {(bar.block, bar.words): bar.shares for bar in quadas_bars(iqcode)}
    assert bars["Risk of bias", "reference standard"] == pytest.approx(
        {"low": 8 / 13, "unclear": 2 / 13, "high": 3 / 13, None: 0}
    )
    assert bars["Applicability", "index test"]["unclear"] == pytest.approx(5 / 13)
    people = [299, 113, 204, 144, 177, 69, 323, 106, 76, 576, 269, 200, 189]
    weighed = {(bar.block, bar.words): bar.shares for bar in quadas_bars(iqcode, people)}
    # High: Flicker 299, Goncalves 204 and Narasimhalu 576 of 2745 participants.
    assert weighed["Risk of bias", "reference standard"]["high"] == pytest.approx(1079 / 2745)
    # Patient selection: 5 low from the left, then 8 high.
    part = drawn(plot_quadas_bars(iqcode, backend="none"), "high_1").item()
    assert part["x"] == pytest.approx([5 / 13, 1.0])
    pc = plot_quadas_bars(iqcode, weights=people, weight_words="participants", backend="none")
    assert "per cent of participants" in figure_text(pc).caption
    for wrong in ([1.0], [-1.0] * 13, [0.0] * 13, [np.nan] * 13):
        with pytest.raises(DataError, match="weights"):
            quadas_bars(iqcode, wrong)


@pytest.fixture(scope="module")
def fit():
    return metadx.fit(load_dataset("iqcode-dementia"), draws=400)


def test_studies_on_the_summary_roc_plot_show_their_judgement(fit) -> None:
    pc = plot_sroc_quadas(fit, "reference_standard", backend="none")
    marks = drawn(pc, "studies_uncertain").item()
    # Harwood 1997: 43/43 and 105/134; Mulligan 1996: 33/33 and 18/43.
    assert marks["y"] == pytest.approx([1.0, 1.0])
    assert marks["x"] == pytest.approx([105 / 134, 18 / 43])
    assert len(drawn(pc, "studies_low").item()["x"]) == 8
    assert "studies_not_judged" not in pc.viz
    assert "studies" not in pc.viz
    assert "summary" in pc.viz
    assert "high in 3, unclear in 2, low in 8" in figure_text(pc).alt


def test_the_domain_that_tells_most_is_taken(fit, iqcode: Quadas) -> None:
    # Overall all are high; flow and timing is the most even: 5, 3 and 5.
    assert telling_domain(iqcode) == "flow_timing"
    assert "flow and timing" in figure_text(plot_sroc_quadas(fit, backend="none")).title
    assert telling_domain(replace(iqcode, overall=("low",) + ("high",) * 12)) == "overall"
    assert telling_domain(replace(iqcode, overall=(None,) + ("high",) * 12)) == "flow_timing"


def test_what_was_not_judged_is_refused() -> None:
    plain = metadx.fit(load_dataset("telomerase"), draws=400)
    with pytest.raises(DataError, match="no column of judgements"):
        plot_sroc_quadas(plain, backend="none")
    nodules = metadx.fit(load_dataset("lung-nodule-ai"), draws=400)
    with pytest.raises(DataError, match="wanted one of patient_selection, index_test, overall"):
        plot_sroc_quadas(nodules, "flow_timing", backend="none")
    pc = plot_sroc_quadas(nodules, backend="none")
    assert figure_text(pc).alt.startswith("Reconstructed from published summaries")


def test_drawn_by_matplotlib_nothing_is_outside_the_page(iqcode: Quadas) -> None:
    for plot in (plot_traffic_light, plot_quadas_bars):
        pc = plot(iqcode, width=3.35)
        figure = pc.viz["figure"].item()
        figure.canvas.draw()
        box, page = figure.get_tightbbox(), figure.get_size_inches()
        assert -0.01 <= box.x0 < box.x1 <= page[0] + 0.01
        assert -0.01 <= box.y0 < box.y1 <= page[1] + 0.01
