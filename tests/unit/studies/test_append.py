"""A study is checked as a row of the table, added to the file, and told in the history."""

import csv
import hashlib
import shutil

import pytest

from metadx.errors import DataError
from metadx.resources import data_dir
from metadx.studies.addition import sha256_of
from metadx.studies.append import add_study, prepare_addition
from metadx.studies.history import COLUMNS, Answer, history_of, settle, write_addition
from metadx.studies.new_study import NewStudy
from metadx.studies.review import load_review

GOOD = "study,tp,fp,fn,tn,site,year\nLi 2001,20,5,4,60,ward,2001\nHo 2005,33,9,3,80,clinic,2005\n"
KIM = {"tp": 31, "fp": 4, "fn": 2, "tn": 9}
TOML = """\
[review]
title = "Two studies"
[columns]
{label}
[columns.site]
kind = "categorical"
meaning = "where"
[columns.year]
kind = "continuous"
meaning = "when"
"""


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "studies.csv"
    file.write_text(GOOD)
    return file


@pytest.fixture
def folder(table):
    (table.parent / "review.toml").write_text(TOML.format(label=""))
    return table.parent


def lines_of(history):
    with history.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_study_stands_at_the_end_and_nothing_else_changes(folder, table):
    added = add_study(folder, "Kim  2026", **KIM, values={"Year": 2026, "site": "ward"})
    assert table.read_text() == f"{GOOD}Kim 2026,31,4,2,9,ward,2026\n"
    assert (added.row, added.study, added.left_empty, added.remarks) == (4, "Kim 2026", (), ())
    assert added.counts == KIM
    assert added.present.table.n_studies == 2
    assert load_review(folder).table.study == ("Li 2001", "Ho 2005", "Kim 2026")
    assert added.extended.table.sha256 == hashlib.sha256(table.read_bytes()).hexdigest()


def test_what_is_not_told_is_left_empty_and_said(folder, table):
    added = add_study(folder, "Kim 2026", **KIM)
    assert table.read_text() == f"{GOOD}Kim 2026,31,4,2,9,,\n"
    assert added.left_empty == ("site", "year")


def test_missing_values_are_written_as_the_table_writes_them(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("study,tp,fp,fn,tn,site\nLi,1,2,3,4,NA\nWu,1,2,3,5,a\n")
    add_study(file, "Kim", **KIM)
    assert file.read_text().endswith("\nKim,31,4,2,9,NA\n")


@pytest.mark.parametrize(("first", "number"), [(1, "3"), (0, "2")])
def test_row_names_of_other_programs_go_on(tmp_path, first, number):
    file = tmp_path / "x.csv"
    rows = f"{first},Li,1,2,3,4\n{first + 1},Wu,1,2,3,5\n"
    file.write_text(f",study,tp,fp,fn,tn\n{rows}")
    add_study(file, "Kim", **KIM)
    assert file.read_text().endswith(f"\n{number},Kim,31,4,2,9\n")


def test_the_first_study_of_a_table(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("study,tp,fp,fn,tn\n")
    added = add_study(file, "Kim", **KIM)
    assert added.present is None
    assert file.read_text() == "study,tp,fp,fn,tn\nKim,31,4,2,9\n"
    assert [line["event"] for line in lines_of(history_of(file))] == ["added"]


def test_a_label_of_several_columns(folder, table):
    (folder / "review.toml").write_text(TOML.format(label='label = ["study", "site"]'))
    added = add_study(folder, "Li 2001", **KIM, values={"site": "clinic"})
    assert added.study == "Li 2001, clinic"
    with pytest.raises(DataError, match='"Li 2001, clinic" is there already'):
        add_study(folder, "Li 2001", **KIM, values={"site": "clinic"})


def test_printed_figures_stand_in_for_counts(tmp_path):
    file = tmp_path / "x.csv"
    header = "study,reported_sens,reported_spec,reported_n_diseased,reported_n_nondiseased"
    file.write_text(f"{header},alternatives\nLi,80%,90%,10,10,\n")
    known = {"reported_sens": "0.9", "reported_spec": "80%"}
    sizes = {"reported_n_diseased": 20, "reported_n_nondiseased": 30}
    added = add_study(file, "Kim", values=known | sizes)
    assert added.counts == {"tp": 18, "fp": 6, "fn": 2, "tn": 24}
    with pytest.raises(DataError, match="there is no column for tp; found: study, rep"):
        add_study(file, "Wu", **KIM)


REFUSED = {
    "negative": ({"tp": -3}, 'studies.csv, row 4 ("Kim"): tp = "-3" is negative'),
    "missing": ({"fn": None, "tn": None}, '"Kim": fn, tn missing; give --fn and --tn (a missing'),
    "spelling": ({"study": "HO, 2005"}, 'differs in spelling only from "Ho 2005"'),
    "same counts": ({"tp": 33, "fp": 9, "fn": 3, "tn": 80}, 'the four counts of "Ho 2005", which'),
    "nobody": (dict.fromkeys(KIM, 0), "row 4"),
    "known label": ({"study": "Ho 2005 "}, '"Ho 2005" is there already (tp = 33, fp = 9, '),
    "no label": ({"study": " "}, "row 4: the label (study) is empty"),
    "unknown column": ({"values": {"sites": 1}}, 'no column "sites" (given by --set)'),
    "column twice": ({"values": {"site": 1, "SITE": 2}}, '"site" is set twice'),
    "a count as column": ({"values": {"TP": 1}}, "--set tp: is the column of tp; give it by --tp"),
    "label as column": ({"values": {"study": 1}}, "--set study: is given by --study already"),
    "no number": ({"values": {"year": "new"}}, 'row 4 ("Kim"): year = "new" is not a number'),
    "comma": ({"values": {"year": "2,6"}}, "write decimals with a point"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_study_that_cannot_stand_in_the_table_is_refused(folder, name):
    changed, wanted = REFUSED[name]
    before = files(folder)
    with pytest.raises(DataError) as caught:
        add_study(folder, **{"study": "Kim", **KIM, **changed})
    assert wanted in str(caught.value)
    assert files(folder) == before


def test_a_word_in_an_undeclared_column_of_numbers_is_refused(table):
    with pytest.raises(DataError, match='year = "new" is not a number, as it is in the other'):
        add_study(table, "Kim", **KIM, values={"year": "new"})


def test_a_new_level_and_a_new_reference_are_told(table):
    (typo,) = add_study(table, "Kim", **KIM, values={"site": "wards"}).remarks
    assert typo.startswith('site = "wards": no other study has this level (so far: "ward", "clini')
    assert typo.endswith('did you mean "ward"?')
    add_study(table, "Wu", **KIM, values={"site": "clinic"}, anyway=True)
    assert load_review(table).table.covariates["site"].reference == "clinic"


def test_a_reference_that_changes_is_told(table):
    (told,) = add_study(table, "Kim", **KIM, values={"site": "clinic"}).remarks
    assert 'compared with was "ward" and is now "clinic"' in told


@pytest.mark.parametrize("path", ["anti-ccp", "anti-ccp/studies.csv"])
def test_what_ships_is_not_changed(path):
    with pytest.raises(
        DataError, match=r"ships with metadx .* `metadx new my-review --from anti-c"
    ):
        add_study(data_dir() / path, "Kim", **KIM)


def test_a_workbook_is_not_changed(tmp_path):
    file = tmp_path / "studies.xlsx"
    file.write_bytes(b"PK\x03\x04rest")
    with pytest.raises(DataError, match=r"is a workbook; .* save its sheet as CSV"):
        add_study(file, "Kim", **KIM)
    assert [path.name for path in tmp_path.iterdir()] == ["studies.xlsx"]


def test_a_table_open_in_libreoffice_is_not_changed(table):
    lock = table.with_name(".~lock.studies.csv#")
    lock.write_text("")
    with pytest.raises(DataError, match="is open in LibreOffice"):
        add_study(table, "Kim", **KIM)
    lock.unlink()
    add_study(table, "Kim", **KIM)


def test_permissions_and_links_are_kept(tmp_path, table):
    table.chmod(0o640)
    link = tmp_path / "link.csv"
    link.symlink_to(table)
    add_study(link, "Kim", **KIM)
    assert link.is_symlink()
    assert table.stat().st_mode & 0o777 == 0o640
    assert "Kim" in table.read_text()
    assert history_of(link) == history_of(table)
    assert history_of(table).is_file()


def test_the_history_is_a_chain_of_states(folder, table):
    first = sha256_of(table.read_bytes())
    answer = Answer("bivariate-binomial", 0.9, {"sens": (0.8, 0.7, 0.9)})
    one = prepare_addition(folder, NewStudy("Kim", {k: str(v) for k, v in KIM.items()}))
    write_addition(one, present=answer, extended=answer, by="S. Lee", source="doi:10.1000/1")
    add_study(folder, "Wu", **KIM, values={"year": 2020, "site": "ward"}, anyway=True)
    by_hand = table.read_text().replace("Ho 2005,33", "Ho 2005,34")
    table.write_text(by_hand)
    add_study(folder, "Xu", **KIM, anyway=True)
    lines = lines_of(history_of(table))
    assert tuple(lines[0]) == COLUMNS
    told = [(line["event"], line["study"], line["n_studies"]) for line in lines]
    assert told == [
        ("start", "", "2"), ("added", "Kim", "3"), ("added", "Wu", "4"),
        ("changed by hand", "", "4"), ("added", "Xu", "5"),
    ]  # fmt: skip
    assert [lines[0]["sha256"], lines[3]["sha256"], lines[4]["sha256"]] == [
        first, sha256_of(by_hand.encode()), sha256_of(table.read_bytes())
    ]  # fmt: skip
    assert (lines[1]["by"], lines[1]["source"]) == ("S. Lee", "doi:10.1000/1")
    assert [lines[1][name] for name in ("tp", "fp", "fn", "tn")] == ["31", "4", "2", "9"]
    assert [float(lines[1][name]) for name in ("sens", "sens_lower", "sens_upper", "prob")] == [
        0.8, 0.7, 0.9, 0.9
    ]  # fmt: skip
    assert lines[1]["spec"] == lines[2]["sens"] == ""
    assert lines[2]["values"] == "site = ward; year = 2020"


def test_a_history_saved_by_a_spreadsheet_goes_on_in_its_form(table):
    add_study(table, "Kim", **KIM)
    history = history_of(table)
    history.write_bytes(history.read_bytes().replace(b",", b";").replace(b"\n", b"\r\n"))
    add_study(table, "Wu", **KIM, anyway=True)
    text = history.read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") == 4
    assert b"," not in text


def test_a_history_of_somebody_else_is_left_alone(table):
    history = history_of(table)
    history.parent.mkdir()
    history.write_text("date,what\n2020,war\n")
    with pytest.raises(DataError, match="is no history of metadx"):
        add_study(table, "Kim", **KIM)
    assert table.read_text() == GOOD


def test_a_table_changed_meanwhile_is_not_written_over(table):
    addition = prepare_addition(table, NewStudy("Kim", {k: str(v) for k, v in KIM.items()}))
    table.write_text(f"{GOOD}Wu 2020,1,2,3,4,ward,2020\n")
    with pytest.raises(DataError, match="was changed by another program meanwhile"):
        write_addition(addition)
    assert table.read_text().endswith("2020\n")
    assert not history_of(table).exists()


def test_a_disk_that_refuses_leaves_all_as_it_was(table, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    addition = prepare_addition(table, NewStudy("Kim", {k: str(v) for k, v in KIM.items()}))
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        write_addition(addition)
    assert table.read_text() == GOOD
    assert [path.name for path in table.parent.rglob("*") if path.is_file()] == ["studies.csv"]


def test_a_damaged_leftover_is_told(table):
    history = history_of(table)
    history.parent.mkdir()
    (history.parent / ".studies-history.pending.json").write_text("{")
    with pytest.raises(DataError, match="is damaged"):
        settle(table)


def test_the_history_does_not_get_in_the_way_of_reading(table):
    add_study(table, "Kim", **KIM)
    other = table.with_name("mine.csv")
    shutil.move(table, other)
    assert load_review(table.parent).table.n_studies == 3
