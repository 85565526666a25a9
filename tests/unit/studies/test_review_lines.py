"""What is said of a line of review.toml that is no TOML."""

import pytest

from metadx.errors import DataError
from metadx.studies.review_file import read_review_file


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("synthetic = no", "write true or false"),
        ("question = \N{LEFT DOUBLE QUOTATION MARK}x\N{RIGHT DOUBLE QUOTATION MARK}", "straight"),
        ("[analysis]\nprob = 95%", "a proportion instead of per cent"),
        ("[analysis]\nprevalence = [0,05]", "a decimal point"),
        ("[source]\nretrieved = 31.1.2026", "a date such as 2026-01-31"),
        ("question = 3 4", '"question = 3 4".'),
    ],
)
def test_a_line_that_is_no_toml_is_quoted_with_its_remedy(tmp_path, line, remedy):
    file = tmp_path / "review.toml"
    file.write_text(f'[review]\ntitle = "A"\n{line}', encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_review_file(file)
    said = str(caught.value)
    assert f'"{line.splitlines()[-1]}' in said
    assert remedy in said.partition("column")[2]
