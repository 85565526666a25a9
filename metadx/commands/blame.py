"""A setting that cannot be used is said to stand in review.toml where it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from metadx.errors import CardError, DataError

if TYPE_CHECKING:
    from metadx.studies.review import Review


@contextmanager
def settings_of(
    review: "Review", *, model: str | None = None, sens: str | None = None, spec: str | None = None
) -> Iterator[None]:
    """Name review.toml in the message about a setting of it that no option has replaced.

    Parameters
    ----------
    review : Review
    model, sens, spec : str or None
        The options; None where the review decides.

    Yields
    ------
    None

    Raises
    ------
    DataError, CardError
        As the block raises them, with the file and the key before the message.
    """
    try:
        yield
    except (CardError, DataError) as error:
        place = _place(review, str(error), {"model": model, "sens": sens, "spec": spec})
        if place is None:
            raise
        raise type(error)(f"{review.folder / 'review.toml'}: {place}: {error}") from error


def _place(review: "Review", said: str, options: dict[str, str | None]) -> str | None:
    analysis = review.analysis
    starts = {
        "model": f"no model card {analysis.model!r}",
        "sens": f'formula "{analysis.sens}"',
        "spec": f'formula "{analysis.spec}"',
    }
    for name, start in starts.items():
        told = getattr(analysis, name) != getattr(type(analysis), name)
        if told and options[name] is None and said.startswith(start):
            return f"analysis.{name}"
    return None
