"""docs/summary-agreement.md describes every key of a summary of kind "agreement", and no other."""

import re

import numpy as np
import pytest

import metadx
from metadx.estimands.agreement import row_estimands
from metadx.estimands.agreement_pooled import pooled_estimands


@pytest.fixture(scope="module")
def found():
    fit = metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=400)
    return metadx.agreement_summary(fit)


@pytest.fixture(scope="module")
def text(pages):
    return pages["docs/summary-agreement.md"]


@pytest.fixture(scope="module")
def page(text):
    """The names in the first column of the table under each heading."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        heading: [
            name
            for cell in re.findall(r"^\| (`[^|]+`) \|", body, flags=re.MULTILINE)
            for name in re.findall(r"`([^`]+)`", cell)
        ]
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }


def test_top_level_and_data(page, found):
    assert page["Top level"] == list(found)
    assert sorted(page["data"]) == sorted(found["data"])


def test_each_row(page, found):
    (row,) = found["findings"]
    assert sorted(page["findings"]) == sorted(row)


def test_keys_inside_stand_beside_their_parent(text, found):
    inside = {key: found[key] for key in ("model", "settings", "kappa", "conventions")}
    inside["audit"] = found["findings"][0]["audit"]
    inside["checks"] = found["checks"][0]
    inside["notes"] = found["notes"][0]
    for key, value in inside.items():
        (line,) = re.findall(rf"^\| `{key}` \|(.+)$", text, flags=re.MULTILINE)
        assert {f"`{name}`" for name in value} <= set(re.findall(r"`[^`]+`", line)), key


def test_estimands(page):
    draws = np.ones(1)
    cells = np.array([[[0.4, 0.1], [0.1, 0.4]]])
    every = row_estimands(cells, draws, draws)
    every |= row_estimands(cells, draws, draws, kappa_coded=draws, accuracy_factor=draws)
    assert sorted(page["estimands of a row"]) == sorted(every)


def test_pooled_quantities(page):
    hyper = {f"sd_{name}": np.ones(2) for name in ("finding", "region", "study", "row")}
    hyper |= {"mu": np.ones(2), "beta_part": np.zeros(2)}
    every = pooled_estimands(hyper, [0.5, 0.5], np.random.default_rng(1))
    whole = {name for name in every if not name.endswith("_part")}
    assert sorted(page["pooled"]) == sorted(whole)
    assert {f"{name}_part" for name in whole} == set(every) - whole
