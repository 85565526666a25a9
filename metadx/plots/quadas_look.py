"""How a judgement of QUADAS looks: the same colour, symbol and shape in every figure."""

from dataclasses import dataclass

from metadx.plots.style import INK, SKY, VERMILLION, Shape
from metadx.studies.quadas import Judgements, Quadas

_YELLOW = "#F0E442"  # Okabe and Ito's, too pale for lines but not for fillings


@dataclass(frozen=True)
class JudgementLook:
    """Colour, symbol and shape of a judgement; each alone tells it from the others.

    Parameters
    ----------
    key : {"low", "uncertain", "high", "not_judged"}
        Name in ``viz``.
    words : str
    colour, ink : str
        Filling, and what is written on it. The fillings differ in lightness as well.
    symbol : str
        As in reviews since RevMan: + low, ? in between, – high.
    shape : str
        Marker on a summary ROC plot.
    """

    key: str
    words: str
    colour: str
    ink: str
    symbol: str
    shape: Shape


def looks_of(quadas: Quadas) -> dict[str | None, JudgementLook]:
    """Return how each judgement of a version looks, from low to not judged.

    Parameters
    ----------
    quadas : Quadas

    Returns
    -------
    dict of (str or None) to JudgementLook
    """
    return {
        "low": JudgementLook("low", "low", SKY, INK, "+", "circle"),
        quadas.uncertain: JudgementLook(
            "uncertain", quadas.uncertain, _YELLOW, INK, "?", "diamond"
        ),
        "high": JudgementLook("high", "high", VERMILLION, "#FFFFFF", "–", "triangle"),
        None: JudgementLook("not_judged", "not judged", "#FFFFFF", INK, "", "square"),
    }


def present(quadas: Quadas, values: Judgements) -> list[tuple[str | None, JudgementLook]]:
    """Return those looks that some values need, in their order.

    Parameters
    ----------
    quadas : Quadas
    values : tuple of (str or None)
    """
    return [(value, look) for value, look in looks_of(quadas).items() if value in values]


def key_words(quadas: Quadas, values: Judgements) -> str:
    """Explain the symbols of some values in a sentence.

    Parameters
    ----------
    quadas : Quadas
    values : tuple of (str or None)
    """
    told = [f"{look.symbol or 'no symbol:'} {look.words}" for _, look in present(quadas, values)]
    return f"{', '.join(told)}."


def overall_words(quadas: Quadas) -> str:
    """Say how the overall judgement was made."""
    if quadas.stated == len(quadas.study):
        return "Overall: as stated in the study table."
    rule = f"high where a domain is high, low where all four are low, else {quadas.uncertain}"
    words = f"Overall: {rule}; not judged where a judgement is missing and none is high."
    return (
        f"{words} A statement in the study table goes before the rule." if quadas.stated else words
    )
