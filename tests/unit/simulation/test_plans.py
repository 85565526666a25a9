"""Plans: every replication once, named so that a longer study goes on where a shorter ended."""

import pickle
from dataclasses import replace

import pytest

from metadx.simulation.contrasts import contrasts_replication
from metadx.simulation.load import load_contrasts, load_coverage, load_sbc
from metadx.simulation.plans import (
    SCHEMA,
    contrasts_plan,
    coverage_plan,
    identity,
    key_of,
    sbc_plan,
)
from metadx.simulation.sbc import sbc_replication


@pytest.fixture
def sbc(write, sbc_text):
    return load_sbc(write(sbc_text, "sbc.toml"))


@pytest.fixture
def coverage(write, coverage_text):
    return load_coverage(write(coverage_text, "coverage.toml"))


@pytest.fixture
def contrasts(write, contrasts_text):
    return load_contrasts(write(contrasts_text, "contrasts.toml"))


def test_every_group_has_its_own_number_of_replications(sbc):
    plan = sbc_plan(sbc)
    assert plan.name == "sbc"
    assert [item.key for item in plan.items] == [
        *(f"three/{number:05d}" for number in range(4)),
        *(f"four / wide/{number:05d}" for number in range(3)),
    ]
    assert [item.payload for item in plan.items] == [
        *((0, number) for number in range(4)),
        *((1, number) for number in range(3)),
    ]


def test_every_cell_has_as_many_replications(coverage):
    plan = coverage_plan(coverage)
    assert plan.name == "coverage"
    assert [(item.key, item.payload) for item in plan.items] == [
        (f"{name}/0000{number}", (cell, number))
        for cell, name in enumerate(("eight", "three / t"))
        for number in range(3)
    ]


def test_contrasts_are_planned_as_coverage_is(contrasts):
    plan = contrasts_plan(contrasts)
    assert plan.name == "contrasts"
    assert [(item.key, item.payload) for item in plan.items] == [
        (f"{name}/0000{number}", (cell, number))
        for cell, name in enumerate(("nine", "eight / slope"))
        for number in range(3)
    ]
    work = pickle.loads(pickle.dumps(plan.work))
    assert work(1, 2) == contrasts_replication(contrasts, 1, 2)


def test_more_replications_go_on_where_fewer_have_ended(sbc, coverage, contrasts):
    plans = ((sbc_plan, sbc), (coverage_plan, coverage), (contrasts_plan, contrasts))
    for plan_of, loaded in plans:
        few, many = plan_of(loaded, 2), plan_of(loaded, 6)
        assert (len(few.items), len(many.items)) == (4, 12)
        assert set(few.items) < set(many.items)
        assert few.identity == many.identity == identity(loaded)


def test_what_determines_the_outcomes_is_in_the_identity(write, sbc, sbc_text, coverage):
    seeded = replace(sbc, design=sbc.design.model_copy(update={"seed": 8}))
    other_card = replace(sbc, card=coverage.others[0])
    other_design = load_sbc(write(sbc_text.replace("lower = 20", "lower = 21")))
    fewer_cards = replace(coverage, others=())
    every = (sbc, seeded, other_card, other_design, coverage, fewer_cards)
    assert len({identity(loaded) for loaded in every}) == len(every)


def test_another_version_is_another_identity(sbc, monkeypatch):
    before = identity(sbc)
    monkeypatch.setattr("metadx.simulation.plans.__version__", "99.0")
    assert identity(sbc) != before


def test_what_replications_hold_is_in_the_identity(sbc, coverage, monkeypatch):
    """Outcomes kept before a number was added are not put together with those that have it."""
    before = identity(sbc), identity(coverage)
    assert all(SCHEMA in said.split() for said in before)
    monkeypatch.setattr("metadx.simulation.plans.SCHEMA", "metadx/simulation/99")
    after = identity(sbc), identity(coverage)
    assert after == tuple(said.replace(SCHEMA, "metadx/simulation/99") for said in before)
    assert sbc_plan(sbc).identity == after[0]
    assert coverage_plan(coverage).identity == after[1]


def test_the_work_can_be_sent_to_another_process(sbc):
    work = pickle.loads(pickle.dumps(sbc_plan(sbc).work))
    assert work(1, 2) == sbc_replication(sbc, 1, 2)


def test_a_key_is_the_name_and_the_number():
    assert key_of("a/b", 123_456) == "a/b/123456"
