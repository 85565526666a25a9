"""Pool many reviews: what is done with each of them, and all of them as one plan."""

import json
import warnings
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from metadx import __version__
from metadx.cards.load import LoadedCard, load_card
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import fit
from metadx.engines.settings import FitSettings
from metadx.errors import DataError, MetadxError
from metadx.estimands.summary import check_prob
from metadx.report.reviews import Found
from metadx.report.summary import (
    Json,
    checks_of,
    data_of,
    engine_of,
    estimands_of,
    model_of,
    parameters_of,
)
from metadx.runner.plan import Item, Plan
from metadx.studies.review import Review, load_review
from metadx.studies.review_kind import review_kind

SCHEMA = "metadx/batch/1"


@dataclass(frozen=True)
class BatchSettings:
    """What all reviews of a batch share.

    Parameters
    ----------
    model : str or None
        Id or path of a model card; None takes each review's own choice.
    draws : int
        Posterior draws of each review.
    prob : float or None
        Probability between the limits of the intervals; None takes each review's own.
    seed : int or None
        Seed of each review; None takes each review's own.
    """

    model: str | None = None
    draws: int = 2000
    prob: float | None = None
    seed: int | None = None


def batch_plan(reviews: Iterable[Found], settings: BatchSettings) -> Plan:
    """Plan to pool reviews with the same settings.

    Parameters
    ----------
    reviews : iterable of Found
    settings : BatchSettings

    Returns
    -------
    Plan
        One item a review, whose key changes with the review's files: a review that was corrected
        is pooled anew, the others are not.

    Raises
    ------
    MetadxError
        If the card or a setting is wrong.
    ValueError
        If `prob` is not between 0 and 1.
    """
    FitSettings(draws=settings.draws, seed=1 if settings.seed is None else settings.seed)
    if settings.prob is not None:
        check_prob(settings.prob)
    model, card = settings.model, None
    if model is not None:
        card = load_card(model).sha256
        if Path(model).is_file():
            settings = replace(settings, model=str(Path(model).absolute()))
    of_all = [SCHEMA, __version__, card, settings.draws, settings.prob, settings.seed]
    return Plan(
        name="batch",
        work=pool_review,
        items=tuple(
            Item(f"{one.name} {one.digest()}", (one.name, str(one.path), settings))
            for one in reviews
        ),
        identity=sha256(json.dumps(of_all).encode()).hexdigest(),
    )


def pool_review(name: str, path: str, settings: BatchSettings) -> Json:
    """Pool one review and keep what is said about all its studies together.

    Parameters
    ----------
    name, path : str
        Name in the batch, and where the review is.
    settings : BatchSettings

    Returns
    -------
    dict
        The parts of ``summary.json`` that are no lists of studies or prevalences, without times;
        or ``review`` and ``error`` where the review cannot be pooled.

    Examples
    --------
    >>> from metadx.resources import data_dir
    >>> found = pool_review("a", str(data_dir() / "telomerase"), BatchSettings(draws=1000))
    >>> found["data"]["n_studies"], found["passed"]
    (10, True)
    >>> pool_review("b", "b.csv", BatchSettings())["error"]
    'b.csv: there is no such file or folder; `metadx datasets` lists what ships.'
    """
    with warnings.catch_warnings():
        # A failed check and a hard-pressed library are told by the checks and notes.
        warnings.simplefilter("ignore")
        try:
            return {"review": name, **_pooled(path, settings)}
        except MetadxError as error:
            return {"review": name, "error": str(error)}


def _pooled(path: str, settings: BatchSettings) -> Json:
    review = _review(path)
    card = _card(review.model if settings.model is None else settings.model)
    fitted = fit(
        review,
        card,
        sens=NO_COVARIATES,
        spec=NO_COVARIATES,
        draws=settings.draws,
        seed=settings.seed,
        study_effects=False,
    )
    level = review.analysis.prob if settings.prob is None else settings.prob
    engine = engine_of(fitted)
    del engine["seconds"]  # all else is the same whenever and wherever it is computed
    estimands = estimands_of(fitted, level, ())
    return {
        "title": fitted.title,
        "synthetic": fitted.synthetic,
        "model": model_of(fitted),
        "data": data_of(fitted),
        "settings": {"seed": fitted.seed, "prob": level, "draws": fitted.rho.size},
        "engine": engine,
        "passed": fitted.passed,
        "checks": checks_of(fitted),
        "parameters": parameters_of(fitted, level),
        "estimands": {k: v for k, v in estimands.items() if not isinstance(v, list)},
        "notes": [asdict(note) for note in fitted.notes],
    }


def _review(path: str) -> Review:
    try:
        return load_review(path)
    except DataError:
        if review_kind(path) == "agreement":
            raise DataError(
                f"{path}: is a review of agreement; a batch pools reviews of diagnostic accuracy. "
                f"`metadx run` fits it."
            ) from None
        raise


def _card(model: str | Path) -> LoadedCard:
    """Load a card; one that ships or was named for all reviews is loaded once a process."""
    return _named(model) if isinstance(model, str) else load_card(model)


_named = cache(load_card)
