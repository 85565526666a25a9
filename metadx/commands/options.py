"""What `metadx run` was asked for, by the kind of review it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metadx.commands.inputs import given, kind_of
from metadx.errors import DataError

if TYPE_CHECKING:
    from metadx.cards.load import CardKind

_OTHER = {
    "accuracy": "a review of diagnostic accuracy; the option is for reviews of agreement.",
    "agreement": "a review of agreement; the option is for reviews of diagnostic accuracy.",
}


@dataclass(frozen=True)
class RunOptions:
    """What every run takes.

    Parameters
    ----------
    out, model : str or None
        Result folder; model card.
    engine : str
    prob : float or None
    draws : int
    seed : int or None
    figures, store, report : bool
        Whether figures are drawn, the fit itself is saved, and the result is criticised and
        written up as a page.
    as_json, quiet : bool
    """

    out: str | None
    model: str | None
    engine: str
    prob: float | None
    draws: int
    seed: int | None
    figures: bool
    store: bool
    report: bool
    as_json: bool
    quiet: bool

    def target(self, name: str) -> Path:
        """Return the result folder of a review of this name.

        Parameters
        ----------
        name : str

        Raises
        ------
        DataError
            If ``--out`` is empty.
        """
        return Path("results") / name if self.out is None else given(self.out, "--out")


@dataclass(frozen=True)
class AccuracyOptions:
    """What only reviews of accuracy take; see `metadx.engines.analysis.analyse`.

    Parameters
    ----------
    sens, spec, subgroup, missing : str or None
    at, only : list of str or None
    label : str or None
    prevalence : list of float or None
    """

    sens: str | None = None
    spec: str | None = None
    subgroup: str | None = None
    missing: str | None = None
    at: list[str] | None = None
    label: str | None = None
    prevalence: list[float] | None = None
    only: list[str] | None = None


@dataclass(frozen=True)
class AgreementOptions:
    """What only reviews of agreement take; see `metadx.fit_agreement`.

    Parameters
    ----------
    scale : str or None
        Categories of a bare table, from the lowest, with commas between them.
    no_spearman, no_part_kappa, misaligned : bool
    """

    scale: str | None = None
    no_spearman: bool = False
    no_part_kappa: bool = False
    misaligned: bool = False


def refuse_others(path: str, kind: "CardKind", options: Mapping[str, object]) -> None:
    """Refuse options that mean nothing for a review of this kind.

    Parameters
    ----------
    path : str
        The review, as the user names it.
    kind : {"accuracy", "agreement"}
    options : mapping of str to object
        Options of the other kind by name, as typer gives them.

    Raises
    ------
    DataError
        If one of them was given.

    Examples
    --------
    >>> refuse_others("anti-ccp", "accuracy", {"scale": "no,yes"})
    Traceback (most recent call last):
        ...
    metadx.errors.DataError: --scale: anti-ccp is a review of diagnostic accuracy; ...
    """
    asked = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if asked:
        words = (
            _OTHER[kind] if len(asked) == 1 else _OTHER[kind].replace("option is", "options are")
        )
        raise DataError(f"{', '.join(asked)}: {path} is {words}")


def refuse_agreement(path: str, command: str) -> None:
    """Refuse a review of agreement where a command is for reviews of accuracy.

    Parameters
    ----------
    path : str
        The review, as the user names it.
    command : str
        Name of the command.

    Raises
    ------
    DataError
        If the review is one of agreement.

    Examples
    --------
    >>> refuse_agreement("xeromammograms", "compare")
    Traceback (most recent call last):
        ...
    metadx.errors.DataError: xeromammograms: is a review of agreement; ...
    """
    if kind_of(path) == "agreement":
        msg = (
            f"{path}: is a review of agreement; `metadx {command}` takes reviews of diagnostic "
            f"accuracy. `metadx check` audits its printed figures and `metadx run` fits it."
        )
        raise DataError(msg)
