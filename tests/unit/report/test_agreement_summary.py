"""The summary of a fit of agreement: numbers by hand, and a reason for everything left empty."""

import csv
import io
import json

import numpy as np
import pytest

from metadx.engines.agreement.settings import AgreementSettings
from metadx.report.agreement_summary import agreement_summary
from metadx.report.agreement_tables import agreement_contrasts_csv, agreement_csv
from metadx.report.summary import as_text
from metadx.studies.agreement import PrintedKappa

GOOD = np.array([[0.45, 0.05], [0.05, 0.45]])  # kappa 0.8, the same category in 90 %
POOR = np.array([[0.3, 0.2], [0.2, 0.3]])  # kappa 0.2, 60 %
# Three categories: observed disagreement 0.30 (unweighted) against 0.66 by chance.
THREE = np.array([[0.3, 0.1, 0.0], [0.1, 0.2, 0.05], [0.0, 0.05, 0.2]])
COUNTS = np.array([[45, 5], [5, 45]])


def refuse(constant):
    raise AssertionError(f"{constant} is no JSON")


def strict(found):
    return json.loads(as_text(found), parse_constant=refuse)


@pytest.fixture
def two(agreement_fit, row):
    """Two findings; in one draw of four they change places."""
    cells = np.array([[GOOD, POOR], [GOOD, POOR], [GOOD, POOR], [POOR, GOOD]])
    z = np.array([[1.2, 0.2], [1.2, 0.2], [1.2, 0.2], [0.2, 1.2]])
    rows = [row("nodule", counts=COUNTS), row("cyst", counts=COUNTS[::-1])]
    hyper = {"mu": z.mean(axis=1), "sd_finding": np.full(4, 0.4)}
    return agreement_fit(rows, cells, z, hyper=hyper, groups={"nodule": "a", "cyst": "b"})


def test_each_row_has_the_kappa_of_its_cells(two):
    found = strict(agreement_summary(two, name="mine", prob=0.5))
    assert (found["schema"], found["kind"], found["review"]) == (
        "metadx/summary/1",
        "agreement",
        "mine",
    )
    first = found["findings"][0]
    assert (first["label"], first["n"], first["part"], first["group"]) == (
        "nodule",
        100,
        False,
        "a",
    )
    for name, high, low in (
        ("kappa", 0.8, 0.2),
        ("kappa_quadratic", 0.8, 0.2),
        ("agreement_exact", 0.9, 0.6),
        ("a_higher", 0.05, 0.2),
    ):
        told = first["estimands"][name]
        assert told["mean"] == pytest.approx((3 * high + low) / 4)
        assert told["median"] == pytest.approx(high)
    rho = 0.9995 * np.tanh(1.2)
    assert first["estimands"]["latent_rho"]["median"] == pytest.approx(rho)
    assert first["kappa_reported"] is first["predictive_p"] is first["kappa_used"] is None


def test_rows_are_compared_in_pairs_ranks_and_groups(two):
    found = agreement_summary(two)
    names = [contrast["estimand"] for contrast in found["contrasts"]]
    assert names == ["kappa", "kappa_standard"]
    contrast = found["contrasts"][0]
    assert (contrast["a"], contrast["b"]) == ("nodule", "cyst")
    assert contrast["prob_a_gt_b"] == 0.75
    assert contrast["difference"]["mean"] == pytest.approx(0.5 * 0.6)
    ranks = found["ranks"][0]
    assert ranks["family"] == "whole"
    assert ranks["labels"] == ["nodule", "cyst"]
    assert ranks["prob_rank"] == [[0.75, 0.25], [0.25, 0.75]]
    assert ranks["mean_rank"] == [1.25, 1.75]
    group = found["groups"][0]
    assert (group["a"], group["b"], group["labels_a"]) == ("a", "b", ["nodule"])
    assert group["prob_a_gt_b"] == 0.75
    assert [one["estimand"] for one in found["groups"]] == ["kappa", "kappa_standard", "latent_rho"]


def test_what_lies_beyond_the_rows_is_pooled(two):
    pooled = agreement_summary(two)["pooled"]
    assert {"latent_rho", "kappa_standard_new", "latent_rho_population"} <= pooled.keys()
    assert pooled["latent_rho"]["median"] == pytest.approx(0.9995 * np.tanh(0.7))
    again = agreement_summary(two)["pooled"]
    assert pooled == again


def test_one_row_is_told_with_its_z_and_nothing_is_pooled(agreement_fit, row):
    z = np.linspace(0.5, 1.5, 5)[:, None]
    fit = agreement_fit([row(counts=COUNTS)], np.tile(GOOD, (5, 1, 1, 1)), z)
    found = strict(agreement_summary(fit))
    assert found["pooled"] is None
    assert found["contrasts"] == found["ranks"] == found["groups"] == []
    assert found["parameters"]["z"]["median"] == 1.0
    assert any(note["about"] == "pooled" and "one row" in note["text"] for note in found["notes"])
    assert found["findings"][0]["label"] == "AI and reader"


def test_what_is_not_defined_is_empty_with_a_reason(agreement_fit, row):
    certain = np.array([[1.0, 0.0], [0.0, 0.0]])  # as small samples may be drawn
    cells = np.array([[GOOD, POOR, certain]] * 4)
    rows = [row(name, counts=COUNTS) for name in ("nodule", "cyst", "bulla")]
    found = strict(agreement_summary(agreement_fit(rows, cells)))
    bulla = found["findings"][2]
    assert bulla["estimands"]["kappa"] is None
    assert bulla["estimands"]["agreement_exact"]["median"] == 1.0
    reason = next(note for note in found["notes"] if note["about"].startswith("bulla:"))
    assert "kappa" in reason["about"]
    assert "not defined" in reason["text"]
    by_kappa = found["ranks"][0]
    assert by_kappa["labels"] == ["nodule", "cyst"]
    assert all("bulla" not in (c["a"], c["b"]) for c in found["contrasts"][:1])


def printed(value, lower=None, upper=None, **fields):
    return PrintedKappa(value, lower=lower, upper=upper, **fields)


MARGINS = {
    "margins_a": (np.array([79, 28, 0]),),
    "margins_b": (np.array([71, 35, 1]),),
    "n": 107,
}


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([{}], ("quadratic", "default")),
        ([{"kappa": printed(0.6, 0.45, 0.76), **MARGINS}], ("quadratic", "explained")),
        ([{"kappa": printed(0.3, weights="linear")}, {}], ("linear", "stated")),
        (
            [{"kappa": printed(0.3, weights=kind)} for kind in ("quadratic", "linear", "linear")],
            ("linear", "mixed"),
        ),
    ],
)
def test_the_kappa_to_speak_of_is_as_stated_or_as_explains(agreement_fit, row, rows, wanted):
    made = [row(f"f{i}", **fields) for i, fields in enumerate(rows)]
    cells = np.tile(THREE, (4, len(rows), 1, 1))
    found = agreement_summary(agreement_fit(made, cells))
    kappa = found["kappa"]
    assert (kappa["weights"], kappa["reason"]) == wanted
    names = {"quadratic": "kappa_quadratic", "linear": "kappa_linear"}
    assert kappa["estimand"] == names[wanted[0]]


def test_with_two_categories_kappa_needs_no_weights(two):
    kappa = agreement_summary(two)["kappa"]
    assert (kappa["estimand"], kappa["reason"]) == ("kappa", "two categories")


OFF_BY_ONE = {
    "kappa": printed(0.16, 0.04, 0.29),
    "margins_a": (np.array([96, 9, 2]),),
    "margins_b": (np.array([99, 5, 3]),),
    "n": 107,
}


@pytest.mark.parametrize(
    ("fields", "impossible", "wanted"),
    [
        (MARGINS | {"kappa": printed(0.6, 0.45, 0.76)}, "leave out", ("unique", True)),
        (MARGINS | {"kappa": printed(0.95, 0.93, 0.97)}, "leave out", ("impossible", False)),
        (MARGINS | {"kappa": printed(0.95, 0.93, 0.97)}, "misaligned", ("impossible", False)),
        (OFF_BY_ONE, "leave out", ("misaligned only", False)),
        (OFF_BY_ONE, "misaligned", ("misaligned only", True)),
        (MARGINS, "leave out", ("no kappa", None)),
    ],
)
def test_it_is_told_whether_the_printed_kappa_was_used(
    agreement_fit, row, fields, impossible, wanted
):
    fit = agreement_fit(
        [row("nodule", **fields)],
        np.tile(THREE, (4, 1, 1, 1)),
        settings=AgreementSettings(impossible=impossible),
    )
    told = agreement_summary(fit)["findings"][0]
    assert (told["audit"]["verdict"], told["kappa_used"]) == wanted


@pytest.mark.parametrize("used", [True, False])
def test_without_margins_a_kappa_is_used_where_the_engine_has_drawn_it(agreement_fit, row, used):
    fit = agreement_fit(
        [row("nodule", kappa=printed(0.4, 0.3, 0.5))],
        np.tile(THREE, (4, 1, 1, 1)),
        coded=np.full((4, 1), 0.35) if used else None,
    )
    told = agreement_summary(fit)["findings"][0]
    assert told["kappa_used"] is used
    quadratic = told["estimands"]["kappa_quadratic"]
    assert quadratic["median"] == 0.35 if used else quadratic is None


def test_a_part_keeps_what_is_expected_from_the_whole(agreement_fit, row):
    rows = [
        row("nodule", region="lung", **MARGINS),
        row("nodule", region="left", kappa=printed(0.4, 0.3, 0.5)),
    ]
    coded = np.array([[np.nan, 0.35]] * 4)
    fit = agreement_fit(rows, np.tile(THREE, (4, 2, 1, 1)), coded=coded, whole="lung")
    part = agreement_summary(fit)["findings"][1]
    assert (part["margins"], part["kappa_used"]) == ("expected", True)
    assert part["estimands"]["kappa_aligned"]["median"] != 0.35
    assert part["estimands"]["agreement_exact"]["median"] == pytest.approx(0.7)


def test_parts_are_ranked_by_themselves(agreement_fit, row):
    rows = [row("nodule", region=region, counts=COUNTS) for region in ("lung", "left", "right")]
    cells = np.array([[POOR, GOOD, POOR]] * 4)
    found = agreement_summary(agreement_fit(rows, cells, whole="lung"))
    assert [told["part"] for told in found["findings"]] == [False, True, True]
    families = {(one["family"], tuple(one["labels"])) for one in found["ranks"]}
    assert families == {("parts", ("nodule, left", "nodule, right"))}
    assert len(found["contrasts"]) == 2 * 3


def test_the_tables_for_spreadsheets_hold_the_same_numbers(two):
    found = agreement_summary(two)
    rows = list(csv.DictReader(io.StringIO(agreement_csv(found))))
    of_nodule = {r["quantity"]: r for r in rows if r["part"] == "row" and r["label"] == "nodule"}
    for name, values in found["findings"][0]["estimands"].items():
        assert float(of_nodule[name]["median"]) == values["median"]
        assert float(of_nodule[name]["prob"]) == 0.95
    sizes = [r["median"] for r in rows if r["part"] == "printed" and r["quantity"] == "n"]
    assert sizes == ["100", "100"]
    pooled = {r["quantity"] for r in rows if r["part"] == "pooled"}
    assert pooled == found["pooled"].keys()
    contrasts = list(csv.DictReader(io.StringIO(agreement_contrasts_csv(found))))
    assert len(contrasts) == len(found["contrasts"]) + len(found["groups"])
    assert float(contrasts[0]["prob_a_gt_b"]) == 0.75


def test_a_level_outside_0_to_1_is_refused(two):
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        agreement_summary(two, prob=95)
