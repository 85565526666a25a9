"""What the terminal tells, of a summary with known numbers."""

import copy

import pytest

from metadx.report.layout import Page
from metadx.report.missing import I2_FALLS, ILLUSTRATIVE
from metadx.report.terminal import answer_text

PIPE = Page()


def told(found, page=PIPE, **more):
    return answer_text(found, page, **more)


def rows(text, start):
    return [" ".join(line.split()) for line in text.splitlines() if line.startswith(start)]


def test_every_number_is_the_one_of_the_file(found):
    text = told(found)
    assert rows(text, "Sensitivity") == [
        "Sensitivity 80.0 (71.0 to 87.0) 79.0 (70.0 to 86.0) 78.0 (69.0 to 85.0)"
    ]
    assert rows(text, "Specificity") == [
        "Specificity 90.0 (82.0 to 95.0) 89.0 (81.0 to 94.0) 88.0 (80.0 to 93.0)"
    ]
    assert rows(text, "Positive") == ["Positive likelihood ratio (LR+) 8.00 (4.50 to 16.2)"]
    assert rows(text, "Negative") == ["Negative likelihood ratio (LR−) 0.22 (0.14 to 0.33)"]
    assert rows(text, "Diagnostic") == ["Diagnostic odds ratio (DOR) 36.0 (15.0 to 99.4)"]
    assert rows(text, "Area")[0].endswith("0.92 (0.88 to 0.95)")
    assert "FPR 0.02-0.31" in rows(text, "Mean height")[0]
    assert rows(text, "Mean height")[0].endswith("0.75 (0.60 to 0.86)")
    # 100 of 1,000 are ill; 80 of them are found; 90 of 100 healthy people are cleared.
    assert rows(text, "10 %") == ["10 % 80 20 90 810 47 (33 to 64) 98 (96 to 98)"]
    assert rows(text, "tau") == [
        "tau, between-study sd (logit) 0.78 (0.40 to 1.25) 1.04 (0.50 to 1.48)"
    ]
    assert rows(text, "median odds") == [
        "median odds ratio (MOR) 2.10 (1.40 to 3.30) 2.70 (1.60 to 4.10)"
    ]
    assert rows(text, "95 % pred")[0].endswith("12.3 % of the ROC square")
    assert rows(text, "I², Zhou") == [
        "I², Zhou & Dendukuri, % 62.0 (41.0 to 81.0) 63.0 (42.0 to 82.0)"
    ]
    assert rows(text, "I²_R") == ["I²_R, Jackson, % 91.0 (84.0 to 96.0) 87.0 (81.0 to 94.0)"]
    assert rows(text, "  both margins") == [
        "both margins together, % 61.0 (40.0 to 80.0)",
        "both margins together, % 89.6 (83.0 to 95.0)",
    ]
    assert rows(text, "I², Higgins") == ["I², Higgins, one margin, % 75.5 0"]
    assert rows(text, "rho") == ["rho, correlation of the two -0.30 (-0.80 to 0.00)"]
    assert "12 studies: 1,234 with the condition, 5,678 without." in text


def test_heterogeneity_comes_in_its_order_with_the_definition_of_each_i2(found):
    text = told(found)
    order = [
        *("tau, between", "median odds ratio", "95 % prediction region", "I², Zhou & Dendukuri"),
        *("I²_R, Jackson", "I², Higgins", "rho, correlation", "Judge by tau"),
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    legend = " ".join(text[places[-1] :].split())
    for words in (
        "first (Plana 2021)",
        "Zhou & Dendukuri (2014): share of the variance of a study's logit",
        "Jackson (2012): I²_R = 1 - 1/R²",
        "Higgins (2003): from Cochran's Q, ignores threshold, no interval.",
    ):
        assert words in legend


def test_an_i2_that_falls_is_warned_of_below_the_table_and_not_twice(found):
    assert "falls here" not in told(found)
    found["notes"] = [{"about": I2_FALLS.about, "text": I2_FALLS.text}]
    text = " ".join(told(found).split())
    assert text.count("Zhou and Dendukuri's I² falls here as heterogeneity grows") == 1
    assert text.index("rho, correlation") < text.index("falls here") < text.index("Judge by tau")
    assert "Notes" not in text


def test_an_i2_of_higgins_of_too_few_arms_is_not_defined(found):
    found["groups"][0]["estimands"]["i2_higgins_spec"] = None
    assert rows(told(found), "I², Higgins")[0].endswith("75.5 not defined")


@pytest.mark.parametrize(("prob", "level"), [(0.95, "95 %"), (0.5, "50 %"), (0.999, "99.9 %")])
def test_every_table_names_the_level_of_its_intervals(found, prob, level):
    found["settings"]["prob"] = prob
    text = " ".join(told(found).split())
    for words in (
        f"posterior medians with {level} credible intervals (equal-tailed)",
        f"How accurate is the test? (%, median and {level} interval)",
        f"({level} prediction interval)",
        f"What does a result mean? (median study, median and {level} interval)",
        f"PPV and NPV with {level} intervals",
        f"How much do studies differ? (median and {level} interval)",
        "95 % prediction region, area",
    ):
        assert words in text


def test_the_median_study_is_named_with_its_plain_word(found):
    text = " ".join(told(found).split())
    assert "Median study: the typical one" in text
    assert "median study mean of studies new study" in text


def test_passed_and_failed_checks_are_told_apart(found):
    assert "Can the fit be trusted? Yes, every check passed." in told(found)
    assert "Pareto k 0.1 (below 0.7); effective draws 3,000 (at least 400)." in told(found)
    found["checks"][1] |= {"value": None, "passed": False}
    found["checks"].append({"name": "new", "value": 2.0, "threshold": 1.0, "passed": False})
    text = " ".join(told(found).split())
    assert "Can the fit be trusted? NO: failed on effective draws, new. Do not report it." in text
    assert "effective draws not measurable (at least 400) FAILED; new 2 (limit 1) FAILED." in text
    assert "Yes" not in text


def test_an_r_hat_shows_what_matters(found):
    found["checks"] = [{"name": "rhat", "value": 1.0034, "threshold": 1.01, "passed": True}]
    assert "\nR-hat 1.003 (at most 1.01).\n" in told(found)


def test_a_rare_condition_is_told_of_more_people(found):
    estimands = found["groups"][0]["estimands"]
    for name in ("ppv", "npv"):
        row = estimands[name][0]
        estimands[name] = [row | {"prevalence": p} for p in (0.0004, 0.25)]
    text = told(found)
    assert "Of 100,000 people tested" in text
    assert rows(text, "0.04 %")[0].startswith("0.04 % 32 8 9,996 89,964 ")
    assert rows(text, "25 %")[0].startswith("25 % 20,000 5,000 7,500 67,500 ")
    for prevalence, people in (
        (0.01, "1,000"),
        (0.99, "1,000"),
        (0.999, "10,000"),
        (1e-9, "1,000,000"),
    ):
        for name in ("ppv", "npv"):
            estimands[name] = [estimands[name][0] | {"prevalence": prevalence}]
        assert f"Of {people} people tested" in told(found)


def test_only_prevalences_nobody_gave_are_called_illustrative(found):
    assert "llustrat" not in told(found)
    found["notes"] = [{"about": ILLUSTRATIVE.about, "text": ILLUSTRATIVE.text}]
    text = " ".join(told(found).split())
    assert "Illustrative prevalences, for none was given (--prevalence)." in text
    assert "Notes" not in text


def test_the_warning_about_prevalence_stands_before_the_predictive_values(found):
    text = told(found)
    assert text.index("never from\ncase-control studies") < text.index("PPV, %")


def test_few_studies_are_said_at_the_top(found):
    assert "prior-led" not in told(found)
    found["data"]["n_studies"] = 3
    assert "Fewer than 4 studies: much of what follows is prior-led" in told(found)
    found["data"]["n_studies"] = 1
    assert "\n1 study: 1,234 with" in told(found)


def test_simulated_data_are_marked_first_and_last(found):
    assert "SIMULATED" not in told(found)
    found |= {"synthetic": True, "synthetic_note": ""}
    lines = told(found).splitlines()
    assert lines[0] == lines[-1] == "*** SIMULATED OR RECONSTRUCTED DATA; NOT STUDY DATA ***"
    found["synthetic_note"] = "made up"
    lines = told(found).splitlines()
    assert lines[0] == lines[-1] == "*** made up ***"


def test_a_margin_nobody_measured_is_not_identified(found):
    estimands = found["groups"][0]["estimands"]
    for name in estimands:
        if not name.endswith("sens") and name not in {"sens_population", "sens_new"}:
            estimands[name] = None
    found["parameters"] |= {"mu[spec]": None, "tau[spec]": None, "rho": None}
    text = told(found)
    assert rows(text, "Sensitivity")[0].startswith("Sensitivity 80.0")
    assert rows(text, "Specificity") == ["Specificity" + " not identified" * 3]
    assert "Not identified: ratios and predictive values need both" in text
    assert rows(text, "95 % prediction region")[0].endswith("not identified")
    assert "people tested" not in text
    assert "likelihood" not in text


def test_a_curve_without_a_range_is_left_out(found):
    found["groups"][0]["estimands"] |= {"pauc": None, "pauc_range": None}
    assert rows(told(found), "Mean height") == []


def test_notes_and_doubts_are_told(found):
    found["notes"] = [{"about": "sens", "text": "fn = 0 in every study."}]
    found["notes"].append({"about": "lr_pos_new", "text": _no_moment()})
    text = told(found, question="Is it?", doubts=["First.", "Second."], findings=list("abcde"))
    assert "Is it?" in text
    assert "Notes\n- sensitivity: fn = 0 in every study.\n\nDoubts about the data\n- a\n" in text
    assert "- c\n- and 2 more findings; `metadx check` lists them." in text
    assert "2 doubts are stated in review.toml" in text
    assert "the first:\n  First.\n" in text
    assert "Second." not in text
    assert "posterior mean and sd do not exist" not in text
    assert "- Stated in review.toml: Only." in told(found, doubts=["Only."])


def _no_moment():
    from metadx.report.missing import FILE_ONLY

    return next(text for text in FILE_ONLY if "posterior mean and sd do not exist" in text)


def test_a_pipe_gets_plain_lines_that_fit(found):
    found["title"] = "A \x1b[31mtitle\x07 that is long " * 8
    text = told(found, doubts=["word " * 50])
    assert all(line.isprintable() and len(line) <= 80 for line in text.splitlines())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_a_terminal_gets_the_same_words_in_colour(found):
    import re

    page = Page(80, colour=True, terminal=True)
    plain = told(copy.deepcopy(found))
    coloured = told(found, page)
    assert "\x1b[1;32mCan the fit be trusted? Yes" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_with_fewer_than_four_studies_each_part_that_rests_on_the_prior_says_so(found):
    assert "prior-led" not in told(found)
    found["data"]["n_studies"] = 3
    text = " ".join(told(found).split())
    assert "How much do studies differ? (median and 95 % interval; prior-led)" in text
    assert "Verdict, prior-led" in text
