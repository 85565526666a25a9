"""An SVG file as a part of a page: no caption, no metadata, identifiers of its own."""

import re
from html import escape

#: Identifier of the caption in the SVG files of figures.
CAPTION = "caption"

_SIZE = re.compile(r'<svg\b[^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"[^>]*>')
_IDENTIFIER = re.compile(r'\bid="|(?<=href=")#|(?<=url\()#')
_GROUP = re.compile(r"<g\b[^>]*?(/)?>|</g>")
_PIXELS = 96 / 72  # of a page, by point


def strip_svg(text: str, cut: float | None = None) -> str:
    """Take what a page needs from an SVG file that matplotlib wrote.

    Parameters
    ----------
    text : str
        The file.
    cut : float or None
        Where the caption begins, in points from the upper edge: it is taken out and the picture
        ends there. None keeps everything.

    Returns
    -------
    str
        The ``<svg>`` element without metadata.
    """
    body = text[text.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<(title|desc)\b.*?</\1>\s*", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    found = _SIZE.search(body)
    assert found is not None  # matplotlib always writes it
    width, height = (float(number) for number in found.groups())
    if cut is not None:
        body, taken = _without_group(body, CAPTION)
        height = min(height, cut) if taken else height
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:.4g} {height:.4g}" width="{width:.4g}pt" height="{height:.4g}pt">'
    )
    return head + body[_end_of_head(body) :].strip()


def described_svg(text: str, alt: str) -> str:
    """Tell a screen reader that an SVG file is one picture, and what it shows.

    Parameters
    ----------
    text : str
        The file, with its title where it has one.
    alt : str
        What is read out where the figure cannot be seen; may be empty.

    Returns
    -------
    str

    Examples
    --------
    >>> described_svg('<svg width="72pt"><title>Forest plot</title><g/></svg>', "High.")
    '<svg role="img" width="72pt"><title>Forest plot</title><desc>High.</desc><g/></svg>'
    """
    found = text.replace("<svg ", '<svg role="img" ', 1)
    if not alt:
        return found
    start = found.index("<svg")
    end = found.find("</title>", start)
    at = found.index(">", start) + 1 if end < 0 else end + len("</title>")
    return f"{found[:at]}<desc>{escape(alt, quote=False)}</desc>{found[at:]}"


def page_svg(svg: str, name: str, alt: str) -> str:
    """Give an SVG element its name, its size on a page and identifiers that no other has.

    Parameters
    ----------
    svg : str
        As of `strip_svg`.
    name : str
        Put before every identifier; letters, digits and hyphens.
    alt : str
        What is read out where the figure cannot be seen.

    Returns
    -------
    str

    Examples
    --------
    >>> page_svg('<svg xmlns="x" width="72pt" height="36pt"><g id="a"/></svg>', "sroc", "High.")
    '<svg role="img" aria-label="High." width="96" height="48" xmlns="x"><g id="sroc-a"/></svg>'
    """
    width, height = size_of(svg)
    own = _IDENTIFIER.sub(lambda found: f"{found[0]}{name}-", svg)
    own = re.sub(r' width="[\d.]+pt" height="[\d.]+pt"', "", own, count=1)
    named = f'<svg role="img" aria-label="{escape(alt)}" width="{width:.0f}" height="{height:.0f}"'
    return own.replace("<svg", named, 1)


def size_of(svg: str) -> tuple[float, float]:
    """Return width and height of an SVG element in pixels of a page.

    Parameters
    ----------
    svg : str
        As of `strip_svg`.

    Examples
    --------
    >>> size_of('<svg width="72pt" height="36pt"></svg>')
    (96.0, 48.0)
    """
    found = _SIZE.search(svg)
    assert found is not None  # written by strip_svg
    return float(found[1]) * _PIXELS, float(found[2]) * _PIXELS


def _end_of_head(body: str) -> int:
    found = _SIZE.search(body)
    assert found is not None  # looked for before
    return found.end()


def _without_group(body: str, name: str) -> tuple[str, bool]:
    """Take a group out, but leave the outlines of letters in it: texts after it use them."""
    start = body.find(f'<g id="{name}"')
    if start < 0:
        return body, False
    depth, end = 0, len(body)
    for tag in _GROUP.finditer(body, start):
        if tag[0] == "</g>":
            depth -= 1
        elif tag[1] is None:
            depth += 1
        if depth == 0:
            end = tag.end()
            break
    letters = "".join(re.findall(r"<defs>.*?</defs>", body[start:end], flags=re.DOTALL))
    return body[:start] + letters + body[end:], True
