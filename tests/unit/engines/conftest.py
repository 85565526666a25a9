"""Fits that several tests share; the one real run of NUTS among them."""

from collections.abc import Callable

import numpy as np
import pytest

from metadx.engines.fit import Fit, fit
from metadx.engines.result import Check, EngineReport, EngineResult
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Categorical, Continuous
from metadx.studies.review import load_dataset


@pytest.fixture(scope="session")
def large_studies() -> AccuracyTable:
    """Eight made-up studies that each know their own accuracy well."""
    rng = np.random.default_rng(20)
    sens, spec = 1 / (1 + np.exp(-rng.normal([1.2, 1.8], 0.7, (8, 2)).T))
    tp, tn = rng.binomial(300, sens), rng.binomial(400, spec)
    names = [f"Made up {i + 1}" for i in range(8)]
    return AccuracyTable.from_counts(names, tp, 400 - tn, 300 - tp, tn, source="made-up")


@pytest.fixture(scope="session")
def nuts_fit(large_studies: AccuracyTable) -> Fit:
    return fit(large_studies, engine="nuts", draws=1600, seed=5)


@pytest.fixture(scope="session")
def marginal_fit(large_studies: AccuracyTable) -> Fit:
    return fit(large_studies, engine="marginal", draws=4000, seed=5)


@pytest.fixture(scope="session")
def telomerase_fit() -> Fit:
    return fit(load_dataset("telomerase"), draws=4000, seed=2)  # ArviZ warns of no study


@pytest.fixture(scope="session")
def rich_table() -> AccuracyTable:
    """Covariates of both kinds, missing values, names that other things have too."""
    covariates = {
        "year": Continuous("year", [2001, np.nan, 2003.5, 0.1 + 0.2], "calendar year", "of print"),
        "threshold (µg/L)": Categorical(
            "threshold (µg/L)", ("low", None, "hôch", "low"), ("low", "hôch"), "hôch", "cut-off"
        ),
        "study": Categorical("study", ("a", "b", "a", None), ("b", "a"), "a"),
        "n_diseased": Continuous("n_diseased", [1.0, 2.0, np.nan, 4.0]),
        "n_diseased_": Continuous("n_diseased_", [5.0, 6.0, 7.0, 8.0]),
        "fit": Continuous("fit", [1.0, -1e300, 1e-300, 0.0]),
    }
    return AccuracyTable.from_counts(
        ["Ærø 2001", 'O\'Neil "x" 2002', "Study/3", "李 2004"],
        tp=[9, 20, 7, 30],
        fp=[1, 0, 3, 4],
        fn=[1, 5, 0, 2],
        tn=[9, 0, 9, 40],
        covariates=covariates,
        source="ærø.csv",
    )


@pytest.fixture(scope="session")
def stub_result() -> Callable[..., EngineResult]:
    """What NUTS would hand back for a table, without running it."""

    def _stub(table: AccuracyTable, draws_per_chain: int = 50) -> EngineResult:
        rng = np.random.default_rng(0)
        shape, n = (4, draws_per_chain), table.n_studies
        stats = {
            "diverging": np.zeros(shape, dtype=bool),
            "energy": rng.normal(size=shape),
            "n_steps": rng.integers(1, 9, shape),
        }
        return EngineResult(
            coefficients=rng.normal([1, 2], 0.2, (*shape, 2)),
            tau=rng.uniform(0.2, 1, (*shape, 2)),
            rho=rng.uniform(-1, 1, shape),
            study_logits=rng.normal(size=(*shape, n, 2)),
            log_likelihood=rng.normal(-4, 1, (*shape, n)),
            sample_stats=stats,
            proposals=None,
            report=EngineReport("nuts", None, 900.0, 15, 1.5, parametrisation="centred"),
            checks=(Check("rhat", 1.001, 1.01, True), Check("divergences", 0, 0, True)),
        )

    return _stub
