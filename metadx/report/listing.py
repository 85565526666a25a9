"""The lists of what ships: reviews and model cards."""

from collections.abc import Sequence

from metadx.cards.agreement_card import AgreementCard
from metadx.cards.card import Card
from metadx.report.agreement_data import raters_of
from metadx.report.layout import Page, fold, paragraph, table, tone
from metadx.studies.agreement_review import AgreementReview
from metadx.studies.review import Review

_COUNTS = ("name", "studies", "diseased", "non-diseased")
_OF_AGREEMENT = ("name", "rows", "raters", "categories", "cases")
_LEAST_ROOM = 20  # columns for a title; with fewer, lines may as well run over


def datasets_text(reviews: Sequence[Review | AgreementReview], page: Page) -> str:
    """List reviews, one in a line: name, sizes, title and the number of its licence below.

    Parameters
    ----------
    reviews : sequence of Review or AgreementReview
        Those of accuracy come first; where there are both kinds, each has a heading.
    page : Page
        On a terminal a title that does not fit goes on below itself; in a pipe every review keeps
        one line.

    Returns
    -------
    str
        Ends with a line feed.
    """
    licences = list(dict.fromkeys(_licence(review) for review in reviews))
    accuracy = [review for review in reviews if isinstance(review, Review)]
    agreement = [review for review in reviews if isinstance(review, AgreementReview)]
    lines = []
    if accuracy or not agreement:
        counted = table(page, _COUNTS, [_sizes(review) for review in accuracy])
        lines += _with_titles(counted, accuracy, licences, page)
    if accuracy and agreement:
        lines = [tone(page, "Diagnostic accuracy", "bold"), *lines, ""]
        lines.append(tone(page, "Agreement of raters", "bold"))
    if agreement:
        counted = table(page, _OF_AGREEMENT, [_agreement_sizes(review) for review in agreement])
        lines += _with_titles(counted, agreement, licences, page)
    lines += ["", "Licences of the sources"]
    for number, licence in enumerate(licences, start=1):
        lines += paragraph(page, licence, first=f"[{number}] ")
    return "\n".join([*lines, ""])


def _sizes(review: Review) -> list[str]:
    found = review.table
    counts = (found.n_studies, int(found.n_diseased.sum()), int(found.n_nondiseased.sum()))
    return [review.name, *(f"{count:,}" for count in counts)]


def _agreement_sizes(review: AgreementReview) -> list[str]:
    found = review.table
    cases = sorted({row.n for row in found.rows})
    ends = f"{cases[0]:,}" if len(cases) == 1 else f"{cases[0]:,}-{cases[-1]:,}"
    raters = f"{len(raters_of(found))}"
    return [review.name, f"{found.n_rows:,}", raters, f"{found.n_categories}", ends]


def _with_titles(
    counted: Sequence[str],
    reviews: Sequence[Review | AgreementReview],
    licences: Sequence[str],
    page: Page,
) -> list[str]:
    """Put title and licence after the sizes of each review."""
    head, *rows = counted
    lines = [f"{head}  title [licence]"]
    width = max(map(len, rows), default=0)
    for review, sizes in zip(reviews, rows, strict=True):
        mark = f"[{licences.index(_licence(review)) + 1}]"
        title = f"{review.title}{' (SYNTHETIC)' if review.synthetic else ''} {mark}"
        room = page.width - width - 2
        folded = fold(title, room) if page.terminal and room >= _LEAST_ROOM else [title]
        lines.append(f"{sizes}  {folded[0]}")
        lines += [" " * (width + 2) + line for line in folded[1:]]
    return lines


def _licence(review: Review | AgreementReview) -> str:
    return review.source.licence or "not stated"


def models_text(cards: Sequence[Card | AgreementCard]) -> str:
    """List model cards: id, status and title.

    Parameters
    ----------
    cards : sequence of Card or AgreementCard

    Returns
    -------
    str
        Ends with a line feed.
    """
    width = max((len(card.id) for card in cards), default=0)
    return "".join(f"{card.id:{width}}  {card.status:9}  {card.title}\n" for card in cards)
