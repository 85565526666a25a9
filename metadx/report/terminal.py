"""The answer as a clinician reads it in a terminal."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from metadx.engines.notes import FEW_STUDIES
from metadx.report.checks import trust_lines
from metadx.report.layout import Page, paragraph, table, tone
from metadx.report.missing import I2_FALLS
from metadx.report.numbers import interval, percent, three_digits, two_decimals, two_digits
from metadx.report.people import people_lines
from metadx.report.remarks import remark_lines
from metadx.report.verdict_lines import TOGETHER, verdict_lines

type Json = Mapping[str, Any]

SYNTHETIC = "SIMULATED OR RECONSTRUCTED DATA; NOT STUDY DATA"

_I2_LEGEND = (
    "Judge by tau, MOR and the region first (Plana 2021): every I² grows with the size of the "
    "studies. Zhou & Dendukuri (2014): share of the variance of a study's logit that lies between "
    "studies. Jackson (2012): I²_R = 1 - 1/R², the share of the variance of the pooled logit that "
    "heterogeneity adds; R is in summary.csv. Higgins (2003): from Cochran's Q, ignores threshold, "
    "no interval."
)
_OTHER_LEGEND = (
    "Median odds ratio and the I² of Zhou & Dendukuri and of Jackson are defined for normal study "
    "effects on the logit scale only. Higgins (2003): from Cochran's Q, ignores threshold, no "
    "interval."
)
_NO_SPREAD = (
    "The model takes all studies to have the same accuracy. Higgins (2003): from Cochran's Q, the "
    "share of the variation between the observed results that chance does not explain, no interval."
)
_TAUS = ("tau[sens]", "tau[spec]")
_USUAL = (("link", "logit"), ("law", "normal"))  # scale and law of the study effects
_RATIOS = (
    ("Positive likelihood ratio (LR+)", "lr_pos", three_digits),
    ("Negative likelihood ratio (LR−)", "lr_neg", three_digits),
    ("Diagnostic odds ratio (DOR)", "dor", three_digits),
    ("Area under the SROC curve (AUC, extrapolated)", "auc", two_digits),
)


def answer_text(
    found: Json,
    page: Page,
    *,
    question: str = "",
    doubts: Sequence[str] = (),
    findings: Sequence[str] = (),
) -> str:
    """Tell what was pooled, the answer, the heterogeneity and whether the fit can be trusted.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    page : Page
        Where the text goes.
    question : str
        The review's question.
    doubts, findings : sequence of str
        What the review states as uncertain about its data; what cross-checks of the data noticed.

    Returns
    -------
    str
        Ends with a line feed.
    """
    level = f"{100 * found['settings']['prob']:.10g} %"
    estimands = found["groups"][0]["estimands"]
    blocks = (
        _heading(found, page, question, level),
        _accuracy(found, page, level),
        _ratios(estimands, page, level),
        verdict_lines(found, page),
        people_lines(found, page, level),
        _heterogeneity(found, page, level),
        _levels(found, page, level),
        trust_lines(found, page),
        remark_lines(found, page, doubts, findings),
        _synthetic(found, page),
    )
    return "\n".join("\n".join([*block, ""]) for block in blocks if block)


def synthetic_mark(page: Page, note: str) -> list[str]:
    """Mark data that are no study data.

    Parameters
    ----------
    page : Page
    note : str
        What the review says of them; empty for the usual words.

    Returns
    -------
    list of str
        Lines that stand above and below everything else.
    """
    return [tone(page, line, "bad") for line in paragraph(page, f"*** {note or SYNTHETIC} ***")]


def _levels(found: Json, page: Page, level: str) -> list[str]:
    if len(found["groups"]) == 1:
        return []
    from metadx.report.levels import level_lines

    return level_lines(found, page, level)


def _synthetic(found: Json, page: Page) -> list[str]:
    return synthetic_mark(page, found["synthetic_note"]) if found["synthetic"] else []


def _heading(found: Json, page: Page, question: str, level: str) -> list[str]:
    data, engine, settings = found["data"], found["engine"], found["settings"]
    bold, italic = (partial(tone, page, kind=kind) for kind in ("bold", "italic"))
    lines = _synthetic(found, page)
    lines += map(bold, paragraph(page, found["title"] or found["review"]))
    lines += map(italic, paragraph(page, question))
    plural = "study" if data["n_studies"] == 1 else "studies"
    pooled = (
        f"{data['n_studies']:,} {plural}: {data['n_diseased']:,} with the condition, "
        f"{data['n_nondiseased']:,} without."
    )
    model = (
        f"Model {found['model']['id']}, {engine['name']} engine"
        f"{' (the marginal one failed: see Notes)' if engine['fell_back'] else ''}, "
        f"{settings['draws']:,} draws, seed {settings['seed']}."
    )
    kind = f"Given throughout: posterior medians with {level} credible intervals (equal-tailed)."
    lines += [line for text in (pooled, model, kind) for line in paragraph(page, text)]
    if data["n_studies"] < FEW_STUDIES:
        few = f"Fewer than {FEW_STUDIES} studies: much of what follows is prior-led (see Notes)."
        lines += map(bold, paragraph(page, few))
    return lines


def _titled(page: Page, title: str, lines: Sequence[str]) -> list[str]:
    return [*(tone(page, line, "bold") for line in paragraph(page, title)), *lines]


def _accuracy(found: Json, page: Page, level: str) -> list[str]:
    estimands, others = found["groups"][0]["estimands"], len(found["groups"]) > 1
    targets = ("", "_population", "_new")
    rows = [
        [name, *(interval(estimands[f"{margin}{target}"], percent) for target in targets)]
        for name, margin in (("Sensitivity", "sens"), ("Specificity", "spec"))
    ]
    lines = table(page, ["", "median study", "mean of studies", "new study"], rows)
    legend = (
        "Median study: the typical one, half of all studies lie above it. Mean: over all studies. "
        f"New study: where the next one is expected ({level} prediction interval)."
    )
    of = f"{TOGETHER}; " if others else ""
    title = f"How accurate is the test? ({of}%, median and {level} interval)"
    return _titled(page, title, [*lines, *_dim(page, legend)])


def _ratios(estimands: Json, page: Page, level: str) -> list[str]:
    title = f"What does a result mean? (median study, median and {level} interval)"
    if estimands["lr_pos"] is None:
        text = "Not identified: ratios and predictive values need both sensitivity and specificity."
        return _titled(page, title, paragraph(page, text))
    rows = [[label, interval(estimands[name], write)] for label, name, write in _RATIOS]
    observed = estimands["pauc_range"]
    if observed is not None:
        low, high = observed
        label = f"Mean height of the curve, FPR {low:.2f}-{high:.2f} as observed"
        rows.append([label, interval(estimands["pauc"], two_digits)])
    legend = "FPR: false positive rate, 1 - specificity."
    return _titled(page, title, [*table(page, ["", ""], rows), *_dim(page, legend)])


def _heterogeneity(found: Json, page: Page, level: str) -> list[str]:
    pooled = found["groups"][0]
    estimands, parameters = pooled["estimands"], pooled.get("parameters", found["parameters"])
    margins = ("sens", "spec")
    area = estimands["region_area_prediction"]
    region = "not identified" if area is None else f"{percent(area)} % of the ROC square"
    link, law = (found["model"].get(key, usual) for key, usual in _USUAL)
    mor = [
        "median odds ratio (MOR)",
        *(interval(estimands[f"mor_{m}"], three_digits) for m in margins),
    ]
    shares = [
        line
        for name, key in (("I², Zhou & Dendukuri", "i2"), ("I²_R, Jackson", "i2_jackson"))
        for line in (
            [f"{name}, %", *(interval(estimands[f"{key}_{m}"], percent) for m in margins)],
            ["  both margins together, %", interval(estimands[f"{key}_joint"], percent)],
        )
    ]
    taus = [told for told in map(parameters.get, _TAUS) if told is not None]
    differ = not taus or any(told["upper"] for told in taus)
    usual = differ and (link, law) == ("logit", "normal")
    rows = [
        [
            f"tau, between-study {'scale' if law == 't' else 'sd'} ({link})",
            *(_or_given(parameters[f"tau[{m}]"], three_digits) for m in margins),
        ],
        *([mor] if usual else []),
        ["95 % prediction region, area", region],
        *(shares if usual else []),
        ["I², Higgins, one margin, %", *(_higgins(estimands[f"i2_higgins_{m}"]) for m in margins)],
        ["rho, correlation of the two", _or_given(parameters["rho"], two_decimals)],
    ]
    lines = table(page, ["", "sensitivity", "specificity"], rows)
    few = "; prior-led" if found["data"]["n_studies"] < FEW_STUDIES else ""
    title = f"How much do studies differ? (median and {level} interval{few})"
    legend = _I2_LEGEND if usual else _OTHER_LEGEND if differ else _NO_SPREAD
    return _titled(page, title, [*lines, *_i2_warning(found, page), *_dim(page, legend)])


def _or_given(values: Json | None, write: Callable[[float], str]) -> str:
    """Write an interval, or the one value that a model takes as given."""
    if values is not None and values["lower"] == values["upper"]:
        return f"{values['median']:g}, by the model"
    return interval(values, write)


def _higgins(value: float | None) -> str:
    """Write the I² of Higgins, which is 0 and not merely small where Q is below its df."""
    if value is None:
        return "not defined"
    return percent(value) if value else "0"


def _i2_warning(found: Json, page: Page) -> list[str]:
    told = any(note["about"] == I2_FALLS.about for note in found["notes"])
    return [tone(page, line, "bold") for line in paragraph(page, I2_FALLS.text)] if told else []


def _dim(page: Page, text: str) -> list[str]:
    return [tone(page, line, "dim") for line in paragraph(page, text)]
