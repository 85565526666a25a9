"""The page as a whole: templates, style and sections put together."""

from collections.abc import Sequence
from pathlib import Path

from metadx import __version__
from metadx.report.html.blocks import Block, Section

_TEMPLATES = Path(__file__).parent / "templates"


def render_page(
    title: str, opening: Sequence[Block], sections: Sequence[Section], *, mark: str = ""
) -> str:
    """Write a report as one self-contained HTML file.

    Parameters
    ----------
    title : str
    opening : sequence of Block
        What stands under the title: the answer in a few sentences.
    sections : sequence of Section
    mark : str
        What is said of synthetic data, above and below everything; empty for study data.

    Returns
    -------
    str
        HTML that loads nothing; ends with a line feed.

    Examples
    --------
    >>> from metadx.report.html.blocks import Text
    >>> page = render_page("A < B", [Text("90 %")], [Section("answer", "The answer")])
    >>> "<h1>A &lt; B</h1>" in page, "<script" in page
    (True, False)
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from metadx.report.html.great import table_html

    # Everything is escaped unless it was made here: labels come from other people's files.
    rooms = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    rooms.filters["table"] = table_html
    rooms.filters["fixed"] = lambda text: text.replace(" %", "\u00a0%")  # one line, not two
    style = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    text = rooms.get_template("page.jinja").render(
        title=title,
        opening=opening,
        sections=sections,
        mark=mark,
        version=__version__,
        style=style,
    )
    return text.rstrip("\n") + "\n"
