"""Captions of the evidence figures, in plain text that also serves as alt text."""

from collections.abc import Sequence

from metadx.plots.calibration_panels import CalibrationPanels, quantity_label
from metadx.plots.coverage_rows import PANELS, CoverageRows, lowest_shown
from metadx.plots.style import percent

_SIMULATED = "Simulated data."


def listed(words: Sequence[str]) -> str:
    """Join words by commas and a last "and".

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def replications_phrase(numbers: Sequence[int]) -> str:
    """Say how many replications there are, as a number or a range.

    Examples
    --------
    >>> replications_phrase([1]), replications_phrase([200, 2000])
    ('1 replication', '200 to 2000 replications')
    """
    low, high = min(numbers), max(numbers)
    if high == 1:
        return "1 replication"
    return f"{low} replications" if low == high else f"{low} to {high} replications"


def caption_calibration(panels: CalibrationPanels) -> str:
    """Describe a calibration figure.

    Parameters
    ----------
    panels : CalibrationPanels
        What the figure shows.

    Returns
    -------
    str
        One paragraph.
    """
    number = len(panels.verdicts)
    sizes = sorted(set(panels.replications))
    scale = listed([f"{size**-0.5:.3f} at {size} replications" for size in sizes])
    parts = [
        f"Simulation-based calibration, {replications_phrase(panels.replications)} per group. "
        f"{_SIMULATED} In every replication a truth is drawn from the priors, a review is "
        "simulated from it and fitted, and the truth is ranked among posterior draws.",
        "Lines: share of ranks up to there minus the same of uniform ranks, times √N; a height "
        f"of 1 is a difference of {scale}.",
        f"Grey: exact simultaneous bands, set for all {number} lines together: a correct engine "
        f"has them all inside with probability {percent(panels.prob_family)} or more.",
    ]
    outside = [
        f"{quantity_label(quantity)} ({', '.join(groups)})"
        for quantity in panels.quantities
        if (groups := panels.outside(quantity))
    ]
    found = f"Outside: {listed(outside)}." if outside else f"All {number} are inside."
    missing: dict[str, int] = {}
    for (_, group), verdict in panels.verdicts.items():
        missing[group] = max(missing.get(group, 0), verdict.missing)
    lost = [f"{count} of {group}" for group, count in missing.items() if count]
    if lost:
        found += (
            f" Replications without a rank: {listed(lost)}; a line counts as inside only if it "
            "would be wherever these ranks lay."
        )
    return " ".join([*parts, found])


def caption_coverage(rows: CoverageRows, names: Sequence[str], prob: float) -> str:
    """Describe a coverage figure.

    Parameters
    ----------
    rows : CoverageRows
        What the figure shows.
    names : sequence of str
        Names of the methods for the reader.
    prob : float
        Probability of the intervals.

    Returns
    -------
    str
        One paragraph.
    """
    fewest = min(rows.replications)
    parts = [
        f"Coverage and median width of {percent(prob)} intervals at {len(rows.name)} fixed truths, "
        f"{replications_phrase(rows.replications)} each: {listed(names)}. {_SIMULATED}",
        "K: number of studies; τ: standard deviation between studies (sens, spec where they "
        "differ); ρ: correlation; sens, spec: of the median study; arms: size of the studies.",
        "Median study: share of replications whose interval holds the truth. New study: mean "
        "share of new studies between the limits. Filled: sensitivity; open: specificity.",
        f"Grey: where 95% of shares would lie, in {fewest} replications, if coverage were exactly "
        f"{percent(prob)}; for a new study they vary less. Widths on the logit scale.",
    ]
    lowest = lowest_shown(rows, prob)
    if any((rows.values[panel] < lowest).any() for panel in PANELS[:2]):
        parts.append(f"◂ at the edge: below {lowest:g}.")
    if rows.common:
        parts.append(f"In all cells: {listed(rows.common)}.")
    failed = [
        f"{rows.failed[method]} of {sum(rows.replications)} of {name}"
        for method, name in zip(rows.methods, names, strict=True)
        if rows.failed[method]
    ]
    if failed:
        parts.append(f"Replications without an interval count as not covered: {listed(failed)}.")
    return " ".join(parts)
