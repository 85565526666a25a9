"""`--only`: a part of the studies, said wherever the answer is."""

import json


def test_a_part_is_fitted_and_said(cli, tmp_path) -> None:
    part = ("--only", "rob_reference_standard=low")
    done = cli(
        "run", "iqcode-dementia", *part, "--quick", "--draws", "1000", "--out", str(tmp_path / "r")
    )
    assert done.status == 0
    flat = " ".join(done.out.split())
    assert "8 of 13. Left out: Flicker 1997" in flat
    assert "(only rob_reference_standard = low)" in flat
    found = json.loads((tmp_path / "r" / "summary.json").read_text())
    assert found["settings"]["only"] == ["rob_reference_standard = low"]
    assert found["settings"]["only_left_out"][0] == "Flicker 1997"
    assert len(found["settings"]["only_left_out"]) == 5
    assert found["data"]["n_studies"] == len(found["studies"]) == 8
    assert any("8 of 13" in note["text"] for note in found["notes"])
    # The totals of the source are those of all studies: no false alarm.
    assert "2745" not in done.out


def test_nothing_left_is_one_clear_message_and_no_result(cli, tmp_path) -> None:
    out = tmp_path / "r"
    done = cli("run", "iqcode-dementia", "--only", "rob_overall=low", "--out", str(out))
    assert (done.status, done.out) == (2, "")
    assert '"high" in 13 studies' in " ".join(done.err.split())
    assert not out.exists()


def test_several_conditions_hold_together_in_check_and_compare(cli, tmp_path) -> None:
    both = ("--only", "year>=2003", "--only", "rob_patient_selection=low")
    done = cli("check", "iqcode-dementia", *both)
    assert done.status == 0
    assert "4 of 13" in " ".join(done.out.split())
    done = cli(
        "compare", "iqcode-dementia", "--only", "year>=1997", "--formula", "~ year",
        "--draws", "500", "--json",
    )  # fmt: skip
    told = done.json
    assert told["settings"]["only"] == ["year >= 1997"]
    assert told["data"]["n_studies"] == 11
    assert "11 of 13" in told["notes"][0]


def test_reviews_of_agreement_have_no_studies_to_choose(cli) -> None:
    done = cli("run", "ild-agreement", "--only", "a=b")
    assert done.status == 2
    assert "--only" in done.err


def test_judgements_are_told_before_pooling(cli) -> None:
    done = cli("check", "iqcode-dementia")
    flat = " ".join(done.out.split())
    assert done.status == 0
    assert "Risk of bias overall, by the rule: high in all 13 studies." in flat
    assert "Concern about applicability, index test: high in 3, unclear in 5, low in 5." in flat
