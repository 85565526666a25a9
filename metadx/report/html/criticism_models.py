"""The tables of the criticism that compare priors and models."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from metadx.criticism.chance_words import whole_share
from metadx.report.html.source import Json
from metadx.report.html.table import Column, Own, Table
from metadx.report.numbers import percent, three_digits, two_decimals, two_digits, whole_percent

_NONE = "–"
_IN_FULL = {"sens", "spec"}  # with limits on the page; those of the others stand in the file
_REST = "Of the other quantities the medians are shown; the CSV file has their limits."
_FIXED = "*: held fixed by the model, not estimated."
_CHANCES = ("prob_rule_out", "prob_rule_out_new", "prob_rule_in", "prob_rule_in_new")


_SHOWN = (
    ("sens", "Sensitivity, %", percent),
    ("spec", "Specificity, %", percent),
    ("tau_sens", "τ sens", three_digits),
    ("tau_spec", "τ spec", three_digits),
    ("rho", "ρ", two_decimals),
    ("lr_pos", "LR+", three_digits),
    ("lr_neg", "LR−", three_digits),
    ("auc", "AUC", two_digits),
)


def _shown(keys: Sequence[tuple[str, str, Callable[[float], str]]]) -> tuple[Column, ...]:
    return tuple(
        Column(key, label, "interval", write, _NONE, limits=key in _IN_FULL)
        for key, label, write in keys
    )


def _chances(cuts: Json) -> tuple[Column, ...]:
    """Columns of the chances that the verdict rests on, of the median study and of a new one."""
    above = (f"P(LR− < {cuts['lr_neg']:g}), %", f"P(LR+ > {cuts['lr_pos']:g}), %")
    return tuple(
        Column(key, label, "number", whole_percent, _NONE, above=above[place // 2])
        for place, (key, label) in enumerate(zip(_CHANCES, ("median", "new") * 2, strict=True))
    )


def _cell(one: Json, key: str) -> Any:  # noqa: ANN401 - an interval, a cell of its own or None
    """Mark what the model holds fixed: no estimate, in the file as on the page."""
    if key in one["fixed"]:
        return Own(None, str, f"{one['fixed'][key]:g}*")
    return one["estimates"].get(key)


def _starred(many: Sequence[Json], *notes: str) -> tuple[str, ...]:
    return (*notes, _FIXED) if any(one["fixed"] for one in many) else notes


def priors_tables(told: Json, level: str) -> Iterator[Table]:
    """List the answer under other priors, and how each parameter follows prior and likelihood.

    Parameters
    ----------
    told : mapping
        The part "priors" of ``criticism.json``.
    level : str
        Level of the intervals in words.
    """
    if told["runs"]:
        keys = [one for one in _SHOWN if any(one[0] in run["estimates"] for run in told["runs"])]
        columns = (
            Column("name", "Priors"),
            Column("priors", "What they are", "prose"),
            *_shown(keys),
            *_chances(told["cuts"]),
            Column("passed", "Checks"),
        )
        rows = tuple(
            (
                run["name"],
                run["priors"] or "those of the card",
                *(_cell(run, key) for key, *_ in keys),
                *(run[key] for key in _CHANCES),
                "passed" if run["passed"] else "FAILED",
            )
            for run in told["runs"]
        )
        title = f"The answer under other priors (medians with {level} intervals)"
        yield Table("prior-alternatives", title, columns, rows, _starred(told["runs"], _REST))
    if told["power"]:
        columns = (
            Column("parameter", "Parameter"),
            Column("prior_alone", "Prior alone", "interval", _two, _NONE),
            Column("posterior", "Posterior", "interval", _two, _NONE),
            Column("learned", "Learned, bits", "number", _two, _NONE),
            Column("prior", "Prior felt", "number", _two, _NONE),
            Column("likelihood", "Data felt", "number", _two, _NONE),
            Column("verdict", "Who speaks"),
        )
        rows = tuple(tuple(one[column.key] for column in columns) for one in told["power"])
        note = (
            f"Medians with {level} limits; mu as a proportion. Learned: Kullback-Leibler "
            "divergence of the posterior from the prior. Felt: sensitivity of the posterior to "
            "raising prior or likelihood to a power (Kallioinen 2024). The prior speaks where less "
            "than 0.15 bits were learned, less than 1 bit with an interval of more than 0.7 of the "
            "prior's width, or where it alone is felt (from 0.05 on). Both speak below 0.5 bits, "
            "below 1 bit with an interval of more than half the width, where the prior is felt "
            "too, where another set of priors moves a limit by more than a fifth of the interval, "
            "with fewer than 4 studies that may differ, on the correlation with fewer than 10. "
            "Else the data speak."
        )
        yield Table("power-scaling", "Who speaks in each parameter", columns, rows, (note,))


def alternatives_tables(told: Json, level: str) -> Iterator[Table]:
    """List the models side by side.

    Parameters
    ----------
    told : mapping
        The part "alternatives" of ``criticism.json``.
    level : str
        Level of the intervals in words.
    """
    columns = (
        Column("model", "Model"),
        Column("difference", "elpd less the best", "number", "{:.1f}".format, _NONE),
        Column("difference_se", "Standard error", "number", "{:.1f}".format, _NONE),
        Column("weight", "Stacking weight, %", "number", whole_share, _NONE),
        Column("link", "Link"),
        *_shown(_SHOWN),
        *_chances(told["cuts"]),
        Column("passed", "Checks"),
    )
    rows = tuple(
        (
            one["id"],
            one["difference"],
            one["difference_se"],
            one["weight"],
            one["link"],
            *(_cell(one, key) for key, *_ in _SHOWN),
            *(one[key] for key in _CHANCES),
            "passed" if one["passed"] else "FAILED",
        )
        for one in told["models"]
    )
    note = (
        "elpd: leave-one-out log predictive density, higher is better; which of models that "
        "predict alike comes first is chance. Stacking weights mix the models that "
        "are not clearly worse so that left-out studies are predicted best (Yao 2018), drawn "
        "towards equal shares. Each τ is on the scale of the model's own link. Median study."
    )
    title = f"Other models of the same studies (medians with {level} intervals)"
    yield Table("alternatives", title, columns, rows, _starred(told["models"], note, _REST))


def _two(x: float) -> str:
    return f"{round(x, 2) + 0.0:.2f}"
