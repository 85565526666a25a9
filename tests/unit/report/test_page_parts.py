"""Parts of the page by themselves: tables, files, methods, items, pictures."""

import csv
import io
import re

import pytest

import metadx
from metadx.errors import FitError
from metadx.plots.page_svg import page_svg, strip_svg
from metadx.report import folder
from metadx.report.exports import table_csv
from metadx.report.figures import draw_all
from metadx.report.html.great import table_html
from metadx.report.html.source import figures_in
from metadx.report.html.table import Column, Own, Table
from metadx.report.methods_text import methods_paragraph
from metadx.report.prisma import prisma_items

ROWS = (
    ("<b>&", {"median": 0.5, "lower": 0.25, "upper": 0.75}, 3, "_x_ | `y`"),
    ('检, "q"', None, None, None),
    ("area", Own(0.125, "{:.1%}".format), 0, "$z$"),
)
COLUMNS = (
    Column("study", "Study <i>"),
    Column("sens", "Sens.", "interval", "{:.2f}".format, above="A & B"),
    Column("n", "n", "number", "{:,}".format, "–", above="A & B"),
    Column("words", "Words", "prose", empty="none"),
)
SVG = """<?xml version="1.0"?>
<!DOCTYPE svg PUBLIC "x" "http://www.w3.org/x.dtd">
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="72pt" height="144pt" viewBox="0 0 72 144">
 <metadata><rdf about="http://example.org"/></metadata>
 <defs><clipPath id="p1"><rect/></clipPath></defs>
 <g id="figure_1"><g id="axes" clip-path="url(#p1)"><path d="M 0 0"/></g>
 <g id="caption"><defs><path id="letter-a" d="M 1 1"/></defs>
 <g><use xlink:href="#letter-a"/></g></g>
 <g id="mark"><use xlink:href="#letter-a"/></g></g>
</svg>
"""


def test_the_file_of_a_table_is_in_full_precision():
    table = Table("t", "T", COLUMNS, (*ROWS, ("third", {"median": 1 / 3}, 1, "")))
    read = list(csv.reader(io.StringIO(table_csv(table))))
    assert read[0] == ["study", "sens_median", "sens_lower", "sens_upper", "n", "words"]
    assert read[1] == ["<b>&", "0.5", "0.25", "0.75", "3", "_x_ | `y`"]
    assert read[2] == ['检, "q"', "", "", "", "", ""]
    assert read[3] == ["area", "0.125", "", "", "0", "$z$"]
    assert float(read[4][1]) == 1 / 3


def test_a_table_on_the_page_is_escaped_rounded_and_bare():
    html = table_html(Table("t", 'T <"', COLUMNS, ROWS))
    assert "<caption>T &lt;&quot;</caption>" in html
    cells = [re.sub("<.*?>", "", cell) for cell in re.findall(r"<td.*?</td>", html)]
    assert cells == [
        *("0.50 (0.25 to 0.75)", "3", "_x_ | `y`", "not identified", "–", "none"),
        *("12.5%", "0", "$z$"),
    ]
    assert "&lt;b&gt;&amp;" in html
    assert "Study &lt;i&gt;" in html
    assert 'scope="colgroup">' in html
    assert not re.search(r"style=|id=|headers=|gt_|<div", html)
    assert len(re.findall(r"<th ", html)) == len(re.findall(r"scope=", html)) == 8


def test_limits_may_be_left_to_the_file():
    column = Column("x", "X", "interval", "{:.1f}".format, limits=False)
    values = {"median": 0.5, "lower": 0.25, "upper": 0.75}
    assert column.shown(values) == "0.5"
    assert column.cells(values) == ("0.5", "0.25", "0.75")


def test_a_picture_loses_its_caption_and_keeps_its_letters():
    bare = strip_svg(SVG, cut=100.0)
    assert bare.startswith("<svg ")
    assert 'height="100pt"' in bare
    assert 'viewBox="0 0 72 100"' in bare
    assert "metadata" not in bare
    assert 'id="caption"' not in bare
    assert bare.count("<use") == 1
    assert 'id="letter-a"' in bare
    own = page_svg(bare, "fig", 'say "<x>"')
    assert 'aria-label="say &quot;&lt;x&gt;&quot;"' in own
    assert "url(#fig-p1)" in own
    assert 'href="#fig-letter-a"' in own
    assert re.findall(r'id="([^"]+)"', own) == [
        *("fig-p1", "fig-figure_1", "fig-axes", "fig-letter-a", "fig-mark")
    ]
    assert strip_svg(SVG).count("<use") == 2


def test_one_figure_that_fails_costs_no_other(tmp_path):
    def refuse():
        raise FitError("needs two studies.")

    def crash():
        return 1 / 0

    drawn = draw_all(tmp_path, [("a", refuse), ("b", crash)], lambda _: None)
    assert drawn.missing["a"] == "needs two studies."
    assert "ZeroDivisionError" in drawn.missing["b"]
    told = [block.text for block in figures_in({}, drawn.missing, ("a", "b"))]
    assert told[0] == "The figure a could not be drawn: needs two studies."

    def full():
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        draw_all(tmp_path, [("c", full)], lambda _: None)


def test_the_methods_are_those_of_the_card_and_the_settings():
    review = metadx.load_dataset("anti-ccp")
    analysis = metadx.analyse(review, sens="~ generation", spec="~ 1", draws=400, seed=77)
    found = metadx.summary(analysis, prob=0.9)
    text = methods_paragraph(found, analysis)
    for words in (
        *("over 37 studies", "Normal(mean=0, sd=3)", "HalfNormal(sd=1.5)", "seed 77"),
        *("sensitivity ~ generation and specificity ~ 1", "90 % equal-tailed", "400 draws"),
        *("Pareto k", found["model"]["card_sha256"][:12], found["data"]["sha256"][:12]),
    ):
        assert words in text
    plain = metadx.analyse(review, sens="~ 1", spec="~ 1", draws=400)
    assert "beta" not in methods_paragraph(metadx.summary(plain), plain)
    nuts = found | {
        "engine": found["engine"] | {"name": "nuts", "fell_back": "k", "pareto_k": None}
    }
    assert "No-U-Turn sampler" in methods_paragraph(nuts, analysis)


def test_the_items_are_those_of_the_statement():
    numbers = [item.number for item in prisma_items({"flow"})]
    wanted = {*map(str, range(1, 28)), "D1", "D2"} - {"15", "22"}
    assert sorted(numbers) == sorted(wanted)
    placed = [item for item in prisma_items({"flow"}) if item.place]
    assert [item.number for item in placed] == ["17"]


def test_additional_analyses_are_filled_only_by_those_that_were_made():
    places = {"methods", "criticism"}
    items = {item.number: item for item in prisma_items(places, ["sensitivity to priors"])}
    for number in ("16", "23"):
        assert (items[number].filled, items[number].what) == ("filled", "sensitivity to priors")
    items = {item.number: item for item in prisma_items(places)}
    assert {items[number].filled for number in ("16", "23")} == {"for the authors"}
    assert items["D2"].filled == "filled"


def test_a_new_result_is_not_overwritten_by_an_old_one(tmp_path):
    target = tmp_path / "r"
    for text in ("old", "new"):
        with folder.result_folder(target) as stage:
            (stage / "summary.json").write_text('{"schema": "metadx/summary/1"}')
            (stage / "of a later version.txt").write_text(text)
    assert (target / "of a later version.txt").read_text() == "new"


@pytest.mark.parametrize(("size", "verdict"), [(2, None), (3, "as expected")])
def test_of_two_studies_neither_is_said_to_be_as_expected(size, verdict):
    from metadx.report.html.criticism_studies import outlier_tables

    names = [f"S{i}" for i in range(size)]
    nothing = dict.fromkeys(("p_sens", "p_spec", "distance", "expected_sens", "expected_spec"))
    one = {**nothing, "p_value": 0.4, "flagged": False, "suspicious": False}
    told = {"order": names, "studies": [{"study": name, **one} for name in names]}
    (table,) = outlier_tables(told, "95 %")
    assert [row[-1] for row in table.rows] == [verdict] * size
    assert "With fewer than 10 studies p is uniform only roughly" in table.notes[0]
