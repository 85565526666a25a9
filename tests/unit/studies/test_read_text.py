import codecs

import pytest

from metadx.studies.read import read_table

PLAIN = "study,tp,fp,fn,tn,setting\nMüller 2003,68,14,35,132,clinic\nKim 2019,31,0,2,9,\n"


def content(table):
    columns = (table.tp, table.fp, table.fn, table.tn)
    return table.study, *(column.tolist() for column in columns), table.covariates["setting"].values


EXPECTED = (
    ("Müller 2003", "Kim 2019"),
    [68, 31],
    [14, 0],
    [35, 2],
    [132, 9],
    ("clinic", None),
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(PLAIN.encode(), id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + PLAIN.encode(), id="utf-8 with mark"),
        pytest.param(PLAIN.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(PLAIN.replace("\n", "\r").encode(), id="cr"),
        pytest.param(PLAIN.rstrip("\n").encode(), id="no line end at the end"),
        pytest.param(PLAIN.replace(",", ";").encode(), id="semicolon"),
        pytest.param(PLAIN.replace(",", "\t").encode(), id="tab"),
        pytest.param(PLAIN.replace(",", "\t").encode("utf-16"), id="excel unicode text"),
        pytest.param(codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"), id="utf-16 big-endian"),
        pytest.param(codecs.BOM_UTF32_LE + PLAIN.encode("utf-32-le"), id="utf-32"),
        pytest.param(("sep=;\n" + PLAIN.replace(",", ";")).encode(), id="sep line"),
        pytest.param(PLAIN.replace(",", ", ").encode(), id="space after the comma"),
        pytest.param(PLAIN.replace("\n", ",,,\n").encode(), id="trailing blank columns"),
        pytest.param(PLAIN.replace("9,\n", "9\n").encode(), id="short last row"),
        pytest.param(("\n,,\n" + PLAIN + ",,,,,\n\n").encode(), id="blank lines around"),
        pytest.param(
            "Setting,TN,FN,FP,TP,First Author\nclinic,132,35,14,68,Müller 2003\n"
            ",9,2,0,31,Kim 2019\n".replace("Setting", "setting").encode(),
            id="another order of columns",
        ),
    ],
)
def test_the_same_table_is_read_from_every_form_of_text(write, data):
    assert content(read_table(write(data))) == EXPECTED


def test_quoted_cells_may_hold_separators_quotes_and_line_breaks(write):
    text = 'study;tp;fp;fn;tn\n"Kim; ""Lee""\nand Wu";1;2;3;4\nLi;1;2;3;x\n'
    assert read_table(write(text.replace(";x", ";5"))).study == ('Kim; "Lee" and Wu', "Li")


def test_the_row_is_that_of_a_spreadsheet_also_after_blank_lines_and_line_breaks(write, refusal):
    text = 'study,tp,fp,fn,tn\n\n"Kim\nLee",1,2,3,4\n\nLi,1,2,3,x\n'
    assert refusal(write(text)) == (
        'studies.csv, row 5 ("Li"): tn = "x" is not a number; write the count in digits.'
    )


def test_a_quoted_cell_may_follow_a_space_and_a_sep_line_counts_as_a_row(write, refusal):
    text = 'sep=;\nstudy;tp; "fp";fn;tn\n "Kim; Lee";1; "x";3;4\n'
    assert refusal(write(text)) == (
        'studies.csv, row 3 ("Kim; Lee"): fp = "x" is not a number; write the count in digits.'
    )


def test_a_semicolon_table_is_not_split_at_commas_in_its_header(write):
    table = read_table(write("study;tp;fp;fn;tn;a, b, c, d, e, f, g\nLi;1;2;3;4;x\n"))
    assert list(table.covariates) == ["a, b, c, d, e, f, g"]


def test_another_encoding_is_refused_and_not_guessed(write, refusal):
    assert refusal(write(PLAIN.encode("cp1252"))) == (
        "studies.csv, line 2: the text is not UTF-8 (byte 0xFC; read as Windows-1252 the line "
        'would be "Müller 2003,68,14,35,132,clinic"); save the file as "CSV UTF-8", or as XLSX.'
    )


def test_damaged_utf_16_is_refused(write, refusal):
    assert "studies.csv, line 1: the text is not UTF-16-LE" in refusal(write(b"\xff\xfea\x00b"))


def test_a_binary_file_is_refused(write, refusal):
    assert refusal(write(b"\x89PNG\r\n\0\0\0", "figure.png")) == (
        "figure.png is a binary file (it holds NUL bytes), not a text table; save the table as CSV "
        "(UTF-8) or XLSX."
    )


def test_an_old_workbook_is_refused(write, refusal):
    old = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 100
    assert refusal(write(old, "studies.xls")) == (
        "studies.xls is a workbook in the old Excel format (.xls) or one with a password; save it "
        "as XLSX without a password, or as CSV (UTF-8)."
    )


@pytest.mark.parametrize("data", [b"", b"\n\n", b" , ,\n,\n", codecs.BOM_UTF8])
def test_an_empty_file_is_refused(write, refusal, data):
    assert refusal(write(data)) == (
        "studies.csv is empty; wanted a header row and one row for each study."
    )


def test_a_header_alone_is_refused(write, refusal):
    assert refusal(write("study,tp,fp,fn,tn\n\n")) == (
        "studies.csv: only a header (row 1) and no studies below it; found: study, tp, fp, fn, tn. "
        "Type each study in a row below it, or let `metadx add` do so."
    )


def test_a_header_that_names_no_column_of_a_study_table_is_not_said_to_lack_studies(write, refusal):
    said = refusal(write("A,B\n,\n"))
    assert said == "studies.csv: only a header (row 1) and no rows below it; found: A, B."


def test_a_folder_and_a_missing_file_are_refused(tmp_path, refusal):
    assert refusal(tmp_path) == f"{tmp_path} is a folder; wanted the study table in it."
    absent = tmp_path / "absent.csv"
    assert refusal(absent) == f"{absent}: there is no such file; check the path."


def test_a_file_that_the_system_does_not_open_is_refused(monkeypatch, write, refusal):
    path = write(PLAIN)

    def denied(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", denied)
    assert refusal(path) == f"{path} cannot be read: Permission denied."


def test_a_row_with_more_cells_than_the_header_is_refused(write, refusal):
    assert refusal(write("study,tp,fp,fn,tn\nKim, 2019,31,0,2,9\nLi,1,2,3,4\n")) == (
        'studies.csv, row 2: 6 cells under 5 headers (beyond the last: "9"); give each column a '
        "header; in a CSV, put a text that holds the separator in double quotes."
    )


@pytest.mark.parametrize(
    "line", ["My review, of things\n\n", "# exported\n", "\n\nTable 1,,\n,,\n"]
)
@pytest.mark.parametrize("separator", ",;\t")
def test_a_title_above_the_header_is_told_once(write, refusal, line, separator):
    said = refusal(write(line + PLAIN.replace(",", separator)))
    assert ' holds "' in said
    row = 1 + (line + PLAIN)[: (line + PLAIN).index("study")].count("\n")
    assert said.endswith(f", and the header stands in row {row}; delete what stands above it.")


def test_a_quotation_that_is_never_closed_is_refused(write, refusal):
    message = refusal(write('study,tp,fp,fn,tn\nLi,1,2,3,4\n"Kim,31,0,2,9\n'))
    assert message.startswith("studies.csv, row 3: a quotation is not closed")
    assert 'write a quotation mark inside quotes twice ("").' in message


def test_a_column_without_header_is_refused_unless_it_is_blank_or_holds_row_names(write, refusal):
    assert refusal(write("study,tp,fp,fn,tn,,x\nKim,31,0,2,9,seen,1\n")) == (
        'studies.csv: column 6 holds values ("seen", ...) and has no header; name it or delete it.'
    )
    assert list(read_table(write("study,tp,fp,fn,tn,,x\nKim,31,0,2,9,,1\n")).covariates) == ["x"]
    table = read_table(write('"","study","tp","fp","fn","tn"\n"1","Kim",31,0,2,9\n'))
    assert (table.study, dict(table.covariates)) == (("Kim",), {})


def test_two_columns_with_one_header_are_refused(write, refusal):
    assert refusal(write("study,tp,fp,fn,tn,x, x \nKim,31,0,2,9,1,2\n")) == (
        'studies.csv: two columns have the header "x"; rename one of them.'
    )
