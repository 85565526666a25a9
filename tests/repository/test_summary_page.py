"""docs/summary.md describes every key of summary.json, and no other."""

import re

import pytest

import metadx
from metadx.estimands.group import MARGINS_NEEDED
from metadx.report.summary import SCHEMA
from metadx.report.tables import CONTRASTS_HEADER, HEADER
from metadx.report.verdict import VOCABULARY


@pytest.fixture(scope="module")
def found():
    return metadx.summary(metadx.fit(metadx.load_dataset("telomerase"), draws=400))


@pytest.fixture(scope="module")
def with_covariates():
    analysis = metadx.analyse(
        *(metadx.load_dataset("anti-ccp"),), sens="~ generation + year", subgroup="generation",
        draws=800,
    )  # fmt: skip
    return metadx.summary(analysis)


@pytest.fixture(scope="module")
def page(pages):
    """The names in the first column of the table under each heading."""
    text = pages["docs/summary.md"]
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        heading: [
            name
            for cell in re.findall(r"^\| (`[^|]+`) \|", body, flags=re.MULTILINE)
            for name in re.findall(r"`([^`]+)`", cell)
        ]
        for heading, body in zip(parts[::2], parts[1::2], strict=True)
    }


def test_top_level(page, found):
    assert page["Top level"] == list(found)


def test_nested_keys_stand_beside_their_parent(pages, found):
    for key in ("model", "data", "settings"):
        (row,) = re.findall(rf"^\| `{key}` \|(.+)$", pages["docs/summary.md"], flags=re.MULTILINE)
        assert {f"`{name}`" for name in found[key]} <= set(re.findall(r"`[^`]+`", row))
    for key in ("checks", "notes", "groups"):
        (row,) = re.findall(rf"^\| `{key}` \|(.+)$", pages["docs/summary.md"], flags=re.MULTILINE)
        assert {f"`{name}`" for name in found[key][0]} <= set(re.findall(r"`[^`]+`", row))


def test_engine(page, found):
    assert sorted(page["engine and checks"]) == sorted(found["engine"])


def test_checks_are_named(pages, found):
    for check in found["checks"]:
        assert f"`{check['name']}`" in pages["docs/summary.md"]


def test_parameters(page, found):
    assert page["parameters"] == list(found["parameters"])


def test_estimands(page, found):
    (group,) = found["groups"]
    assert sorted(page["estimands"]) == sorted(group["estimands"])
    assert set(group["estimands"]) == set(MARGINS_NEEDED)


def test_studies(page, found):
    assert page["studies"] == list(found["studies"][0])


def test_what_covariates_add(page, pages, with_covariates):
    found = with_covariates
    for heading, entries in (
        ("covariates", found["covariates"].values()),
        ("groups", found["groups"]),
        ("contrasts", found["contrasts"]),
        ("ranks", found["ranks"]),
        ("explained", [entry for entry in found["explained"].values() if entry]),
    ):
        keys = {key for entry in entries for key in entry}
        assert set(page[heading]) == keys, heading
    (row,) = re.findall(r"^\| `checks` \|(.+)$", pages["docs/summary.md"], flags=re.MULTILINE)
    assert {f"`{key}`" for check in found["checks"] for key in check} <= set(
        re.findall(r"`[^`]+`", row)
    )
    for scaling in found["covariates"]["year"]["terms"].values():
        assert list(scaling) == ["mean", "sd", "unit"]


def test_columns_of_the_contrasts(pages):
    part = pages["docs/summary.md"].partition("## contrasts.csv")[2]
    assert re.findall(r"`(\w+)`", part) == list(CONTRASTS_HEADER)


def test_schema_and_summary_fields(pages, found):
    assert f'"{SCHEMA}"' in pages["docs/summary.md"]
    for name in found["groups"][0]["estimands"]["sens"]:
        assert f'"{name}"' in pages["docs/summary.md"]


def test_columns_of_the_flat_table(pages):
    part = re.sub(r"\s+", " ", pages["docs/summary.md"].partition("## summary.csv")[2])
    assert ", ".join(f"`{name}`" for name in HEADER) in part


def test_decision(page, pages, found):
    told = found["decision"]
    assert page["decision"] == list(told)
    part = pages["docs/summary.md"].partition("## decision")[2].partition("\n## ")[0]
    inner = [told["targets"], told["prevalence"], told["prevalence"]["observed"], told["verdict"]]
    inner += [told["per_1000"][0]["new"], told["net_benefit"]["by_prevalence"][0]]
    for key in (key for one in inner for key in one):
        assert f"`{key}`" in part, key
    for least, word in VOCABULARY[:-1]:
        assert f"| {least:.2f} or more | {word.lower()} |" in part
