import pytest
from hypothesis import given
from hypothesis import strategies as st

from metadx.plots.labels import (
    MISSING,
    clean,
    drawable,
    explain_missing,
    families_for,
    shorten,
    text_width,
    wrap,
)


@given(st.text(max_size=200), st.integers(5, 60))
def test_a_shortened_label_is_short_and_keeps_both_ends(text, limit):
    out, whole = shorten(text, limit), clean(text)
    assert len(out) <= limit
    assert not any(c in out for c in "\n\r\t\x00")
    if len(whole) <= limit:
        assert out == whole
    else:
        head, tail = out.split("…", 1) if whole.count("…") == 0 else (whole[:1], whole[-1:])
        assert whole.startswith(head)
        assert whole.endswith(tail)


@given(st.text(min_size=1, max_size=300), st.floats(0.3, 6))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    text = clean(text)
    families = families_for([text])
    text = drawable(text, families)
    lines = wrap(text, width, 6.0, families)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert len(line) == 1 or text_width(line, 6.0, "normal", families) <= width + 0.02


def test_wrapping_breaks_at_spaces_where_it_can():
    lines = wrap("alpha beta gamma delta", 1.0, 8.0)
    assert len(lines) > 1
    assert " ".join(lines) == "alpha beta gamma delta"


def test_width_follows_the_size_and_the_length():
    one = text_width("0.66 (0.60 to 0.71)", 8.0)
    assert text_width("0.66 (0.60 to 0.71)", 6.0) == pytest.approx(0.75 * one, rel=0.01)
    assert text_width("0.66 (0.60 to 0.71) and more", 8.0) > one
    assert 0.9 < one < 1.2  # inches, as printed


def test_characters_without_a_glyph_become_boxes_and_are_explained():
    families = ("DejaVu Sans",)
    assert drawable("東京 2020", families) == f"{MISSING * 2} 2020"
    assert drawable("Müller دراسة", families) == "Müller دراسة"
    assert MISSING in explain_missing("Caption.", ["東"], families)
    assert explain_missing("Caption.", ["Müller"], families) == "Caption."


def test_a_label_is_never_read_as_a_formula():
    assert text_width("$x^2$", 8.0) > text_width("x2", 8.0)
