"""Which fits the recorded run is made of, and how each is made."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from metadx.engines.fit import Fit, fit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import load_dataset
from tests.reference.corpus import corpus_table
from tests.reference.pinned import Run, runs

type Engine = Literal["marginal", "nuts"]

DRAWS: dict[Engine, int] = {"marginal": 40_000, "nuts": 40_000}
SEEDS: dict[Engine, tuple[int, ...]] = {"marginal": (1, 2, 3), "nuts": (1,)}
GROUPS: dict[Engine, tuple[str, ...]] = {"marginal": ("reviews", "corpus"), "nuts": ("reviews",)}


@dataclass(frozen=True, order=True)
class Job:
    """One fit to be held against its long run."""

    engine: Engine
    group: str
    card: str
    dataset: str
    seed: int


def jobs() -> Iterator[Job]:
    """Yield every fit of the recorded run."""
    for engine, seeds in SEEDS.items():
        for run in runs():
            if run.group in GROUPS[engine]:
                for seed in seeds:
                    yield Job(engine, run.group, run.card, run.dataset, seed)


def table_of(run: Run) -> AccuracyTable:
    """Return the table that a long run was made on."""
    return corpus_table(run.dataset) if run.group == "corpus" else load_dataset(run.dataset).table


def refit(
    run: Run, engine: Engine, *, seed: int, draws: int | None = None, study_effects: bool = True
) -> Fit:
    """Fit the table of a long run under its card with one of the engines of metadx."""
    return fit(
        table_of(run),
        run.card,
        engine=engine,
        draws=DRAWS[engine] if draws is None else draws,
        seed=seed,
        study_effects=study_effects,
    )
