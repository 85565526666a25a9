"""docs/performance.md is what the record of the benchmarks gives, and a wrong answer stops them."""

import copy
import json
import math
import sys
import tomllib
from dataclasses import replace

import pytest

from tests.benchmarks.measure import ProgramFailed, cost_of, ratios
from tests.benchmarks.page import performance_page
from tests.benchmarks.programs import OURS, PROGRAMS, SCRIPTS
from tests.benchmarks.race import AGREEMENT, Disagreement, Turn, agree


@pytest.fixture(scope="module")
def record(root):
    text = (root / "tests" / "benchmarks" / "record.json").read_text(encoding="utf-8")
    return json.loads(text)


def test_the_page_is_that_of_the_record(record, pages):
    assert performance_page(record) == pages["docs/performance.md"]


def test_every_program_has_a_row_or_is_said_to_be_missing(record):
    assert list(record["programs"]) == [program.name for program in PROGRAMS]
    measured = {name for name, about in record["programs"].items() if about["present"]}
    for review in record["reviews"].values():
        assert set(review["programs"]) == measured
    missing = {p.package for p in PROGRAMS if p.name not in measured}
    assert missing == {
        name
        for name, number in record["versions"].items()
        if number is None and name not in {"R", "JAGS"}
    }


def test_a_missing_program_is_said_to_be_missing(record):
    less = copy.deepcopy(record)
    less["programs"]["lme4"]["present"] = False
    less["versions"]["lme4"] = None
    del less["batch"]["lme4"]
    for review in less["reviews"].values():
        del review["programs"]["lme4"]
    rows = [line for line in performance_page(less).splitlines() if "lme4 " in line and "|" in line]
    assert len(rows) == 1 + 2 * len(less["reviews"]) + 2  # first table, reviews, batch, versions
    assert all("not present" in row for row in rows)


def test_the_recorded_answers_agree(record):
    first = next(iter(record["reviews"].values()))
    assert set(first["apart"]) == set(first["programs"])
    assert max(first["apart"].values()) <= AGREEMENT
    sens, spec = (first["programs"][OURS.name][key] for key in ("sens", "spec"))
    for row in first["programs"].values():
        assert (row["sens"], row["spec"]) == pytest.approx((sens, spec), abs=AGREEMENT)


@pytest.mark.parametrize("wrong", [0.63, 0.68, math.nan])
def test_a_wrong_answer_stops_the_benchmark(wrong):
    ours = Turn(1, 1, 1, 0.655, 0.957, "")
    assert agree({OURS.name: ours, "lme4": ours})["lme4"] == 0
    with pytest.raises(Disagreement, match="lme4"):
        agree({OURS.name: ours, "lme4": replace(ours, sens=wrong)})
    with pytest.raises(Disagreement, match="lme4"):
        agree({OURS.name: ours, "lme4": replace(ours, spec=wrong)})


def test_a_process_is_measured_with_its_children(tmp_path):
    work = "bytearray(80 << 20); sum(range(3_000_000))"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}]); print(7)"
    cost = cost_of([sys.executable, "-c", code], tmp_path)
    alone = cost_of([sys.executable, "-c", "print(7)"], tmp_path)
    assert cost.printed == alone.printed == "7\n"
    assert cost.cpu > alone.cpu
    assert cost.peak_mib > 80


def test_a_failed_process_stops_the_benchmark(tmp_path):
    with pytest.raises(ProgramFailed, match=r"exit status 3\nno data"):
        cost_of(
            [sys.executable, "-c", "import sys; print('no data', file=sys.stderr); exit(3)"],
            tmp_path,
        )


def test_ratios_are_taken_round_by_round():
    # 1, 4 and 5; the ratio of the medians would be 2.
    assert ratios([2, 4, 10], [2, 1, 2])["median"] == 4
    assert ratios([2, 3, 12], [1, 3, 4]) == {"median": 2, "least": 1, "most": 3, "runs": 3}


def test_every_program_has_its_script():
    scripts = {f"{program.package}.R" for program in PROGRAMS if program.package}
    assert scripts <= {file.name for file in SCRIPTS.iterdir()}


def test_the_models_have_the_priors_of_the_card(root):
    card = tomllib.loads((root / "models" / "bivariate-binomial.toml").read_text(encoding="utf-8"))
    mu, tau, rho = (card["parameters"][name]["prior"] for name in ("mu", "tau", "rho"))
    stan, jags = ((SCRIPTS / f"bivariate.{kind}").read_text() for kind in ("stan", "jags"))
    assert (mu["mean"], rho["lower"], rho["upper"]) == (0, -1, 1)
    assert f"mu ~ normal(0, {mu['sd']});" in stan
    assert f"mu[j] ~ dnorm(0, pow({mu['sd']}, -2))\n" in jags
    assert f"tau ~ normal(0, {tau['sd']});" in stan
    assert "vector<lower=0>[2] tau;" in stan
    assert f"tau[j] ~ dnorm(0, pow({tau['sd']}, -2))T(0, )\n" in jags
    assert "real<lower=-1, upper=1> rho;" in stan
    assert "rho ~ dunif(-1, 1)\n" in jags
