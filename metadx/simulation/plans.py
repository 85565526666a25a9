"""The pieces of work that a design asks for."""

from functools import partial

from metadx import __version__
from metadx.runner.plan import Item, Plan
from metadx.simulation.agreement import agreement_replication
from metadx.simulation.contrasts import contrasts_replication
from metadx.simulation.coverage import coverage_replication
from metadx.simulation.design import ContrastsDesign, CoverageDesign, SbcDesign
from metadx.simulation.load import LoadedAgreementDesign, LoadedDesign
from metadx.simulation.sbc import sbc_replication

#: Of replications and records; a new number where they hold something else.
SCHEMA = "metadx/simulation/1"


def sbc_plan(loaded: LoadedDesign[SbcDesign], replications: int | None = None) -> Plan:
    """Plan simulation-based calibration.

    Parameters
    ----------
    loaded : LoadedDesign
    replications : int or None
        Of every group; None takes those of the design.

    Returns
    -------
    Plan
        Keys such as ``"marginal, K = 5/00017"``. More replications go on where fewer have ended.
    """
    sizes = [
        (group.name, group.replications if replications is None else replications)
        for group in loaded.design.groups
    ]
    return Plan("sbc", partial(sbc_replication, loaded), _items(sizes), identity(loaded))


def coverage_plan(loaded: LoadedDesign[CoverageDesign], replications: int | None = None) -> Plan:
    """Plan the study of coverage at fixed truths.

    Parameters
    ----------
    loaded : LoadedDesign
    replications : int or None
        Of every cell; None takes those of the design.

    Returns
    -------
    Plan
        Keys such as ``"K5-tau0.5-a/00017"``.
    """
    work = partial(coverage_replication, loaded)
    return Plan("coverage", work, _cells(loaded.design, replications), identity(loaded))


def contrasts_plan(loaded: LoadedDesign[ContrastsDesign], replications: int | None = None) -> Plan:
    """Plan the study of contrasts at fixed truths.

    Parameters
    ----------
    loaded : LoadedDesign
    replications : int or None
        Of every cell; None takes those of the design.

    Returns
    -------
    Plan
        Keys such as ``"K10-two-tau0.8/00017"``.
    """
    work = partial(contrasts_replication, loaded)
    return Plan("contrasts", work, _cells(loaded.design, replications), identity(loaded))


def agreement_plan(loaded: LoadedAgreementDesign, replications: int | None = None) -> Plan:
    """Plan the study of the recovery of agreement.

    Parameters
    ----------
    loaded : LoadedAgreementDesign
    replications : int or None
        Of every scenario; None takes those of the design.

    Returns
    -------
    Plan
        Keys such as ``"cross-tables/00017"``; the judged scenarios take turns, so that a study that
        is stopped has as many of each, and come first.
    """
    design = loaded.design
    items = _items(
        [
            (scenario.name, design.asked(scenario) if replications is None else replications)
            for scenario in design.scenarios
        ]
    )

    def turn(item: Item) -> tuple[bool, int, int]:
        scenario, replication = item.payload
        return not design.scenarios[scenario].judged, replication, scenario

    turns = tuple(sorted(items, key=turn))
    return Plan("agreement", partial(agreement_replication, loaded), turns, identity(loaded))


def _cells(design: CoverageDesign | ContrastsDesign, replications: int | None) -> tuple[Item, ...]:
    count = design.replications if replications is None else replications
    return _items([(cell.name, count) for cell in design.cells])


def identity(
    loaded: LoadedDesign[SbcDesign]
    | LoadedDesign[CoverageDesign]
    | LoadedDesign[ContrastsDesign]
    | LoadedAgreementDesign,
) -> str:
    """Return what must be the same where outcomes are put together: design, cards, versions.

    Parameters
    ----------
    loaded : LoadedDesign or LoadedAgreementDesign

    Returns
    -------
    str
    """
    return f"{SCHEMA} {__version__} {loaded.identity}"


def key_of(name: str, replication: int) -> str:
    """Name one replication.

    Examples
    --------
    >>> key_of("K5", 17)
    'K5/00017'
    """
    return f"{name}/{replication:05d}"


def _items(sizes: list[tuple[str, int]]) -> tuple[Item, ...]:
    return tuple(
        Item(key_of(name, replication), (number, replication))
        for number, (name, count) in enumerate(sizes)
        for replication in range(count)
    )
