"""Kinds of study: what is compared, what is ranked, and what is left out of both."""

import warnings

import numpy as np
import pytest

from metadx.engines.analysis import Analysis, analyse
from metadx.engines.fit import fit
from metadx.errors import ConvergenceWarning
from metadx.report.groups import contrasts_of, kind_results, labels_by_group, ranks_of
from metadx.report.missing import contrast_reasons, group_reasons
from metadx.report.summary import summary
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous

LEVELS = ("a", "a", "b", "b", "c", "c", "a", "b", "c")


def table_of(levels=LEVELS, **changed) -> AccuracyTable:
    counts = {
        "tp": [18, 40, 7, 25, 9, 33, 51, 12, 30],
        "fp": [3, 1, 5, 9, 2, 4, 6, 1, 8],
        "fn": [2, 9, 1, 5, 3, 8, 20, 3, 6],
        "tn": [30, 22, 9, 60, 14, 41, 35, 12, 50],
    } | changed
    return AccuracyTable.from_counts(
        [f"Study {i}" for i in range(9)],
        **counts,
        covariates={
            "x": Categorical("x", levels, tuple(sorted(set(levels))), "a"),
            "year": Continuous("year", [float(2000 + i) for i in range(9)]),
        },
    )


def quiet(*arguments, **options) -> Analysis:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return analyse(*arguments, draws=400, **options)


@pytest.fixture(scope="module")
def three() -> Analysis:
    return quiet(table_of(), spec="~ x + year", subgroup="x")


@pytest.fixture(scope="module")
def results(three):
    return kind_results(three, 0.9, [0.2])


def test_all_pairs_of_a_covariate_are_compared_and_no_others(three, results):
    pairs = {
        (c["fit"], c["covariate"], c["a"], c["b"]) for c in contrasts_of(results, three.main, 0.9)
    }
    x = [("x = a", "x = b"), ("x = a", "x = c"), ("x = b", "x = c")]
    years = [label for label in (r.group.label for r in results) if label.startswith("year")]
    year = [(years[i], years[j]) for i in range(3) for j in range(i + 1, 3)]
    assert pairs == {
        *(("regression", "x", *pair) for pair in x),
        *(("regression", "year", *pair) for pair in year),
        *(("subgroup", "x", *pair) for pair in x),
    }


def test_a_contrast_is_made_of_the_draws_of_its_groups(three, results):
    told = contrasts_of(results, three.main, 0.9)
    of = {(r.fit_name, r.group.label): r.drawn.values for r in results}
    for c in told[:: max(1, len(told) // 40)]:
        key = (c["estimand"], c.get("prevalence"))
        a, b = (of[c["fit"], c[side]][key] for side in ("a", "b"))
        wanted = np.quantile(a - b, [0.5, 0.05, 0.95])
        found = [c["difference"][name] for name in ("median", "lower", "upper")]
        np.testing.assert_allclose(found, wanted, atol=1e-12)
        assert c["prob_a_gt_b"] == pytest.approx(np.mean(a > b))


def test_specificity_alone_depends_on_the_covariate(three, results):
    names = {
        c["estimand"]
        for c in contrasts_of(results, three.main, 0.9)
        if (c["fit"], c["covariate"]) == ("regression", "x")
    }
    assert {"spec", "spec_new", "spec_population", "lr_pos", "dor", "auc", "ppv"} <= names
    assert not names & {"sens", "sens_population", "mor_sens", "mor_spec", "hsroc_beta", "i2_spec"}


def test_new_studies_differ_only_where_their_law_does(three, results):
    """The draws of new studies are independent, so those of one law would differ by chance."""
    told = contrasts_of(results, three.main, 0.9)
    ranked = [(r["fit"], r["covariate"], r["estimand"]) for r in ranks_of(results)]
    found = [(c["fit"], c["covariate"], c["estimand"]) for c in told]
    for names in (found, ranked):
        assert ("regression", "x", "sens_new") not in names
        assert {("regression", "x", name) for name in ("spec_new", "lr_pos_new")} <= {*names}
        assert {("subgroup", "x", name) for name in ("sens_new", "spec_new")} <= {*names}
    assert ("regression", "year", "sens_new") not in found


def test_the_studies_are_those_of_the_fit_with_covariates(three):
    told = summary(three)
    assert all(row["sens"] and row["spec"] for row in told["studies"])
    assert not any("were not drawn" in note["text"] for note in told["notes"])
    without = summary(quiet(table_of(), spec="~ x", study_effects=False))
    assert not any(row["sens"] or row["spec"] for row in without["studies"])
    assert any("were not drawn" in note["text"] for note in without["notes"])


def test_indices_of_heterogeneity_are_never_compared(three, results):
    names = {c["estimand"] for c in contrasts_of(results, three.main, 0.9)}
    assert not [name for name in names if name.startswith(("i2_", "r_jackson"))]
    assert {"mor_sens", "mor_spec"} <= {
        c["estimand"] for c in contrasts_of(results, three.main, 0.9) if c["fit"] == "subgroup"
    }


def test_ranks_are_of_levels_and_add_up(results):
    told = ranks_of(results)
    assert {(r["fit"], r["covariate"]) for r in told} == {("regression", "x"), ("subgroup", "x")}
    for rank in told:
        assert len(rank["labels"]) == 3
        np.testing.assert_allclose(np.sum(rank["prob_rank"], axis=0), 1)
        np.testing.assert_allclose(np.sum(rank["prob_rank"], axis=1), 1)
    own = next(r for r in told if (r["fit"], r["estimand"]) == ("subgroup", "mor_sens"))
    draws = np.stack(
        [r.drawn.values["mor_sens", None] for r in results if r.fit_name == "subgroup"]
    )
    least = np.mean(draws.argmin(axis=0) == 0)  # the less heterogeneity the better
    assert own["prob_rank"][0][0] == pytest.approx(least)


def test_a_level_without_an_arm_is_neither_compared_nor_ranked_there():
    """Nobody in level c was healthy: its specificity by itself is the prior's."""
    fp, tn = [3, 1, 5, 9, 0, 0, 6, 1, 0], [30, 22, 9, 60, 0, 0, 35, 12, 0]
    found = quiet(table_of(fp=fp, tn=tn), sens="~ x", subgroup="x")
    results = kind_results(found, 0.95, [0.2])
    own = [c for c in contrasts_of(results, found.main, 0.95) if c["fit"] == "subgroup"]
    with_c = {c["estimand"] for c in own if "c" in (c["a"], c["b"])}
    assert "sens" in with_c
    assert not with_c & {"spec", "dor", "auc", "ppv"}
    assert "spec" in {c["estimand"] for c in own if (c["a"], c["b"]) == ("a", "b")}
    ranked = {r["estimand"] for r in ranks_of(results) if r["fit"] == "subgroup"}
    assert "sens" in ranked
    assert not ranked & {"spec", "dor", "auc", "ppv"}
    told = summary(found)
    assert told["parameters"]["tau[spec|x=c]"] is None
    last = told["groups"][-1]
    assert (last["label"], last["estimands"]["spec"]) == ("c", None)
    assert any(note["about"] == "x = c" for note in told["notes"])
    assert any("c (by itself)" in note["about"] for note in told["notes"])


def test_a_level_of_one_study_is_fitted_and_said_to_be_prior_led():
    found = quiet(table_of(("a",) * 8 + ("b",)), subgroup="x")
    told = summary(found)
    (level,) = [g for g in told["groups"] if g.get("fit") == "subgroup" and g["label"] == "b"]
    assert level["n_studies"] == 1
    assert level["estimands"]["i2_higgins_sens"] is None
    notes = {note["about"]: note["text"] for note in told["notes"]}
    assert notes["x = b"].startswith("Prior-led: one study says")
    assert any("fewer than two studies" in text for about, text in notes.items() if "(b" in about)
    assert level["estimands"]["sens"]["sd"] > told["groups"][1]["estimands"]["sens"]["sd"]


def test_higgins_is_that_of_the_studies_of_the_level(results):
    """By hand, from the empirical logits of the three studies of level b (no zero cells)."""
    (b,) = [r for r in results if (r.fit_name, r.group.label) == ("regression", "x = b")]
    tp, fn = np.array([7, 25, 12]), np.array([1, 5, 3])
    y, w = np.log(tp / fn), 1 / (1 / tp + 1 / fn)
    q = np.sum(w * (y - np.sum(w * y) / w.sum()) ** 2)
    assert b.told["estimands"]["i2_higgins_sens"] == pytest.approx(max(0, 1 - 2 / q), abs=0.05)
    assert b.told["n_studies"] == 3


def test_the_range_of_the_partial_area_is_that_of_all_studies(results):
    ranges = [r.told["estimands"]["pauc_range"] for r in results]
    assert all(each == ranges[0] for each in ranges)


def test_pooled_results_do_not_depend_on_covariates(three):
    table = table_of()
    alone = kind_results(Analysis(fit(table, draws=400)), 0.9, [0.2])
    assert len(alone) == 1
    with_others = kind_results(three, 0.9, [0.2])[0]
    assert alone[0].told == with_others.told


def test_no_two_groups_have_one_name():
    groups = [
        {"label": "all"},
        *({"label": name, "fit": "regression"} for name in ("all", "b", "b", "b (2)")),
        *({"label": name, "fit": "subgroup"} for name in ("all", "b")),
    ]
    names = labels_by_group(groups)
    assert len(set(names)) == len(groups)
    assert names[:3] == ("all", "all (2)", "b")
    assert names[-2:] == ("all (by itself)", "b (by itself)")


def test_the_reasons_name_the_kinds():
    base = {
        "sens": {"mean": 0.1, "sd": 0.1},
        "i2_higgins_sens": 0.4,
        "r_jackson_sens": {"mean": 2.0, "sd": 1.0},
        "auc": {"mean": 1.0, "sd": 0.0},
    }
    empty = {
        "sens": {"mean": None, "sd": None},
        "i2_higgins_sens": None,
        "r_jackson_sens": None,
        "auc": None,
    }
    groups = [
        {"label": "all", "n_studies": 5, "estimands": base},
        {
            "label": "one",
            "n_studies": 1,
            "fit": "regression",
            "estimands": base | {"i2_higgins_sens": None},
        },
        {
            "label": "none",
            "n_studies": 0,
            "fit": "regression",
            "estimands": base | {"i2_higgins_sens": None},
        },
        {"label": "one", "n_studies": 1, "fit": "subgroup", "estimands": empty},
    ]
    notes = {note.about: note.text for note in group_reasons(groups)}
    assert set(notes) == {
        *("i2_higgins_sens (one; one (by itself))", "i2_higgins_sens (none)"),
        *("r_jackson_sens (one (by itself))", "auc (one (by itself))", "sens (one (by itself))"),
    }
    assert "fewer than two studies" in notes["i2_higgins_sens (one; one (by itself))"]
    assert "value of a continuous covariate" in notes["i2_higgins_sens (none)"]
    assert "mean and sd do not exist" in notes["sens (one (by itself))"]
    assert group_reasons(groups[:1]) == ()


def test_the_reasons_for_empty_contrasts():
    full = {"mean": 1.0, "sd": 1.0}
    none = {"mean": None, "sd": None}
    told = [
        {"estimand": "sens", "difference": full, "ratio": full},
        {"estimand": "youden", "difference": full, "ratio": None},
        {"estimand": "youden", "difference": full, "ratio": None},
        {"estimand": "dor_new", "difference": none, "ratio": none},
        {"estimand": "lr_pos", "difference": full, "ratio": none},
    ]
    about = [note.about for note in contrast_reasons(told)]
    assert about == ["contrasts: youden", "contrasts: dor_new, lr_pos"]
    assert contrast_reasons(told[:1]) == ()
