"""The list of reviews, as a pipe and as terminals of several widths see it."""

import dataclasses

from metadx.report.layout import Page
from metadx.report.listing import datasets_text
from metadx.studies.review import load_dataset

TITLE = "A title that is quite long and has to go on below itself in a narrow terminal"


def reviews():
    shipped = load_dataset("telomerase")

    def variant(name, licence, **fields):
        source = dataclasses.replace(shipped.source, licence=licence)
        return dataclasses.replace(shipped, name=name, source=source, title=TITLE, **fields)

    return [
        variant("first", "MIT"),
        variant("second", "CC BY 4.0", synthetic=True),
        variant("third", ""),
        variant("fourth", "MIT"),
    ]


def test_each_review_points_to_its_own_licence():
    lines = datasets_text(reviews(), Page()).splitlines()
    assert [line.rpartition(" ")[2] for line in lines[1:5]] == ["[1]", "[2]", "[3]", "[1]"]
    assert lines[5:] == [
        "",
        "Licences of the sources",
        "[1] MIT",
        "[2] CC BY 4.0",
        "[3] not stated",
    ]
    assert [("SYNTHETIC" in line) for line in lines[1:5]] == [False, True, False, False]


def test_a_pipe_keeps_one_line_and_a_terminal_folds_the_title():
    assert all(TITLE in line for line in datasets_text(reviews(), Page()).splitlines()[1:5])
    wide = datasets_text(reviews(), Page(200, terminal=True))
    assert wide == datasets_text(reviews(), Page())
    lines = datasets_text(reviews(), Page(80, terminal=True)).partition("\n\n")[0].splitlines()
    assert max(map(len, lines)) <= 80
    column = lines[0].index("title")
    assert all(line[:column].strip() == "" for line in lines if not line[0].isalpha())
    words = " ".join(line[column:].strip() for line in lines[1:])
    assert words.count(TITLE) == 4
