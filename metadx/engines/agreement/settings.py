"""What the user may choose about a fit of an agreement model, checked once."""

from dataclasses import dataclass
from typing import Literal, get_args

from metadx.engines.settings import EngineChoice, FitSettings
from metadx.errors import MetadxError

type ImpossibleKappa = Literal["leave out", "misaligned"]


@dataclass(frozen=True)
class AgreementSettings:
    """Settings of a fit of an agreement model.

    Parameters
    ----------
    engine : {"auto", "marginal", "nuts"}
        "marginal" integrates the cut-points out of each row and samples what the rows share;
        "nuts" samples everything at once; "auto" is "marginal", and "nuts" where its checks fail.
    draws : int
        Posterior draws in all; rounded up to a multiple of 4 chains.
    seed : int
    spearman : bool
        Whether the printed rank correlations are used.
    part_kappa : bool
        Whether the kappas of rows without margins are used; no arithmetic can check them.
    impossible : {"leave out", "misaligned"}
        What becomes of a printed kappa that no table with the printed margins can have: it is left
        out, or it is taken as made from codes of one rater that were off by one category.

    Raises
    ------
    MetadxError
        If a value is out of range.
    """

    engine: EngineChoice = "auto"
    draws: int = 4000
    seed: int = 1
    spearman: bool = True
    part_kappa: bool = True
    impossible: ImpossibleKappa = "leave out"

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        fit = FitSettings(engine=self.engine, draws=self.draws, seed=self.seed)
        wanted: tuple[str, ...] = get_args(ImpossibleKappa.__value__)
        if self.impossible not in wanted:
            msg = f"impossible = {self.impossible!r}: wanted one of {', '.join(wanted)}"
            raise MetadxError(msg)
        object.__setattr__(self, "draws", fit.draws)
        object.__setattr__(self, "seed", fit.seed)

    @property
    def draws_per_chain(self) -> int:
        """Draws of each of the 4 chains."""
        return FitSettings(draws=self.draws).draws_per_chain
