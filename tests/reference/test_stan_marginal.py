"""The marginal engine against long runs of Stan on every shipped review, under both cards."""

import pytest

from tests.reference.assertion import assert_agrees
from tests.reference.grid import refit
from tests.reference.pinned import Run, find, runs_of

DEFAULT, REFERENCE = "bivariate-binomial", "bivariate-binomial-n15"
QUICKEST = (
    "breast-mri-calcifications",
    "galactomannan-children",
    "lung-nodules-fdg-pet",
    "pleural-lesions-fdg-pet",
    "telomerase",
)


def name_of(run: Run) -> str:
    return run.dataset


@pytest.mark.parametrize("run", runs_of("reviews", DEFAULT), ids=name_of)
def test_default_card(run: Run) -> None:
    assert_agrees(refit(run, "marginal", seed=1), run)


@pytest.mark.parametrize("run", runs_of("reviews", REFERENCE), ids=name_of)
def test_reference_card(run: Run) -> None:
    # Study effects are costly and do not depend on the card but through mu, tau and rho: one
    # review stands for all here, the recorded run draws them throughout.
    effects = run.dataset == "anti-ccp"
    fitted = refit(run, "marginal", seed=1, study_effects=effects)
    assert_agrees(fitted, run, study_effects=effects)


@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("dataset", QUICKEST)
def test_other_seeds(dataset: str, seed: int) -> None:
    run = find(dataset, DEFAULT)
    fitted = refit(run, "marginal", seed=seed, study_effects=False)
    assert_agrees(fitted, run, study_effects=False)
