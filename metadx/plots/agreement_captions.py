"""Captions of the figures of agreement, in plain text that also serves as alt text."""

from collections.abc import Sequence
from math import isnan

from metadx.engines.agreement.result import AgreementFit
from metadx.plots.agreement_cut_rows import CutRows
from metadx.plots.agreement_draws import WEIGHT_WORDS, RowDraws, raters_of
from metadx.plots.agreement_forest_rows import KappaForest
from metadx.plots.captions import model_words, opening
from metadx.plots.labels import clean
from metadx.plots.style import percent

_LONG = 8  # characters of a category that still has room on an axis


def rows_words(count: int) -> str:
    """Write a number of rows.

    Examples
    --------
    >>> rows_words(1), rows_words(16)
    ('1 row', '16 rows')
    """
    return "1 row" if count == 1 else f"{count} rows"


def kappa_words(rows: Sequence[RowDraws]) -> str:
    """Say which kappa some rows show: "Kappa with quadratic weights"."""
    kinds = list(dict.fromkeys(row.weights for row in rows))
    if len(kinds) > 1:
        return "Kappa with the weights that each row states"
    return f"Kappa, {WEIGHT_WORDS[kinds[0]]}"


def category_words(categories: Sequence[str]) -> tuple[list[str], str]:
    """Name the categories on an axis; numbers and a key where the names are long.

    Parameters
    ----------
    categories : sequence of str

    Returns
    -------
    names : list of str
    key : str
        A sentence for the caption; empty where the names stand on the axis.

    Examples
    --------
    >>> category_words(["no", "yes"])
    (['no', 'yes'], '')
    >>> category_words(["absent", "present, limited"])
    (['1', '2'], 'Categories: 1 absent; 2 present, limited.')
    """
    names = [clean(name) for name in categories]
    if max(len(name) for name in names) <= _LONG:
        return names, ""
    numbers = [str(place) for place in range(1, len(names) + 1)]
    key = "; ".join(f"{number} {name}" for number, name in zip(numbers, names, strict=True))
    return numbers, f"Categories: {key}."


def _model(fit: AgreementFit) -> str:
    shared = ", one latent measure for all raters" if fit.loadings is not None else ""
    return f"Model: {model_words(fit)}{shared}."


def caption_kappa_forest(fit: AgreementFit, forest: KappaForest, prob: float) -> str:
    """Describe a kappa forest plot.

    Parameters
    ----------
    fit : AgreementFit
    forest : KappaForest
    prob : float
        Level of the intervals.

    Returns
    -------
    str
        One paragraph.
    """
    level = percent(prob)
    rows = [row.draws for row in forest.rows]
    sources = {row.source for row in forest.rows} - {"none"}
    parts = [opening(fit, f"{kappa_words(rows)}, of {rows_words(len(rows))}."), _model(fit)]
    if "printed" in sources:
        parts.append("Grey squares and lines: kappa and confidence interval (CI) as printed.")
    if "counted" in sources:
        where = "" if len(sources) == 1 else ", where none is printed"
        parts.append(f"Grey squares and lines{where}: kappa of the cross-table with its {level} "
                     "interval (Fleiss, Cohen and Everitt).")  # fmt: skip
    parts.append(f"Blue dots and lines: posterior median and {level} credible interval (CrI).")
    uses = {row.use for row in forest.rows}
    if "no table" in uses:
        parts.append("† and hollow squares: no cross-table with the printed margins has this "
                     "kappa; it was left out of the fit.")  # fmt: skip
    elif fit.settings.impossible == "misaligned" and any(row.audit.misaligned for row in rows):
        parts.append("Kappas that no cross-table has were read as made from codes of one rater "
                     "that were off by one category.")  # fmt: skip
    if "unchecked" in uses:
        parts.append("‡ and hollow squares: nothing printed can check this kappa; it was not used.")
    if any(isnan(row.posterior[1]) for row in forest.rows):
        parts.append("–: nothing of this row tells its kappa.")
    if forest.any_aligned:
        parts.append("Hollow circles: kappa if both raters' categories meant the same, for rows "
                     "without printed margins; the blue dot is kappa as coded.")  # fmt: skip
    if forest.summaries:
        values = "; ".join(f"{_lower(one.label)} {one.text}" for one in forest.summaries)
        bars = "; open bars: prediction" if any(one.new for one in forest.summaries) else ""
        parts.append(
            "Below the line: quadratic kappa of raters whose categories are aligned, at the mean "
            "margin of all rows, so that rare and frequent findings can be compared. Diamonds: "
            f"typical row{bars} ({level} intervals, with the median): {values}."
        )
    return " ".join(parts)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def caption_tables(
    fit: AgreementFit, rows: Sequence[RowDraws], which: str, key: str, *, observed: bool
) -> str:
    """Describe heat maps of cross-tables.

    Parameters
    ----------
    fit : AgreementFit
    rows : sequence of RowDraws
        Those shown.
    which : str
        Which of the rows of the table these are.
    key : str
        Explains the categories; may be empty.
    observed : bool
        Whether a count is known anywhere.

    Returns
    -------
    str
        One paragraph.
    """
    first, second = raters_of(rows)
    parts = [
        opening(fit, f"Expected cross-tables of {which}."),
        _model(fit),
        f"Rows: {first}; columns: {second}. Darker: a larger share of the cases; framed: both gave "
        "the same category.",
    ]
    if observed:
        parts.append("Large: observed counts, where the cross-table is known or is the only one "
                     "that the printed numbers leave; small or alone: counts that the model "
                     "expects (posterior mean).")  # fmt: skip
    else:
        parts.append("Numbers: counts that the model expects (posterior mean).")
    return " ".join([*parts, key] if key else parts)


def caption_cuts(fit: AgreementFit, found: CutRows, prob: float) -> str:
    """Describe a plot of cut-points.

    Parameters
    ----------
    fit : AgreementFit
    found : CutRows
        What it shows.
    prob : float
        Level of the intervals.

    Returns
    -------
    str
        One paragraph.
    """
    shapes = ("circle", "square", "triangle", "diamond", "inverted triangle", "plus", "cross",
              "pentagon")  # fmt: skip
    names = [clean(name) for name in fit.table.categories]
    cuts = "; ".join(f"{shapes[k % len(shapes)]}: from {name}" for k, name in enumerate(names[1:]))
    parts = [
        opening(
            fit,
            "Cut-points on the latent scale, in standard deviations of what a rater sees "
            "over the cases.",
        ),
        _model(fit),
    ]
    if found.raters is not None:
        parts.append(
            f"Filled: {found.raters[0]}; hollow: {found.raters[1]}. Thin lines join the same "
            "category: where one leans to the right downwards, the second rater must see more to "
            "give it."
        )
    parts += [
        f"Cut-points ({cuts}).",
        f"Marks: posterior medians; lines: {percent(prob)} credible intervals (CrI), which may run "
        "on beyond the edge.",
    ]
    if found.unknown:
        what = "All" if found.unknown == len(found.rows) else "Rows without printed margins"
        parts.append(
            f"{what}: cut-points rest on the prior, and on quartiles where these are printed."
        )
    elif found.raters is not None and len(found.rows) < fit.table.n_rows:
        parts.append("Rows without printed margins are left out.")
    return " ".join(parts)


def caption_ranks(fit: AgreementFit, rows: Sequence[RowDraws], family: str) -> str:
    """Describe a plot of rank probabilities.

    Parameters
    ----------
    fit : AgreementFit
    rows : sequence of RowDraws
        Those ranked.
    family : str
        "whole" or "parts".

    Returns
    -------
    str
        One paragraph.
    """
    which = "parts" if family == "parts" else "rows"
    return " ".join(
        [
            opening(
                fit, f"Rank probabilities of {len(rows)} {which} by agreement; rank 1 agrees best."
            ),
            _model(fit),
            f"Left: by kappa as it is ({', '.join(_kinds(rows))}), which falls when a finding is "
            "rare. Right: by kappa at one margin for all (quadratic weights, aligned categories), "
            "which compares what raters see. Numbers: posterior probabilities in per cent, below "
            "0.5 left out; darker is more.",
        ]
    )


def _kinds(rows: Sequence[RowDraws]) -> list[str]:
    return list(dict.fromkeys(WEIGHT_WORDS[row.weights] for row in rows))


def caption_bounds(
    fit: AgreementFit,
    rows: Sequence[RowDraws],
    prob: float,
    *,
    evidence: Sequence[str],
    strokes: bool,
) -> str:
    """Describe a plot of bounds.

    Parameters
    ----------
    fit : AgreementFit
    rows : sequence of RowDraws
        Those shown.
    prob : float
        Level of the posterior intervals.
    evidence : sequence of str
        Which bars are drawn: "margins", "kappa", "spearman".
    strokes : bool
        Whether a single table is known or left anywhere.

    Returns
    -------
    str
        One paragraph.
    """
    bars = {
        "margins": "pale, the margins",
        "kappa": "grey, margins with kappa and its interval",
        "spearman": "dark, with Spearman's correlation as well",
    }
    told = "; ".join(bars[one] for one in evidence)
    parts = [opening(fit, "Bounds on agreement without any model, and the posterior.")]
    if told:
        parts.append(
            "Bars: from the least to the greatest value that a cross-table with the printed "
            f"numbers can have ({told})."
        )
    parts += [
        f"Blue dots and lines: posterior median and {percent(prob)} credible interval.",
        _model(fit),
    ]
    if any(row.audit.verdict in ("impossible", "misaligned only") for row in rows):
        parts.append("†: no cross-table has the printed kappa, and the bars do without it.")
    if strokes:
        parts.append("Upright strokes: a single cross-table is known, or left by printed numbers.")
    parts.append(
        "These are about the cases at hand; the posterior is about all cases like them, so it may "
        "reach beyond."
    )
    if len(rows) < fit.table.n_rows:
        parts.append("Rows without printed margins are not bounded and not shown.")
    return " ".join(parts)


def caption_loadings(fit: AgreementFit, prob: float) -> str:
    """Describe a plot of the loadings of three or more readers.

    Parameters
    ----------
    fit : AgreementFit
    prob : float
        Level of the intervals.

    Returns
    -------
    str
        One paragraph.
    """
    return " ".join(
        [
            opening(fit, "Correlation of each rater with what all raters have in common."),
            _model(fit),
            f"Dots: posterior medians; lines: {percent(prob)} credible intervals (CrI). The latent "
            "correlation of two raters is the product of theirs.",
        ]
    )
