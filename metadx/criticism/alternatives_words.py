"""What a comparison of models shows, in plain sentences that hold for every seed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metadx.criticism.chance_words import enumerate_names, proportions, whole_share
from metadx.criticism.verdict_chances import chances_words

if TYPE_CHECKING:
    from metadx.criticism.alternatives import AlternativeModel, Alternatives

_FEW_STUDIES = 30  # below it the stacking weights are mostly chance
_LED = 4  # studies below which each prediction is mostly that of the prior


def alternatives_words(found: "Alternatives") -> str:
    """Say which models the data can tell apart, and how far the answer depends on the choice.

    A model is called the best only where it is clearly better than all others: which of two models
    that predict alike comes first is chance.

    Parameters
    ----------
    found : Alternatives

    Returns
    -------
    str
    """
    kept = [one for one in found.models if not one.clearly_worse]
    parts = [_prediction(found, kept), *_ranges(found, kept), _stacking(found, kept)]
    doubtful = [one.id for one in found.models if not one.passed]
    if doubtful:
        parts.append(f"Not to be relied on, for a failed check: {enumerate_names(doubtful)}.")
    if found.failed:
        parts.append(f"Could not be fitted: {enumerate_names([name for name, _ in found.failed])}.")
    return " ".join(part for part in parts if part)


def _prediction(found: "Alternatives", kept: Sequence["AlternativeModel"]) -> str:
    models = found.models
    size = models[0].fit.table.n_studies
    if len(models) == 1:
        return f"Only {models[0].id} could be compared."
    if size == 1:
        return (
            "One study cannot be predicted from others, so the models are not ranked; they stand "
            "side by side."
        )
    names = sorted(one.id for one in kept)
    worse = sorted(one.id for one in models if one.clearly_worse)
    if len(kept) == 1:
        told = (
            f"Of {len(models)} models {names[0]} predicts studies left out best, and clearly "
            f"better than {enumerate_names(worse, most=9)}."
        )
    else:
        told = (
            f"By how they predict a study left out, the data cannot tell "
            f"{enumerate_names(names, most=9)} apart"
        )
        if worse:
            verb = "is" if len(worse) == 1 else "are"
            told += f"; {enumerate_names(worse, most=9)} {verb} clearly worse"
        told += "."
    if size < _LED:
        rest = "1 other study" if size == 2 else f"{size - 1} other studies"
        told += f" Each prediction rests on {rest} and on the prior."
    return told


def _ranges(found: "Alternatives", kept: Sequence["AlternativeModel"]) -> list[str]:
    """Say how far the answer moves among the models that the data do not rule out."""
    if len(kept) < 2:
        return []
    parts = []
    for name, words in (("sens", "sensitivity"), ("spec", "specificity")):
        medians = [q.median for one in kept if (q := one.quantities[name]) is not None]
        if len(medians) > 1:
            parts.append(f"{words} of the median study is {proportions(medians)}")
    whole = len(kept) == len(found.models)
    among = "Among the models" if whole else "Among the models not clearly worse"
    told = [f"{among} the {' and the '.join(parts)}."] if parts else []
    chances = chances_words([one.chances for one in kept], found.cuts)
    return [*told, f"{among} {chances}."] if chances else told


def _stacking(found: "Alternatives", kept: Sequence["AlternativeModel"]) -> str:
    size = found.models[0].fit.table.n_studies
    if len(kept) < 2 or size < 2:
        return ""
    listed = ", ".join(f"{one.id} {whole_share(one.weight)} %" for one in sorted(kept, key=_name))
    told = (
        "Stacking weights (drawn towards equal shares, and near them where models predict alike): "
        f"{listed}."
    )
    if size < _FEW_STUDIES:
        told += f" With {size} studies they are mostly chance."
    return told


def _name(one: "AlternativeModel") -> str:
    return one.id
