"""What the covariates of an analysis are, and what a reader must know of its fits."""

from dataclasses import asdict
from typing import Any

import numpy as np

from metadx.designs.design import Value
from metadx.engines.analysis import Analysis
from metadx.engines.fit import Fit
from metadx.engines.result import Note
from metadx.estimands.summary import summarise
from metadx.studies.covariates import Continuous

type Json = dict[str, Any]

_FUNCTIONS = ("log({})", "log2({})", "log10({})", "sqrt({})", "I({}**2)", "I({}**3)")


def covariates_of(fit: Fit) -> Json:
    """Describe the covariates of a fit: levels and reference, or range and scale.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    dict
        By name; empty without covariates. A number that enters as levels only is described as
        categorical. "terms" holds mean and sd of each continuous term by its text.
    """
    found: Json = {}
    for name in fit.design.covariates:
        covariate = fit.table.covariates[name]
        terms = {
            term: asdict(scaling)
            for term, scaling in fit.design.scaling.items()
            if term in {name, *(template.format(name) for template in _FUNCTIONS)}
        }
        kinds = [kind for kind in fit.design.kinds if kind.covariate == name]
        if all(kind.studies.size for kind in kinds):
            studies = [int(kind.studies.size) for kind in kinds]
            levels = [_text(kind.at[name]) for kind in kinds]
            # The reference of numbers as levels is the most frequent one (designs/columns.py).
            frequent = levels[studies.index(max(studies))]
            found[name] = {
                "kind": "categorical",
                "levels": levels,
                "reference": getattr(covariate, "reference", frequent),
                "studies": studies,
                # Numbers that are levels in one margin may be a slope in the other.
                "terms": terms,
            }
        elif isinstance(covariate, Continuous):
            low, middle, high = np.quantile(covariate.values, (0.0, 0.5, 1.0)).tolist()
            found[name] = {
                "kind": "continuous",
                "unit": covariate.unit,
                "least": low,
                "median": middle,
                "greatest": high,
                "terms": terms,
            }
    return found


def _text(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"


def explained_of(analysis: Analysis, prob: float) -> Json | None:
    """Tell how much heterogeneity the covariates explain.

    Parameters
    ----------
    analysis : Analysis
    prob : float
        Probability between the limits of the intervals.

    Returns
    -------
    dict or None
        By margin "tau_without", "tau_with", "share", "prob_smaller"; None for a margin without
        covariates or without any study, for an analysis without covariates, and for a card under
        which studies do not differ.
    """
    with_it, without = analysis.regression, analysis.pooled
    if with_it is None or with_it.card.card.parameters.tau.fixed:
        return None
    from metadx.criticism.explained import explained

    compared = explained(with_it, without)
    found: Json = {}
    for margin, (name, design) in enumerate(
        (("sens", with_it.design.sens), ("spec", with_it.design.spec))
    ):
        found[name] = None
        if design.size > 1 and with_it.identified[margin]:
            found[name] = {
                "tau_without": summarise(without.tau[..., margin].ravel(), prob).as_dict(),
                "tau_with": summarise(with_it.tau[..., margin].ravel(), prob).as_dict(),
                "share": compared.share[margin],
                "prob_smaller": compared.smaller[margin],
            }
    return found


def analysis_notes(analysis: Analysis) -> tuple[Note, ...]:
    """Gather the notes of all fits: each once, those of subgroups with the name of the level.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    tuple of Note
    """
    notes = list(analysis.main.notes)
    if analysis.lost:  # beside the names of the studies that were left out
        place = [note.about for note in notes].index("studies") + 1
        notes[place:place] = [Note("studies", text) for text in analysis.lost]
    if analysis.regression:
        notes += [
            Note("pooled fit", note.text)
            for note in analysis.pooled.notes
            if note.about == "engine"
        ]
        text = (
            "The group all comes from a companion fit without covariates of the same studies; the "
            "other groups share one heterogeneity, and covariates that a group does not set stand "
            "at their average over the studies."
        )
        notes.append(Note("groups", text))
    for kind in analysis.chosen:
        notes += [Note(kind.label, remark) for remark in kind.remarks]
    if of := analysis.subgroups:
        for level, fit in zip(of.levels, of.fits, strict=True):
            # What is said of single counts is among the notes of the fit of all studies.
            notes += [
                Note(f"{of.covariate} = {level}", note.text)
                for note in fit.notes
                if note.about != "counts"
            ]
        text = (
            f"Each level of {of.covariate} was also fitted by itself, with its own heterogeneity "
            f"and no covariates."
        )
        notes.append(Note("subgroups", text))
    return tuple(dict.fromkeys(notes))
