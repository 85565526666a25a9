"""The content of ``summary.json`` of a review of agreement."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx import __version__
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.use import row_uses
from metadx.engines.result import Note
from metadx.estimands.agreement_headline import headline_of
from metadx.estimands.agreement_pooled import pooled_estimands
from metadx.estimands.standard_margin import standard_margin
from metadx.estimands.summary import check_prob
from metadx.report.agreement_between import contrasts_of, groups_of, ranks_of
from metadx.report.agreement_data import data_of
from metadx.report.agreement_missing import reasons
from metadx.report.agreement_rows import row_results, summary_of
from metadx.report.summary import SCHEMA, finite

type Json = dict[str, Any]

_STREAM = 7  # of the draws of new findings: none of those that the engines use
_ENGINE_KEYS = ("name", "pareto_k", "ess", "seconds", "fell_back")


def agreement_summary(fit: AgreementFit, *, name: str = "", prob: float = 0.95) -> Json:
    """Summarise a fit of agreement as the plain content of ``summary.json``.

    Parameters
    ----------
    fit : AgreementFit
    name : str
        Name of the review.
    prob : float
        Probability between the limits of every interval (equal-tailed).

    Returns
    -------
    dict
        As documented in ``docs/summary.md``, of kind "agreement"; holds only what JSON can.

    Raises
    ------
    ValueError
        If `prob` is not between 0 and 1.

    Examples
    --------
    >>> import metadx
    >>> fit = metadx.fit_agreement(metadx.load_agreement("xeromammograms"), draws=1000)
    >>> found = metadx.agreement_summary(fit)
    >>> [row["n"] for row in found["findings"]], found["kappa"]["weights"]
    ([85], 'unweighted')
    """
    check_prob(prob)
    table, settings = fit.table, fit.settings
    headline, rows = headline_of(table, fit.audit), row_results(fit, prob)
    pooled = _pooled(fit, prob)
    margin = standard_margin(table)
    found = {
        "schema": SCHEMA,
        "metadx": __version__,
        "review": name,
        "title": fit.title,
        "kind": "agreement",
        "synthetic": fit.synthetic,
        "synthetic_note": fit.synthetic_note,
        "model": {"id": fit.card.card.id, "card_sha256": fit.card.sha256},
        "data": data_of(table),
        "settings": {
            "seed": settings.seed,
            "prob": prob,
            "draws": int(np.prod(fit.z.shape[:2])),
            "engine": settings.engine,
            "spearman": settings.spearman,
            "part_kappa": settings.part_kappa,
            "impossible": settings.impossible,
        },
        "engine": _engine(fit),
        "checks": [{**asdict(check), "value": finite(float(check.value))} for check in fit.checks],
        "conventions": {
            "chosen": asdict(fit.audit.chosen) if fit.audit.chosen else None,
            "explain_most": [asdict(convention) for convention in fit.audit.conventions],
        },
        "kappa": {**asdict(headline), "estimand": headline.estimand},
        "standard_margin": margin.tolist(),
        "parameters": _parameters(fit, prob),
        "findings": [row.told for row in rows],
        "pooled": pooled,
        "contrasts": contrasts_of(rows, headline, prob),
        "ranks": ranks_of(rows, headline),
        "groups": groups_of(rows, headline, prob),
    }
    notes = [*fit.notes, *reasons(fit, found)]
    return found | {"notes": [_sentence(note) for note in dict.fromkeys(notes)]}


def _sentence(note: Note) -> Json:
    return {"about": note.about, "text": note.text.rstrip(".") + "."}


def _engine(fit: AgreementFit) -> Json:
    told = asdict(fit.engine)
    first = {key: told.pop(key) for key in _ENGINE_KEYS}
    return {key: finite(value) for key, value in (first | told).items()}


def _pooled(fit: AgreementFit, prob: float) -> Json | None:
    """Summarise what lies beyond the rows; None where they share, or tell, nothing."""
    if not any(use.association for use in row_uses(fit)):
        return None
    draws = pooled_estimands(
        fit.hyper,
        standard_margin(fit.table),
        np.random.default_rng([fit.settings.seed, _STREAM]),
        r_max=fit.card.card.numbers.r_max,
    )
    return _summaries(draws, prob) or None


def _parameters(fit: AgreementFit, prob: float) -> Json:
    """Summarise what rows share; of one row its z, of three or more raters their loadings too."""
    draws = dict(fit.hyper)
    if fit.loadings is not None:
        raters = fit.table.ratings[0].raters
        draws |= {f"loading[{name}]": fit.loadings[..., j] for j, name in enumerate(raters)}
    if fit.table.n_rows == 1:
        draws["z"] = fit.z[..., 0]
    return _summaries(draws, prob)


def _summaries(draws: Mapping[str, NDArray[np.float64]], prob: float) -> Json:
    return {name: summary_of(np.ravel(values), prob) for name, values in draws.items()}
