"""A comparison of formulas as a reviewer reads it in a terminal."""

from collections.abc import Callable, Sequence
from math import exp

from metadx.criticism.bayes_factor import SCALES
from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.numbers import share, studies_words, three_digits, two_decimals
from metadx.report.summary import Json
from metadx.report.terminal import synthetic_mark

_LONGEST = 26  # of a formula that stands in a table itself
_NONE = "-"
_MOST_LOG = 600.0  # exp() of it is finite

_PREDICTION = (
    "Sum over studies of the log density that the other studies give a study's counts (elpd, "
    "higher is better). difference: from the best, with its standard error. p_loo: effective "
    "number of parameters. k: largest Pareto k; refits: studies with k above 0.7, predicted by a "
    "fit without them."
)
_EXPLAINED = (
    "tau: posterior median of the between-study sd. share: of tau² explained, 1 - ratio of its "
    "medians with and without covariates; none where no less is left than there was. P: chance "
    "that tau is smaller with the covariates (0.5: no change)."
)
_RATIO = (
    "Without priors, against ~ 1: chi² is the fall of the deviance, df the coefficients more. With "
    "few studies p is too small."
)


def comparison_text(told: Json, page: Page) -> str:
    """Tell which formula predicts best, what it explains and what speaks for it.

    Parameters
    ----------
    told : dict
        Content of ``compare.json``.
    page : Page
        Where the text goes.

    Returns
    -------
    str
        Ends with a line feed.
    """
    names = _names(told["formulas"])
    blocks = (
        _heading(told, names, page),
        _prediction(told, names, page),
        _explained(told, names, page),
        _evidence(told, names, page),
        _ratio(told, names, page),
        _notes(told, page),
        _synthetic(told, page),
    )
    return "\n".join("\n".join([*block, ""]) for block in blocks if block)


def _names(formulas: Sequence[Json]) -> list[str]:
    """Return what stands in the tables: the formulas, or letters where one is long."""
    texts = [one["formula"] for one in formulas]
    if max(map(len, texts)) <= _LONGEST:
        return texts
    return [f"[{place}]" for place in range(1, len(texts) + 1)]


def _synthetic(told: Json, page: Page) -> list[str]:
    return synthetic_mark(page, told["synthetic_note"]) if told["synthetic"] else []


def _heading(told: Json, names: Sequence[str], page: Page) -> list[str]:
    data, settings = told["data"], told["settings"]
    lines = _synthetic(told, page)
    lines += [tone(page, line, "bold") for line in paragraph(page, told["title"] or told["review"])]
    lines += paragraph(
        page,
        f"{studies_words(data['n_studies'])} in every fit; model {told['model']['id']}, "
        f"{settings['draws']:,} draws, seed {settings['seed']}.",
    )
    formulas = [one["formula"] for one in told["formulas"]]
    for name, formula in zip(names, formulas, strict=True):
        if name != formula:
            lines += paragraph(page, formula, first=f"{name} ")
    return lines


def _block(page: Page, title: str, lines: Sequence[str], legend: str) -> list[str]:
    head = [tone(page, line, "bold") for line in paragraph(page, title)]
    return [*head, *lines, *(tone(page, line, "dim") for line in paragraph(page, legend))]


def _rows(
    told: Json, names: Sequence[str], cells: Callable[[Json], Sequence[str]]
) -> list[list[str]]:
    return [[name, *cells(one)] for name, one in zip(names, told["formulas"], strict=True)]


def _prediction(told: Json, names: Sequence[str], page: Page) -> list[str]:
    def cells(one: Json) -> list[str]:
        gap, error = one["difference"], one["difference_se"]
        first = one is told["formulas"][0]
        return [
            str(one["parameters"]),
            _decimal(one["elpd"]),
            "best" if first else f"{_decimal(gap)} ({_decimal(error)})",
            _decimal(one["p_loo"]),
            _none_or(one["pareto_k_max"], two_decimals),
            str(len(one["refitted"])),
        ]

    header = ["", "parameters", "elpd", "difference (SE)", "p_loo", "k", "refits"]
    lines = table(page, header, _rows(told, names, cells))
    return _block(page, "Which formula predicts a new study best?", lines, _PREDICTION)


def _explained(told: Json, names: Sequence[str], page: Page) -> list[str]:
    def cells(one: Json) -> list[str]:
        found = []
        for margin in ("sens", "spec"):
            found += [
                _none_or(one["tau"][margin], three_digits),
                _none_or(one["tau_explained"][margin], share),
                _none_or(one["prob_tau_smaller"][margin], _probability),
            ]
        return [*found, _none_or(one["rho"] and one["rho"]["median"], two_decimals)]

    header = ["", "tau sens", "share", "P", "tau spec", "share", "P", "rho"]
    lines = table(page, header, _rows(told, names, cells))
    return _block(
        page, "How much of the differences between studies do they explain?", lines, _EXPLAINED
    )


def _evidence(told: Json, names: Sequence[str], page: Page) -> list[str]:
    def cells(one: Json) -> list[str]:
        at = {factor["scale"]: factor["log"] for factor in one["bayes_factors"]}
        factors = [_none_or(at.get(scale), _factor) for scale in SCALES]
        return [_decimal(one["log_evidence"]), *factors]

    header = ["", "log evidence", *(f"x {_fraction(scale)}" for scale in SCALES)]
    lines = table(page, header, _rows(told, names, cells))
    priors = told["priors"]
    width = (
        f"; x 1 is {priors['contrast']} for the difference between two levels, " if priors else ""
    )
    width += f"{priors['slope']} for a slope per standard deviation" if priors else ""
    legend = (
        "Bayes factor against ~ 1 (above 1 favours the covariates) with priors of the coefficients "
        f"so many times as wide as the card's{width}. A Bayes factor weighs the prior as much as "
        "the data: ever wider priors favour fewer covariates, whatever the data (Lindley 1957). "
        "Read the row, not one cell."
    )
    return _block(page, "Which formula makes the data most probable?", lines, legend)


def _ratio(told: Json, names: Sequence[str], page: Page) -> list[str]:
    def cells(one: Json) -> list[str]:
        found = one["likelihood_ratio"]
        tested = found["df"] > 0
        return [
            _decimal(found["deviance"]),
            _decimal(found["chi2"]),
            str(found["df"]) if tested else _NONE,
            _none_or(found["p"], _p_value),
        ]

    lines = table(page, ["", "deviance", "chi²", "df", "p"], _rows(told, names, cells))
    return _block(page, "Likelihood ratio (maximum likelihood)", lines, _RATIO)


def _notes(told: Json, page: Page) -> list[str]:
    if not told["notes"]:
        return []
    lines = [tone(page, "Notes", "bold")]
    return [*lines, *(line for text in told["notes"] for line in paragraph(page, text, first="- "))]


def _none_or(value: float | None, write: Callable[[float], str]) -> str:
    return _NONE if value is None else write(value)


def _decimal(value: float | None) -> str:
    return _none_or(value, lambda x: f"{round(x, 1) + 0.0:.1f}")


def _probability(value: float) -> str:
    return "<0.01" if value < 0.005 else ">0.99" if value > 0.995 else f"{value:.2f}"


def _factor(log: float) -> str:
    return three_digits(exp(max(-_MOST_LOG, min(log, _MOST_LOG))))


def _fraction(scale: float) -> str:
    return f"{scale:g}" if scale >= 1 else f"1/{1 / scale:g}"


def _p_value(value: float) -> str:
    return "<0.001" if value < 0.0005 else f"{value:.3f}"
