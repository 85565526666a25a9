"""The page on lung CTs: its record is of these data and this card, and its sentences are true."""

import json
import math
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import metadx
from metadx.cards.agreement_card import load_agreement_card
from metadx.report.agreement_figures import agreement_figures
from tests.plumbing.plots.agreement_stand_in import shipped
from tests.reference.run_ild_agreement import RECORD_FILE, REVIEW, VARIANTS

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs"))

import build  # noqa: E402
import console  # noqa: E402

PAGE = (ROOT / "docs" / "ild-agreement.md").read_text(encoding="utf-8")
IMPOSSIBLE = ("normal lung, total", "honeycombing, total")


@pytest.fixture(scope="module")
def record():
    return json.loads(RECORD_FILE.read_text(encoding="utf-8"))


def rows_of(record, variant="default"):
    return {row["label"]: row for row in record["variants"][variant]["rows"]}


def width(limits):
    return limits[2] - limits[0]


def test_the_record_is_of_these_data_and_this_card(record):
    assert record["data_sha256"] == metadx.load_agreement(REVIEW).table.sha256
    assert record["card_sha256"] == load_agreement_card().sha256
    assert list(record["variants"]) == list(VARIANTS)
    assert all(one["passed"] for one in record["variants"].values())


def test_the_run_on_the_page_is_the_one_of_the_record(record):
    shown = " ".join(PAGE.split())
    found = re.search(
        r"best on normal lung \(quadratic kappa ([\d.]+), 95 % interval ([\d.]+) to ([\d.]+)", shown
    )
    told = [float(found[i]) for i in (2, 1, 3)]
    assert told == pytest.approx(rows_of(record)["normal lung, total"]["kappa_quadratic"], abs=0.02)
    found = re.search(
        r"least on reticulation \(quadratic kappa ([\d.]+), 95 % interval ([\d.]+) to ([\d.]+)",
        shown,
    )
    told = [float(found[i]) for i in (2, 1, 3)]
    wanted = rows_of(record)["reticulation, total"]["kappa_quadratic"]
    assert told == pytest.approx(wanted, abs=0.02)


def test_impossible_kappas_are_unlikely_and_possible_ones_are_not(record):
    for label, row in rows_of(record).items():
        if label in IMPOSSIBLE:
            assert not row["kappa_used"]
            assert row["predictive_p"] < 0.05
            assert row["kappa_quadratic"][0] > row["kappa_reported_upper"]
        else:
            assert row["predictive_p"] > 0.1


def test_what_the_page_says_of_single_findings(record):
    rows = rows_of(record)
    shift = {name: rows[f"{name}, total"]["shift"] for name in ("consolidation", "ground-glass")}
    assert all(limits[1] < 0 for limits in shift.values())  # the radiologist is higher
    assert [limits[2] < 0 for limits in shift.values()] == [True, False]  # and clear for one
    for name in shift:
        exact, near = (rows[f"{name}, total"][key] for key in ("agreement_exact",
                                                             "agreement_within1"))  # fmt: skip
        assert 0.70 < exact[1] < 0.85
        assert near[1] > 0.98
    whole = {label: row for label, row in rows.items() if not row["part"]}
    lowest = min(whole, key=lambda label: whole[label]["latent_rho"][1])
    assert lowest == "reticulation, total"
    others = [row["latent_rho"][1] for label, row in whole.items() if label != lowest]
    assert whole[lowest]["latent_rho"][1] < min(others) - 0.2
    rare = [width(rows[f"{name}, total"]["kappa_quadratic"]) for name in ("honeycombing",
                                                                       "emphysema")]  # fmt: skip
    assert min(rare) > width(rows["ground-glass, total"]["kappa_quadratic"])


def test_how_common_a_finding_is_makes_the_difference_of_two_and_not_of_the_third(record):
    ahead = {
        (one["estimand"], one["a"], one["b"]): one["prob_a_gt_b"]
        for one in record["variants"]["default"]["contrasts"]
    }
    raw, same = (
        ahead[(name, "consolidation, total", "ground-glass, total")]
        for name in ("kappa_quadratic", "kappa_standard")
    )
    assert 1 - raw > 0.75
    assert 0.4 < 1 - same < 0.75
    for name in ("kappa_quadratic", "kappa_standard"):
        assert ahead[(name, "ground-glass, total", "reticulation, total")] > 0.99


def test_groups_differ_and_honeycombing_alone_is_not_worse(record):
    for variant in VARIANTS:
        for group in record["variants"][variant]["groups"]:
            assert (group["a"], group["b"]) == ("inflammatory", "fibrotic")
            assert group["prob_a_gt_b"] > 0.8
    rows = rows_of(record)
    good = max(
        rows[f"{name}, total"]["latent_rho"][1] for name in ("consolidation", "ground-glass")
    )
    assert rows["honeycombing, total"]["latent_rho"][1] > good - 0.02


def test_what_the_conclusion_rests_on(record):
    rows = rows_of(record)
    for label, row in rows_of(record, "misaligned").items():
        assert row["latent_rho"][1] == pytest.approx(rows[label]["latent_rho"][1], abs=0.02)
    without = rows_of(record, "no Spearman")
    for label in IMPOSSIBLE:
        assert without[label]["kappa_quadratic"] is None
        assert without[label]["latent_rho"] is None
    assert record["variants"]["no Spearman"]["groups"] == []
    for label, row in rows.items():
        if not row["part"] and label not in IMPOSSIBLE:
            moved = without[label]["kappa_quadratic"][1] - row["kappa_quadratic"][1]
            assert abs(moved) < 0.5 * width(row["kappa_quadratic"])
    lobes = rows_of(record, "no lobar kappa")
    moved = [lobes[label]["latent_rho"][1] - rows[label]["latent_rho"][1]
             for label in rows if rows[label]["part"]]  # fmt: skip
    assert max(moved) > 0.1


def test_more_than_half_of_the_lobes_are_easier_to_explain_by_codes(record):
    apart = [1 - one["aligned"] for one in record["alignment"]]
    assert len(apart) == 10
    assert sum(value > 0.5 for value in apart) > 5


@pytest.mark.parametrize("figure", build.AGREEMENT_FIGURES)
def test_a_figure_is_there_and_says_what_it_shows(figure, record):
    review, name = build.AGREEMENT_FIGURES[figure]
    file = ROOT / "docs" / "figures" / f"{figure}.svg"
    assert file.stat().st_size < 300_000
    described = ET.parse(file).find(".//{http://purl.org/dc/elements/1.1/}description").text
    plot = dict(agreement_figures(shipped(review), 0.95))[name](backend="none")
    caption = " ".join(plot.viz["caption"].item()["string"].split())
    assert console.skeleton(described) == console.skeleton(caption).replace("(−", "(")
    if name == "kappa-forest":
        wanted = record["variants"]["default"]["pooled"]["kappa_standard"]
        found = re.search(r"typical finding ([\d.]+) \(([\d.]+) to ([\d.]+)\)", described)
        told = [float(found[i]) for i in (2, 1, 3)]
        assert all(math.isclose(a, b, abs_tol=0.02) for a, b in zip(told, wanted, strict=True))
