"""The recorded run of both engines on every dataset is complete and within the limits."""

from collections import Counter

import pytest

from tests.reference.comparison import KINDS, LIMITS
from tests.reference.grid import Job, jobs
from tests.reference.pinned import find
from tests.reference.record import Entry, read_record

DRAWS = {"marginal": 40_000, "nuts": 40_000}
OF_PARAMETERS = 15 * 5 + 2


@pytest.fixture(scope="module")
def entries() -> dict[Job, Entry]:
    recorded = read_record()
    by_job = {entry.job: entry for entry in recorded}
    assert len(by_job) == len(recorded), "a fit is recorded twice"
    return by_job


def test_every_fit_is_recorded(entries: dict[Job, Entry]) -> None:
    assert set(entries) == set(jobs())
    counted = Counter((job.engine, job.group, job.card) for job in entries)
    assert counted == {
        ("marginal", "reviews", "bivariate-binomial"): 15 * 3,
        ("marginal", "reviews", "bivariate-binomial-n15"): 15 * 3,
        ("marginal", "corpus", "bivariate-binomial-n15"): 38 * 3,
        ("nuts", "reviews", "bivariate-binomial"): 15,
        ("nuts", "reviews", "bivariate-binomial-n15"): 15,
    }


def test_every_fit_is_whole(entries: dict[Job, Entry]) -> None:
    for job, entry in entries.items():
        assert entry.draws >= DRAWS[job.engine]  # NUTS draws more where a first try fails
        assert set(entry.worst) == set(KINDS)
        studies = find(job.dataset, job.card).n_studies
        assert entry.compared == OF_PARAMETERS + 2 * studies, job


def test_every_difference_is_within_its_limit(entries: dict[Job, Entry]) -> None:
    beyond = {
        (job, kind): item
        for job, entry in entries.items()
        for kind, item in entry.worst.items()
        if not LIMITS[job.engine][kind].share(item) <= 1
    }
    assert not beyond
    assert [job for job, entry in entries.items() if entry.failed] == []


def test_every_check_of_the_engines_passed(entries: dict[Job, Entry]) -> None:
    for job, entry in entries.items():
        checks = entry.checks
        if job.engine == "marginal":
            assert checks["pareto_k"] < 0.7, job
            assert checks["ess"] >= 400, job
            assert checks["quadrature_error"] <= 0.03, job
        else:
            assert checks["rhat"] <= 1.01, job
            assert checks["divergences"] == 0, job
            assert min(checks["ess_bulk"], checks["ess_tail"]) >= 400, job
        assert entry.checks_passed, job
        assert entry.passed, job
