"""Recovery of agreement from design to verdict, with a fit that nothing has fitted."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from metadx.errors import DesignError, MetadxError
from metadx.report.simulated import write_study
from metadx.resources import models_dir
from metadx.runner.plan import Outcome
from metadx.simulation import agreement
from metadx.simulation.agreement import agreement_replication, draws_of
from metadx.simulation.agreement_verdict import agreement_requirements, finding_coverages
from metadx.simulation.load import load_agreement_design
from metadx.simulation.plans import agreement_plan, identity
from metadx.simulation.record import agreement_record
from metadx.simulation.study import simulate

CARD = "ordinal-agreement"
NAMES = (
    *("cross-tables", "margins, kappa and rho", "with 10 parts"),
    "with parts of rare findings",
)


@pytest.fixture(scope="module")
def loaded():
    return load_agreement_design()


@pytest.fixture
def fitted(monkeypatch):
    """Stand in for the fit: draws around the truth are not needed to see what is judged."""
    asked = []

    def fake(table, card, **how):
        asked.append((table, how))
        rows = table.n_rows
        rng = np.random.default_rng(len(asked))
        cells = rng.dirichlet(np.ones(25), size=(4, 50, rows)).reshape(4, 50, rows, 5, 5)
        parts = np.array([table.is_part(row) for row in table.rows])
        coded = np.where(parts, rng.uniform(0, 0.5, (4, 50, rows)), np.nan)
        names = ("mu", "beta_part", "sd_finding", "sd_region", "sd_row", "lambda")
        return SimpleNamespace(
            table=table,
            card=card,
            z=rng.normal(0.9, 0.5, (4, 50, rows)),
            cells=cells,
            kappa_coded=coded,
            hyper={name: rng.normal(size=(4, 50)) for name in names},
            engine=SimpleNamespace(fell_back=None),
            passed=len(asked) > 1,
        )

    monkeypatch.setattr(agreement, "fit_agreement", fake)
    return asked


def test_the_design_that_ships(loaded):
    design = loaded.design
    assert [finding.name for finding in design.findings][3:] == [
        *("reticulation", "honeycombing", "emphysema"),
    ]
    assert (len(design.parts), design.cases, design.prob) == (14, 107, 0.9)
    asked = {scenario.name: design.asked(scenario) for scenario in design.scenarios}
    judged = {scenario.name for scenario in design.scenarios if scenario.judged}
    assert judged == set(asked) - {"with parts of rare findings"}
    assert min(asked[name] for name in judged) >= 100
    assert (design.require.coverage_within, design.require.least) == (0.05, 0.80)
    assert loaded.card.card.id == CARD


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("boundaries = [1, 25, 50, 75]", "boundaries = [1, 25]", "boundaries: found 2 numbers"),
        ("0.41, 0.57, 0.02", "0.41, 0.57, 0.2", "findings[4].a: found [0.41, 0.57, 0.2, 0.0, 0.0]"),
        (
            'name = "emphysema", ',
            'name = "consolidation",',
            "the name 'consolidation' stands twice",
        ),
        (
            '"emphysema",     region = "RUL"',
            '"cysts", region = "RUL"',
            "parts[13].finding: 'cysts'",
        ),
        ('"honeycombing", "emphysema"]', '"normal lung"]', "scenarios[4].parts_of: 'normal lung'"),
        ("[0.1, 0.4, 1.6]", "[0.1, 0.4]", "parts[1].quartiles: found 2 numbers, wanted three"),
        ('engine = "marginal"', 'engine = "fast"', "engine: found 'fast'"),
        ('card = "ordinal-agreement"', 'card = "bivariate-binomial"', "bivariate-binomial"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path, old, new, told):
    text = (models_dir() / "designs" / "agreement.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(MetadxError, match=re.escape(told)):
        load_agreement_design(path)


def test_a_design_of_another_kind_is_refused():
    with pytest.raises(DesignError, match='found "coverage", wanted "agreement"'):
        load_agreement_design("coverage")


def test_every_scenario_has_as_many_replications(loaded):
    plan = agreement_plan(loaded, 2)
    *judged, shown = NAMES
    turns = [f"{name}/0000{number}" for number in range(2) for name in judged]
    assert [item.key for item in plan.items] == [*turns, f"{shown}/00000", f"{shown}/00001"]
    assert len(agreement_plan(loaded).items) == 3 * loaded.design.replications + 40
    assert plan.identity == identity(loaded)


def test_what_is_simulated_and_assumed_is_in_the_identity(loaded, tmp_path):
    text = (models_dir() / "designs" / "agreement.toml").read_text(encoding="utf-8")

    def identity_with(old, new):
        assert old in text
        (tmp_path / "one.toml").write_text(text.replace(old, new), encoding="utf-8")
        return load_agreement_design(tmp_path / "one.toml").identity

    for old, new in (("least = 0.80", "least = 0.7"), ("replications = 40", "replications = 3")):
        assert identity_with(old, new) == loaded.identity
    for old, new in (("0.41, 0.57", "0.42, 0.56"), ("rater_shift = 0.15", "rater_shift = 0.1")):
        assert identity_with(old, new) != loaded.identity
    card = (models_dir() / "ordinal-agreement.toml").read_text(encoding="utf-8")
    (tmp_path / "mine.toml").write_text(
        card.replace("mean = 0.9, sd = 0.6", "mean = 0.9, sd = 0.7")
    )
    (tmp_path / "again.toml").write_text(card.replace("Raters", "Readers"), encoding="utf-8")
    assert identity_with("ordinal-agreement", "mine.toml") != loaded.identity


def test_what_is_judged(loaded, fitted):
    found = agreement_replication(loaded, 2, 0)
    ((table, how),) = fitted
    assert (how["engine"], how["draws"]) == ("marginal", loaded.design.draws)
    assert (found["fell_back"], found["failed_checks"], found["refitted"]) == (False, True, [])
    judged = found["methods"][CARD]
    assert {"mu", "beta_part", "lambda", "latent_rho[reticulation, LLL]"} < set(judged)
    assert len(judged) == 6 + 2 * 16
    assert list(found["printed"])[:7][-1] == "consolidation, RLL"
    assert found["printed"]["consolidation, RLL"][:1] == [table.rows[6].kappa.value]
    assert agreement_replication(loaded, 2, 1)["failed_checks"] is False


def test_kappa_of_a_part_is_as_its_paper_coded_it(loaded, fitted):
    agreement_replication(loaded, 2, 0)
    fit = agreement.fit_agreement(fitted[0][0], loaded.card)
    draws = draws_of(fit, "total")
    np.testing.assert_array_equal(
        draws["kappa[reticulation, LUL]"], fit.kappa_coded[..., 15].ravel()
    )
    np.testing.assert_allclose(
        draws["latent_rho[emphysema]"], 0.9995 * np.tanh(fit.z[..., 5]).ravel()
    )
    cells = fit.cells[1, 2, 0]
    codes = np.arange(5)
    apart = (codes[:, None] - codes) ** 2
    chance = (np.outer(cells.sum(1), cells.sum(0)) * apart).sum()
    assert draws["kappa[normal lung]"][52] == pytest.approx(1 - (cells * apart).sum() / chance)


def outcome(name, number, covered):
    judged = {
        f"{measure}[{row}]": [float(hit), 0.3, 0.01, 0.4]
        for measure in ("latent_rho", "kappa")
        for row, hit in covered.items()
    }
    value = {"methods": {CARD: judged}, "fell_back": False, "failed_checks": number == 0}
    return Outcome(f"{name}/{number:05d}", value | {"refitted": []})


@pytest.fixture
def record(loaded):
    """Ten replications: x always holds, y in nine of ten, its parts in seven and nine of ten."""
    outcomes = [
        outcome(
            scenario.name,
            number,
            {"x": True, "y": number > 0, "y, RLL": number > 2, "y, LLL": number > 0},
        )
        for scenario in loaded.design.scenarios
        for number in range(10)
    ]
    return agreement_record(loaded, outcomes)


def test_a_record_has_every_scenario(loaded, record):
    assert record["kind"] == "agreement"
    assert record["identity"] == identity(loaded)
    for cell, scenario in zip(record["cells"], loaded.design.scenarios, strict=True):
        assert (cell["name"], cell["printed"]) == (scenario.name, scenario.printed)
        assert (cell["replications"], cell["failed"], cell["failed_checks"]) == (10, 0, 1)
        assert cell["methods"][CARD]["parameters"]["kappa[y, RLL]"]["covered"] == 7


def test_coverage_is_by_finding_the_parts_apart(record):
    found = finding_coverages(record["cells"][0], CARD, "kappa")
    assert found == {"x": 1.0, "y": 0.9, "y, parts": pytest.approx(0.8)}


def test_both_thresholds_bite(loaded, record):
    require = loaded.design.require
    met = agreement_requirements(record, require)
    assert len(met) == 3 * 2 * 2
    assert all(one.passed for one in met)
    record["cells"][3]["methods"][CARD]["parameters"]["kappa[y]"]["covered"] = 1  # not judged
    assert all(one.passed for one in agreement_requirements(record, require))
    parameters = record["cells"][1]["methods"][CARD]["parameters"]
    parameters["kappa[y]"]["covered"] = 7.9
    found = [one for one in agreement_requirements(record, require) if not one.passed]
    assert [(one.what, one.worst) for one in found] == [
        ("margins, kappa and rho: least coverage of a finding, kappa", "y")
    ]
    for name in parameters:
        if name.startswith("latent_rho"):
            parameters[name]["covered"] = 8.4
    found = [one.what for one in agreement_requirements(record, require) if not one.passed]
    assert found[0] == (
        "margins, kappa and rho: distance of mean coverage from 0.9, latent correlation"
    )


def test_an_interval_that_is_missing_covers_nothing(loaded):
    outcomes = [outcome("cross-tables", n, {"x": True}) for n in range(9)]
    outcomes.append(Outcome("cross-tables/00009", error="FitError: x"))
    record = agreement_record(loaded, outcomes)
    assert finding_coverages(record["cells"][0], CARD, "kappa") == {"x": 0.9}
    assert record["cells"][0]["errors"] == ["FitError: x"]


def test_a_study_from_its_design_to_its_verdict(fitted, tmp_path):
    done = simulate("agreement", tmp_path, replications=1, workers=1)
    assert done.short
    assert len(done.requirements) == 12
    assert len(done.record["cells"]) == len(fitted) == 4
    assert write_study(tmp_path, done) == ("record.json",)
    assert (tmp_path / "record.json").read_text(encoding="utf-8").count("\n") == 7
