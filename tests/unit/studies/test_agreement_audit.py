"""Verdicts of every kind, from small tables worked out by hand or by brute force."""

from dataclasses import replace

import numpy as np
import pytest

from metadx.studies import cross_halves
from metadx.studies.agreement import AgreementRow, AgreementTable, PrintedKappa
from metadx.studies.agreement_audit import audit_agreement
from metadx.studies.kappa import Convention, kappa_of, kappa_standard_error

# Large enough for one convention to stand out, with few tables all the same.
TRUTH = np.array([[66, 13, 0], [5, 22, 1], [0, 0, 0]])
OTHER = np.array([[27, 17, 0], [16, 45, 1], [0, 1, 0]])


def row(finding="", table=TRUTH, kappa=None, known=False, **more):
    margins = {"margins_a": (table.sum(1),), "margins_b": (table.sum(0),)}
    counts = {"counts": table} if known else margins
    return AgreementRow(
        "", finding, "", "AI", "reader", int(table.sum()), kappa=kappa, **counts, **more
    )


def printed(table, kind, formula="fleiss-cohen-everitt", *, offset=0, places=2, z=1.96, **more):
    kappa, error = kappa_of(table, kind, offset), kappa_standard_error(table, kind, formula, offset)
    lower, upper = round(kappa - z * error, places), round(kappa + z * error, places)
    return PrintedKappa(round(kappa, places), places, lower, upper, None, places, **more)


def audit(*rows, **options):
    return audit_agreement(AgreementTable(("none", "some", "much"), rows), **options)


def finding(audited, about):
    return " ".join(found.text for found in audited.findings if found.about == about)


def test_a_unique_table_and_its_convention():
    found = audit(row(kappa=printed(TRUTH, "quadratic")))
    assert found.chosen == Convention("quadratic", "fleiss-cohen-everitt", 107)
    assert found.conventions == (found.chosen,)
    (only,) = found.rows
    assert only.verdict == "unique"
    assert only.remaining.tables.tolist() == [TRUTH.tolist()]
    assert only.misaligned is only.all_margins is None
    assert only.kappa_max == pytest.approx(0.811, abs=5e-4)
    assert "1 of 57 tables with the margins has kappa 0.60 (0.45 to 0.76)" in only.words[0]
    assert "66 13 0 / 5 22 1" in only.words[1]
    assert not any(one.wrong for one in found.findings)
    tried = {(m.convention.weights, m.convention.formula): m for m in only.matches}
    assert len(tried) == 9
    match = tried["quadratic", "fleiss-cohen-everitt"]
    assert (match.n_tables, match.n_kappa, match.n_both) == (57, 2, 1)


@pytest.mark.parametrize("formula", ["fleiss-cohen-everitt", "cohen-1960", "null"])
@pytest.mark.parametrize("kind", ["unweighted", "linear", "quadratic"])
def test_rows_together_give_the_convention(kind, formula):
    tables = [TRUTH, OTHER, OTHER.T, np.array([[40, 9, 3], [4, 20, 6], [1, 5, 19]])]
    rows = [row(str(i), t, printed(t, kind, formula, places=3)) for i, t in enumerate(tables)]
    found = audit(*rows)
    assert found.chosen == Convention(kind, formula, 107)
    for one, table in zip(found.rows, tables, strict=True):
        assert table.tolist() in one.remaining.tables.tolist()
        assert one.verdict in ("unique", "few", "many")


def test_kappa_alone_leaves_weights_open_and_keeps_them_all():
    table = np.array([[30, 8, 0], [6, 16, 0], [0, 0, 0]])
    found = audit(row(table=table, kappa=PrintedKappa(round(kappa_of(table, "linear"), 2))))
    # With 2 categories the three kappas are one.
    assert found.chosen is None
    assert {one.weights for one in found.conventions} == {"unweighted", "linear", "quadratic"}
    assert {one.formula for one in found.conventions} == {"fleiss-cohen-everitt"}
    assert "Several conventions explain as many" in finding(found, "convention")
    remaining = found.rows[0].remaining
    assert table.tolist() in remaining.tables.tolist()
    assert len({tuple(t.ravel()) for t in remaining.tables}) == remaining.n_tables


def test_stated_weights_settle_it():
    table = np.array([[30, 8, 0], [6, 16, 0], [0, 0, 0]])
    kappa = PrintedKappa(round(kappa_of(table, "linear"), 2), weights="linear")
    found = audit(row(table=table, kappa=kappa))
    assert found.chosen.weights == "linear"
    assert found.rows[0].remaining is not None


def test_where_rows_speak_for_several_the_stated_weights_are_taken():
    one = row("one", kappa=printed(TRUTH, "linear", weights="linear", places=3))
    two = row("two", OTHER, printed(OTHER, "quadratic", places=3))
    found = audit(one, two)
    assert found.chosen.weights == "linear"
    assert [audited.verdict for audited in found.rows] == ["unique", "impossible"]
    assert "some would: quadratic kappa" in finding(found, "two")


def test_stated_weights_that_admit_nothing_are_told():
    found = audit(row(kappa=printed(TRUTH, "quadratic", weights="unweighted")))
    assert found.rows[0].verdict == "impossible"
    assert found.rows[0].remaining is None
    assert found.rows[0].all_margins.n_tables == 57
    assert "Otherwise computed, some would: quadratic kappa" in " ".join(found.rows[0].words)
    assert "stated as unweighted" in finding(found, "convention")
    assert "give their weights as unknown" in finding(found, "convention")


def test_codes_off_by_one_are_found_where_aligned_codes_admit_nothing():
    table = np.array([[94, 2, 0], [5, 3, 1], [0, 0, 2]])
    shifted = printed(table, "quadratic", offset=1)
    aligned = printed(TRUTH, "quadratic"), printed(OTHER, "quadratic")
    found = audit(
        row("one", TRUTH, aligned[0]), row("two", OTHER, aligned[1]), row("three", table, shifted)
    )
    third = found.rows[2]
    assert third.verdict == "misaligned only"
    assert third.remaining is None
    assert table.tolist() in third.misaligned.tables.tolist()
    assert third.misaligned.n_tables == 2
    assert third.all_margins.n_tables == 105
    assert {m.convention.offset for m in third.matches} == {0, 1, -1}
    text = finding(found, "three")
    assert "codes of AI one category higher than those of reader" in text
    assert "it does not say how they came about" in text
    assert all(word not in text.lower() for word in ("error in", "fraud", "wrong", "fabricat"))


def test_an_impossible_kappa_keeps_its_margins():
    found = audit(row("one", kappa=PrintedKappa(0.95, lower=0.9, upper=1.0)))
    (only,) = found.rows
    assert only.verdict == "impossible"
    assert only.misaligned is only.remaining is None
    assert only.all_margins.n_tables == 57
    assert found.chosen is None
    assert "above the largest that the margins allow: 0.824 unweighted" in finding(found, "one")


def test_a_misprinted_margin_is_forced_by_kappa_or_stays_ambiguous():
    wrong = np.array([71, 34, 2])
    kappa = printed(TRUTH, "quadratic")
    both = replace(row("one", kappa=kappa), margins_b=(wrong, TRUTH.sum(0)))
    found = audit(both, row("two", OTHER, printed(OTHER, "quadratic")))
    assert found.rows[0].verdict == "unique"
    assert "the printed kappa forces 71, 35, 1" in finding(found, "one")
    alone = audit(row(kappa=kappa)).rows[0].remaining
    prior = np.exp(found.rows[0].remaining.log_weights - alone.log_weights)
    assert prior == pytest.approx(0.5)
    same = replace(both, margins_b=(TRUTH.sum(0), TRUTH.sum(0)))
    assert "stays ambiguous: 2 of 2 candidates" in finding(audit(same), "one")


def test_known_tables_are_compared_with_the_print():
    right = row("one", known=True, kappa=printed(TRUTH, "linear", weights="linear"))
    found = audit(right)
    assert found.rows[0].verdict == "table known"
    assert found.rows[0].remaining.tables.tolist() == [TRUTH.tolist()]
    assert found.chosen.weights == "linear"
    assert finding(found, "one") == ""
    stated = replace(right, kappa=replace(right.kappa, weights="quadratic"))
    assert "stated as quadratic, but it is the linear kappa" in finding(audit(stated), "one")
    other = replace(right, kappa=PrintedKappa(0.20))
    assert "is not the kappa of the table: 0.582 unweighted" in finding(audit(other), "one")
    assert audit(row(known=True)).rows[0].verdict == "table known"


def test_without_margins_or_kappa_nothing_is_checked():
    bare = AgreementRow("", "one", "", "AI", "reader", 107, kappa=PrintedKappa(0.19))
    found = audit(bare, replace(bare, kappa=None), replace(row("three"), kappa=None))
    assert [one.verdict for one in found.rows] == ["no margins", "no kappa", "no kappa"]
    assert found.rows[2].all_margins.n_tables == 57
    assert found.chosen is None
    assert not any(one.wrong for one in found.findings)


def test_stated_weights_alone_are_the_convention_of_rows_without_margins():
    bare = AgreementRow("", "", "", "AI", "reader", 9, kappa=PrintedKappa(0.2, weights="linear"))
    assert audit(bare).chosen == Convention("linear", "fleiss-cohen-everitt", 9)
    assert audit(bare).conventions == ()


def test_an_interval_by_another_method_is_set_aside():
    kappa = replace(printed(TRUTH, "quadratic", places=3), lower=0.31, upper=0.83)
    found = audit(row("one", kappa=replace(kappa, interval_decimals=2)))
    assert found.chosen == Convention("quadratic", "fleiss-cohen-everitt", 107, 0, "set aside")
    assert TRUTH.tolist() in found.rows[0].remaining.tables.tolist()
    assert "they are set aside" in finding(found, "convention")


def test_an_interval_from_rounded_figures_is_read_as_such():
    table = np.array([[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]])
    kappa = PrintedKappa(0.47, lower=0.33, upper=0.61, se=0.07, weights="unweighted")
    rows = (AgreementRow("", "", "", "A", "B", 85, counts=table, kappa=kappa),)
    found = audit_agreement(AgreementTable(tuple("abcd"), rows))
    assert found.chosen.interval == "from rounded"
    assert not any(one.wrong for one in found.findings)


def test_a_standard_error_or_another_level_instead_of_the_interval():
    se = PrintedKappa(0.601, 3, se=0.079, interval_decimals=3)
    assert audit(row(kappa=se)).rows[0].remaining.tables.tolist() == [TRUTH.tolist()]
    ninety = printed(TRUTH, "quadratic", z=1.644854, places=3, level=0.9)
    found = audit(row(kappa=ninety))
    assert found.chosen.weights == "quadratic"
    assert found.rows[0].remaining.tables.tolist() == [TRUTH.tolist()]
    as_if_95 = replace(ninety, level=0.95)
    assert audit(row(kappa=as_if_95)).chosen.interval == "set aside"


def test_a_constant_rater_is_told():
    table = np.array([[60, 40, 0], [0, 0, 0], [0, 0, 0]])
    found = audit(row("one", table, PrintedKappa(0.0)))
    assert found.rows[0].verdict == "unique"
    assert "AI gave every case the same category" in found.rows[0].words[0]
    alone = np.diag([100, 0, 0])
    undefined = audit(row("one", alone, PrintedKappa(1.0)))
    assert undefined.rows[0].verdict == "impossible"
    assert undefined.rows[0].kappa_max is None


def test_too_many_tables_are_told_not_listed(monkeypatch):
    monkeypatch.setattr(cross_halves, "MOST_HALVES", 3)
    found = audit(row(kappa=printed(TRUTH, "quadratic", weights="quadratic")))
    assert found.rows[0].verdict == "too many to list"
    assert found.rows[0].remaining is None
    assert found.chosen.weights == "quadratic"
    assert found.rows[0].words[0].startswith("57 tables have the margins: too many to list")
    assert "these have kappa 0.60 (0.45 to 0.76)" in found.rows[0].words[1]


def test_beyond_counting_a_simulated_table_shows_that_there_is_one():
    table = np.array([[2100, 310, 305], [290, 1400, 300], [320, 280, 2800]])
    found = audit(row(table=table, kappa=PrintedKappa(round(kappa_of(table, "linear"), 1), 1)))
    assert found.rows[0].verdict == "too many to list"
    assert found.rows[0].words[0].startswith("About ")
    assert " as linear kappa" in found.rows[0].words[1]
    far = audit(row(table=table, kappa=PrintedKappa(-0.7, se=0.001)))
    assert "none has kappa -0.70" in far.rows[0].words[1]
    larger = audit(row(table=20 * table, kappa=PrintedKappa(0.5)))
    assert len(larger.rows[0].words) == 1


def test_weights_found_from_one_row_alone_are_said_to_rest_on_it():
    alone = audit(row(kappa=printed(TRUTH, "quadratic")))
    assert "No other row bears the weights out" in finding(alone, "convention")
    told = audit(row(kappa=replace(printed(TRUTH, "quadratic"), weights="quadratic")))
    assert "No other row" not in finding(told, "convention")


def test_one_case_less_is_told_when_asked():
    less = TRUTH - np.array([[1, 0, 0], [0, 0, 0], [0, 0, 0]])
    found = audit(row(kappa=printed(less, "quadratic")), also_one_less=True)
    text = finding(found, "one case less")
    assert "of 1 kappas that can be checked" in text
    assert "quadratic 1" in text
