"""Hold one fit against its long run, with a message that names what is off."""

from metadx.engines.fit import Fit
from tests.reference.comparison import LIMITS, differences, failures
from tests.reference.pinned import Run

# 15 quantities with mean, sd and 3 quantiles, 2 with a median only.
_OF_PARAMETERS = 15 * 5 + 2


def assert_agrees(fit: Fit, run: Run, *, study_effects: bool = True) -> None:
    """Assert that every check passed and every difference stays within its limit."""
    assert fit.passed, [check for check in fit.checks if not check.passed]
    assert fit.engine.fell_back is None
    found = list(differences(fit, run))
    assert len(found) == _OF_PARAMETERS + 2 * run.n_studies * study_effects
    beyond = [
        f"{item.what}: {item.in_errors:.1f} Monte Carlo errors"
        + ("" if item.in_sd is None else f", {item.in_sd:.3f} sd")
        + f"; limit {LIMITS[fit.engine.name][item.kind]}"
        for item in failures(fit.engine.name, found)
    ]
    assert not beyond, f"{run.dataset} under {run.card}: " + "; ".join(beyond)
