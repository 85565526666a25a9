from collections.abc import Callable

import pytest

from metadx.cards.load import LoadedCard, parse_card
from metadx.errors import CardError
from metadx.resources import models_dir

PRIORS = {
    "mu": 'prior = { family = "Normal", mean = 0, sd = 3 }',
    "tau": 'prior = { family = "HalfNormal", sd = 1.5 }',
    "rho": 'prior = { family = "Uniform", lower = -1, upper = 1 }',
}


@pytest.fixture(scope="session")
def default_text() -> str:
    """The default card, the text that is edited in the tests."""
    return (models_dir() / "bivariate-binomial.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def edited(default_text: str) -> Callable[[str, str], LoadedCard]:
    """Parse the default card with one passage replaced."""

    def _edited(old: str, new: str) -> LoadedCard:
        assert default_text.count(old) >= 1, old
        return parse_card(default_text.replace(old, new, 1), "own.toml")

    return _edited


@pytest.fixture(scope="session")
def with_prior(edited: Callable[[str, str], LoadedCard]) -> Callable[[str, str], LoadedCard]:
    """Parse the default card with the prior of mu, tau or rho replaced."""
    return lambda name, prior: edited(PRIORS[name], f"prior = {prior}")


@pytest.fixture(scope="session")
def refusal(edited: Callable[[str, str], LoadedCard]) -> Callable[[str, str], list[str]]:
    """The lines with which an edited card is refused."""

    def _refusal(old: str, new: str) -> list[str]:
        with pytest.raises(CardError) as caught:
            edited(old, new)
        return str(caught.value).splitlines()

    return _refusal
