"""How the rows of a fit of agreement compare: pairs, ranks and groups of findings."""

from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np

from metadx.estimands.agreement_contrasts import agreement_ranks, group_contrasts
from metadx.estimands.agreement_headline import Headline
from metadx.estimands.contrasts import contrast
from metadx.report.agreement_rows import RowResult, summary_of

type Json = dict[str, Any]


def contrasts_of(rows: Sequence[RowResult], headline: Headline, prob: float) -> list[Json]:
    """Compare all pairs of rows in kappa as it is and at the standard margin.

    Parameters
    ----------
    rows : sequence of RowResult
    headline : Headline
        The kappa to compare.
    prob : float
        Probability between the limits of every interval.

    Returns
    -------
    list of dict
        "estimand", "a", "b", "difference", "prob_a_gt_b"; pairs in which it is not defined are
        left out.
    """
    found = []
    for name in (headline.estimand, "kappa_standard"):
        known = [row for row in rows if np.isfinite(row.draws[name]).all()]
        for a, b in combinations(known, 2):
            compared = contrast(a.draws[name], b.draws[name], prob)
            found.append(
                {
                    "estimand": name,
                    "a": a.label,
                    "b": b.label,
                    "difference": asdict(compared.difference),
                    "prob_a_gt_b": compared.prob_a_gt_b,
                }
            )
    return found


def ranks_of(rows: Sequence[RowResult], headline: Headline) -> list[Json]:
    """Rank the rows about the whole, and by themselves those about its parts.

    Parameters
    ----------
    rows : sequence of RowResult
    headline : Headline
        The kappa to rank by, beside that at the standard margin.

    Returns
    -------
    list of dict
        "estimand", "family" ("whole" or "parts"), "labels", "mean_rank", "prob_rank" (one row a
        row, one column a rank; 1 agrees best). Rows in which the estimand is not defined are left
        out, and a family with fewer than two others is not ranked.
    """
    families = {
        "whole": [row for row in rows if not row.part],
        "parts": [row for row in rows if row.part],
    }
    found = []
    for name in (headline.estimand, "kappa_standard"):
        for family, members in families.items():
            known = [row for row in members if np.isfinite(row.draws[name]).all()]
            if len(known) < 2:
                continue
            ranked = agreement_ranks(np.array([row.draws[name] for row in known]).T)
            found.append(
                {
                    "estimand": name,
                    "family": family,
                    "labels": [row.label for row in known],
                    "mean_rank": ranked.mean.tolist(),
                    "prob_rank": ranked.prob.tolist(),
                }
            )
    return found


def groups_of(rows: Sequence[RowResult], headline: Headline, prob: float) -> list[Json]:
    """Compare groups of findings, such as inflammatory and fibrotic ones, over the whole.

    Parameters
    ----------
    rows : sequence of RowResult
    headline : Headline
        The kappa to compare, beside that at the standard margin and the latent correlation.
    prob : float
        Probability between the limits of every interval.

    Returns
    -------
    list of dict
        "estimand", "a", "b", "labels_a", "labels_b", "difference" of the means over the findings
        of either group, "prob_a_gt_b". Empty where fewer than two groups are declared.
    """
    members = [row for row in rows if row.group and not row.part]
    names = [row.group for row in members]
    found = []
    for name in (headline.estimand, "kappa_standard", "latent_rho"):
        draws = np.array([row.draws[name] for row in members]).T
        if not members or not np.isfinite(draws).all():
            continue
        for (a, b), difference in group_contrasts(draws, names).items():
            above = float(np.mean(difference > 0) + 0.5 * np.mean(difference == 0))
            found.append(
                {
                    "estimand": name,
                    "a": a,
                    "b": b,
                    "labels_a": [row.label for row in members if row.group == a],
                    "labels_b": [row.label for row in members if row.group == b],
                    "difference": summary_of(difference, prob),
                    "prob_a_gt_b": above,
                }
            )
    return found
