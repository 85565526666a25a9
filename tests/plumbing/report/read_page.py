"""A page as a strict reader sees it: its words, its tables, and what is wrong with it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "input", "link"}
# Closed by themselves in SVG, where HTML readers take the stroke as the end of the element.
SHAPES = {"path", "use", "rect", "circle", "line", "image", "polygon", "stop", "clippath"}
NAMED = {"region", "img", "navigation"}


@dataclass
class Page:
    """What was read."""

    faults: list = field(default_factory=list)
    ids: list = field(default_factory=list)
    links: list = field(default_factory=list)
    headings: list = field(default_factory=list)
    tables: dict = field(default_factory=dict)  # rows of cells by caption
    classes: list = field(default_factory=list)  # (class, words) of paragraphs
    text: str = ""
    pictures: list = field(default_factory=list)  # what is read out of each


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.page, self.open = Page(), []
        self.words, self.cell, self.rows, self.caption = [], None, None, None

    def handle_starttag(self, tag, attrs):
        had = dict(attrs)
        page = self.page
        if "id" in had:
            page.ids.append(had["id"])
        for name in ("href", "xlink:href", "src"):
            if name in had:
                page.links.append((tag, name, had[name]))
        self._check(tag, had)
        if tag == "svg":
            page.pictures.append(had.get("aria-label", ""))
        if re.fullmatch("h[1-6]", tag):
            page.headings.append(int(tag[1]))
        if tag == "table":
            self.rows = []
        if tag == "tr" and self.rows is not None:
            self.rows.append([])
        if tag in {"td", "th", "caption", "p"}:
            self.cell = []
            self.had = had
        if tag not in VOID:
            self.open.append(tag)

    def _check(self, tag, had):
        faults = self.page.faults
        if tag == "script":
            faults.append("a script")
        if tag == "th" and had.get("scope") not in {"row", "col", "colgroup", "rowgroup"}:
            faults.append(f"th without scope: {had}")
        if tag == "html" and not had.get("lang"):
            faults.append("no language")
        if (tag == "svg" or had.get("role") in NAMED) and not had.get("aria-label"):
            faults.append(f"{tag} without a name")
        if tag == "svg" and had.get("role") != "img":
            faults.append("svg that is no picture")
        faults += [f"{tag} reacts by {name}" for name in had if name.startswith("on")]

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.page.faults.append(f"</{tag}> closes {self.open[-1:]}")
            return
        self.open.pop()
        if tag in {"td", "th"} and self.rows:
            self.rows[-1].append(" ".join("".join(self.cell).split()))
        if tag == "caption":
            self.caption = " ".join("".join(self.cell).split())
        if tag == "p":
            words = " ".join("".join(self.cell).split())
            self.page.classes.append((self.had.get("class", ""), words))
        if tag == "table":
            if not self.caption:
                self.page.faults.append("a table without caption")
            self.page.tables[self.caption] = self.rows
            self.rows = self.caption = None

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            return
        self.words.append(data)
        if self.cell is not None:
            self.cell.append(data)


def read_page(text):
    """Read a page; `faults` lists all that a browser or a screen reader would trip over."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    page = reader.page
    page.text = " ".join("".join(reader.words).split())
    if reader.open:
        page.faults.append(f"never closed: {reader.open}")
    page.faults += [f"id twice: {one}" for one in {i for i in page.ids if page.ids.count(i) > 1}]
    if page.headings[:1] != [1] or page.headings.count(1) != 1:
        page.faults.append("not one heading of the first level")
    jumps = [b for a, b in zip(page.headings, page.headings[1:], strict=False) if b > a + 1]
    page.faults += [f"a heading of level {level} comes too early" for level in jumps]
    for tag, name, where in page.links:
        if where.startswith("#"):
            if where[1:] not in page.ids:
                page.faults.append(f"{where} leads nowhere")
        elif not (tag == "a" and name == "href" and where.startswith("https://doi.org/")):
            page.faults.append(f"{tag} loads or leads to {where}")
    page.faults += [f"loads {one}" for one in re.findall(r"@import|url\((?!#)[^)]*\)", text)]
    return page
