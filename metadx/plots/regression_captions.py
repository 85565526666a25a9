"""Captions of the figures of a meta-regression, in plain text that also serves as alt text."""

from metadx.plots.bubble_lines import BubbleLines
from metadx.plots.captions import model_words, name_words, opening, studies_words
from metadx.plots.coefficient_rows import MARGIN_NAMES
from metadx.plots.fitted import Described, FittedEffects, FittedKinds, link_of
from metadx.plots.group_captions import formula_words, held_words
from metadx.plots.style import percent


def _model(fit: Described) -> str:
    return f"Model: {model_words(fit)}{formula_words(fit)[0]}."


def _count(fit: FittedEffects | FittedKinds) -> str:
    return studies_words(fit.table.n_studies)


def caption_coefficients(fit: FittedEffects, *, prob: float = 0.95, inner: float = 0.5) -> str:
    """Describe a coefficient plot.

    Parameters
    ----------
    fit : FittedEffects
        A fit with covariates.
    prob, inner : float
        Levels of the wider and of the narrower interval.

    Returns
    -------
    str
        One paragraph.
    """
    link = link_of(fit)
    parts = [
        opening(fit, f"Coefficients of the meta-regression of {_count(fit)}."),
        _model(fit),
        f"Log odds ratios of a correct result: in {fit.table.counted} with the target condition "
        "for sensitivity, in those without it for specificity."
        if link == "logit"
        else f"Differences of sensitivity and of specificity on the {link} scale.",
    ]
    effects = (*fit.design.sens.effects, *fit.design.spec.effects)
    if any("=" in effect for effect in effects):
        parts.append(
            f"Right of 0{' (odds ratio above 1)' if link == 'logit' else ''}: higher than at the "
            "reference level, which follows “vs”."
        )
    if fit.design.scaling:
        parts.append(
            "Continuous covariates: change per standard deviation (sd) over the studies; right of "
            "0: higher where the covariate is."
        )
    if any(":" in effect for effect in effects):
        parts.append("×: how the effect of one covariate differs with another.")
    parts.append(
        f"Dots: posterior medians; thick and thin lines: {percent(inner)} and {percent(prob)} "
        "credible intervals (CrI)."
    )
    for key, name in MARGIN_NAMES.items():
        if not any(effect.startswith(f"{key},") for effect in fit.effect_names):
            parts.append(f"{name} has no covariates.")
    return " ".join(parts)


def caption_bubble(fit: FittedKinds, lines: BubbleLines, *, prob: float = 0.95) -> str:
    """Describe a bubble plot.

    Parameters
    ----------
    fit : FittedKinds
        A fit with covariates.
    lines : BubbleLines
        What the plot shows.
    prob : float, default 0.95
        Level of the bands.

    Returns
    -------
    str
        One paragraph.
    """
    level = percent(prob)
    name = name_words(lines.covariate)
    others = [other for other in fit.design.covariates if other != lines.covariate]
    held = [other for other in others if other not in lines.at]
    chosen = [f"{name_words(other)} = {value}" for other, value in lines.at.items()]
    parts = [
        opening(fit, f"Sensitivity and specificity of {_count(fit)} against {name}."),
        _model(fit),
        f"Circles: observed proportions, area proportional to the number of {fit.table.counted} in "
        "the arm.",
        f"Line: the median study, posterior median; dark band: its {level} credible interval; "
        f"pale band: {level} prediction interval for a new study; all pointwise.",
    ]
    if chosen:
        parts.append(f"Lines are for {', '.join(chosen)}.")
    parts += held_words(held)
    for panel in lines.panels:
        title = MARGIN_NAMES[panel.name]
        if not panel.known:
            parts.append(f"{title} is not identified: no {fit.table.counted} in that arm.")
        elif not panel.varies:
            parts.append(f"{title} does not depend on {name} in this model.")
    return " ".join(parts)
