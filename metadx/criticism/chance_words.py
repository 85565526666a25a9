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
    if share >= 99.945:
        return ">99.9%"
    return f"{share:.1f}%" if share < 0.95 or share > 99.05 else f"{share:.0f}%"


def whole_share(weight: float) -> str:
    """Write a share of a mixture in whole per cent, without the sign.

    Parameters
    ----------
    weight : float
        Between 0 and 1.

    Examples
    --------
    >>> whole_share(0.243), whole_share(0.0), whole_share(0.003), whole_share(0.998)
    ('24', '0', '<1', '>99')
    """
    if weight in {0.0, 1.0}:
        return f"{100 * weight:.0f}"
    return "<1" if weight < 0.005 else ">99" if weight > 0.995 else f"{100 * weight:.0f}"


def digits_for(value: float) -> int:
    """Tell how many decimals a proportion needs so that its distance from 0 or 1 is seen.

    Parameters
    ----------
    value : float
        Between 0 and 1.

    Examples
    --------
    >>> [digits_for(x) for x in (0.8, 0.96, 0.993, 0.9999, 0.002)]
    [2, 3, 3, 4, 4]
    """
    small = min(value, 1 - value)
    return 2 if small >= 0.05 else 3 if small >= 0.005 else 4


def decimal(value: float, digits: int = 2) -> str:
    """Write a proportion, or a distance of two; never as 0 or as 1.

    Parameters
    ----------
    value : float
        Between 0 and 1.
    digits : int
        Decimals.

    Examples
    --------
    >>> decimal(0.876), decimal(0.998), decimal(0.998, 3), decimal(0.0), decimal(0.9999999, 4)
    ('0.88', '>0.99', '0.998', '<0.01', '>0.9999')
    """
    least = 10.0**-digits
    if value < least / 2:
        return f"<{least:.{digits}f}"
    return f">{1 - least:.{digits}f}" if value > 1 - least / 2 else f"{value:.{digits}f}"


def proportions(values: Sequence[float]) -> str:
    """Write the range of some proportions; never as 0 or as 1.

    Parameters
    ----------
    values : sequence of float
        At least one, between 0 and 1.

    Examples
    --------
    >>> proportions([0.871, 0.902]), proportions([0.771, 0.772]), proportions([0.9991, 0.9])
    ('0.87 to 0.90', '0.77', '0.9000 to 0.9991')
    """
    low, high = min(values), max(values)
    digits = max(digits_for(low), digits_for(high))
    first, last = decimal(low, digits), decimal(high, digits)
    return first if first == last else f"{first} to {last}"


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
