"""Rows as publications print them: the table behind each, found from rounded figures alone."""

import csv

import pytest

from metadx.resources import data_dir
from metadx.studies.reported import audit_reported

# Printed figures, the one table behind them, and where they are printed.
UNIQUE = {
    # J Clin Exp 2025;100734 (Binzhou People's Hospital): 87 nodules, 69 malignant; AI 89.86 %,
    # 77.78 %, accuracy 87.36 %. doi 10.1016/j.clinsp.2025.100734
    "binzhou 2025": (
        {"n": "87", "sens": "89.86 %", "spec": "77.78 %", "accuracy": "87.36 %"},
        (62, 4, 7, 14),
    ),
    # 134 benign and 66 malignant; 71.21 %, 85.07 %, 80.50 %. doi 10.3934/publichealth.2025059
    "wang 2025": (
        {"n": "200", "sens": "71.21%", "spec": "85.07%", "accuracy": "80.50%"},
        (47, 20, 19, 114),
    ),
    # 76 patients; called high risk 75.61 % of the malignant and 34.29 % of the benign, whose
    # numbers are not printed: 41 and 35 is the only split. doi 10.3389/fonc.2025.1594499
    "ren 2025": ({"n": "76", "sens": "75.61%", "spec": "65.71%"}, (31, 12, 10, 23)),
    # Table 3 of Am J Transl Res 2023;15:3318: accuracy 81.94 % of 360, missed diagnosis 15.14 %
    # (so sens 84.86 %), true negative rate 75.23 %.
    "ajtr 2023": (
        {"n": "360", "sens": "84.86%", "spec": "75.23%", "accuracy": "81.94%"},
        (213, 27, 38, 82),
    ),
    # 75 nodules, 47 malignant; 93.6 % and 39.3 %. doi 10.3390/cancers12082211
    "wan 2020": (
        {"n_diseased": "47", "n_nondiseased": "28", "sens": "93.6", "spec": "39.3"},
        (44, 17, 3, 11),
    ),
    # 130 nodules, 55 malignant; 94.55, 98.67, PPV 98.11, NPV 96.10, accuracy 96.92 % (AI with
    # low-dose CT, in-situ carcinoma).
    "in situ": (
        {
            "n": "130",
            "sens": "94.55%",
            "spec": "98.67%",
            "ppv": "98.11%",
            "npv": "96.10%",
            "accuracy": "96.92%",
        },
        (52, 1, 3, 74),
    ),
}


@pytest.mark.parametrize("name", UNIQUE)
def test_the_one_table_behind_a_published_row(name):
    texts, table = UNIQUE[name]
    found = audit_reported(**texts)
    assert (found.verdict, found.count) == ("unique", 1)
    assert found.tables.tolist() == [list(table)]
    assert str(found) == "One table fits: tp = {}, fp = {}, fn = {}, tn = {}.".format(*table)


def rows(name):
    with (data_dir() / name / "studies.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def counts(row):
    return [int(row[name]) for name in ("tp", "fp", "fn", "tn")]


def audited(row, sens, spec, **sizes):
    percent = "%" if sens.endswith("pct") else ""
    figures = {"sens": row[sens] + percent, "spec": row[spec] + percent}
    figures = {name: {"1": "1.00", "0": "0.00"}.get(text, text) for name, text in figures.items()}
    return audit_reported(**figures, **sizes)


def test_pleural_lesions_print_what_their_counts_give_and_nothing_else():
    shipped = rows("pleural-lesions-fdg-pet")
    assert len(shipped) == 11
    for row in shipped:
        sizes = {"n_diseased": row["malignant"], "n_nondiseased": row["benign"]}
        found = audited(row, "printed_sens_pct", "printed_spec_pct", **sizes)
        assert found.tables.tolist() == [counts(row)], row["study"]


def test_fdg_pet_prints_one_row_that_clashes_with_its_group():
    """Nunez 2007: 67 of 71 are 94.37 %, printed 0.95; 68 of 71 would be 95.77 %, 0.96."""
    clashing = {}
    for row in rows("lung-nodules-fdg-pet"):
        tp, fp, fn, tn = counts(row)
        sizes = {"n_diseased": str(tp + fn), "n_nondiseased": str(fp + tn)}
        found = audited(row, "printed_sn", "printed_sp", **sizes)
        if found.verdict == "impossible":
            clashing[row["study"]] = [clash.text for clash in found.clashes]
        else:
            assert counts(row) in found.tables.tolist(), row["study"]
    assert clashing == {
        "Nunez 2007": ["sens = 0.95 and n_diseased = 71: nearest possible sens 0.94 and 0.96"]
    }


def test_biopsy_rows_hold_their_counts_except_the_two_in_doubt():
    """Ohno's counts give spec 80 %, printed 72; Tsukada's LR- is 0.2465, printed 0.245."""
    missing = []
    for row in rows("lung-nodules-ct-biopsy"):
        sizes = {"n": row["useful_sample"], "lr_neg": row["printed_neg_lr"]}
        found = audited(row, "printed_sens_pct", "printed_spec_pct", **sizes)
        if counts(row) not in found.tables.tolist():
            missing.append(row["study"])
        if row["study"] == "Jin":
            assert found.tables.tolist() == [[35, 0, 1, 25]]
    assert missing == ["Ohno", "Tsukada"]


def test_a_published_row_that_cannot_be():
    # Lanzhou First Hospital, 416 nodules: 94.40 %, 46.70 %, 73.80 %. Read as 94.4, 46.7 and 73.8
    # they clash all the same, as trying every split of 416 shows.
    accuracies = [
        (tp + tn) / 416
        for d in range(1, 416)
        for tp in range(d + 1)
        if abs(tp / d - 0.944) <= 0.0005
        for tn in range(416 - d + 1)
        if abs(tn / (416 - d) - 0.467) <= 0.0005
    ]
    below = max(x for x in accuracies if x < 0.738)
    above = min(x for x in accuracies if x > 0.738)
    assert (below < 0.7375, above > 0.7385) == (True, True)
    coarse = audit_reported(n="416", sens="94.4%", spec="46.7%", accuracy="73.8%")
    assert coarse.verdict == "impossible"
    assert [clash.text.rpartition(": ")[2] for clash in coarse.clashes] == [
        f"nearest possible accuracy {100 * below:.1f}% and {100 * above:.1f}%"
    ]
    printed = audit_reported(n="416", sens="94.40%", spec="46.70%", accuracy="73.80%")
    assert (printed.verdict, printed.count, len(printed.tables)) == ("impossible", 0, 0)
