from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import metadx
from metadx.plots.captions import caption_forest, caption_sroc, synthetic_note
from metadx.plots.forest_rows import forest_rows
from metadx.plots.sroc_layers import sroc_layers
from metadx.report.figures import figures_of
from metadx.studies.accuracy import AccuracyTable


def _sroc(fit, **asked):
    return caption_sroc(fit, sroc_layers(fit, **asked), **asked)


def test_sroc_caption_names_the_method(fit):
    text = _sroc(fit, prob=0.9)
    for words in (
        "A review.",
        "6 studies",
        "random-effects model with binomial counts",
        "Square: median study",
        "90% credible region",
        "90% prediction region",
        "normal regions on the logit scale, from the posterior draws; the prediction region holds ",
        "% of those of new studies.",
        "HSROC curve",
        "observed false-positive rates (0.00 to 0.35)",
    ):
        assert words in text, words
    assert "95%" not in text


def test_studies_that_cannot_be_placed_are_named(fit):
    assert "Not shown, for want of one of the two arms: No diseased 2004." in _sroc(fit)


def test_few_studies_hide_the_regions_and_the_caption_says_why(make):
    three = make.fit(make.table({f"S{i}": (9 + i, 2 + i, 3, 20) for i in range(3)}))
    four = make.fit(make.table({f"S{i}": (9 + i, 2 + i, 3, 20) for i in range(4)}))
    assert "fewer than 4 studies" in _sroc(three)
    assert "credible region" not in _sroc(three)
    assert "credible region" in _sroc(four)
    assert "credible region" in _sroc(three, regions=True)
    assert "region" not in _sroc(four, regions=False)


def test_a_missing_curve_is_explained_only_where_it_was_wanted(make):
    level = make.fit(make.table({f"S{i}": (9 + i, 2, 3, 20) for i in range(5)}))
    assert "No curve is drawn" in _sroc(level)
    assert "curve" not in _sroc(level, curve=False)


def test_a_margin_without_participants_is_not_given_a_number(make):
    fit = make.fit(make.table({f"S{i}": (0, 2 + i, 0, 20) for i in range(5)}))
    assert "sensitivity not identified" in caption_forest(fit)
    assert "No study has participants with the target condition." in caption_forest(fit)
    text = _sroc(fit)
    assert "not identified" in text
    assert "0.6" not in text
    assert "S0, S1, S2, S3, S4" in text


@pytest.mark.parametrize("caption", [caption_forest, _sroc])
def test_synthetic_data_are_called_so(fit, caption):
    note = "imulated or reconstructed data; not study data"
    assert note not in caption(fit)
    assert note in caption(replace(fit, synthetic=True))


def test_a_fit_may_word_its_own_note():
    own = SimpleNamespace(synthetic=True, synthetic_note="drawn from the model")
    assert synthetic_note(own) == "drawn from the model"


def test_forest_caption_names_both_kinds_of_interval(fit):
    text = caption_forest(fit, prob=0.9, interval="wilson", sort="study")
    for words in (
        "Wilson score 90% confidence intervals",
        "sorted by name",
        "90% credible interval",
        "90% prediction interval for a new study",
        "–: not estimable",
    ):
        assert words in text, words
    assert "exact (Clopper–Pearson)" in caption_forest(fit)


def test_the_model_is_named_by_its_card(fit):
    card = SimpleNamespace(card=SimpleNamespace(title="Another model"))
    named = SimpleNamespace(
        **{k: getattr(fit, k) for k in ("table", "mu", "tau", "rho", "title", "synthetic")},
        card=card,
    )
    assert "Bayesian another model" in caption_forest(named)


def test_a_study_of_several_possible_tables_is_marked_and_explained():
    tables = np.array([[8, 2, 1, 9], [9, 2, 1, 9]])
    uncertain = AccuracyTable(
        ("Kim", "Lee"), (8, 7), (2, 3), (1, 2), (9, 8), alternatives={0: tables}
    )
    certain = AccuracyTable(("Kim", "Lee"), (8, 7), (2, 3), (1, 2), (9, 8))
    for table, said in ((uncertain, True), (certain, False)):
        fit = metadx.fit(table, draws=400)
        rows = forest_rows(fit, sort="table")
        assert rows.label[:2] == (("Kim *", "Lee") if said else ("Kim", "Lee"))
        assert ("* Kim: the printed figures admit several tables" in caption_forest(fit)) is said
        plot = metadx.plot_sroc(fit, backend="none")
        assert ("Kim: the printed" in plot.viz["caption"].item()["string"]) is said


@pytest.mark.parametrize("studies", [3, 4])
def test_captions_of_few_studies_say_that_the_prior_leads(studies):
    table = metadx.load_dataset("telomerase").table.take(range(studies))
    fit = metadx.fit(table, draws=400)
    for plot in (metadx.plot_forest, metadx.plot_sroc):
        caption = metadx.figure_text(plot(fit, backend="none")).caption
        assert ("the prior leads how wide" in caption) == (studies < 4)


def test_a_fit_beside_a_regression_says_that_it_has_no_covariates():
    review = metadx.load_dataset("anti-ccp")
    analysis = metadx.analyse(review, sens="~ generation", spec="~ generation", draws=400)
    drawings = dict(figures_of(analysis, 0.95))
    caption = metadx.figure_text(drawings["sroc"](backend="none")).caption
    assert "Without the covariates of the regression (generation)" in caption
    alone = metadx.figure_text(metadx.plot_sroc(analysis.pooled, backend="none")).caption
    assert "Without the covariates" not in alone
