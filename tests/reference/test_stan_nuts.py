"""NUTS against long runs of Stan: within 4 combined Monte Carlo errors in everything."""

import pytest

from tests.reference.assertion import assert_agrees
from tests.reference.grid import refit
from tests.reference.pinned import find


@pytest.mark.parametrize("dataset", ["anti-ccp", "galactomannan-children", "telomerase"])
def test_default_card(dataset: str) -> None:
    run = find(dataset, "bivariate-binomial")
    assert_agrees(refit(run, "nuts", seed=1, draws=12_000), run)
