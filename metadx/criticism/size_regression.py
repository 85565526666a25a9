"""Whether small studies report another accuracy than large ones: the model regressed on size."""

import warnings
from dataclasses import dataclass, replace

import numpy as np

from metadx.criticism.chance_words import chance
from metadx.criticism.leave_one_out import leave_one_out, sum_error
from metadx.criticism.retitled import retitled
from metadx.criticism.small_studies import EXACT, effective_sample_size, same_size, with_both_arms
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import Fit, fit
from metadx.engines.request import table_of
from metadx.errors import ConvergenceWarning, FitError
from metadx.estimands.summary import Summary, summarise
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import Continuous
from metadx.studies.review import Review

_SMALLNESS = "inverse_root_ess"  # name of the covariate 1/√ESS
_CLEAR = 0.95  # probability from which a direction is called clear


@dataclass(frozen=True, eq=False)
class SmallStudyEffect:
    """The bivariate model with 1/√ESS as a covariate of both means.

    All slopes are per standard deviation of 1/√ESS, on the scale of the link: above 0 small
    studies report the higher value.

    Parameters
    ----------
    fit : Fit
        With the covariate, of the studies with both arms.
    sens, spec : Summary
        Slopes of the two means, with equal-tailed limits.
    total : Summary
        Their sum: under the logit link the slope of the log diagnostic odds ratio.
    prob_sens, prob_spec, prob_total : float
        Probability that the slope is above 0.
    log_bayes_factor : float or None
        Natural logarithm of the evidence with the covariate over that without, under the card's
        prior of a slope; None where an engine gave no evidence.
    elpd_difference, elpd_se : float
        Leave-one-out log predictive density with the covariate minus that without, with its
        standard error over studies.
    unit : float
        One standard deviation of 1/√ESS.
    left_out : tuple of str
        Studies with one arm only: they have no effective sample size.
    prob : float
        Level of the intervals.
    """

    fit: Fit
    sens: Summary
    spec: Summary
    total: Summary
    prob_sens: float
    prob_spec: float
    prob_total: float
    log_bayes_factor: float | None
    elpd_difference: float
    elpd_se: float
    unit: float
    left_out: tuple[str, ...]
    prob: float = 0.95

    @property
    def words(self) -> str:
        """What the regression says, and what it cannot say."""
        parts = ["In the regression on 1/√ESS"]
        for name, prob, slope in (
            ("sensitivity", self.prob_sens, self.sens),
            ("specificity", self.prob_spec, self.spec),
        ):
            higher = prob >= 0.5
            parts.append(
                f"{'and' if name == 'specificity' else ''} the {name} of small studies is "
                f"{'higher' if higher else 'lower'} with probability "
                f"{chance(prob if higher else 1 - prob)} (slope {slope.median:.2f}, "
                f"{100 * self.prob:g}% credible interval {slope.lower:.2f} to {slope.upper:.2f})"
            )
        gap = round(self.elpd_difference, 1) + 0.0
        told = (
            f"{' '.join(' '.join(parts).split())}; slopes are per standard deviation on the "
            f"{self.fit.card.card.link} scale. Against the model without them: leave-one-out log "
            f"density {gap:+.1f} (standard error {self.elpd_se:.1f})"
        )
        if self.log_bayes_factor is not None:
            told += f", log Bayes factor {self.log_bayes_factor:+.1f}"
        told += "."
        limit = (
            "The line is not followed to an infinitely large study: what it says there is no "
            "accuracy corrected for bias."
        )
        doubt = "" if self.fit.passed else " A check of the fit failed: do not report it."
        return f"{told} {self._verdict} {limit}{doubt}"

    @property
    def _verdict(self) -> str:
        """Say what the slope means, and where the rest of the evidence does not bear it out."""
        likely = max(self.prob_total, 1 - self.prob_total)
        if likely < _CLEAR:
            return (
                "Whether small studies are more or less accurate on the whole is not clear; this "
                "does not show that nothing is missing."
            )
        more = "more" if self.prob_total > 0.5 else "less"
        against = self.elpd_difference < 0 and (self.log_bayes_factor or 0.0) <= 0
        if against:
            left_out = "the prediction of studies left out"
            speaks = (
                f"{left_out} does not favour"
                if self.log_bayes_factor is None
                else f"neither {left_out} nor the Bayes factor favours"
            )
            return (
                f"If there is a line, small studies are {more} accurate on the whole with "
                f"probability {chance(likely)}; but {speaks} a line, so this is a hint at most."
            )
        return (
            f"On the whole small studies are {more} accurate with probability {chance(likely)}: "
            "by what was published, or by other patients, thresholds or quality; the model cannot "
            "tell these apart."
        )


def small_study_effect(
    data: Fit | AccuracyTable | Review,
    *,
    draws: int = 2000,
    seed: int | None = None,
    prob: float = 0.95,
) -> SmallStudyEffect:
    """Regress both means of the model on 1/√ESS: Deeks' question asked of the whole model.

    Unlike a regression of diagnostic odds ratios this takes the counts as binomial, adds nothing
    to empty cells, lets sensitivity and specificity differ in their slopes, and lets studies
    differ for other reasons as well; a model that does not is refused, for all differences would
    go into the slope. Covariates of the review are left out.

    Parameters
    ----------
    data : Fit, AccuracyTable or Review
        At least 10 studies with both arms. Of a fit the table, the card and the seed are taken.
    draws : int
        Posterior draws.
    seed : int or None
        None takes that of the fit or of the review, else 1.
    prob : float
        Level of the intervals.

    Returns
    -------
    SmallStudyEffect

    Raises
    ------
    FitError
        If there are fewer than 10 studies with both arms, all have the same ESS, the card holds
        the heterogeneity at 0, or no engine can answer.
    CardError
        If the card states no prior of a slope.

    Examples
    --------
    >>> import metadx
    >>> found = small_study_effect(metadx.load_dataset("anti-ccp"), draws=1000)
    >>> found.prob_total < 0.5, found.elpd_difference < 4
    (True, True)
    """
    table = data.table if isinstance(data, Fit) else table_of(data)
    both, left_out = with_both_arms(table)
    x = 1 / np.sqrt(effective_sample_size(both))
    if np.ptp(x) <= EXACT * x.max():
        raise same_size(table)
    with_size = replace(both, covariates={_SMALLNESS: Continuous(_SMALLNESS, x)})
    studies = replace(data, table=with_size) if isinstance(data, Review) else with_size
    card = data.card if isinstance(data, Fit) else None
    if isinstance(data, Fit) and seed is None:
        seed = data.seed

    def fitted(formula: str) -> Fit:
        with warnings.catch_warnings():
            # A failed check stands in the fit; whoever reports the result says so.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return fit(
                studies,
                card,
                sens=formula,
                spec=formula,
                draws=draws,
                seed=seed,
                study_effects=False,
            )

    level = fitted(NO_COVARIATES)
    _require_heterogeneity(level)
    sloped = fitted(f"~ {_SMALLNESS}")
    if isinstance(data, Fit):
        sloped = retitled(sloped, data)
    slopes = sloped.effects.reshape(-1, 2)
    total = slopes.sum(axis=1)
    gap = leave_one_out(sloped, refit=True).elpd - leave_one_out(level, refit=True).elpd
    evidence = (sloped.engine.log_evidence, level.engine.log_evidence)
    known = evidence[0] is not None and evidence[1] is not None
    return SmallStudyEffect(
        fit=sloped,
        sens=summarise(slopes[:, 0], prob),
        spec=summarise(slopes[:, 1], prob),
        total=summarise(total, prob),
        prob_sens=float((slopes[:, 0] > 0).mean()),
        prob_spec=float((slopes[:, 1] > 0).mean()),
        prob_total=float((total > 0).mean()),
        log_bayes_factor=evidence[0] - evidence[1] if known else None,  # type: ignore[operator]
        elpd_difference=float(gap.sum()),
        elpd_se=sum_error(gap),
        unit=float(x.std(ddof=1)),
        left_out=left_out,
        prob=prob,
    )


def _require_heterogeneity(level: Fit) -> None:
    if (np.ptp(level.tau, axis=(0, 1)) == 0).any():
        msg = (
            f"the card {level.card.card.id} lets studies differ by chance alone: any other "
            "difference would be taken for one of size. Use a card with heterogeneity, such as "
            "bivariate-binomial."
        )
        raise FitError(msg)
