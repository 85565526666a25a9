"""The default card with other priors of the coefficients."""

import re

from metadx.cards.load import LoadedCard, load_card, parse_card


def card_with(*, contrast: float, slope: float = 1.0) -> LoadedCard:
    """The default card with other standard deviations of the two priors."""
    text = load_card("bivariate-binomial").text
    for name, sd in (("contrast", contrast), ("slope", slope)):
        prior = f'{name} = {{ family = "Normal", mean = 0, sd = {sd} }}'
        text, found = re.subn(rf"^{name} = \{{.*\}}$", prior, text, flags=re.MULTILINE)
        assert found == 1, name
    return parse_card(text, "own.toml")
