"""Whether small studies report another accuracy than large ones: Deeks' funnel and its test."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metadx.criticism.chance_words import enumerate_names, p_words
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable

type FloatArray = NDArray[np.float64]

#: Studies with both arms below which small-study effects are not looked for.
FEWEST_STUDIES = 10
#: Level of the test: Deeks' own, wider than usual because the test finds little.
LEVEL = 0.10

#: Of a sum of squares: what is below it is rounding, not scatter.
EXACT = 1e-10


@dataclass(frozen=True, eq=False)
class Deeks:
    """Deeks' test: the log diagnostic odds ratio regressed on 1/√ESS, weighted by ESS.

    Parameters
    ----------
    slope, se : float
        Change of ln DOR per unit of 1/√ESS, with its standard error. Above 0 small studies report
        the higher accuracy.
    p_value : float
        Two-sided, by the t distribution.
    intercept : float
        ln DOR of an infinitely large study on the line; no estimate of the accuracy.
    df : int
        Degrees of freedom, K − 2.
    study : tuple of str, length K
        Studies with both arms, in the order of the table.
    ess : ndarray, shape (K,)
        Effective sample sizes 4 n1 n0 / (n1 + n0).
    log_dor : ndarray, shape (K,)
        Log diagnostic odds ratios.
    corrected : ndarray of bool, shape (K,)
        Studies with an empty cell: 0.5 was added to their four cells.
    left_out : tuple of str
        Studies with one arm only: they have no diagnostic odds ratio.
    """

    slope: float
    se: float
    p_value: float
    intercept: float
    df: int
    study: tuple[str, ...]
    ess: FloatArray
    log_dor: FloatArray
    corrected: NDArray[np.bool_]
    left_out: tuple[str, ...]

    @property
    def asymmetric(self) -> bool:
        """Whether p is below 0.10, the level of the test."""
        return self.p_value < LEVEL

    @property
    def words(self) -> str:
        """What the test says, and what it cannot say."""
        told = (
            f"Deeks' test: slope {self.slope:.2f} (standard error {self.se:.2f}), "
            f"{p_words(self.p_value)}, {self.df + 2} studies"
        )
        if not self.asymmetric:
            found = (
                f"{told}: no asymmetry at the level of {LEVEL:.2f}. This does not show that "
                "nothing is missing: the test has low power where studies differ for other "
                "reasons, as they mostly do."
            )
        elif self.slope > 0:
            found = (
                f"{told}: small studies report the higher accuracy. Missing small studies with "
                "poor results would look like this, and so would small studies of other patients, "
                "thresholds or quality; the test cannot tell them apart."
            )
        else:
            found = (
                f"{told}: small studies report the lower accuracy. Missing small studies with poor "
                "results would look the other way round: look for a difference in patients, "
                "thresholds or quality."
            )
        if not self.left_out:
            return found
        return f"{found} Without a diagnostic odds ratio, for want of one arm: " + (
            f"{enumerate_names(self.left_out)}."
        )


def deeks(table: AccuracyTable) -> Deeks:
    """Test the funnel of diagnostic odds ratios for asymmetry.

    ESS comes from the counts as they are. A study whose printed figures admit several tables
    stands with the one that is shown.

    Parameters
    ----------
    table : AccuracyTable
        At least 10 studies with both arms.

    Returns
    -------
    Deeks

    Raises
    ------
    FitError
        If there are fewer than 10 studies with both arms, all have the same ESS, or the
        diagnostic odds ratios lie exactly on a line.

    References
    ----------
    Deeks JJ, Macaskill P, Irwig L. The performance of tests of publication bias and other sample
    size effects in systematic reviews of diagnostic test accuracy was assessed. J Clin Epidemiol
    2005;58:882-893.

    Examples
    --------
    >>> import metadx
    >>> found = deeks(metadx.load_dataset("anti-ccp").table)
    >>> round(found.slope, 2), round(found.p_value, 2), len(found.study)
    (-8.35, 0.16, 37)
    """
    both, left_out = with_both_arms(table)
    counts = np.stack([both.tp, both.fp, both.fn, both.tn]).astype(float)
    ess = effective_sample_size(both)
    corrected = (counts == 0).any(axis=0)
    tp, fp, fn, tn = np.where(corrected, counts + 0.5, counts)
    log_dor = np.log(tp) + np.log(tn) - np.log(fp) - np.log(fn)
    x = 1 / np.sqrt(ess)
    share = ess / ess.sum()
    middle_x, middle_y = share @ x, share @ log_dor
    spread = ess @ (x - middle_x) ** 2
    if spread <= EXACT * (ess @ x**2):
        raise same_size(table)
    slope = float(ess @ ((x - middle_x) * (log_dor - middle_y)) / spread)
    intercept = float(middle_y - slope * middle_x)
    left = ess @ (log_dor - intercept - slope * x) ** 2
    if left <= EXACT**2 * (ess @ (1 + log_dor**2)):
        raise FitError(
            f"The diagnostic odds ratios of {table.source} lie exactly on a line over 1/√ESS; "
            "without any scatter the slope has no standard error."
        )
    df = ess.size - 2
    se = float(np.sqrt(left / df / spread))
    return Deeks(
        slope=slope,
        se=se,
        p_value=_two_sided(slope / se, df),
        intercept=intercept,
        df=df,
        study=both.study,
        ess=ess,
        log_dor=log_dor,
        corrected=corrected,
        left_out=left_out,
    )


def effective_sample_size(table: AccuracyTable) -> FloatArray:
    """Return 4 n1 n0 / (n1 + n0) of every study, shape (N,); 0 for a study with one arm.

    Parameters
    ----------
    table : AccuracyTable
        N studies.

    References
    ----------
    Deeks JJ, Macaskill P, Irwig L. J Clin Epidemiol 2005;58:882-893.

    Examples
    --------
    >>> table = AccuracyTable.from_counts(["a", "b"], [8, 9], [3, 0], [2, 1], [27, 0])
    >>> effective_sample_size(table).tolist()
    [30.0, 0.0]
    """
    ill, well = table.n_diseased.astype(float), table.n_nondiseased.astype(float)
    return np.asarray(4 * ill * well / (ill + well))


def same_size(table: AccuracyTable) -> FitError:
    """Make the error that says why studies of one size cannot be compared by size."""
    return FitError(
        f"All studies in {table.source} have the same effective sample size, so there are no small "
        "and large ones to compare."
    )


def with_both_arms(table: AccuracyTable) -> tuple[AccuracyTable, tuple[str, ...]]:
    """Keep the studies with both arms, if they are enough to look for small-study effects.

    Parameters
    ----------
    table : AccuracyTable

    Returns
    -------
    table : AccuracyTable
        Without the covariates of the review.
    left_out : tuple of str
        Studies with one arm only.

    Raises
    ------
    FitError
        If fewer than 10 studies have both arms.
    """
    keep = (table.n_diseased > 0) & (table.n_nondiseased > 0)
    found = int(keep.sum())
    if found < FEWEST_STUDIES:
        raise FitError(
            f"{found} of {table.n_studies} studies in {table.source} have both arms, wanted are at "
            f"least {FEWEST_STUDIES}: with fewer, a difference between small and large studies "
            "cannot be told from chance."
        )
    names = tuple(name for name, kept in zip(table.study, keep, strict=True) if not kept)
    plain = replace(table, covariates={})
    return (plain.take(np.flatnonzero(keep)) if names else plain), names


def _two_sided(t: float, df: int) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(t)))
