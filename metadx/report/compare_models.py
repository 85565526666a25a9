"""A comparison of models: the content of ``models.json``, and as a reviewer reads it."""

from math import isfinite
from pathlib import Path

from metadx import __version__
from metadx.criticism.alternatives import AlternativeModel, Alternatives
from metadx.criticism.chance_words import whole_share
from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.numbers import interval, percent, studies_words, three_digits, two_decimals
from metadx.report.summary import Json, as_text, checks_of, data_of, engine_of
from metadx.report.terminal import synthetic_mark
from metadx.studies.selection import ALL_STUDIES, Selection

SCHEMA = "metadx/models/1"
JSON = "models.json"

_PREDICTION = (
    "elpd: sum over studies of the log density that the other studies give a study's counts "
    "(higher is better). difference: from the highest, with its standard error; which of models "
    "that predict alike comes first is chance. weight: share in the mixture, of the "
    "models not clearly worse, that predicts best (stacking, drawn towards equal shares). k: "
    "largest Pareto k; refits: studies with k "
    "above 0.7, predicted by a fit without them."
)
_ACCURACY = (
    "Of the median study, in per cent: posterior median and 95% credible interval. DOR: diagnostic "
    "odds ratio."
)


def models_summary(
    found: Alternatives, *, name: str = "", selection: Selection = ALL_STUDIES
) -> Json:
    """Summarise a comparison of models as the plain content of ``models.json``.

    Parameters
    ----------
    found : Alternatives
    name : str
        Name of the review.
    selection : Selection
        Which of its studies were chosen.

    Returns
    -------
    dict
        Holds only what JSON can; what is not known is null.
    """
    fit = found.models[0].fit
    return {
        "schema": SCHEMA,
        "metadx": __version__,
        "review": name,
        "title": fit.title,
        "synthetic": fit.synthetic,
        "synthetic_note": fit.synthetic_note,
        "data": data_of(fit),
        "settings": {
            "seed": fit.settings.seed,
            "draws": fit.settings.draws,
            "only": list(selection.conditions),
            "only_left_out": list(selection.left_out),
        },
        "reference": found.reference,
        "cuts": {"lr_neg": found.cuts[0], "lr_pos": found.cuts[1]},
        "models": [_model(one) for one in found.models],
        "failed": [{"id": name, "reason": why} for name, why in found.failed],
        "words": found.words,
        "notes": [selection.sentence(fit.table.n_studies)] if selection else [],
    }


def _model(one: AlternativeModel) -> Json:
    numbers = {
        "elpd": one.elpd,
        "elpd_se": one.elpd_se,
        "difference": one.difference,
        "difference_se": one.difference_se,
        "weight": one.weight,
        "pareto_k_max": one.pareto_k_max,
        "log_evidence": one.fit.engine.log_evidence,
    }
    return {
        "id": one.id,
        "title": one.title,
        "link": one.link,
        **{key: x if x is not None and isfinite(x) else None for key, x in numbers.items()},
        "clearly_worse": one.clearly_worse,
        "refitted": [one.fit.table.study[row] for row in one.loo.refitted],
        "estimands": {
            key: None if value is None else value.as_dict() for key, value in one.quantities.items()
        },
        "fixed": dict(one.fixed),
        **{f"prob_{key}": value for key, value in one.chances.items()},
        "passed": one.passed,
        "engine": engine_of(one.fit),
        "checks": checks_of(one.fit),
    }


def models_text(told: Json, page: Page) -> str:
    """Tell which model predicts best and how far the answer hangs on the choice.

    Parameters
    ----------
    told : dict
        Of `models_summary`.
    page : Page
        Where the text goes.

    Returns
    -------
    str
        Ends with a line feed.
    """
    mark = synthetic_mark(page, told["synthetic_note"]) if told["synthetic"] else []
    data, settings = told["data"], told["settings"]
    heading = [
        *mark,
        *(tone(page, line, "bold") for line in paragraph(page, told["title"] or told["review"])),
        *paragraph(
            page,
            f"{studies_words(data['n_studies'])} in every fit; {settings['draws']:,} draws, seed "
            f"{settings['seed']}.",
        ),
    ]
    blocks = [
        heading,
        _prediction(told, page),
        _accuracy(told, page),
        paragraph(page, told["words"]),
    ]
    notes = [line for text in told["notes"] for line in paragraph(page, text, first="- ")]
    notes += [
        line
        for one in told["failed"]
        for line in paragraph(page, f"{one['id']}: {one['reason']}", first="- ")
    ]
    blocks += [notes, mark]
    return "\n".join("\n".join([*block, ""]) for block in blocks if block)


def _prediction(told: Json, page: Page) -> list[str]:
    rows = []
    for one in told["models"]:
        gap, error = _decimal(one["difference"]), _decimal(one["difference_se"])
        rows.append(
            [
                one["id"],
                _decimal(one["elpd"]),
                gap if error == "-" or one["difference"] == 0 else f"{gap} ({error})",
                _weight(one["weight"]),
                _or_none(one["pareto_k_max"]),
                str(len(one["refitted"])),
            ]
        )
    header = ["", "elpd", "difference (SE)", "weight, %", "k", "refits"]
    return _block(
        page,
        "Can the models be told apart by what they predict?",
        table(page, header, rows),
        _PREDICTION,
    )


def _accuracy(told: Json, page: Page) -> list[str]:
    rows = [
        [
            one["id"],
            interval(one["estimands"]["sens"], percent),
            interval(one["estimands"]["spec"], percent),
            interval(one["estimands"]["dor"], three_digits),
        ]
        for one in told["models"]
    ]
    lines = table(page, ["", "sensitivity", "specificity", "DOR"], rows)
    return _block(page, "Does the answer hang on the model?", lines, _ACCURACY)


def _block(page: Page, title: str, lines: list[str], legend: str) -> list[str]:
    head = [tone(page, line, "bold") for line in paragraph(page, title)]
    return [*head, *lines, *(tone(page, line, "dim") for line in paragraph(page, legend))]


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{round(value, 1) + 0.0:.1f}"


def _weight(value: float | None) -> str:
    return "-" if value is None else whole_share(value)


def _or_none(value: float | None) -> str:
    return "-" if value is None else two_decimals(value)


def write_models(folder: Path, told: Json) -> tuple[str, ...]:
    """Write ``models.json`` as a whole; other files of the folder stay.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    told : dict
        Of `models_summary`.

    Returns
    -------
    tuple of str
        Names of the files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{JSON}.partial"
    partial.write_bytes(as_text(told).encode())
    partial.replace(folder / JSON)
    return (JSON,)
