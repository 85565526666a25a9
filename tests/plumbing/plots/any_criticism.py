"""Findings of every kind for a stand-in fit, with gaps where a study could not be judged."""

import numpy as np

from metadx.criticism.cumulative import Cumulative
from metadx.criticism.influence import Influence
from metadx.criticism.moved import QUANTITIES, Moved, Verdict
from metadx.criticism.outliers import Outliers, holm
from metadx.criticism.pit import judge_pit
from metadx.criticism.predictive import PredictiveChecks
from metadx.criticism.predictive_statistics import Tables, compare_statistics
from tests.plumbing.plots.conftest import StandIn

_RANGES = {"sens": (0, 1), "spec": (0, 1), "rho": (-1, 1), "auc": (0, 1)}


def any_moved(rng: np.random.Generator, size: int, lost: np.ndarray) -> dict[str, Moved]:
    found = {}
    for name in QUANTITIES:
        low, high = _RANGES.get(name, (0.0, 10.0 ** rng.uniform(-3, 3)))
        three = np.sort(rng.uniform(low, high, (3, size + 1)), axis=0)
        three[:, np.append(lost, False)] = np.nan
        if rng.random() < 0.1:
            three[:] = np.nan
        found[name] = Moved(*three[:, :-1], *(float(three[k, -1]) for k in (1, 0, 2)))
    return found


def any_influence(fit: StandIn, seed: int) -> Influence:
    rng, size = np.random.default_rng(seed), fit.table.n_studies
    lost = rng.random(size) < rng.choice([0.0, 0.3])
    shift = np.where(lost, np.nan, rng.exponential(0.5, (2, size)))
    chance = np.where(lost, np.nan, rng.random((2, size)))
    return Influence(
        study=fit.table.study,
        elpd=-rng.exponential(5, size),
        pareto_k=rng.normal(0.3, 0.4, size),
        quantities=any_moved(rng, size, lost),
        shift=shift[0],
        shift_all=shift[1],
        verdict=Verdict(*chance, float(rng.random()), float(rng.random())),
        order=np.argsort(-np.nan_to_num(shift[1], nan=-1.0), kind="stable"),
        failed=tuple(name for name, gone in zip(fit.table.study, lost, strict=True) if gone),
        prob=0.95,
        without=(),
    )


def any_outliers(fit: StandIn, seed: int) -> Outliers:
    rng, size = np.random.default_rng(seed), fit.table.n_studies
    lost = rng.random(size) < rng.choice([0.0, 0.3])
    p = np.where(lost, np.nan, rng.random((3, size)) ** rng.choice([1, 4]))
    limits = np.sort(rng.random((2, size, 3)), axis=2)
    limits[:, lost] = np.nan
    return Outliers(
        study=fit.table.study,
        p_value=np.maximum(p[0], 1 / 16_000),
        p_sens=p[1],
        p_spec=p[2],
        distance=rng.exponential(1, size),
        sens=limits[0],
        spec=limits[1],
        order=np.argsort(np.nan_to_num(p[0], nan=2.0), kind="stable"),
        suspicious=p[0] < 0.05,
        flagged=holm(p[0]),
        floor=1 / 16_000,
        prob=0.95,
    )


def any_checks(fit: StandIn, seed: int) -> PredictiveChecks:
    rng, table = np.random.default_rng(seed), fit.table
    pit = rng.random((table.n_studies, 2))
    pit[table.n_diseased == 0, 0] = np.nan
    pit[table.n_nondiseased == 0, 1] = np.nan
    p = 1 / (1 + np.exp(-fit.new_study_logits()))
    tp = rng.binomial(table.n_diseased, p[:, :1])
    tn = rng.binomial(table.n_nondiseased, p[:, 1:])
    arms = (table.n_diseased, table.n_nondiseased)
    found, undefined = compare_statistics(
        Tables(table.tp[None], table.tn[None], *arms), Tables(tp, tn, *arms)
    )
    return PredictiveChecks(
        study=table.study,
        pit=pit,
        replicated_tp=tp,
        replicated_tn=tn,
        statistics=found,
        uniform=judge_pit(pit, 0.95),
        notes=tuple(f"Too few studies for the {words}." for words in undefined),
        prob=0.95,
    )


def any_cumulative(fit: StandIn, seed: int) -> Cumulative:
    rng, size = np.random.default_rng(seed), fit.table.n_studies
    order = rng.permutation(size)
    lost = np.arange(size) < rng.integers(0, size)
    chance = np.where(lost, np.nan, rng.random((2, size)))
    return Cumulative(
        by="publication_year",
        unit=str(rng.choice(["", "calendar year"])),
        order=order,
        labels=tuple(fit.table.study[i] for i in order),
        values=np.sort(rng.integers(1990, 2026, size).astype(float)),
        quantities=any_moved(rng, size, lost),
        verdict=Verdict(*chance, 0.5, 0.5),
        failed=fit.table.study[:1],
        prob=0.9,
    )
