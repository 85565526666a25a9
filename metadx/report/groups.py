"""Results by kind of study, as the plain content of ``summary.json``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, groupby, pairwise
from typing import Any, Literal

import numpy as np

from metadx.engines.analysis import Analysis
from metadx.engines.fit import Fit
from metadx.engines.group_draws import Group
from metadx.estimands.arms import Arms
from metadx.estimands.drawn import Drawn, draw_group
from metadx.estimands.group import (
    MARGINS_NEEDED,
    HeavyTails,
    as_json,
    has_margins,
    observed_fpr_range,
    summarise_group,
    without_moments,
)

type Json = dict[str, Any]
type FitName = Literal["pooled", "regression", "subgroup"]

#: Indices of heterogeneity depend on the sizes of the studies: they are given, never contrasted.
_NOT_CONTRASTED = ("i2_", "r_jackson")
_LOW_IS_GOOD = ("lr_neg", "lr_neg_new", "mor_sens", "mor_spec")
_NO_DIRECTION = ("hsroc_theta", "hsroc_beta", "hsroc_sigma2_alpha", "hsroc_sigma2_theta")


@dataclass(frozen=True, eq=False)
class KindResult:
    """One kind of study: its draws, and what is told of it.

    Parameters
    ----------
    fit_name : {"pooled", "regression", "subgroup"}
    group : Group
    drawn : Drawn
    identified : tuple of bool
    told : dict
        Its entry in ``groups``.
    """

    fit_name: FitName
    group: Group
    drawn: Drawn
    identified: tuple[bool, bool]
    told: Json


def kind_results(
    analysis: Analysis, prob: float, prevalence: Sequence[float]
) -> tuple[KindResult, ...]:
    """Estimate everything for all studies together and for each kind of study.

    Parameters
    ----------
    analysis : Analysis
    prob : float
        Probability between the limits of every interval.
    prevalence : sequence of float
        Prevalences, between 0 and 1, for the predictive values.

    Returns
    -------
    tuple of KindResult
        "all" first.
    """
    table = analysis.pooled.table
    fpr_range = observed_fpr_range(table.fp, table.tn)
    found = []
    for name, fit, group in _kinds(analysis):
        arms = Arms.of(table, group.studies if group.studies.size else slice(None))
        drawn = draw_group(
            group.mu,
            group.tau,
            group.rho,
            new=group.new_logits,
            arms=arms,
            fpr_range=fpr_range,
            prevalence=prevalence,
            law=group.effects,
        )
        estimands = summarise_group(
            drawn,
            higgins_arms=arms if group.studies.size else None,
            fpr_range=fpr_range,
            prob=prob,
            heavy_tails=heavy_tails(fit),
            identified=fit.identified,
        )
        told: Json = {"label": group.label, "at": dict(group.at)}
        if name != "pooled":
            told |= {"covariate": group.covariate, "fit": name}
        told |= {"n_studies": int(group.studies.size), "estimands": as_json(estimands)}
        found.append(KindResult(name, group, drawn, fit.identified, told))
    return tuple(found)


def _kinds(analysis: Analysis) -> Iterator[tuple[FitName, Fit, Group]]:
    yield "pooled", analysis.pooled, analysis.pooled.pooled
    if analysis.regression:
        for group in analysis.groups:
            yield "regression", analysis.regression, group
    if analysis.subgroups:
        for fit, group in zip(analysis.subgroups.fits, analysis.subgroups.groups, strict=True):
            yield "subgroup", fit, group


def heavy_tails(fit: Fit) -> HeavyTails:
    """Tell which priors of a fit have no exponential moments."""
    parameters = fit.card.card.parameters
    mu, tau = (
        not all(prior.light_tailed for prior in parameter.priors())
        for parameter in (parameters.mu, parameters.tau)
    )
    effects = not parameters.tau.fixed
    return HeavyTails(mu=mu, tau=tau, link=fit.card.card.link, effects=effects)


def contrasts_of(results: Sequence[KindResult], fit: Fit, prob: float) -> list[Json]:
    """Compare all pairs of kinds that one covariate tells apart, in every estimand.

    Parameters
    ----------
    results : sequence of KindResult
    fit : Fit
        Its card says which means exist.
    prob : float
        Probability between the limits of every interval.

    Returns
    -------
    list of dict
        "estimand", "covariate", "fit", "a", "b", "difference", "ratio", "prob_a_gt_b", of
        predictive values "prevalence" too. Quantities that are the same for both by construction
        (the heterogeneity that all levels share) are left out.
    """
    families = list(_families(results))
    if not families:
        return []
    from metadx.estimands.contrasts import contrast

    without = without_moments(heavy_tails(fit))
    found = []
    for kinds in families:
        for a, b in combinations(kinds, 2):
            for (name, prevalence), draws in _comparable(a, b):
                compared = contrast(*draws, prob, moments=name not in without)
                found.append(
                    {
                        "estimand": name,
                        **({} if prevalence is None else {"prevalence": prevalence}),
                        "covariate": a.group.covariate,
                        "fit": a.fit_name,
                        "a": a.group.label,
                        "b": b.group.label,
                        "difference": asdict(compared.difference),
                        "ratio": None if compared.ratio is None else asdict(compared.ratio),
                        "prob_a_gt_b": compared.prob_a_gt_b,
                    }
                )
    return found


def ranks_of(results: Sequence[KindResult]) -> list[Json]:
    """Rank the levels of each covariate in every estimand that has a better end.

    Values of a continuous covariate, which have no studies of their own, are not ranked.

    Parameters
    ----------
    results : sequence of KindResult

    Returns
    -------
    list of dict
        "estimand", "covariate", "fit", "labels", "mean_rank", "prob_rank" (one row a kind, one
        column a rank; 1 is the best), of predictive values "prevalence" too.
    """
    families = list(_families(results))
    if not families:
        return []
    from metadx.estimands.contrasts import ranks

    found = []
    for kinds in families:
        if not all(kind.group.studies.size for kind in kinds):
            continue
        shared = [{key for key, _ in _comparable(a, b)} for a, b in pairwise(kinds)]
        for name, prevalence in kinds[0].drawn.values:
            if name in _NO_DIRECTION or not all((name, prevalence) in keys for keys in shared):
                continue
            draws = np.stack([kind.drawn.values[name, prevalence] for kind in kinds])
            ranked = ranks(draws, high_is_good=name not in _LOW_IS_GOOD)
            found.append(
                {
                    "estimand": name,
                    **({} if prevalence is None else {"prevalence": prevalence}),
                    "covariate": kinds[0].group.covariate,
                    "fit": kinds[0].fit_name,
                    "labels": [kind.group.label for kind in kinds],
                    "mean_rank": ranked.mean.tolist(),
                    "prob_rank": ranked.prob.tolist(),
                }
            )
    return found


def _families(results: Sequence[KindResult]) -> Iterator[list[KindResult]]:
    """Yield the kinds of each covariate and fit, where there are at least two."""
    for (_, covariate), kinds in groupby(results, lambda r: (r.fit_name, r.group.covariate)):
        members = list(kinds)
        if covariate and len(members) > 1:
            yield members


def _comparable(
    a: KindResult, b: KindResult
) -> Iterator[tuple[tuple[str, float | None], tuple[Any, Any]]]:
    """Yield the estimands that are defined for both kinds and not the same by construction."""
    same = _same_margins(a.drawn, b.drawn)
    for key, draws in a.drawn.values.items():
        other, needed = b.drawn.values[key], MARGINS_NEEDED[key[0]]
        identified = has_margins(needed, a.identified) and has_margins(needed, b.identified)
        # New studies have random streams of their own, so that theirs differ where the law is one.
        alike = has_margins(needed, same) or np.array_equal(draws, other)
        if not identified or key[0].startswith(_NOT_CONTRASTED) or alike:
            continue
        if not (np.isnan(draws).any() or np.isnan(other).any()):
            yield key, (draws, other)


def _same_margins(a: Drawn, b: Drawn) -> tuple[bool, bool]:
    """Tell of each margin whether its law of studies is one in every draw."""
    if not np.array_equal(a.rho, b.rho):  # of different fits
        return False, False
    sens, spec = (
        np.array_equal(a.mu[:, margin], b.mu[:, margin])
        and np.array_equal(a.tau[:, margin], b.tau[:, margin])
        for margin in (0, 1)
    )
    return sens, spec


def labels_by_group(groups: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name every group so that no two have one name.

    The fit of a level by itself repeats the label of the level, a kind that was asked for may be
    a level, and a level may be called "all".

    Parameters
    ----------
    groups : sequence of mapping
        Of ``summary.json``.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> labels_by_group([{"label": "CCP1"}, {"label": "CCP1", "fit": "subgroup"}])
    ('CCP1', 'CCP1 (by itself)')
    >>> labels_by_group([{"label": "all"}, {"label": "all", "fit": "regression"}])
    ('all', 'all (2)')
    """
    names: list[str] = []
    for group in groups:
        wanted = label = group["label"] + (" (by itself)" if group.get("fit") == "subgroup" else "")
        number = 1
        while label in names:
            number += 1
            label = f"{wanted} ({number})"
        names.append(label)
    return tuple(names)
