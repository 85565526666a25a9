"""What `metadx batch` tells at its end."""

from collections.abc import Sequence

from metadx.report.layout import Page, paragraph
from metadx.report.summary import Json

_NAMED = 10  # reviews that are named; the table has them all


def batch_text(results: Sequence[Json], page: Page) -> str:
    """Count the results of a batch, and name the reviews to look at.

    Parameters
    ----------
    results : sequence of dict
        As of `metadx.report.batch_table.results_of`.
    page : Page

    Returns
    -------
    str

    Examples
    --------
    >>> both = {"review": "a", "passed": True}, {"review": "b", "passed": False}
    >>> print(batch_text(both, Page()))
    2 reviews: 2 pooled, 1 of them with a failed check. Do not report these:
    - b
    """
    broken = [one for one in results if "error" in one]
    failed = [one for one in results if not one.get("passed", True)]
    synthetic = sum(one.get("synthetic", False) for one in results)
    reviews = "1 review" if len(results) == 1 else f"{len(results):,} reviews"
    first = f"{reviews}: {len(results) - len(broken):,} pooled"
    if synthetic:
        first += f", {synthetic:,} of them of simulated or reconstructed data"
    if failed:
        first += f", {len(failed):,} of them with a failed check. Do not report these:"
    lines = [*paragraph(page, first), *_named(page, [one["review"] for one in failed])]
    if broken:
        texts = [_told(one["review"], one["error"]) for one in broken]
        lines += ["", f"{len(broken):,} not pooled:", *_named(page, texts)]
    return "\n".join(lines) + "\n"


def _told(review: str, error: str) -> str:
    """Put a message of several lines into one, under the name that most begin with already."""
    first, *rest = (line.strip() for line in f"{error}\n".splitlines())
    told = f"{first}: {' '.join(rest)}" if rest else first
    return told if told.startswith(review) else f"{review}: {told}"


def _named(page: Page, texts: Sequence[str]) -> list[str]:
    lines = [line for text in texts[:_NAMED] for line in paragraph(page, text, first="- ")]
    if len(texts) > _NAMED:
        lines.append(f"- and {len(texts) - _NAMED:,} more: see batch.csv")
    return lines
