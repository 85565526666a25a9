"""What a review counts, as a word of its sentences: participants, nodules, lesions."""

PARTICIPANTS = "participants"
_PERSONS = frozenset({"", "patient", "person", "participant", "subject", "individual", "people"})


def counted(unit: str) -> str:
    """Return the plural word for what a review counts.

    Parameters
    ----------
    unit : str
        As ``unit`` of review.toml says it.

    Returns
    -------
    str
        "participants" for persons and where nothing is said, the plural of any other single
        word, and "units" where several words tell of a mixture.

    Examples
    --------
    >>> [counted(unit) for unit in ("", "patient", "nodule", "Biopsy", "patient or episode")]
    ['participants', 'participants', 'nodules', 'biopsies', 'units']
    """
    word = unit.strip().casefold()
    if word in _PERSONS or word.removesuffix("s") in _PERSONS:
        return PARTICIPANTS
    if not word.isalpha():
        return "units"
    if word.endswith("s") and not word.endswith("ss"):
        return word
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s"
