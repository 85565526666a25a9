"""The lists of what ships: reviews and model cards."""

from collections.abc import Sequence

from metadx.cards.card import Card
from metadx.report.layout import Page, fold, paragraph, table
from metadx.studies.review import Review

_COUNTS = ("name", "studies", "diseased", "non-diseased")
_LEAST_ROOM = 20  # columns for a title; with fewer, lines may as well run over


def datasets_text(reviews: Sequence[Review], page: Page) -> str:
    """List reviews, one in a line: name, sizes, title and the number of its licence below.

    Parameters
    ----------
    reviews : sequence of Review
    page : Page
        On a terminal a title that does not fit goes on below itself; in a pipe every review keeps
        one line.

    Returns
    -------
    str
        Ends with a line feed.
    """
    licences = list(dict.fromkeys(review.source.licence or "not stated" for review in reviews))
    rows = [
        [
            review.name,
            f"{review.table.n_studies:,}",
            f"{int(review.table.n_diseased.sum()):,}",
            f"{int(review.table.n_nondiseased.sum()):,}",
        ]
        for review in reviews
    ]
    head, *counted = table(page, _COUNTS, rows)
    lines = [f"{head}  title [licence]"]
    width = max(map(len, counted), default=0)
    for review, counts in zip(reviews, counted, strict=True):
        mark = f"[{licences.index(review.source.licence or 'not stated') + 1}]"
        title = f"{review.title}{' (SYNTHETIC)' if review.synthetic else ''} {mark}"
        room = page.width - width - 2
        folded = fold(title, room) if page.terminal and room >= _LEAST_ROOM else [title]
        lines.append(f"{counts}  {folded[0]}")
        lines += [" " * (width + 2) + line for line in folded[1:]]
    lines += ["", "Licences of the sources"]
    for number, licence in enumerate(licences, start=1):
        lines += paragraph(page, licence, first=f"[{number}] ")
    return "\n".join([*lines, ""])


def models_text(cards: Sequence[Card]) -> str:
    """List model cards: id, status and title.

    Parameters
    ----------
    cards : sequence of Card

    Returns
    -------
    str
        Ends with a line feed.
    """
    width = max((len(card.id) for card in cards), default=0)
    return "".join(f"{card.id:{width}}  {card.status:9}  {card.title}\n" for card in cards)
