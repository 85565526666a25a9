"""Tables as HTML, made by great-tables and cleared of what the page gives them itself."""

import re
from html import escape

from metadx.report.html.table import Table

_CELL = re.compile(r"<(th|td)\b([^>]*)>")
_DROPPED = re.compile(r'\s(?:id|headers|class|style)="[^"]*"|\s(?:row|col)span="1"')
_SIDE = re.compile(r"\bgt_(left|right|center)\b")


def table_html(table: Table) -> str:
    """Write a table as HTML: a caption, headings with their scope, and nothing of its own style.

    Parameters
    ----------
    table : Table

    Returns
    -------
    str
        A ``<table>`` element.

    Examples
    --------
    >>> from metadx.report.html.table import Column
    >>> columns = (Column("study", "Study"), Column("tp", "TP", "number"))
    >>> html = table_html(Table("x", "Counts", columns, (("A < B", 3),)))
    >>> '<th class="left" scope="row">A &lt; B</th>' in html
    True
    """
    import pandas as pd
    from great_tables import GT, html

    keys = [f"c{place}" for place in range(len(table.columns))]
    cells = {
        key: [column.shown(row[place]) for row in table.rows]
        for place, (key, column) in enumerate(zip(keys, table.columns, strict=True))
    }
    labels = {
        key: html(escape(column.label)) for key, column in zip(keys, table.columns, strict=True)
    }
    made = (
        GT(pd.DataFrame(cells, dtype=object), rowname_col=keys[0])
        .tab_stubhead(labels[keys[0]])
        .cols_label({key: labels[key] for key in keys[1:]})
        .cols_align("left", keys)
    )
    for side, wanted in (("right", "number"), ("center", "prose")):
        of_kind = [k for k, c in zip(keys, table.columns, strict=True) if c.kind == wanted]
        if of_kind:
            made = made.cols_align(side, of_kind)
    for above in dict.fromkeys(column.above for column in table.columns if column.above):
        under = [k for k, c in zip(keys, table.columns, strict=True) if c.above == above]
        made = made.tab_spanner(html(escape(above)), under, id=above)
    return _cleared(made.as_raw_html(), table.title)


def _cleared(text: str, title: str) -> str:
    """Keep the table alone; identifiers would be the same in every table of the page."""
    start, end = text.index("<table"), text.index("</table>") + len("</table>")
    body = text[start:end]
    body = re.sub(r"<table\b[^>]*>", f"<table>\n<caption>{escape(title)}</caption>", body, count=1)
    body = re.sub(r"<(thead|tbody|tr)\b[^>]*>", r"<\1>", body)
    body = body.replace('<span class="gt_column_spanner">', "<span>")
    return _CELL.sub(lambda found: f"<{found[1]}{_attributes(found[1], found[2])}>", body)


def _attributes(tag: str, text: str) -> str:
    """Keep what the page's style knows; nothing but prose stands in the middle of its column."""
    side = _SIDE.search(text)
    kept = _DROPPED.sub("", text)
    if side is None:
        return kept
    name = side[1]
    if name == "center" and 'scope="colgroup"' not in text:
        name = "prose" if tag == "td" else "left"
    return f' class="{name}"{kept}'
