"""What is compared, and how closely, is written down twice: the comparison cannot shrink unseen."""

import pytest

from metadx.cards.load import load_card
from metadx.studies.review import list_datasets, load_dataset
from tests.reference.comparison import LIMITS, Difference, Limit
from tests.reference.grid import DRAWS, GROUPS, SEEDS, jobs
from tests.reference.pinned import Run, priors, runs, runs_of

REVIEWS = (
    "adnexal-adnex",
    "anti-ccp",
    "breast-mri-calcifications",
    "coronary-ct",
    "dvt-ultrasound",
    "galactomannan-children",
    "iqcode-dementia",
    "lung-nodules-ct-biopsy",
    "lung-nodules-dwi-mri",
    "lung-nodules-fdg-pet",
    "myeloma-fdg-pet",
    "neutrophil-cd64",
    "ovarian-trucut-biopsy",
    "pleural-lesions-fdg-pet",
    "telomerase",
)
WITH_MOMENTS = {
    *("mu_se", "mu_sp", "tau_se", "tau_sp", "rho", "sens", "spec", "pred_sens", "pred_spec"),
    *("log_DOR", "marginal_sens", "marginal_spec"),
    *("hsroc_beta", "hsroc_sigma2theta", "hsroc_sigma2alpha"),
}
MEDIAN_ONLY = {"hsroc_Lambda", "hsroc_Theta"}
STATISTICS = {"mean", "sd", "q2.5", "q50", "q97.5"}
# The prior of each card and the same law as Stan writes it (tau is declared positive).
SAME_LAW = {
    "Normal(mean=0, sd=3)": "normal(0,3)",
    "HalfNormal(sd=1.5)": "normal(0,1.5)",
    "Uniform(lower=-1, upper=1)": "lkj_corr_cholesky(1)",
    "Normal(mean=0, sd=1.5)": "normal(0,1.5)",
    "HalfNormal(sd=1)": "normal(0,1)",
    "LKJ(eta=2)": "lkj_corr_cholesky(2)",
}


def test_datasets() -> None:
    assert tuple(run.dataset for run in runs_of("reviews", "bivariate-binomial")) == REVIEWS
    assert tuple(run.dataset for run in runs_of("reviews", "bivariate-binomial-n15")) == REVIEWS
    assert set(REVIEWS) <= set(list_datasets())
    corpus = runs_of("corpus")
    assert len({run.dataset for run in corpus}) == len(corpus) == 38
    assert {run.card for run in corpus} == {"bivariate-binomial-n15"}
    assert len(runs()) == 68


def test_quantities() -> None:
    for run in runs():
        assert set(run.quantities) == WITH_MOMENTS | MEDIAN_ONLY
        for name, found in run.quantities.items():
            wanted = STATISTICS if name in WITH_MOMENTS else {"q50"}
            assert set(found) == wanted | {f"mcse_{statistic}" for statistic in wanted}
        assert {len(column) for column in run.studies.values()} == {run.n_studies}


def test_every_long_run_was_good() -> None:
    for run in runs():
        sampler = run.sampler
        assert sampler["chains"] * sampler["draws_per_chain"] == 80_000
        assert sampler["max_rhat"] < 1.001
        assert min(sampler["min_ess_bulk"], sampler["min_ess_tail"]) > 9_000
        known = (run.dataset, run.card) == ("breast-mri-calcifications", "bivariate-binomial-n15")
        assert sampler["divergences"] == (4 if known else 0)
        assert sampler["max_treedepth_hits"] == 0


@pytest.mark.parametrize("run", runs_of("reviews", "bivariate-binomial"), ids=lambda r: r.dataset)
def test_tables_are_those_of_the_long_runs(run: Run) -> None:
    table = load_dataset(run.dataset).table
    assert table.n_studies == run.n_studies
    assert table.sha256 == run.table_sha256, "the counts changed: the long runs must be made again"


@pytest.mark.parametrize("card", ["bivariate-binomial", "bivariate-binomial-n15"])
def test_priors_are_those_of_the_long_runs(card: str) -> None:
    parameters = load_card(card).card.parameters
    for name, law in priors()[card].items():
        assert SAME_LAW[str(getattr(parameters, name).prior)] == law


def test_limits() -> None:
    four = Limit(in_errors=4.0)
    assert LIMITS["marginal"] == {
        "mean": Limit(in_sd=0.05),
        "sd": Limit(in_sd=0.04),
        "derived mean": Limit(in_sd=0.05, in_errors=4.0),
        "derived sd": Limit(in_sd=0.04, in_errors=4.0),
        "quantile": Limit(in_sd=0.10, in_errors=4.0),
        "study": four,
    }
    assert set(LIMITS["nuts"].values()) == {four}
    assert set(LIMITS["nuts"]) == set(LIMITS["marginal"])


def test_a_limit_can_be_missed() -> None:
    mean, quantile = LIMITS["marginal"]["mean"], LIMITS["marginal"]["quantile"]
    assert mean.share(Difference("mu_se mean", "mean", 0.06, 0.1)) > 1
    assert mean.share(Difference("mu_se mean", "mean", 0.04, 9.0)) < 1
    assert quantile.share(Difference("rho q50", "quantile", 0.2, 3.9)) < 1
    assert quantile.share(Difference("rho q50", "quantile", 0.2, 4.1)) > 1
    assert quantile.share(Difference("hsroc_Theta q50", "quantile", None, 4.1)) > 1


def test_recorded_fits() -> None:
    assert DRAWS == {"marginal": 40_000, "nuts": 40_000}
    assert SEEDS == {"marginal": (1, 2, 3), "nuts": (1,)}
    assert GROUPS == {"marginal": ("reviews", "corpus"), "nuts": ("reviews",)}
    assert len(set(jobs())) == (30 + 38) * 3 + 30
