"""Studies that the others do not predict, also those that are odd only as a pair of counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.criticism.chance_words import enumerate_names, p_words
from metadx.criticism.influence import Influence
from metadx.criticism.new_study import predictive_logits
from metadx.criticism.predictive_law import predictive_law
from metadx.criticism.refit import LeftOut, refits
from metadx.engines.fit import Fit
from metadx.estimands.logistic import expit

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.intp]
type BoolArray = NDArray[np.bool_]

LEVEL = 0.05
FEWEST = 3  # studies; of two nobody can tell which is the odd one
FEW = 10  # studies; below it p is uniform only roughly
_ORDINARY = 0.2  # a least p from which on no study is worth a name


@dataclass(frozen=True, eq=False)
class Outliers:
    """How well each of N studies agrees with what the others predict for it.

    Parameters
    ----------
    study : tuple of str, length N
        Labels, in the order of the table.
    p_value : ndarray, shape (N,)
        Probability of a pair (tp, tn) as far out as the observed one, for a new study of the same
        size, given the other studies. Of the arm there is where one is empty. Not below `floor`;
        NaN where the refit without the study failed.
    p_sens, p_spec : ndarray, shape (N,)
        The same of each count alone; NaN for an empty arm.
    distance : ndarray, shape (N,)
        Distance of the observed logits from the predicted mean, in predictive standard
        deviations (Mahalanobis; half a participant added to each cell).
    sens, spec : ndarray, shape (N, 3)
        Lower limit, median and upper limit of what the others predict for the true sens and spec
        of the study.
    order : ndarray of int, shape (N,)
        Rows by p-value, the most surprising study first.
    suspicious : ndarray of bool, shape (N,)
        p-value below 0.05: one study in twenty of a sound review is.
    flagged : ndarray of bool, shape (N,)
        Below 0.05 by Holm's rule for N tests; none of fewer than 3 studies.
    floor : float
        Smallest p-value that is known: one over the number of predictive draws.
    prob : float
        Level of the limits.
    uncertain : tuple of str
        Studies with several possible tables, of which the one shown was judged.
    """

    study: tuple[str, ...]
    p_value: FloatArray
    p_sens: FloatArray
    p_spec: FloatArray
    distance: FloatArray
    sens: FloatArray
    spec: FloatArray
    order: IntArray
    suspicious: BoolArray
    flagged: BoolArray
    floor: float
    prob: float
    uncertain: tuple[str, ...] = ()

    @property
    def only_as_pair(self) -> BoolArray:
        """Studies with p below 0.05 whose counts are both ordinary by themselves, shape (N,)."""
        margins = np.stack([self.p_sens, self.p_spec])
        ordinary = (np.isnan(margins) | (margins >= LEVEL)).all(axis=0)
        both = ~np.isnan(margins).any(axis=0)
        return self.suspicious & ordinary & both

    @property
    def words(self) -> str:
        """What was found, in plain sentences."""
        size, known = len(self.study), int(np.isfinite(self.p_value).sum())
        if not known:
            return "No study could be compared with the others: every refit failed."
        if size < FEWEST:
            return (
                "With two studies nobody can tell which is the odd one: each is predicted by the "
                "other, and how much studies differ comes from the prior alone."
            )
        named = [f"{self.study[i]} ({p_words(self.p_value[i], self.floor)})" for i in self.order]
        holm = [named[place] for place, i in enumerate(self.order) if self.flagged[i]]
        parts = []
        if holm:
            verb = "does" if len(holm) == 1 else "do"
            parts.append(
                f"{enumerate_names(holm)} {verb} not agree with what the other studies predict, "
                f"also with {known} tests allowed for (Holm's rule)."
            )
        else:
            least = ""
            if self.p_value[self.order[0]] < _ORDINARY:
                least = f"; the least expected is {named[0]}"
            parts.append(
                f"No study is an outlier once {known} tests are allowed for (Holm's rule){least}."
            )
        count = int(self.suspicious.sum())
        have = {0: "none has", 1: "one has"}.get(count, f"{count} have")
        parts.append(
            f"Of {known} studies {have} p below {LEVEL}; by chance about {LEVEL * known:.1f} would."
        )
        # Of studies that are not flagged, chance alone makes some: the table has their p-values.
        pair = [self.study[i] for i in self.order if (self.only_as_pair & self.flagged)[i]]
        if pair:
            parts.append(
                f"{enumerate_names(pair)}: sensitivity and specificity are ordinary one by one, "
                "but not together."
            )
        if self.uncertain:
            parts.append(
                f"Of the several possible tables the one shown was judged: "
                f"{enumerate_names(self.uncertain)}."
            )
        return " ".join(parts)


@dataclass(frozen=True, eq=False)
class _Row:
    """What is known of one study."""

    p_value: float = float("nan")
    raw: float = float("nan")
    p_sens: float = float("nan")
    p_spec: float = float("nan")
    distance: float = float("nan")
    floor: float = 0.0
    limits: tuple[tuple[float, float], ...] = ((float("nan"),) * 2,) * 3


def outliers(
    fit: Fit,
    influence: Influence | None = None,
    *,
    without: Sequence[LeftOut] | None = None,
    draws: int = 2000,
    prob: float = 0.95,
    say: Callable[[str], None] | None = None,
) -> Outliers:
    """Compare each study with what all others predict for a study of its size.

    The p-value is two-dimensional: the probability of all pairs of counts where the predictive
    density, on the scale of the empirical logits, is no higher than at the observed one. A study
    with ordinary sensitivity and ordinary specificity is found if the pair goes against the
    correlation. With ten studies or more and ordinary heterogeneity p is uniform under the model,
    but for the steps of small counts, which make it larger. Below, how much studies differ hangs on
    the prior: p is too large where they hardly differ (10 studies, tau 0.1: below 0.05 in about 1
    of 100) and somewhat too small where they differ widely (4 studies, tau 1.2: below 0.25 in 32 of
    100). A study with several possible tables is judged by the one shown.

    Parameters
    ----------
    fit : Fit
        Of N studies, at least 2; may have covariates.
    influence : Influence, optional
        Its refits are taken.
    without : sequence of LeftOut, optional
        Refits made already; they are made here where neither is given.
    draws : int
        Of each refit made here.
    prob : float
        Level of the limits of what is predicted.
    say : callable, optional
        Told each step.

    Returns
    -------
    Outliers

    Raises
    ------
    FitError
        If there is only one study.

    References
    ----------
    Marshall EC, Spiegelhalter DJ. Identifying outliers in Bayesian hierarchical models: a
    simulation-based approach. Bayesian Anal 2007;2:409-444 (leave-one-out predictive p-values).
    Box GEP. Sampling and Bayes' inference in scientific modelling and robustness. J R Stat Soc A
    1980;143:383-430 (p-value by predictive density). Holm S. A simple sequentially rejective
    multiple test procedure. Scand J Stat 1979;6:65-70.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> found = outliers(fit, draws=1000)
    >>> found.study[found.order[0]], bool(found.flagged.any())
    ('Cassel 2001', False)
    """
    if without is None:
        without = influence.without if influence is not None else refits(fit, draws, say)
    rows = [_judge(fit, left, prob) for left in without]
    p_value = np.array([row.p_value for row in rows])
    raw = np.array([row.raw for row in rows])
    limits = np.array([row.limits for row in rows])
    enough = len(rows) >= FEWEST
    return Outliers(
        study=fit.table.study,
        p_value=p_value,
        p_sens=np.array([row.p_sens for row in rows]),
        p_spec=np.array([row.p_spec for row in rows]),
        distance=np.array([row.distance for row in rows]),
        sens=limits[:, :, 0],
        spec=limits[:, :, 1],
        order=np.argsort(np.nan_to_num(raw, nan=2.0), kind="stable"),
        suspicious=(p_value < LEVEL) & enough,
        flagged=holm(p_value) & enough,
        floor=max((row.floor for row in rows), default=0.0),
        prob=prob,
        uncertain=tuple(fit.table.study[i] for i in sorted(fit.table.alternatives)),
    )


def holm(p_value: FloatArray, level: float = LEVEL) -> BoolArray:
    """Tell which of several tests fail by Holm's step-down rule; NaN is no test.

    Parameters
    ----------
    p_value : ndarray, shape (N,)
    level : float
        Probability of any false alarm.

    Returns
    -------
    ndarray of bool, shape (N,)

    Examples
    --------
    >>> holm(np.array([0.02, 0.01, 0.03, np.nan])).tolist()
    [True, True, True, False]
    >>> holm(np.array([0.02, 0.03, 0.04])).tolist()
    [False, False, False]
    """
    order = np.argsort(p_value)  # NaN last
    many = int(np.isfinite(p_value).sum())
    steps = level / np.arange(many, 0, -1)
    passed = np.cumprod(p_value[order[:many]] <= steps).astype(bool)
    out = np.zeros(p_value.size, dtype=bool)
    out[order[:many]] = passed
    return out


def _judge(fit: Fit, left: LeftOut, prob: float) -> _Row:
    if left.fit is None:
        return _Row()
    table, i = fit.table, left.study
    tp, fp, fn, tn = (int(x[i]) for x in (table.tp, table.fp, table.fn, table.tn))
    logits = predictive_logits(left.fit, fit.design, i)
    law = predictive_law(logits, tp + fn, fp + tn)
    raw = law.p_value(tp, tn)
    levels = [(1 - prob) / 2, 0.5, (1 + prob) / 2]
    limits = expit(np.quantile(logits, levels, axis=0))
    limits[:, ~np.array(left.fit.identified)] = np.nan
    return _Row(
        p_value=max(raw, law.floor),
        raw=raw,
        p_sens=max(law.p_sens(tp), law.floor) if tp + fn else float("nan"),
        p_spec=max(law.p_spec(tn), law.floor) if fp + tn else float("nan"),
        distance=logit_distance(logits, (tp, fn, tn, fp)),
        floor=law.floor,
        limits=tuple((float(a), float(b)) for a, b in limits),
    )


def logit_distance(logits: FloatArray, cells: tuple[int, int, int, int]) -> float:
    """Distance of observed logits from predicted ones, over the arms that are not empty.

    Parameters
    ----------
    logits : ndarray, shape (D, 2)
        Predictive draws of the true logits.
    cells : tuple of int
        tp, fn, tn, fp; half a participant is added to each.

    Returns
    -------
    float
        In standard deviations, those of the prediction and of the counts together.
    """
    yes, no = np.array(cells[::2]) + 0.5, np.array(cells[1::2]) + 0.5
    arms = np.flatnonzero(yes + no > 1)
    away = (np.log(yes / no) - logits.mean(axis=0))[arms]
    scatter = np.cov(logits, rowvar=False) + np.diag(1 / yes + 1 / no)
    inner = scatter[np.ix_(arms, arms)]
    return float(np.sqrt(away @ np.linalg.solve(inner, away)))
