"""What the covariates of an analysis are, and what a reader must know of its fits."""

from typing import Any

import numpy as np

from metadx.engines.analysis import Analysis
from metadx.engines.fit import Fit
from metadx.engines.notes import FEW_STUDIES
from metadx.engines.result import Note
from metadx.studies.covariates import Categorical

type Json = dict[str, Any]


def covariates_of(fit: Fit) -> Json:
    """Describe the covariates of a fit: levels and reference, or centre and scale.

    Parameters
    ----------
    fit : Fit

    Returns
    -------
    dict
        By name; empty without covariates.
    """
    found: Json = {}
    for name in fit.design.covariates:
        covariate = fit.table.covariates[name]
        if isinstance(covariate, Categorical):
            studies = [covariate.values.count(level) for level in covariate.levels]
            found[name] = {
                "kind": "categorical",
                "levels": list(covariate.levels),
                "reference": covariate.reference,
                "studies": studies,
            }
        else:
            found[name] = {"kind": "continuous", "unit": covariate.unit} | {
                key: float(value)
                for key, value in (
                    ("least", np.min(covariate.values)),
                    ("median", np.median(covariate.values)),
                    ("greatest", np.max(covariate.values)),
                )
            }
            scaling = fit.design.scaling.get(name)
            found[name] |= {"mean": scaling.mean, "sd": scaling.sd} if scaling else {}
    return found


def explained_of(analysis: Analysis) -> Json | None:
    """Tell how much heterogeneity the covariates explain; None without covariates."""
    return None


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
    if analysis.regression:
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
            few = fit.table.n_studies < FEW_STUDIES
            notes += [
                Note(f"{of.covariate} = {level}", note.text)
                for note in fit.notes
                if few or note.about != "heterogeneity"
            ]
        text = (
            f"Each level of {of.covariate} was also fitted by itself, with its own heterogeneity "
            f"and no covariates."
        )
        notes.append(Note("subgroups", text))
    return tuple(dict.fromkeys(notes))
