"""Measures of agreement of real tables equal those of statsmodels, irrCAC and polycor.

`agreement_values.json` holds six published cross-tables and every pair of readers of two sets of
ratings, with what the peers say of them (`how/pin_agreement.py`).
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from metadx.estimands.agreement import agreement_exact, gwet, kappa, kappa_maximum
from metadx.estimands.polychoric import polychoric
from metadx.studies.kappa import kappa_standard_error

TABLES = json.loads((Path(__file__).parent / "agreement_values.json").read_text("utf-8"))["tables"]
ROUGH_FROM = 0.95  # from there on polycor's cells are too rough for its optimiser
KINDS = ("unweighted", "linear", "quadratic")


def name_of(entry):
    return f"{entry['name']} {entry['pair']}".strip()


@pytest.fixture(params=TABLES, ids=name_of)
def entry(request):
    return request.param


def table(name):
    (entry,) = (one for one in TABLES if one["name"] == name)
    return np.array(entry["counts"])


def test_every_table_is_there():
    single = [entry for entry in TABLES if not entry["pair"]]
    pairs = [entry["name"] for entry in TABLES if entry["pair"]]
    assert len(single) == 5
    assert {name: pairs.count(name) for name in pairs} == {
        "anaesthetists-dawid-skene": 21,
        "carcinoma-cervix-pathologists": 21,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_kappa_and_its_error_are_those_of_statsmodels(entry, kind):
    counts, theirs = np.array(entry["counts"]), entry[kind]
    assert kappa(counts, kind) == pytest.approx(theirs["statsmodels_kappa"], abs=1e-12)
    ours = kappa_standard_error(counts, kind)
    assert ours == pytest.approx(theirs["statsmodels_se"], abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_kappa_and_gwets_coefficients_are_those_of_irrcac(entry, kind):
    counts, theirs = np.array(entry["counts"]), entry[kind]
    assert kappa(counts, kind) == pytest.approx(theirs["irrcac_kappa"], abs=1e-12)
    assert gwet(counts, kind) == pytest.approx(theirs["irrcac_gwet"], abs=1e-12)


def test_the_largest_kappa_is_that_of_statsmodels(entry):
    theirs = entry["unweighted"]["statsmodels_kappa_max"]
    assert kappa_maximum(entry["counts"]) == pytest.approx(theirs, abs=1e-12)


def test_two_step_polychoric_correlation_is_that_of_polycor(entry):
    found, theirs = polychoric(entry["counts"], "two-step"), entry["polychoric"]["two_step"]
    if theirs < ROUGH_FROM:
        assert found.r == pytest.approx(theirs, abs=5e-5)
    else:
        assert found.log_likelihood > log_likelihood(entry, found, theirs)


def log_likelihood(entry, found, r):
    """Log likelihood at polycor's correlation and our cut-points, from SciPy's distribution."""
    counts = np.array(entry["counts"])
    counts = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
    edges_a, edges_b = ([-9.0, *cuts, 9.0] for cuts in (found.cuts_a, found.cuts_b))
    law = multivariate_normal(cov=[[1, r], [r, 1]])
    below = np.array([[law.cdf([a, b]) for b in edges_b] for a in edges_a])
    cells = np.diff(np.diff(below, axis=0), axis=1)
    return (counts * np.log(np.where(counts > 0, cells, 1.0))).sum()


@pytest.mark.parametrize("entry", [one for one in TABLES if one["polychoric"]["ml"]], ids=name_of)
def test_maximum_likelihood_is_that_of_polycor(entry):
    found, theirs = polychoric(entry["counts"]), entry["polychoric"]["ml"]
    if theirs < ROUGH_FROM:
        assert found.r == pytest.approx(theirs, abs=2e-4)
    assert found.log_likelihood >= polychoric(entry["counts"], "two-step").log_likelihood


@pytest.mark.parametrize(
    ("name", "kind", "printed", "decimals"),
    [
        ("mammograms-two-readers", "unweighted", 0.3713, 4),
        ("mammograms-two-readers", "linear", 0.5964, 4),
        ("multiple-sclerosis-new-orleans", "unweighted", 0.297, 3),
        ("multiple-sclerosis-winnipeg", "unweighted", 0.208, 3),
        ("rast-mast-allergy", "unweighted", 0.32, 2),
        ("rast-mast-allergy", "linear", 0.56, 2),
        ("xeromammograms-two-radiologists", "unweighted", 0.4728, 4),
        ("xeromammograms-two-radiologists", "linear", 0.57, 2),
    ],
)
def test_printed_kappas(name, kind, printed, decimals):
    assert round(float(kappa(table(name), kind)), decimals) == printed


def test_other_printed_figures():
    xero = table("xeromammograms-two-radiologists")
    assert round(float(agreement_exact(xero)), 4) == 0.6353
    assert round(float(gwet(xero)), 4) == 0.5292
    assert round(kappa_standard_error(xero, "unweighted"), 2) == 0.07
    mammograms = table("mammograms-two-readers")
    assert round(kappa_standard_error(mammograms, "unweighted"), 5) == 0.06033
    assert round(kappa_standard_error(mammograms, "linear"), 5) == 0.04923


def test_merged_categories():
    """Agresti 1992 prints 0.493 (error 0.057) for pathologists A and B with 4 and 5 merged."""
    (entry,) = (
        one
        for one in TABLES
        if (one["name"], one["pair"]) == ("carcinoma-cervix-pathologists", "A and B")
    )
    merged = np.add.reduceat(np.add.reduceat(entry["counts"], range(4), 0), range(4), 1)
    assert round(float(kappa(merged)), 3) == 0.493
    assert round(kappa_standard_error(merged, "unweighted"), 3) == 0.057
    allergy = table("rast-mast-allergy")
    three = np.add.reduceat(np.add.reduceat(allergy, [0, 1, 3], 0), [0, 1, 3], 1)
    two = np.add.reduceat(np.add.reduceat(allergy, [0, 1], 0), [0, 1], 1)
    assert (round(float(kappa(three)), 2), round(float(kappa(two)), 2)) == (0.42, 0.53)
