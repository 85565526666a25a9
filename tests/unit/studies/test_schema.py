import json

import pytest

from metadx.resources import data_dir
from metadx.studies.schema import SourceSection, review_schema


def test_the_shipped_schema_is_the_one_that_is_enforced():
    shipped = (data_dir() / "review.schema.json").read_text(encoding="utf-8")
    assert shipped == json.dumps(review_schema(), indent=2) + "\n"


def test_the_schema_forbids_unknown_keys_and_describes_the_known_ones():
    schema = review_schema()
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["ReviewSection"]["additionalProperties"] is False
    assert schema["$defs"]["ColumnsSection"]["additionalProperties"] == {
        "$ref": "#/$defs/ColumnEntry"
    }
    for section in ("ReviewSection", "SourceSection", "ColumnEntry", "AnalysisSection"):
        for key, value in schema["$defs"][section]["properties"].items():
            assert value["description"], key


@pytest.mark.parametrize("before", ["", "https://doi.org/", "http://dx.doi.org/", "doi: "])
def test_a_doi_is_kept_without_the_address_of_its_resolver(before):
    assert SourceSection(doi=f"{before}10.1/abc").doi == "10.1/abc"
