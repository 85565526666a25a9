"""The text of a new ``review.toml``: every section, each with what it is for."""

import json
from collections.abc import Mapping

from metadx.studies.agreement import AgreementTable
from metadx.studies.cells import tidy
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.problems import listed, quoted
from metadx.studies.quadas_columns import RISK_DOMAINS

_HEAD = """\
# What this review asks, where its numbers come from, and how it is analysed.
# Lines that begin with # explain. To use a setting that stands behind a #, delete the #.
# `metadx check` on this folder tells what is still missing; `metadx run` on it pools the studies.

[review]
title = {title}
# The question in one sentence: How accurately does TEST detect CONDITION in PEOPLE?
question = ""
kind = "accuracy"
# true where the data are simulated or reconstructed: every figure and page then says so.
synthetic = false
# The test whose accuracy is reviewed; what it is to find; how the truth was established.
index_test = ""
target_condition = ""
reference_standard = ""
# What is counted: patient, lesion, segment, image.
unit = ""
"""
_SOURCE = """
[source]
# The publication that the numbers come from, or the search they were collected by.
citation = ""
# Without https://doi.org/.
doi = ""
url = ""
licence = ""
# The day on which they were read:
# retrieved = {year}-01-31
# How they were read and checked, and everything that is not certain: sentences in quotation marks.
transcription = []
doubts = []
"""
_COLUMNS = """
# Columns of the study table. Found by their names (upper and lower case make no difference): study,
# tp, fp, fn, tn. Under other headers, or where several rows are of one study, say so here:
# [columns]
# tp = "TP (n)"
# label = ["study", "test"]

# Every further column has an entry of its own. kind = "categorical": words, such as a setting;
# "continuous": numbers; "note": free text for the reader, never a covariate.
"""
_YEAR = """\
[columns.year]
kind = "continuous"
meaning = "publication year"
unit = "year"
"""
_EXAMPLE = """
# [columns.setting]
# kind = "categorical"
# meaning = "where the patients were seen"
# The level that the others are compared with, and the level that an empty cell means:
# reference = "screening"
# missing = "not reported"

# Judgements of QUADAS-2 (low, high, unclear) stand in columns rob_DOMAIN and app_DOMAIN, with
# {quadas_2};
# those of QUADAS-3 (low, high, insufficient information) with
# {quadas_3};
# rob_overall is the overall judgement. Each column has an entry such as
# [columns.rob_index_test]
# kind = "categorical"
# meaning = "QUADAS-2 risk of bias, index test"
"""
_ANALYSIS = """
[analysis]
# `metadx models` lists the models and what they assume.
model = "bivariate-binomial"
# Prevalences, between 0 and 1, at which predictive values and people per 1,000 are given:
# prevalence = [0.05, 0.20, 0.50]
# What sensitivity and specificity depend on; a column by whose levels the studies are also pooled:
# sens = "~ setting"
# spec = "~ setting"
# subgroup = "setting"
# Studies that lack a covariate: "error" refuses, "drop" leaves them out, "level" makes a level.
# missing = "error"
seed = 1
prob = 0.95
"""
_DECISION = """
# What the test is wanted for ("rule out", "rule in", "both"), and when it counts as good enough.
# [decision]
# goal = "both"
# source = "agreed by the review team before the search"
# Least accuracy, limits of the likelihood ratios, least predictive values at the first prevalence:
# sens = 0.95
# spec = 0.80
# lr_neg = 0.1
# lr_pos = 10.0
# npv = 0.99
# ppv = 0.50
# Probabilities of disease from which a person would be treated, for the net benefit:
# thresholds = [0.05, 0.10, 0.20]
# How the studies chose their participants: "cohort", "case-control", "mixed".
# design = "cohort"
"""
_REST = """
# Figures of the source that are worth reproducing; as many entries as needed.
# [[published]]
# measure = "sens"
# value = 0.85
# lower = 0.80
# upper = 0.89
# method = "bivariate model"

# Totals of the source, which the table is to add up to; `metadx check` tells where it does not.
# [[totals]]
# what = "studies"
# value = 12
"""
_AGREEMENT_HEAD = """\
# What this review asks, where its numbers come from, and how it is analysed.
# Lines that begin with # explain. To use a setting that stands behind a #, delete the #.
# `metadx check` on this folder tells what is still missing; `metadx run` on it fits the agreement.
#
# agreement.csv has a row for each pair of raters and finding: n cases, and what a paper printed.
# Where the ratings themselves are known, put them into ratings.csv instead: a row for each case
# and a column for each rater; or a column for each rater and a column count.

[review]
title = {title}
# The question in one sentence: How well do RATERS agree on FINDING?
question = ""
kind = "agreement"
# true where the data are simulated or reconstructed: every figure and page then says so.
synthetic = false
# What is counted: patient, image, slide.
unit = ""
"""
_SCALE = """
# The ordered categories that the raters used, from the lowest to the highest.
[scale]
categories = {categories}
"""
_AGREEMENT_REST = """
[analysis]
model = "ordinal-agreement"
seed = 1
prob = 0.95

# Who or what each rater is:
# [raters."reader A"]
# about = "radiologist, 10 years of experience"
"""


def toml_text(value: str) -> str:
    r"""Write a text as TOML does: the escapes of JSON are those of its basic strings.

    Parameters
    ----------
    value : str

    Examples
    --------
    >>> print(toml_text('The "rule-out" test'))
    "The \"rule-out\" test"
    """
    return json.dumps(tidy(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def accuracy_toml(
    title: str,
    *,
    year: int,
    label: tuple[str, ...] | None = None,
    covariates: Mapping[str, Categorical | Continuous] | None = None,
) -> str:
    """Write the ``review.toml`` of a review of accuracy.

    Parameters
    ----------
    title : str
    year : int
        Of the day, for an example.
    label : tuple of str or None
        Columns that make the study label together.
    covariates : mapping of str to Categorical or Continuous, or None
        Further columns of a table that is there already, as they were read without a declaration;
        None for a new table, with a column ``year``.

    Returns
    -------
    str
        Valid TOML.
    """
    parts = [_HEAD.format(title=toml_text(title)), _SOURCE.format(year=year), _COLUMNS]
    if label:
        parts.append(f"[columns]\nlabel = [{', '.join(map(toml_text, label))}]\n\n")
    if covariates is None:
        parts.append(_YEAR)
    else:
        parts.append("\n".join(_entry(name, column) for name, column in covariates.items()))
    domains = {f"quadas_{tool}": ", ".join(names) for tool, names in RISK_DOMAINS.items()}
    parts.append(_EXAMPLE.format(**domains))
    return "".join([*parts, _ANALYSIS, _DECISION, _REST])


def _entry(name: str, column: Categorical | Continuous) -> str:
    """Declare a column as it looks; what is all different words tells studies apart and no more."""
    if isinstance(column, Continuous):
        return f'[columns.{toml_text(name)}]\nkind = "continuous"\nmeaning = ""\nunit = ""\n'
    given = [value for value in column.values if value is not None]
    if len(given) > 3 and len(set(given)) == len(given):
        return f'[columns.{toml_text(name)}]\nkind = "note"\nmeaning = ""\n'
    levels = listed([quoted(level, 30) for level in column.levels], 6)
    return (
        f'# Levels: {levels}.\n[columns.{toml_text(name)}]\nkind = "categorical"\nmeaning = ""\n'
        f"reference = {toml_text(column.reference)}\n"
    )


def agreement_toml(title: str, *, year: int, table: AgreementTable | None = None) -> str:
    """Write the ``review.toml`` of a review of agreement.

    Parameters
    ----------
    title : str
    year : int
        Of the day, for an example.
    table : AgreementTable or None
        The table that is there already; None for a new one.

    Returns
    -------
    str
        Valid TOML.
    """
    names = table.categories if table else ("absent", "present")
    scale = _SCALE.format(categories=f"[{', '.join(map(toml_text, names))}]")
    head = _AGREEMENT_HEAD.format(title=toml_text(title))
    return "".join([head, _SOURCE.format(year=year), scale, _AGREEMENT_REST])
