"""What the terminal tells of covariates, of a summary with known numbers."""

from itertools import combinations

import pytest

from metadx.report.layout import Page
from metadx.report.terminal import answer_text
from tests.unit.report.conftest import five

LONG = (
    "two-dimensional convolutional network",
    "three-dimensional convolutional network",
    "radiomics with a random forest classifier",
    "ensemble of several architectures",
    "vision transformer, pretrained",
    "not reported",
)


def level(covariate, label, n, shift=0.0, **more):
    estimands = {
        "sens": five(0.8 - shift, 0.71, 0.87),
        "spec": five(0.9 - shift, 0.82, 0.95),
        "lr_pos": five(8.0, 4.5, 16.2),
        "lr_neg": five(0.222, 0.14, 0.33),
        "auc": five(0.92 - shift, 0.88, 0.95),
    }
    at = {covariate: label.removeprefix(f"{covariate} = ")}
    return {
        **{"label": label, "at": at, "covariate": covariate, "fit": "regression", "n_studies": n},
        "estimands": estimands,
        **more,
    }


def compared(covariate, a, b, names=("sens", "spec", "dor", "auc")):
    keys = {"covariate": covariate, "fit": "regression", "a": a, "b": b}
    values = {
        "sens": (five(0.1004, -0.02, 0.21), None, 0.951),
        "spec": (five(-0.0502, -0.11, 0.0), None, 0.0005),
        "dor": (five(3.0, 1.0, 9.0), five(1.52, 0.61, 3.9), 0.9995),
        "auc": (five(0.02, -0.01, 0.05), None, 0.88),
    }
    return [
        {"estimand": n, **keys, "difference": values[n][0], "ratio": values[n][1],
         "prob_a_gt_b": values[n][2]}
        for n in names
    ]  # fmt: skip


def categorical(levels, reference, studies):
    return {
        "kind": "categorical", "levels": list(levels), "reference": reference,
        "studies": studies, "terms": {},
    }  # fmt: skip


@pytest.fixture
def one(found):
    """One covariate of two levels."""
    found["settings"] |= {"sens": "~ site", "spec": "~ site"}
    found["covariates"] = {"site": categorical(("ward", "clinic"), "ward", [7, 5])}
    found["groups"] += [level("site", "ward", 7), level("site", "clinic", 5, 0.1)]
    found["groups"][0] |= {"companion": True, "parameters": dict(found["parameters"])}
    found["contrasts"] = compared("site", "ward", "clinic")
    found["parameters"] |= {
        "beta[sens,site=clinic]": five(0.6931471805599453, -0.6931471805599453, 1.0),
        "beta[spec,site=clinic]": five(-1.0, -2.302585092994046, 0.0),
    }
    found["explained"] = {
        "sens": {"tau_without": five(0.78, 0.4, 1.25), "tau_with": five(0.61, 0.3, 1.0),
                 "share": 0.388, "prob_smaller": 0.734},
        "spec": None,
    }  # fmt: skip
    for check in found["checks"]:
        check["fit"] = "regression"
    return found


@pytest.fixture
def many(found):
    """A covariate with six long names, and a year."""
    found["settings"] |= {"sens": "~ year", "spec": "~ architecture + year"}
    studies = [4, 3, 2, 1, 1, 1]
    found["covariates"] = {
        "year": {
            **{"kind": "continuous", "unit": "year", "least": 2001.0, "median": 2005.0},
            **{"greatest": 2012.0, "terms": {"year": {"mean": 2005.2, "sd": 3.14, "unit": "year"}}},
        },
        "architecture": categorical(LONG, LONG[1], studies),
    }
    years = [f"year = {year}" for year in (2003, 2005, 2009)]
    labels = [f"architecture = {name}" for name in LONG]
    found["groups"] += [level("year", label, 0) for label in years]
    found["groups"] += [
        level("architecture", label, n) for label, n in zip(labels, studies, strict=True)
    ]
    found["contrasts"] = [
        *(c for pair in combinations(years, 2) for c in compared("year", *pair)),
        *(c for pair in combinations(labels, 2)
          for c in compared("architecture", *pair, names=("spec", "dor", "auc"))),
    ]  # fmt: skip
    found["parameters"] |= {f"beta[spec,architecture={name}]": five(0.5, 0.1, 1) for name in LONG}
    return found


def told(found, width=80):
    return answer_text(found, Page(width))


def rows(text, start):
    return [" ".join(line.split()) for line in text.splitlines() if line.startswith(start)]


def part(text, start):
    """The block that begins with some words."""
    return text[text.index(start) :].partition("\n\n")[0]


def test_nothing_is_told_of_covariates_without_any(found):
    assert "Why do studies differ?" not in told(found)


def test_every_number_is_the_one_of_the_file(one):
    text = told(one, 120)
    by_site = part(text, "By site")
    assert rows(by_site, "ward") == [
        "ward 7 80.0 (71.0 to 87.0) 90.0 (82.0 to 95.0) 8.00 (4.50 to 16.2) 0.22 (0.14 to 0.33) "
        "0.92 (0.88 to 0.95)"
    ]
    assert rows(by_site, "clinic")[0].startswith("clinic 5 70.0 (71.0 to 87.0) 80.0 ")
    assert rows(text, "ward vs clinic") == [
        "ward vs clinic +10.0 (-2.0 to +21.0) 0.951 -5.0 (-11.0 to +0.0) <0.001 "
        "1.52 (0.61 to 3.90) >0.999 0.880"
    ]
    assert rows(text, "sens: site") == ["sens: site=clinic 2.00 (0.50 to 2.72)"]
    assert rows(text, "spec: site") == ["spec: site=clinic 0.37 (0.10 to 1.00)"]
    assert "Odds of a correct result: of a level against site = ward." in text
    unexplained = part(text, "What stays unexplained?")
    assert rows(unexplained, "sensitivity") == [
        "sensitivity 0.78 (0.40 to 1.25) 0.61 (0.30 to 1.00) 39 % 0.73"
    ]
    assert rows(unexplained, "specificity") == []
    assert "Sensitivity ~ site; specificity ~ site." in text
    assert "other covariates" not in text


@pytest.mark.parametrize("share", [-4.97, -0.001, 0.0])
def test_a_share_that_is_not_positive_is_none(one, share):
    one["explained"]["sens"]["share"] = share
    row = rows(part(told(one, 120), "What stays unexplained?"), "sensitivity")[0]
    assert row.endswith("1.00) none 0.73")
    one["explained"]["sens"]["share"] = 0.001
    assert " 0 % 0.73" in rows(told(one, 120), "sensitivity")[-1]


def ranked(covariate, labels, estimand, *best):
    rest = [(1 - chance) / (len(best) - 1) for chance in best]
    return {
        **{"estimand": estimand, "covariate": covariate, "fit": "regression", "labels": labels},
        "mean_rank": [0.0] * len(best),
        "prob_rank": [[b, *([r] * (len(best) - 1))] for b, r in zip(best, rest, strict=True)],
    }


def test_the_level_that_is_most_likely_the_best_is_named(many):
    labels = [f"architecture = {name}" for name in LONG]
    many["ranks"] = [
        ranked("architecture", labels, "spec", 0.1, 0.518, 0.2, 0.1, 0.05, 0.032),
        ranked("architecture", labels, "auc", 0.0, 0.0, 0.002, 0.0, 0.0, 0.998),
        ranked("architecture", labels, "dor", 0.9, 0.1, 0.0, 0.0, 0.0, 0.0),
        ranked("architecture", labels, "sens", 0.9, 0.1, 0, 0, 0, 0) | {"fit": "subgroup"},
    ]
    text = told(many)
    by = " ".join(part(text, "By architecture").split())
    assert f"Most likely best: specificity {LONG[1]} (P 0.52), AUC {LONG[5]} (P >0.99)." in by
    assert text.count("Most likely best") == 1


def test_of_two_levels_none_is_ranked_in_words(one):
    one["ranks"] = [ranked("site", ["ward", "clinic"], "spec", 0.9, 0.1)]
    assert "Most likely best" not in told(one)


def test_the_heterogeneity_above_is_that_of_the_companion(one):
    one["groups"][0]["parameters"]["tau[sens]"] = five(0.99, 0.88, 1.11)
    assert rows(told(one), "tau, between")[0].split()[4:7] == ["0.99", "(0.88", "to"]


def test_covariates_are_explained_before_the_checks_and_after_the_heterogeneity(one):
    text = told(one)
    order = [
        *("How much do studies differ?", "Why do studies differ?", "By site", "How sure are"),
        *("Odds ratios", "What stays unexplained?", "Can the fit be trusted?"),
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("which", ["one", "many"])
def test_no_line_is_wider_than_the_page(request, which, width):
    text = told(request.getfixturevalue(which), width)
    assert max(map(len, text.splitlines())) <= width


def test_six_long_names_stay_apart_on_a_narrow_page(many):
    text = part(told(many), "By architecture")
    names = {line[:20].strip() for line in text.splitlines() if "80.0 (71.0" in line}
    assert names == {
        *("two-dimensional con…", "three-dimensional c…", "radiomics with a ra…"),
        *("ensemble of several…", "vision transformer…", "not reported"),
    }
    wide = part(told(many, 120), "By architecture")
    assert all(name in wide for name in LONG)


def test_pairs_of_long_names_are_numbered_with_the_names_below(many):
    text = part(told(many), "How sure are the differences by architecture?")
    pairs = [line.split()[:3] for line in text.splitlines() if " vs " in line]
    assert len(pairs) == 15  # one line a pair: spec, DOR ratio and AUC find room in one block
    assert pairs[0] == ["1", "vs", "2"]
    words = " ".join(text.split())
    assert "; ".join(f"{i} = {name}" for i, name in enumerate(LONG, 1)) in words
    assert "sens., points" not in text  # nobody's sensitivity depends on the architecture


def test_pairs_of_short_names_are_named_where_two_blocks_hold_them(one):
    text = part(told(one), "How sure are the differences by site?")
    assert len([line for line in text.splitlines() if line.startswith("ward vs clinic")]) == 2
    assert "1 = " not in text


def test_of_a_number_only_its_ends_are_compared(many):
    text = part(told(many, 120), "How sure are the differences by year?")
    assert [line.split()[:3] for line in text.splitlines() if " vs " in line] == [
        ["2003", "vs", "2009"]
    ]
    assert rows(part(told(many), "By year"), "2005")[0].startswith("2005 - 80.0 ")
    assert "for one sd more (year 3.14 year)" in " ".join(told(many).split())


def test_numbers_that_are_levels_in_one_margin_tell_the_sd_of_the_other(one):
    one["covariates"]["site"]["terms"] = {"log(site)": {"mean": 4.0, "sd": 0.25, "unit": ""}}
    text = " ".join(told(one).split())
    assert "against site = ward; of a number for one sd more (log(site) 0.25)." in text


def test_of_many_levels_only_pairs_with_the_reference_are_shown(many):
    labels = [f"architecture = {name}" for name in (*LONG, "g")]
    many["groups"].append(level("architecture", labels[-1], 1))
    many["contrasts"] = [
        c for pair in combinations(labels, 2) for c in compared("architecture", *pair)
    ]
    text = part(told(many, 200), "How sure are the differences by architecture?")
    pairs = [line for line in text.splitlines() if " vs " in line]
    assert len(pairs) == 6
    assert all(LONG[1] in line for line in pairs)
    assert "15 further pairs of levels stand in contrasts.csv." in text


def test_what_is_the_same_by_construction_is_called_so(one):
    one["contrasts"] += compared("other", "x", "y", names=("sens", "dor"))
    one["covariates"]["other"] = categorical(("x", "y"), "x", [6, 6])
    one["groups"] += [level("other", "x", 6), level("other", "y", 6)]
    line = rows(part(told(one, 120), "How sure are the differences by other?"), "x vs y")[0]
    assert line == "x vs y +10.0 (-2.0 to +21.0) 0.951 1.52 (0.61 to 3.90) >0.999 -"


def test_the_studies_left_out_are_counted(one):
    one["data"]["dropped"] = ["Kim 2019"]
    assert "1 study was left out for want of a covariate (see Notes)." in " ".join(
        told(one).split()
    )
    one["data"]["dropped"] = ["Kim 2019", "Li 2001"]
    assert "2 studies were left out" in told(one)


def test_each_level_by_itself_shows_its_own_heterogeneity(one):
    own = [
        level("site", name, n, 0.2) | {"fit": "subgroup"}
        for name, n in (("ward", 7), ("clinic", 5))
    ]
    one["groups"] += own
    one["parameters"] |= {
        "tau[sens|site=ward]": five(0.31, 0.1, 0.9),
        "tau[spec|site=ward]": five(0.41, 0.1, 0.9),
        "rho[site=ward]": five(-0.2, -0.9, 0.8),
        "tau[sens|site=clinic]": None,
        "tau[spec|site=clinic]": five(0.61, 0.1, 0.9),
        "rho[site=clinic]": None,
    }
    text = part(told(one, 140), "Each level of site by itself")
    assert rows(text, "ward") == [
        "ward 7 60.0 (71.0 to 87.0) 70.0 (82.0 to 95.0) 0.31 (0.10 to 0.90) 0.41 (0.10 to 0.90) "
        "-0.20 (-0.90 to 0.80)"
    ]
    assert rows(text, "clinic")[0].count("not identified") == 2
    # The levels by themselves add no rows to the regression.
    assert len(rows(part(told(one, 140), "By site"), "ward")) == 1


def test_kinds_that_were_asked_for_are_numbered_and_written_in_full(many):
    many["groups"] += [
        level("", "architecture = not reported, year = 2015", 0),
        level("", "year = 2020", 0),
    ]
    text = part(told(many), "Kinds of study that were asked for")
    assert rows(text, "1 ")[0].startswith("1 - 80.0")
    assert text.endswith("\n1: architecture = not reported, year = 2015\n2: year = 2020")


def test_a_failed_check_is_told_with_its_fit(one):
    one["checks"] = [
        {"name": "ess", "value": 500.0, "threshold": 400.0, "passed": True, "fit": "pooled"},
        {"name": "ess", "value": 500.0, "threshold": 400.0, "passed": True, "fit": "regression"},
        {"name": "ess", "value": 50.0, "threshold": 400.0, "passed": False, "fit": "site = ward"},
        {"name": "ess", "value": 600.0, "threshold": 400.0, "passed": True, "fit": "site = clinic"},
    ]
    text = told(one, 100)
    assert "NO: failed on effective draws (site = ward). Do not report it." in text
    assert "\nsite = ward: effective draws 50 (at least 400) FAILED." in text
    assert "site = clinic:" not in text


def test_a_continuous_covariate_alone_needs_no_reference(found):
    found["settings"]["sens"] = "~ log(age)"
    found["covariates"] = {
        "age": {"kind": "continuous", "unit": "years",
                "terms": {"log(age)": {"mean": 4.0, "sd": 0.25, "unit": ""}}},
    }  # fmt: skip
    found["groups"].append(level("age", "age = 50", 0))
    found["parameters"]["beta[sens,log(age)]"] = five(0.0, -0.1, 0.1)
    text = " ".join(told(found).split())
    assert "Odds of a correct result: of a number for one sd more (log(age) 0.25)." in text
    assert "How sure are the differences" not in text


def test_with_covariates_the_accuracy_is_said_to_be_without_them(one):
    text = " ".join(answer_text(one, Page(80)).split())
    title = "How accurate is the test? (all studies together, without covariates; %, median"
    assert title in text
    one["groups"] = one["groups"][:1]
    assert "How accurate is the test? (%, median" in " ".join(answer_text(one, Page()).split())
