"""The chances that a test rules out and rules in, under one prior or model after another."""

from collections.abc import Mapping, Sequence

import numpy as np

from metadx.criticism.chance_words import chance
from metadx.criticism.moved import USUAL_CUTS
from metadx.engines.fit import Fit
from metadx.estimands.ratios import lr_neg, lr_pos

type Chances = Mapping[str, float | None]

_NAMES = ("rule_out", "rule_in", "rule_out_new", "rule_in_new")


def verdict_chances(fit: Fit, cuts: tuple[float, float] = USUAL_CUTS) -> dict[str, float | None]:
    """Return how probable it is that the likelihood ratios are as good as they should be.

    Parameters
    ----------
    fit : Fit
        Without covariates.
    cuts : tuple of float
        LR− is to be below the first, LR+ above the second.

    Returns
    -------
    dict of str to float or None
        "rule_out" and "rule_in" of the median study, "rule_out_new" and "rule_in_new" of a new
        one; None where no study has one of the arms.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("anti-ccp"), draws=1000)
    >>> found = verdict_chances(fit)
    >>> found["rule_out"] < 0.01 < found["rule_in_new"], found["rule_in"] > 0.9
    (True, True)
    """
    if not all(fit.identified):
        return dict.fromkeys(_NAMES)
    found = [
        float(np.mean(met))
        for logits in (fit.pooled.mu, fit.pooled.new_logits)
        for met in (lr_neg(logits) < cuts[0], lr_pos(logits) > cuts[1])
    ]
    return dict(zip(_NAMES, found, strict=True))


def chances_words(of: Sequence[Chances], cuts: tuple[float, float]) -> str:
    """Say between which chances the answer lies.

    Parameters
    ----------
    of : sequence of mapping
        Each of `verdict_chances`.
    cuts : tuple of float
        What they were made with.

    Returns
    -------
    str
        The beginning of a sentence without an end; empty where nothing is known.

    Examples
    --------
    >>> some = dict(rule_out=0.9, rule_in=0.2, rule_out_new=0.6, rule_in_new=0.3)
    >>> other = dict(rule_out=0.7, rule_in=0.2, rule_out_new=0.5, rule_in_new=0.3)
    >>> print(chances_words([some, other], (0.1, 10.0)))
    the chance that LR− is below 0.1 is 70% to 90% in the median study and 50% to 60% in a new \
one, and that LR+ is above 10 is 20% and 30%
    """
    parts: list[str] = []
    for name, what in (
        ("rule_out", f"LR− is below {cuts[0]:g}"),
        ("rule_in", f"LR+ is above {cuts[1]:g}"),
    ):
        ranges = [_range([x for one in of if (x := one[key]) is not None])
                  for key in (name, f"{name}_new")]  # fmt: skip
        if not all(ranges):
            return ""
        where = ("", "") if parts else (" in the median study", " in a new one")
        told = " and ".join(f"{text}{place}" for text, place in zip(ranges, where, strict=True))
        parts.append(f"that {what} is {told}")
    return f"the chance {', and '.join(parts)}"


def _range(values: Sequence[float]) -> str:
    if not values:
        return ""
    low, high = chance(min(values)), chance(max(values))
    return low if low == high else f"{low} to {high}"
