"""A whole simulation study: plan, run or continue, condense, judge."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from metadx.errors import DesignError
from metadx.runner.plan import Outcome, Plan
from metadx.runner.run import run_plan
from metadx.simulation.agreement_verdict import agreement_requirements
from metadx.simulation.contrast_verdict import contrast_requirements
from metadx.simulation.design import (
    AgreementDesign,
    ContrastsDesign,
    CoverageDesign,
    Kind,
    SbcDesign,
)
from metadx.simulation.load import (
    AnyDesign,
    LoadedAgreementDesign,
    LoadedDesign,
    load_agreement_design,
    load_contrasts,
    load_coverage,
    load_sbc,
)
from metadx.simulation.plans import agreement_plan, contrasts_plan, coverage_plan, sbc_plan
from metadx.simulation.record import (
    agreement_record,
    contrasts_record,
    coverage_record,
    sbc_record,
)
from metadx.simulation.verdict import Requirement, coverage_requirements, sbc_requirements

type Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Finished:
    """What a simulation study found.

    Parameters
    ----------
    record : dict
        Content of ``record.json``.
    requirements : tuple of Requirement
    design : SbcDesign, CoverageDesign, ContrastsDesign or AgreementDesign
        What was asked for.
    """

    record: Json
    requirements: tuple[Requirement, ...]
    design: AnyDesign

    @property
    def passed(self) -> bool:
        """Whether every requirement of the design was met."""
        return all(requirement.passed for requirement in self.requirements)

    @property
    def short(self) -> bool:
        """Whether there are fewer replications than the design asks for."""
        if isinstance(self.design, SbcDesign):
            asked = [group.replications for group in self.design.groups]
            done = [group["replications"] for group in self.record["groups"]]
        elif isinstance(self.design, AgreementDesign):
            asked = [self.design.asked(scenario) for scenario in self.design.scenarios]
            done = [cell["replications"] for cell in self.record["cells"]]
        else:
            asked = [self.design.replications] * len(self.record["cells"])
            done = [cell["replications"] for cell in self.record["cells"]]
        return any(one < other for one, other in zip(done, asked, strict=True))


def simulate(
    kind: Kind,
    folder: Path,
    *,
    grid: str | Path | None = None,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    say: Callable[[int, int], None] = lambda _done, _total: None,
) -> Finished:
    """Carry out a simulation study, or continue one that was stopped.

    Parameters
    ----------
    kind : {"sbc", "coverage", "contrasts", "agreement"}
    folder : Path
        Where every finished replication is kept.
    grid : str, Path or None
        The design; None takes the one that ships.
    replications, seed : int or None
        Instead of those of the design; replications are of every group or cell.
    workers, scheduler, say
        As for `metadx.runner.run.run_plan`.

    Returns
    -------
    Finished

    Raises
    ------
    MetadxError
        If the design is wrong or the folder holds another study.
    """
    if replications is not None and replications < 1:
        msg = f"--replications {replications}: wanted a whole number of at least 1."
        raise DesignError(msg)
    if seed is not None and seed < 0:
        raise DesignError(f"--seed {seed}: wanted a whole number of at least 0.")

    def run(plan: Plan) -> tuple[Outcome, ...]:
        return run_plan(plan, folder, workers=workers, scheduler=scheduler, say=say)

    if kind == "sbc":
        sbc = _seeded(load_sbc(grid), seed)
        record = sbc_record(sbc, run(sbc_plan(sbc, replications)))
        _refuse_empty(record, record["groups"])
        return Finished(record, sbc_requirements(record, sbc.design.require), sbc.design)
    if kind == "contrasts":
        contrasts = _seeded(load_contrasts(grid), seed)
        record = contrasts_record(contrasts, run(contrasts_plan(contrasts, replications)))
        _refuse_empty(record, record["cells"])
        asked = contrasts.design.require
        found = contrast_requirements(record, asked, contrasts.card.card)
        return Finished(record, found, contrasts.design)
    if kind == "agreement":
        raters = _seeded(load_agreement_design(grid), seed)
        record = agreement_record(raters, run(agreement_plan(raters, replications)))
        _refuse_empty(record, record["cells"])
        needed = agreement_requirements(record, raters.design.require)
        return Finished(record, needed, raters.design)
    coverage = _seeded(load_coverage(grid), seed)
    record = coverage_record(coverage, run(coverage_plan(coverage, replications)))
    _refuse_empty(record, record["cells"])
    required = coverage_requirements(record, coverage.design.require)
    return Finished(record, required, coverage.design)


def _seeded[
    L: (
        LoadedDesign[SbcDesign],
        LoadedDesign[CoverageDesign],
        LoadedDesign[ContrastsDesign],
        LoadedAgreementDesign,
    )
](loaded: L, seed: int | None) -> L:
    if seed is None:
        return loaded
    return replace(loaded, design=loaded.design.model_copy(update={"seed": seed}))


def _refuse_empty(record: Json, parts: list[Json]) -> None:
    """Refuse to judge where a part has no answer at all: that is a fault, not a result."""
    for part in parts:
        if part["failed"] == part["replications"]:
            msg = f"{record['title']}: every replication of {part['name']} failed: "
            raise DesignError(msg + "; ".join(part["errors"]))
