import datetime
import io
import zipfile

import pytest

from metadx.studies.read import read_table

HEADER = ["study", "tp", "fp", "fn", "tn", "year"]
ROWS = [HEADER, ["Kim 2019", 31.0, 4, 2, 9, 2019.5], [2003, 68, 14, 35, 132, None]]


def test_a_workbook_is_read_like_the_csv_of_its_sheet(workbook, write):
    table = read_table(workbook(Sheet1=ROWS))
    text = "study,tp,fp,fn,tn,year\nKim 2019,31,4,2,9,2019.5\n2003,68,14,35,132,\n"
    assert table == read_table(write(text))
    assert table.source == "studies.xlsx"


def test_the_content_decides_and_not_the_ending(workbook):
    assert read_table(workbook("studies.csv", Sheet1=ROWS)).n_studies == 2


def test_rows_are_counted_as_in_the_sheet(workbook, refusal):
    rows = [[], HEADER, [], ["Kim 2019", 12.5, 4, 2, True, 2019]]
    assert refusal(workbook(Sheet1=rows)) == (
        "studies.xlsx: 2 problems\n"
        '  row 4 ("Kim 2019"): tp = "12.5" is not a whole number; correct the count.\n'
        '  row 4 ("Kim 2019"): tn = "TRUE" is not a number; write the count in digits.'
    )


def test_a_count_that_the_spreadsheet_made_a_date_or_an_error_is_refused(workbook, refusal):
    rows = [HEADER, ["Kim 2019", datetime.datetime(2019, 3, 1), "#DIV/0!", 2, 9, 2019]]
    assert refusal(workbook(Sheet1=rows)) == (
        "studies.xlsx: 2 problems\n"
        '  row 2 ("Kim 2019"): tp = "2019-03-01" is not a number; write the count in digits.\n'
        '  row 2 ("Kim 2019"): fp is missing ("#DIV/0!"); give the count (missing is never read as '
        "0) or drop the row."
    )


def test_a_formula_without_a_stored_value_is_refused(workbook, refusal):
    rows = [HEADER, ["Kim 2019", "=30+1", 4, 2, 9, None]]
    assert refusal(workbook(Sheet1=rows)) == (
        'studies.xlsx, row 2: cell B2 holds the formula "=30+1" without a stored value; open the '
        "file in a spreadsheet program, save it, and try again."
    )


def test_a_formula_with_a_stored_value_is_read(workbook, tmp_path):
    path = workbook(Sheet1=[HEADER, ["Kim 2019", "=30+1", 4, 2, 9, '=""']])
    stored = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stored, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith("sheet1.xml"):
                assert part.count(b"<v></v>") + part.count(b"<v />") + part.count(b"<v/>") == 2
                part = part.replace(b"<v />", b"<v></v>").replace(b"<v/>", b"<v></v>")
                part = part.replace(b"<v></v>", b"<v>31</v>", 1)
                part = part.replace(b'<c r="F2"', b'<c r="F2" t="str"')
            new.writestr(name, part)
    path.write_bytes(stored.getvalue())
    table = read_table(path)
    assert table.tp.tolist() == [31]


def test_a_whole_number_stored_with_decimals_makes_a_plain_label(workbook):
    path = workbook(Sheet1=[HEADER, [2003, 31, 4, 2, 9, None]])
    stored = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stored, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>2003</v>", b"<v>2003.0</v>"))
    path.write_bytes(stored.getvalue())
    assert read_table(path).study == ("2003",)


def test_the_sheet_with_the_table_is_found(workbook, refusal):
    notes = [["about", "this"], ["a", "b"]]
    assert read_table(workbook(Notes=notes, Data=ROWS)).n_studies == 2
    path = workbook(Old=ROWS, New=ROWS[:2], Notes=notes)
    assert read_table(path, sheet="New").n_studies == 1
    assert refusal(path) == (
        "studies.xlsx has the sheets Old, New, Notes; Old, New hold a table with tp, fp, fn, tn, "
        "wanted exactly one: keep the table in a workbook of its own, or save its sheet as CSV."
    )
    assert refusal(path, sheet="Newer") == (
        'studies.xlsx: no sheet "Newer"; found: Old, New, Notes.'
    )
    assert "the sheets Notes, More; none holds a table with tp, fp, fn, tn" in refusal(
        workbook(Notes=notes, More=notes)
    )


def test_an_empty_sheet_is_refused(workbook, refusal):
    assert refusal(workbook(Sheet1=[])) == (
        "studies.xlsx is empty; wanted a header row and one row for each study."
    )


@pytest.mark.parametrize("damage", ["other archive", "cut off", "sheet is no xml"])
def test_what_is_no_workbook_is_refused(workbook, refusal, damage):
    path = workbook(Sheet1=ROWS)
    if damage == "cut off":
        path.write_bytes(path.read_bytes()[:2000])
    else:
        parts = {"word/document.xml": b"<w/>"}
        if damage == "sheet is no xml":
            with zipfile.ZipFile(path) as old:
                parts = {name: old.read(name) for name in old.namelist()}
            parts["xl/worksheets/sheet1.xml"] = b"<worksheet><sheetData><row r="
        with zipfile.ZipFile(path, "w") as new:
            for name, part in parts.items():
                new.writestr(name, part)
    message = refusal(path)
    assert message.startswith("studies.xlsx is no XLSX workbook, or a damaged one (")
    assert message.endswith("save the table as XLSX or CSV (UTF-8).")


def test_a_template_is_no_table_beside_one_with_rows(workbook):
    header = ["study", "tp", "fp", "fn", "tn"]
    book = workbook(template=[header], filled=[header, ["Kim", 3, 1, 2, 9]])
    assert read_table(book).study == ("Kim",)
