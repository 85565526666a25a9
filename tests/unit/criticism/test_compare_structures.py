"""Formulas compared under cards of other structures."""

import json

import pytest

from metadx.criticism.compare import compare
from metadx.report.compare import comparison_summary
from metadx.studies.review import load_dataset


@pytest.mark.parametrize(
    ("card", "more"), [("fixed-effect", 0), ("independent-margins", 2), ("bivariate-t", 4)]
)
def test_only_what_is_estimated_is_counted_and_told(card, more):
    """Two means, and one contrast a margin; tau twice, rho and nu where they are not given."""
    review = load_dataset("anti-ccp")
    part = review.table.take(range(0, 37, 4))
    found = compare(part, ["~ generation"], card, draws=800)
    sizes = {one.formula: one.parameters for one in found.models}
    assert sizes == {"~ 1": 2 + more, "~ generation": 4 + more}
    told = comparison_summary(found, name="")
    json.dumps(told, allow_nan=False)
    for one in told["formulas"]:
        assert (one["tau"]["sens"] is None) == (card == "fixed-effect")
        assert (one["rho"] is None) == (card != "bivariate-t")
    assert any("normal study effects" in note for note in found.notes)
