import json

import pytest

import metadx
from metadx.criticism.appraisal import appraise
from metadx.report.criticism_json import criticism_of
from metadx.report.html.sections import report_of
from metadx.report.html.source import Source
from metadx.report.summary import as_text, summary
from metadx.report.write import write_result
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import Review
from tests.plumbing.report.read_page import read_page


@pytest.fixture
def page_of():
    """Write the page of a review without figures, with few parts of the criticism."""

    def write(review, *, parts=(), command="metadx run it", **asked):
        analysis = metadx.analyse(review, draws=400, **asked)
        found = summary(analysis, name=review.name, review=review)
        criticism = criticism_of(appraise(analysis, parts=parts), 0.95)
        source = Source(found, review, analysis, criticism, {}, {}, command)
        text, tables = report_of(source)
        return text, read_page(text), found, {table.name: table for table in tables}

    return write


@pytest.fixture
def bare(tmp_path):
    """Make a review of counts by label."""

    def make(rows, **known):
        table = AccuracyTable.from_counts(list(rows), *zip(*rows.values(), strict=True))
        return Review(name="bare", folder=tmp_path, title="Bare", table=table, **known)

    return make


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """One whole result: its folder, page, summary and criticism."""
    patch = pytest.MonkeyPatch()
    patch.setattr("metadx.report.figures.FORMATS", ("svg",))
    review = metadx.load_dataset("galactomannan-children")
    out = tmp_path_factory.mktemp("whole") / "r"
    analysis = metadx.analyse(review, draws=1000)
    found = summary(analysis, name=review.name, review=review)
    with patch.context():
        write_result(out, analysis, found, as_text(found), review=review, command="metadx run it")
    patch.undo()
    page = read_page((out / "report.html").read_text(encoding="utf-8"))
    criticism = json.loads((out / "criticism.json").read_text(encoding="utf-8"))
    return out, page, found, criticism
