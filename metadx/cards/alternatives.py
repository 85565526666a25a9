"""Other priors that a card declares: the reader sees whether the answer hangs on the choice."""

from pydantic import Field, model_validator

from metadx.cards.parameters import (
    CardPart,
    MarginPriors,
    PriorOrPair,
    check_prior,
    impossible,
)
from metadx.cards.priors import Prior

CHANGED = ("mu", "tau", "rho")  # what a set of other priors may change


class AlternativePriors(CardPart):
    """A declared set of other priors for the same model.

    Parameters
    ----------
    name : str
        Such as ``"wider"``; unique within a card.
    why : str
        What the set is there to show.
    mu, tau, rho : prior, pair of priors or None
        What takes the place of the prior of the card; at least one of them.
    """

    name: str = Field(min_length=1)
    why: str = Field(min_length=1, description="what the other priors are there to show")
    mu: PriorOrPair | None = None
    tau: PriorOrPair | None = None
    rho: PriorOrPair | None = None

    @model_validator(mode="after")
    def _possible(self) -> "AlternativePriors":
        if not self.changed:
            raise impossible((), "changes nothing: give a prior for mu, tau or rho")
        for name in self.changed:
            prior = getattr(self, name)
            check_prior(name, prior, (name,))
            if any(each.support == "point" for each in _each(prior)):
                raise impossible((name,), "found a fixed value, wanted a prior with some width")
        return self

    @property
    def changed(self) -> tuple[str, ...]:
        """The parameters whose priors are others: of "mu", "tau" and "rho"."""
        return tuple(name for name in CHANGED if getattr(self, name) is not None)

    @property
    def words(self) -> str:
        """The priors as a line of text: ``mu ~ Normal(mean=0, sd=5), rho ~ LKJ(eta=4)``."""
        return ", ".join(
            f"{name} ~ {' and '.join(dict.fromkeys(map(str, _each(getattr(self, name)))))}"
            for name in self.changed
        )


def _each(prior: Prior | MarginPriors) -> tuple[Prior, ...]:
    return (prior.sens, prior.spec) if isinstance(prior, MarginPriors) else (prior,)
