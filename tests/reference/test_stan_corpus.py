"""The marginal engine against long runs of Stan on tables that do not ship.

Collected only where METADX_CORPUS names the folder with the tables.
"""

import pytest

from tests.reference.assertion import assert_agrees
from tests.reference.grid import refit
from tests.reference.pinned import Run, runs_of


@pytest.mark.parametrize("run", runs_of("corpus"), ids=lambda run: run.dataset)
def test_reference_card(run: Run) -> None:
    assert_agrees(refit(run, "marginal", seed=1), run)
