"""The key ``decision`` of ``summary.json``: what the accuracy means for those who decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metadx.engines.analysis import Analysis
from metadx.engines.group_draws import Group
from metadx.estimands.decision import (
    Performance,
    Target,
    best_choice,
    meets,
    net_benefit,
    people_summaries,
    treat_all,
)
from metadx.estimands.group import MARGINS_NEEDED, has_margins
from metadx.estimands.logistic import FloatArray
from metadx.estimands.summary import summarise
from metadx.report.decision_warnings import decision_warnings, observed_prevalence
from metadx.report.groups import KindResult, labels_by_group
from metadx.report.verdict import verdict_of
from metadx.studies.aims import LR_NEG, LR_POS, NO_AIMS, Aims
from metadx.studies.review import Review

type Json = dict[str, Any]

#: Shown where neither the review nor the user states a prevalence.
ILLUSTRATIVE_PREVALENCE = (0.1, 0.25, 0.5)
#: Targets that illustrate the probabilities of reaching one; no verdict rests on them.
ILLUSTRATIVE_TARGETS: dict[Target, float] = {"sens": 0.9, "spec": 0.9, "npv": 0.95, "ppv": 0.9}
#: From a disease that is treated at the least suspicion to one that is treated on even odds.
USUAL_THRESHOLDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
_USUAL_RATIOS: dict[Target, float] = {"lr_neg": LR_NEG, "lr_pos": LR_POS}


@dataclass(frozen=True)
class DecisionSettings:
    """What the probabilities of a decision are about.

    Parameters
    ----------
    targets : mapping of str to float
        A value for each of "lr_neg", "lr_pos", "sens", "spec", "npv" and "ppv".
    prevalence, thresholds : tuple of float
    stated : bool
        Whether the prevalences are stated, by the review or by the user.
    prob : float
        Level of the intervals.
    """

    targets: dict[Target, float]
    prevalence: tuple[float, ...]
    thresholds: tuple[float, ...]
    stated: bool
    prob: float

    @property
    def first(self) -> float | None:
        """The first prevalence that is stated: where predictive values are to be reached."""
        return self.prevalence[0] if self.stated else None


def decision_of(
    analysis: Analysis,
    review: Review | None = None,
    prob: float = 0.95,
    *,
    prevalence: Sequence[float] = (),
    results: Sequence[KindResult] = (),
) -> Json:
    """Tell what the accuracy means for those who decide.

    Parameters
    ----------
    analysis : Analysis
    review : Review or None
        States aims, targets and prevalences.
    prob : float
        Probability between the limits of every interval (equal-tailed).
    prevalence : sequence of float
        Prevalences, between 0 and 1; empty for those of the review, or else 10, 25 and 50 %.
    results : sequence of KindResult
        What was found of each kind of study; empty for all studies together alone.

    Returns
    -------
    dict
        As documented in ``docs/summary.md``; holds only what JSON can.

    Examples
    --------
    >>> import metadx
    >>> review = metadx.load_dataset("anti-ccp")
    >>> found = decision_of(metadx.analyse(review, sens="~ 1", spec="~ 1", draws=1000), review)
    >>> found["verdict"]["question"]
    'both'
    """
    aims = review.aims if review else NO_AIMS
    settings = _settings(aims, prevalence or (review.analysis.prevalence if review else ()), prob)
    pooled = analysis.pooled
    whole = _of_group(pooled.pooled, pooled.identified, aims, settings, curve=True)
    table = pooled.table
    return {
        "targets": _targets_told(aims, settings),
        "prevalence": {
            "used": list(settings.prevalence),
            "stated": settings.stated,
            "observed": observed_prevalence(table),
            "design": aims.design,
        },
        **whole,
        "warnings": decision_warnings(
            table, aims, settings.prevalence, stated=settings.stated, passed=analysis.passed
        ),
        "by_group": _groups(results, aims, settings),
    }


def _settings(aims: Aims, prevalence: Sequence[float], prob: float) -> DecisionSettings:
    targets = {
        name: usual if (stated := getattr(aims, name)) is None else stated
        for name, usual in (_USUAL_RATIOS | ILLUSTRATIVE_TARGETS).items()
    }
    return DecisionSettings(
        targets=targets,
        prevalence=tuple(map(float, prevalence)) or ILLUSTRATIVE_PREVALENCE,
        thresholds=aims.thresholds or USUAL_THRESHOLDS,
        stated=bool(len(prevalence)),
        prob=prob,
    )


def _targets_told(aims: Aims, settings: DecisionSettings) -> Json:
    return {
        "goal": aims.goal,
        "source": aims.source,
        **{str(name): value for name, value in settings.targets.items()},
        "stated": list(aims.stated),
    }


def _groups(results: Sequence[KindResult], aims: Aims, settings: DecisionSettings) -> list[Json]:
    labels = labels_by_group([result.told for result in results])
    return [
        {"label": label} | _of_group(one.group, one.identified, aims, settings, curve=False)
        for label, one in list(zip(labels, results, strict=True))[1:]
    ]


def _of_group(
    group: Group,
    identified: tuple[bool, bool],
    aims: Aims,
    settings: DecisionSettings,
    *,
    curve: bool,
) -> Json:
    """Tell it of one kind of study; net benefit only where it is asked for."""
    kinds = {"median": Performance.of(group.mu), "new": Performance.of(group.new_logits)}
    found: Json = {name: _chances(draws, settings, identified) for name, draws in kinds.items()}
    both = all(identified)
    found["per_1000"] = _people(kinds, settings) if both else None
    if curve:
        found["net_benefit"] = _benefit(kinds, settings) if both else None
    found["verdict"] = verdict_of(
        kinds["median"], kinds["new"], aims, prevalence=settings.first, identified=identified
    )
    return found


def _chances(draws: Performance, settings: DecisionSettings, identified: tuple[bool, bool]) -> Json:
    found: Json = {}
    for name, value in settings.targets.items():
        if not has_margins(MARGINS_NEEDED[name], identified):
            found[name] = None
        elif name in ("npv", "ppv"):
            found[name] = [
                {"prevalence": p, "probability": float(meets(draws, name, value, p).mean())}
                for p in settings.prevalence
            ]
        else:
            found[name] = float(meets(draws, name, value).mean())
    return found


def _people(kinds: dict[str, Performance], settings: DecisionSettings) -> list[Json]:
    by_kind = {
        name: people_summaries(draws, settings.prevalence, settings.prob)
        for name, draws in kinds.items()
    }
    return [
        {"prevalence": p}
        | {
            name: {cell: people.as_dict() for cell, people in rows[i].items()}
            for name, rows in by_kind.items()
        }
        for i, p in enumerate(settings.prevalence)
    ]


def _benefit(kinds: dict[str, Performance], settings: DecisionSettings) -> Json:
    at = settings.thresholds
    rows = []
    for p in settings.prevalence:
        row: Json = {"prevalence": p, "treat_all": treat_all(p, at).tolist()}
        for name, draws in kinds.items():
            best = best_choice(draws, p, at)
            curve = _each(net_benefit(draws, p, at), settings.prob)
            row[name] = [
                one | {"best": float(chance)} for one, chance in zip(curve, best, strict=True)
            ]
        rows.append(row)
    return {"thresholds": list(at), "by_prevalence": rows}


def _each(draws: FloatArray, prob: float) -> list[Json]:
    """Summarise each row of draws."""
    return [summarise(row, prob).as_dict() for row in draws]
