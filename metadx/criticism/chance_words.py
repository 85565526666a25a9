"""Probabilities and study names inside a sentence."""

from collections.abc import Sequence


def chance(probability: float) -> str:
    """Write a probability in per cent; never as certain.

    Parameters
    ----------
    probability : float

    Examples
    --------
    >>> chance(0.124), chance(0.004), chance(0.0003), chance(0.99996), chance(0.999)
    ('12%', '0.4%', '<0.1%', '>99.9%', '99.9%')
    """
    share = 100 * probability
    if share < 0.05:
        return "<0.1%"
    if share > 99.95:
        return ">99.9%"
    return f"{share:.1f}%" if share < 0.95 or share > 99.05 else f"{share:.0f}%"


def p_words(p_value: float, floor: float = 1e-4) -> str:
    """Write a p-value with its sign.

    Parameters
    ----------
    p_value : float
    floor : float
        Below it the value is not known any better.

    Examples
    --------
    >>> p_words(0.2345), p_words(0.0123), p_words(0.00123), p_words(0.00001)
    ('p = 0.23', 'p = 0.012', 'p = 0.0012', 'p < 0.0001')
    """
    if p_value <= floor:
        return f"p < {floor:.4f}"
    digits = 2 if p_value >= 0.0995 else 3 if p_value >= 0.00995 else 4
    return f"p = {p_value:.{digits}f}"


def enumerate_names(names: Sequence[str], most: int = 5) -> str:
    """Write a list of names, the first of them where there are many.

    Parameters
    ----------
    names : sequence of str
        At least one.
    most : int

    Examples
    --------
    >>> enumerate_names(["Lee 2003"]), enumerate_names(["A", "B", "C"])
    ('Lee 2003', 'A, B and C')
    >>> enumerate_names(["A", "B", "C", "D"], most=2)
    'A, B and 2 more'
    """
    names = list(names)
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
