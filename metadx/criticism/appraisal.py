"""Everything that criticism has to say about one analysis, each part or the reason without it."""

import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, get_args

from metadx.criticism.alternatives import Alternatives, model_alternatives
from metadx.criticism.cumulative import Cumulative, cumulative
from metadx.criticism.influence import Influence, influence
from metadx.criticism.moved import cuts_of
from metadx.criticism.outliers import Outliers, outliers
from metadx.criticism.predictive import PredictiveChecks, predictive_checks
from metadx.criticism.prior_sensitivity import PriorSensitivity, prior_sensitivity
from metadx.criticism.size_regression import SmallStudyEffect, small_study_effect
from metadx.criticism.small_studies import Deeks, deeks
from metadx.criticism.study_weights import StudyWeights, study_weights
from metadx.engines.analysis import Analysis, analysis_of
from metadx.engines.fit import Fit
from metadx.errors import ConvergenceWarning, FitError, MetadxError
from metadx.studies.aims import NO_AIMS, Aims

type Part = Literal[
    "influence",
    "predictive",
    "outliers",
    "cumulative",
    "priors",
    "alternatives",
    "deeks",
    "small_studies",
    "weights",
]

PARTS: tuple[Part, ...] = get_args(Part.__value__)
_DRAWS = 2000  # of each refit
# Studies above which so many fits would take minutes: one for each study, and one for each model.
_MOST_REFITTED, _MOST_COMPARED = 200, 2000
_BY = "year"


@dataclass(frozen=True)
class Refused:
    """Why a part of the criticism is not there.

    Parameters
    ----------
    reason : str
        A sentence.
    broken : bool
        Whether the program failed, and not the data or the model.
    """

    reason: str
    broken: bool = False


@dataclass(frozen=True, eq=False)
class Appraisal:
    """What criticism found about the pooled fit of an analysis.

    Parameters
    ----------
    fit : Fit
        The fit that was criticised: without covariates.
    companion : bool
        Whether the analysis has covariates, so that the fit is not its main one.
    influence : Influence or Refused
        This and each that follows is the result of its function, or the reason why there is none.
    predictive : PredictiveChecks or Refused
    outliers : Outliers or Refused
    cumulative : Cumulative or Refused
    priors : PriorSensitivity or Refused
    alternatives : Alternatives or Refused
    deeks : Deeks or Refused
    small_studies : SmallStudyEffect or Refused
    weights : StudyWeights or Refused
    """

    fit: Fit
    companion: bool
    influence: Influence | Refused
    predictive: PredictiveChecks | Refused
    outliers: Outliers | Refused
    cumulative: Cumulative | Refused
    priors: PriorSensitivity | Refused
    alternatives: Alternatives | Refused
    deeks: Deeks | Refused
    small_studies: SmallStudyEffect | Refused
    weights: StudyWeights | Refused


def appraise(
    analysis: Analysis | Fit,
    *,
    parts: Collection[Part] = PARTS,
    prob: float = 0.95,
    aims: Aims = NO_AIMS,
    say: Callable[[str], None] = lambda _: None,
) -> Appraisal:
    """Criticise an analysis: predictive checks, influence, outliers, priors, other models, bias.

    All of it is about the pooled fit: with covariates that is the companion fit of the same
    studies. Studies are left out once, and the refits are shared by all parts that need them.

    Parameters
    ----------
    analysis : Analysis or Fit
        A fit is taken for the whole analysis; one with covariates is pooled without them first.
    parts : collection of str
        Parts that are wanted.
    prob : float
        Level of the intervals.
    aims : Aims
        What the review wants of the test: the likelihood ratios that it states are those of the
        verdict that is followed.
    say : callable
        Told each step.

    Returns
    -------
    Appraisal
        A part that cannot be had, or was not wanted, says why.

    Examples
    --------
    >>> import metadx
    >>> found = appraise(metadx.analyse(metadx.load_dataset("telomerase"), draws=1000),
    ...                  parts=["weights", "deeks"])
    >>> found.weights.study[0], found.deeks.df, found.influence.reason
    ('Ito 1998', 8, 'Not asked for.')
    """
    whole = analysis if isinstance(analysis, Analysis) else analysis_of(analysis)
    fit = whole.pooled
    parted = _Parted(parts, say)
    cuts = cuts_of(aims)
    moved = parted.take(
        "influence",
        "leaving studies out",
        lambda: influence(_few_enough(fit), draws=_DRAWS, prob=prob, cuts=cuts, say=say),
    )
    shared = None if isinstance(moved, Refused) else moved
    return Appraisal(
        fit=fit,
        companion=whole.regression is not None,
        influence=moved,
        predictive=parted.take(
            "predictive",
            "checking predictions",
            lambda: predictive_checks(_few_enough(fit), influence=shared, draws=_DRAWS, prob=prob),
        ),
        outliers=parted.take(
            "outliers",
            "looking for outliers",
            lambda: outliers(_few_enough(fit), influence=shared, draws=_DRAWS, prob=prob),
        ),
        cumulative=parted.take(
            "cumulative",
            "adding studies by year",
            lambda: cumulative(_few_enough(fit), _BY, draws=_DRAWS, prob=prob, cuts=cuts),
        ),
        priors=parted.take(
            "priors",
            "fitting with other priors",
            lambda: prior_sensitivity(_comparable(fit), draws=_DRAWS, prob=prob, cuts=cuts),
        ),
        alternatives=parted.take(
            "alternatives",
            "fitting other models",
            lambda: model_alternatives(_comparable(fit), draws=_DRAWS, prob=prob, cuts=cuts),
        ),
        deeks=parted.take("deeks", "testing the funnel", lambda: deeks(fit.table)),
        small_studies=parted.take(
            "small_studies",
            "regressing on the size of studies",
            lambda: small_study_effect(fit, prob=prob),
        ),
        weights=parted.take("weights", "weighing studies", lambda: study_weights(fit)),
    )


@dataclass(frozen=True)
class _Parted:
    wanted: Collection[Part]
    say: Callable[[str], None]

    def take[T](self, part: Part, words: str, make: Callable[[], T]) -> T | Refused:
        """Make one part; what goes wrong in it must not cost the reader the rest."""
        if part not in self.wanted:
            return Refused("Not asked for.")
        self.say(words)
        try:
            with warnings.catch_warnings():
                # Each part says itself which of its fits failed a check.
                warnings.simplefilter("ignore", ConvergenceWarning)
                return make()
        except MetadxError as error:
            return Refused(_sentence(str(error)))
        except Exception as error:
            text = f"The program failed here ({type(error).__name__}: {error}); please report it."
            return Refused(text, broken=True)


def _few_enough(fit: Fit) -> Fit:
    """Refuse to leave out each of very many studies: it would take longer than all the rest."""
    if fit.table.n_studies > _MOST_REFITTED:
        msg = (
            f"with {fit.table.n_studies:,} studies no study is left out in turn (the limit is "
            f"{_MOST_REFITTED}); call metadx.criticism.influence.influence for it"
        )
        raise FitError(msg)
    return fit


def _comparable(fit: Fit) -> Fit:
    """Refuse to fit very many studies under one model after another."""
    if fit.table.n_studies > _MOST_COMPARED:
        msg = (
            f"with {fit.table.n_studies:,} studies other priors and models are not fitted one "
            f"after another (the limit is {_MOST_COMPARED:,}); call prior_sensitivity or "
            f"model_alternatives of metadx.criticism for it"
        )
        raise FitError(msg)
    return fit


def _sentence(text: str) -> str:
    if text.partition(" ")[0].isalpha():  # names of files and columns stay as they are
        text = f"{text[:1].upper()}{text[1:]}"
    return text if text.endswith((".", "!", "?")) else f"{text}."
