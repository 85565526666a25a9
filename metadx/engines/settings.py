"""What the user may choose about a fit, checked once."""

import operator
from dataclasses import dataclass
from typing import Literal, get_args

from metadx.errors import MetadxError

type EngineChoice = Literal["auto", "marginal", "nuts"]

ENGINES: tuple[str, ...] = get_args(EngineChoice.__value__)
CHAINS = 4
_MAX_DRAWS = 1_000_000
_EFFECTS_UP_TO = 1000  # studies; above it study effects are drawn only when asked for


@dataclass(frozen=True)
class FitSettings:
    """Settings of a fit.

    Parameters
    ----------
    engine : {"auto", "marginal", "nuts"}
        "auto" takes the marginal engine and hands over to NUTS when its check fails.
    draws : int
        Posterior draws in all; rounded up to a multiple of 4 chains.
    seed : int
        The same seed gives the same draws from the marginal engine.
    study_effects : bool or None
        Draw each study's own sensitivity and specificity; None means yes up to 1,000 studies.

    Raises
    ------
    MetadxError
        If a value is out of range.
    """

    engine: EngineChoice = "auto"
    draws: int = 4000
    seed: int = 1
    study_effects: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.engine not in ENGINES:
            msg = f"engine = {self.engine!r}: wanted one of {', '.join(ENGINES)}"
            raise MetadxError(msg)
        draws, seed = whole_number(self.draws), whole_number(self.seed)
        if draws is None or not 100 <= draws <= _MAX_DRAWS:
            msg = f"draws = {self.draws!r}: wanted a whole number from 100 to {_MAX_DRAWS:,}"
            raise MetadxError(msg)
        if seed is None or seed < 0:
            msg = f"seed = {self.seed!r}: wanted a whole number of at least 0"
            raise MetadxError(msg)
        object.__setattr__(self, "draws", draws)
        object.__setattr__(self, "seed", seed)

    @property
    def draws_per_chain(self) -> int:
        """Draws of each of the 4 chains."""
        return -(-self.draws // CHAINS)

    def wants_effects(self, n_studies: int) -> bool:
        """Tell whether study effects are to be drawn for a table of that size."""
        if self.study_effects is None:
            return n_studies <= _EFFECTS_UP_TO
        return self.study_effects


def whole_number(value: object) -> int | None:
    """Take any kind of integer, NumPy's too; None for a float, a text or a truth value."""
    try:
        return None if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None
