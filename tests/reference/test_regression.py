"""Regression on covariates: the maximum of the likelihood is that of R, and the engines agree."""

from dataclasses import replace
from functools import cache

import pytest

from metadx.cards.load import load_card
from metadx.engines.maximum_likelihood import MaximumLikelihood, maximum_likelihood
from metadx.studies.review import load_dataset
from tests.reference.regression import (
    NODES,
    SEVERAL,
    Case,
    cases,
    cases_of,
    find_case,
    likelihood_ratios,
    software,
)
from tests.reference.regression_engines import (
    CARD,
    DRAWS,
    MEAN,
    SD,
    Apart,
    assumptions,
    refit,
    summaries,
)
from tests.reference.regression_likelihood import (
    COEFFICIENT,
    LOG_LIKELIHOOD,
    RELATIVE,
    regression_gap,
)
from tests.reference.regression_posterior import (
    COMPARABLE,
    EFFECT,
    INTERCEPT,
    SHOWN,
    WIDER,
    Beside,
    beside,
)
from tests.reference.regression_record import Record, ratios_of, read_record

FAMILIES = {
    "ccp generation": ("A", "B", "C", "D", "E"),
    "iqcode items": ("A", "B", "C", "D"),
    "melanoma method": ("A", "B", "C", "D"),
    "appendicitis design": ("A", "B", "C", "D", "E"),
}
WITH_ALL_NODES = ("dwi", "iqcode", "ccp, interaction")


@pytest.fixture(scope="module")
def record() -> Record:
    return read_record()


@cache
def at_one_node(name: str) -> MaximumLikelihood:
    case = find_case(name)
    return maximum_likelihood(case.table(), nodes=1, **case.formulas)


def name_of(case: Case) -> str:
    return case.name


def test_the_grid_cannot_shrink() -> None:
    assert len(cases()) == 8 + 4 * 4 + 2 * 2
    assert {tests.name: tuple(sorted(tests.cases)) for tests in likelihood_ratios()} == FAMILIES
    assert sum(len(tests.stated) for tests in likelihood_ratios()) == 4 * 3 + 2
    assert set(software()) == set(NODES) == {"lme4", "glmmTMB", "quadrature"}
    assert all(set(case.found) == set(NODES) for case in cases())
    assert [find_case(name).dataset for name in SEVERAL] == [
        *("lung-nodules-dwi-mri", "iqcode-dementia", "melanoma_cad", "appendicitis_ct")
    ]
    for case in map(find_case, SEVERAL):
        assert len(case.categorical) + len(case.continuous) >= 3
        assert case.sens != case.spec


def test_pinned_tables_are_the_shipped_ones() -> None:
    for case in cases_of("reviews"):
        shipped = load_dataset(case.dataset).table
        assert shipped.sha256 == case.table_sha256, "the table changed: R must be run again"
        for name, level in case.categorical.items():
            assert shipped.covariates[name].reference == level
        if not case.only:
            assert shipped.n_studies == case.n_studies


def test_the_programs_of_r_agree_with_each_other() -> None:
    """And the quadrature is near them: a wrong formula in one of the scripts would show."""
    for case in cases():
        lme4, other, exact = (case.found[peer] for peer in ("lme4", "glmmTMB", "quadrature"))
        assert lme4["log_likelihood"] == pytest.approx(other["log_likelihood"], abs=1e-5)
        assert lme4["beta"] == pytest.approx(other["beta"], abs=1e-4)
        assert lme4["log_likelihood"] == pytest.approx(exact["log_likelihood"], abs=0.8)
        assert lme4["beta"] == pytest.approx(exact["beta"], abs=0.02)


def test_every_maximum_is_recorded_and_that_of_r(record: Record) -> None:
    assert (LOG_LIKELIHOOD, COEFFICIENT, RELATIVE) == (1e-5, 1e-4, 1e-4)
    assert [(gap.case, gap.peer, gap.nodes) for gap in record.likelihood] == [
        (case.name, peer, nodes) for case in cases() for peer, nodes in NODES.items()
    ]
    assert not [gap for gap in record.likelihood if not gap.agrees]


def test_likelihood_ratios_are_those_of_glmer(record: Record) -> None:
    """Within 0.05 of the stated ones at one node; with 15 nodes those of R's quadrature."""
    wanted = [(tests.name, step) for tests in likelihood_ratios() for step in tests.stated]
    assert [(row.test, row.step) for row in record.ratios] == wanted
    for row in record.ratios:
        assert row.one_node == pytest.approx(row.stated, abs=0.05)
        assert row.one_node == pytest.approx(row.lme4, abs=1e-5)
        assert row.nodes_15 == pytest.approx(row.quadrature, abs=1e-5)
    changes = [row.nodes_15 - row.one_node for row in record.ratios]
    assert max(map(abs, changes)) == pytest.approx(0.395, abs=5e-4)  # melanoma method, C to B


def test_the_record_holds_the_pinned_numbers(record: Record) -> None:
    pinned = {
        (row.test, row.step): (row.degrees_of_freedom, row.stated, row.lme4, row.quadrature)
        for tests in likelihood_ratios()
        for row in ratios_of(tests, {n: dict.fromkeys(map(name_of, cases()), 0.0) for n in (1, 15)})
    }
    for row in record.ratios:
        found = (row.degrees_of_freedom, row.stated, row.lme4, row.quadrature)
        assert found == pytest.approx(pinned[row.test, row.step], rel=1e-5)


@pytest.mark.parametrize("case", cases_of("reviews"), ids=name_of)
def test_the_maximum_at_one_node_here_and_now(case: Case) -> None:
    ours = at_one_node(case.name)
    for peer in ("lme4", "glmmTMB"):
        gap = regression_gap(case, peer, ours)
        assert gap.agrees, gap


@pytest.mark.parametrize("name", WITH_ALL_NODES)
def test_the_maximum_at_15_nodes_here_and_now(name: str) -> None:
    case = find_case(name)
    ours = maximum_likelihood(case.table(), nodes=15, **case.formulas)
    gap = regression_gap(case, "quadrature", ours)
    assert gap.agrees, gap


@pytest.mark.parametrize("name", ["ccp generation", "iqcode items"])
def test_likelihood_ratios_here_and_now(name: str) -> None:
    (tests,) = (found for found in likelihood_ratios() if found.name == name)
    parts = [case.name for found in tests.cases.values() for case in found]
    ours = tests.chi_squared({part: at_one_node(part).log_likelihood for part in parts})
    assert ours == pytest.approx(tests.stated, abs=0.05)


def test_a_maximum_can_lie_too_far_away() -> None:
    case = find_case("iqcode")
    ours = at_one_node("iqcode")
    for what, name in (("beta", "spec,iqcode_items=32"), ("se", "sens,threshold")):
        found = {**case.found["lme4"], what: dict(case.found["lme4"][what])}
        found[what][name] += 2e-4
        shifted = replace(case, found={**case.found, "lme4": found})
        assert regression_gap(case, "lme4", ours).agrees
        assert not regression_gap(shifted, "lme4", ours).agrees


def test_both_engines_are_recorded_on_every_data_set(record: Record) -> None:
    assert [(fit["case"], fit["engine"]) for fit in record.fits] == [
        (name, engine) for name in SEVERAL for engine in ("marginal", "nuts")
    ]
    for fit in record.fits:
        case = find_case(fit["case"])
        assert (fit["sens"], fit["spec"], fit["missing"]) == tuple(case.formulas.values())
        assert (fit["n_studies"], fit["table_sha256"]) == (case.n_studies, case.table_sha256)
        assert fit["draws"] >= DRAWS[fit["engine"]] >= 160_000
        assert fit["passed"]
        assert fit["fell_back"] is None
    for name in SEVERAL:
        rows = [row.parameter for row in record.engines if row.case == name]
        beta = find_case(name).found["lme4"]["beta"]
        scales = {f"{log}tau[{margin}]" for log in ("", "log ") for margin in ("sens", "spec")}
        effects = {f"beta[{effect}]" for effect in beta if "," in effect}
        wanted = {"mu[sens]", "mu[spec]", "rho", *effects, *scales}
        assert wanted <= set(rows)
        kinds = [row for row in rows if row not in wanted]
        assert len(kinds) >= 2 * 6
        assert all(kind.startswith(("logit sens, ", "logit spec, ")) for kind in kinds)


def test_the_engines_agree_on_every_parameter(record: Record) -> None:
    assert (MEAN, SD) == (0.05, 0.05)
    assert not [row for row in record.engines if not row.agrees]


def test_the_record_is_of_the_present_card(record: Record) -> None:
    """If not: `uv run python tests/reference/run_regression.py`."""
    assert record.card["id"] == CARD
    assert record.card["priors"] == assumptions(load_card(CARD))


@pytest.mark.parametrize("name", ["dwi", "iqcode"])
def test_the_marginal_engine_here_and_now(name: str, record: Record) -> None:
    case = find_case(name)
    fitted = refit(case, "marginal", draws=40_000, seed=2)
    for term, scaling in case.scaling.items():
        found = fitted.design.scaling[term]
        assert (found.mean, found.sd) == pytest.approx((scaling["mean"], scaling["sd"]))
    ours = summaries(fitted)
    recorded = [row for row in record.engines if row.case == name]
    assert set(ours) == {row.parameter for row in recorded}
    for row in recorded:
        here = replace(row, marginal=ours[row.parameter])
        assert here.near, here


def test_flat_priors_give_what_glmer_gives(record: Record) -> None:
    assert (EFFECT, INTERCEPT, WIDER) == (0.15, 0.25, 0.25)
    wanted = [(name, beta) for name in SHOWN for beta in find_case(name).found["lme4"]["beta"]]
    assert len(record.posterior) == len(wanted)
    for row, (name, beta) in zip(record.posterior, wanted, strict=True):
        assert (row.case, row.parameter[row.parameter.index("[") + 1 : -1]) == (name, beta)
        pinned = find_case(name).found["lme4"]
        assert row.glmer == pytest.approx(pinned["beta"][beta], rel=1e-5)
        assert row.glmer_se == pytest.approx(pinned["se"][beta], rel=1e-5)
    assert not [row for row in record.posterior if row.case in COMPARABLE and not row.agrees]


def test_flat_priors_here_and_now() -> None:
    """With 37 studies; the interaction and the shared year do not make it any worse."""
    for row in beside(find_case("ccp, interaction"), draws=4_000):
        assert row.agrees, row


def test_a_posterior_can_lie_too_far_away() -> None:
    near = Beside("", "beta[sens,x]", 0.0, 1.0, 0.1, 1.1, 0.0, 1.0)
    assert near.agrees
    assert not replace(near, glmer=0.3).agrees
    assert replace(near, glmer=0.3, parameter="mu[sens]").agrees
    assert not replace(near, glmer=0.5, parameter="mu[sens]").agrees
    assert not replace(near, flat_sd=0.95).agrees
    assert not replace(near, flat_sd=1.3).agrees


def test_engines_can_lie_too_far_apart() -> None:
    found = {"mean": 0.0, "sd": 1.0, "mcse_mean": 0.005, "mcse_sd": 0.005}
    assert Apart("", "", {**found, "mean": 0.049, "sd": 0.951}, found).agrees
    assert not Apart("", "", {**found, "mean": -0.051}, found).agrees
    assert not Apart("", "", {**found, "sd": 1.051}, found).agrees
    assert not Apart("", "", {**found, "mean": -0.051}, found).near
    assert Apart("", "", {**found, "mean": 0.1, "mcse_mean": 0.025}, found).near
    assert not Apart("", "", {**found, "mean": 0.11, "mcse_mean": 0.025}, found).near
