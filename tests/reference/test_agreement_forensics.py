"""What the printed numbers of the shipped lung review admit, pinned.

The numbers of tables, and of those with the printed kappa and interval, were found by two other
programmes written apart from this one (a depth-first search and a dynamic programme), whose kappas
and standard errors are those of statsmodels.
"""

import time

import numpy as np
import pytest

from metadx.studies.agreement import PrintedKappa
from metadx.studies.agreement_audit import audit_agreement
from metadx.studies.agreement_review import load_agreement
from metadx.studies.cross_count import count_tables
from metadx.studies.cross_tables import TableSearch
from metadx.studies.kappa import Convention, kappa_of, kappa_standard_error

USUAL = "fleiss-cohen-everitt"
# Number of tables, of those with the printed quadratic kappa, of those with the interval as well.
TABLES = {
    "consolidation": (57, 2, 1),
    "ground-glass": (3_934_884, 920, 18),
    "reticulation": (218, 5, 1),
    "honeycombing": (105, 0, 0),
}
NORMAL = (18_075, 48_644, 56_691, 58_197)  # the superfluous patient taken from category 1 to 4
UNIQUE = {
    "consolidation": ([[66, 13, 0], [5, 22, 1]], 0.601138, 0.078723),
    "reticulation": ([[27, 17, 0], [16, 45, 1], [0, 1, 0]], 0.366435, 0.085957),
    "emphysema": ([[98, 2, 0], [4, 2, 1]], 0.507561, 0.158099),
}
LEADING = [[10, 11, 0, 0, 0], [4, 63, 4, 0, 0], [0, 4, 6, 1, 1], [0, 0, 0, 3, 0]]


@pytest.fixture(scope="module")
def table():
    return load_agreement("ild-agreement").table


@pytest.fixture(scope="module")
def audited(table):
    return audit_agreement(table)


@pytest.fixture(scope="module")
def rows(table, audited):
    """Audits of the whole lung by finding."""
    pairs = zip(table.rows, audited.rows, strict=True)
    return {row.finding: audit for row, audit in pairs if not table.is_part(row)}


def counted(audit, offset=0, weights="quadratic", formula=USUAL):
    return [
        (match.n_tables, match.n_kappa, match.n_both)
        for match in audit.matches
        if match.convention == Convention(weights, formula, 107, offset)
    ]


@pytest.mark.parametrize("finding", TABLES)
def test_numbers_of_tables(rows, finding):
    assert counted(rows[finding]) == [TABLES[finding]]


def test_numbers_of_tables_of_the_candidates(rows):
    assert counted(rows["normal lung"]) == [(many, 0, 0) for many in NORMAL]
    assert counted(rows["emphysema"])[0] == (10, 2, 1)
    assert [both for *_, both in counted(rows["emphysema"])] == [1, 0]


def test_only_quadratic_weights_explain_four_findings(audited, rows):
    assert audited.chosen == Convention("quadratic", USUAL, 107)
    assert audited.conventions == (audited.chosen,)
    explained = {}
    for finding, audit in rows.items():
        for match in audit.matches:
            if match.n_both and not match.convention.offset:
                key = (match.convention.weights, match.convention.formula)
                explained.setdefault(key, set()).add(finding)
    four = {"consolidation", "ground-glass", "reticulation", "emphysema"}
    assert explained == {("quadratic", USUAL): four, ("quadratic", "cohen-1960"): {"ground-glass"}}


@pytest.mark.parametrize("finding", UNIQUE)
def test_unique_tables(rows, finding):
    cells, kappa, error = UNIQUE[finding]
    assert rows[finding].verdict == "unique"
    full = np.zeros((5, 5), dtype=int)
    full[: len(cells), :3] = cells
    assert rows[finding].remaining.tables.tolist() == [full.tolist()]
    assert kappa_of(full, "quadratic") == pytest.approx(kappa, abs=1e-6)
    assert kappa_standard_error(full, "quadratic") == pytest.approx(error, abs=1e-6)


def test_ground_glass_has_eighteen(rows):
    remaining = rows["ground-glass"].remaining
    assert rows["ground-glass"].verdict == "few"
    assert remaining.n_tables == 18
    full = np.zeros((5, 5), dtype=int)
    full[:4] = LEADING
    assert full.tolist() in remaining.tables.tolist()
    exact = np.trace(remaining.tables, axis1=1, axis2=2) / 107
    assert (exact.min(), exact.max()) == pytest.approx((0.766, 0.822), abs=5e-4)
    assert {round(kappa_of(one, "quadratic"), 4) for one in remaining.tables} == {0.7034}


def test_two_findings_have_none_unless_codes_are_off_by_one(rows, audited):
    normal, honeycombing = rows["normal lung"], rows["honeycombing"]
    assert normal.verdict == honeycombing.verdict == "misaligned only"
    assert normal.remaining is honeycombing.remaining is None
    assert [both for *_, both in counted(normal, 1)] == [7, 8, 0, 0]
    assert [both for *_, both in counted(normal, -1)] == [0, 29, 0, 34]
    assert counted(honeycombing, 1) == [(105, 5, 2)]
    assert counted(honeycombing, -1) == [(105, 7, 0)]
    # The offset that explains both is the one that is kept.
    told = " ".join(one.text for one in audited.findings if one.about == "convention")
    assert "one category higher than those of radiologist would explain 2 of the 2" in told
    assert "one category lower" not in told
    assert normal.misaligned.n_tables == 15
    assert normal.all_margins.n_tables == sum(NORMAL)
    assert honeycombing.all_margins.n_tables == 105


def test_tables_of_codes_off_by_one(rows):
    wanted = [[[94, 2, 0], [5, 3, 1], [0, 0, 2]], [[95, 0, 1], [4, 5, 0], [0, 0, 2]]]
    found = rows["honeycombing"].misaligned.tables
    assert sorted(found[:, :3, :3].tolist()) == sorted(wanted)
    assert [round(kappa_of(one, "quadratic"), 3) for one in found] == [0.745, 0.745]
    first = rows["normal lung"].misaligned.tables
    first = first[first[:, 1].sum(1) == 0]  # nobody left in 1-24 by the AI
    assert len(first) == 7
    assert {round(kappa_of(one, "quadratic"), 3) for one in first} == {0.873}


def test_the_correction_of_emphysema_is_forced(rows):
    assert "the printed kappa forces 102, 4, 1, 0, 0" in " ".join(rows["emphysema"].words)
    # Against the text of the paper, but the other reading with one table as unweighted kappa.
    other = TableSearch([100, 7, 0], [101, 4, 2])
    printed = PrintedKappa(0.51, lower=0.20, upper=0.82)
    assert other.fit(printed, Convention("unweighted", USUAL, 107)).fitting.n_tables == 1


def test_largest_kappas(rows):
    wanted = {"consolidation": 0.811, "ground-glass": 0.894, "reticulation": 0.982}
    wanted |= {"honeycombing": 0.872, "emphysema": 0.789, "normal lung": 0.970}
    for finding, most in wanted.items():
        assert rows[finding].kappa_max == pytest.approx(most, abs=5.1e-4)


def test_lobes_cannot_be_checked(table, audited):
    lobes = [a for r, a in zip(table.rows, audited.rows, strict=True) if table.is_part(r)]
    assert {audit.verdict for audit in lobes} == {"no margins"}
    assert len(lobes) == 10


def test_one_patient_less_explains_no_more(table):
    told = audit_agreement(table, also_one_less=True).findings[-1]
    assert told.about == "one case less"
    assert "of 6 kappas that can be checked" in told.text
    assert "unweighted 1, linear 2, quadratic 2" in told.text


def test_the_audit_takes_seconds(table):
    start = time.process_time()
    audit_agreement(table)
    assert time.process_time() - start < 15


def test_a_published_number_of_tables():
    # Diaconis and Efron 1985, eye and hair colour
    eyes = [220, 215, 93, 64], [108, 286, 71, 127]
    assert count_tables(*eyes) == 1_225_914_276_768_514
