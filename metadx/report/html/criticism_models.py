"""The tables of the criticism that compare priors and models."""

from collections.abc import Callable, Iterator, Sequence

from metadx.report.html.source import Json
from metadx.report.html.table import Column, Table
from metadx.report.numbers import percent, three_digits, two_decimals, whole_percent

_NONE = "–"
_IN_FULL = {"sens", "spec"}  # with limits on the page; those of the others stand in the file
_REST = "Of the other quantities the medians are shown; the CSV file has their limits."


def _tau(x: float) -> str:
    """Write a standard deviation; without any between studies it is 0 and not merely small."""
    return three_digits(x) if x else "0"


_SHOWN = (
    ("sens", "Sensitivity, %", percent),
    ("spec", "Specificity, %", percent),
    ("tau_sens", "τ sens", _tau),
    ("tau_spec", "τ spec", _tau),
    ("rho", "ρ", two_decimals),
    ("lr_pos", "LR+", three_digits),
    ("lr_neg", "LR−", three_digits),
    ("auc", "AUC", two_decimals),
)


def _shown(keys: Sequence[tuple[str, str, Callable[[float], str]]]) -> tuple[Column, ...]:
    return tuple(
        Column(key, label, "interval", write, _NONE, limits=key in _IN_FULL)
        for key, label, write in keys
    )


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
            Column("passed", "Checks"),
        )
        rows = tuple(
            (
                run["name"],
                run["priors"] or "those of the card",
                *(run["estimates"].get(key) for key, *_ in keys),
                "passed" if run["passed"] else "FAILED",
            )
            for run in told["runs"]
        )
        title = f"The answer under other priors (medians with {level} intervals)"
        yield Table("prior-alternatives", title, columns, rows, (_REST,))
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
            "Medians with 95 % limits; mu as a proportion. Learned: Kullback-Leibler divergence of "
            "the posterior from the prior. Felt: sensitivity of the posterior to raising prior or "
            "likelihood to a power (Kallioinen 2024); from 0.05 on it counts."
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
        Column("weight", "Stacking weight, %", "number", _weight, _NONE),
        *_shown(_SHOWN),
        Column("passed", "Checks"),
    )
    rows = tuple(
        (
            one["id"],
            one["difference"],
            one["difference_se"],
            one["weight"],
            *(one["estimates"].get(key) for key, *_ in _SHOWN),
            "passed" if one["passed"] else "FAILED",
        )
        for one in told["models"]
    )
    note = (
        "elpd: leave-one-out log predictive density, higher is better; stacking weights mix the "
        "models so that left-out studies are predicted best (Yao 2018). Each τ is on the scale of "
        "the model's own link. Median study."
    )
    title = f"Other models of the same studies (medians with {level} intervals)"
    yield Table("alternatives", title, columns, rows, (note, _REST))


def _weight(x: float) -> str:
    return "0" if x < 0.0005 else whole_percent(x)


def _two(x: float) -> str:
    return f"{round(x, 2) + 0.0:.2f}"
