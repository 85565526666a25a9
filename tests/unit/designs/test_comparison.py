import pytest

from metadx.designs.comparison import formula_pair
from metadx.errors import DataError


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("~ a", ("~ a", "~ a")),
        ("~1", ("~ 1", "~ 1")),
        ("sens ~ a + b; spec ~ c", ("~ a + b", "~ c")),
        ("spec~c;sens~a", ("~ a", "~ c")),
        ("sens ~ a", ("~ a", "~ 1")),
        ("spec ~ `odd; name` + b;", ("~ 1", "~ `odd; name` + b")),
    ],
)
def test_pairs(text, pair):
    assert formula_pair(text) == pair


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("a + b", '"a \\+ b" is none'),
        ("fpr ~ a", '"fpr" stands before a tilde'),
        ("~ a; ~ b", "no margin stands before a tilde"),
        ("sens ~ a; sens ~ b", "sens stands twice"),
        ("sens ~ a; b", '"b" is none'),
        ("sens ~", "no covariate stands in it"),
    ],
)
def test_what_is_no_pair_is_refused(text, words):
    with pytest.raises(DataError, match=words):
        formula_pair(text)
