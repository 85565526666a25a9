"""Which studies of a review were chosen, and which were left out and why."""

from dataclasses import dataclass

from metadx.studies.problems import listed


@dataclass(frozen=True)
class Selection:
    """A choice of studies; without conditions it is all of them.

    Parameters
    ----------
    conditions : tuple of str
        What every chosen study fulfils, such as "rob_reference_standard = low".
    left_out : tuple of str
        Labels of the studies that do not.
    no_value : tuple of str
        Those of them that have no value to judge by.
    """

    conditions: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    no_value: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there is a condition."""
        return bool(self.conditions)

    @property
    def words(self) -> str:
        """The conditions in words, such as "only rob_reference_standard = low"."""
        return f"only {' and '.join(self.conditions)}" if self.conditions else ""

    def sentence(self, n_studies: int) -> str:
        """Tell what was chosen and what was left out.

        Parameters
        ----------
        n_studies : int
            How many studies were chosen.

        Examples
        --------
        >>> Selection(("year >= 2010",), ("Kim 2003",)).sentence(4)
        'Only studies with year >= 2010: 4 of 5. Left out: Kim 2003.'
        """
        whole = n_studies + len(self.left_out)
        text = f"Only studies with {' and '.join(self.conditions)}: {n_studies:,} of {whole:,}."
        if self.left_out:
            text += f" Left out: {listed(self.left_out, 1000)}."
        else:
            text += " All studies fulfil it, none was left out."
        if self.no_value:
            text += f" Of these, without a value there: {listed(self.no_value, 1000)}."
        return text


ALL_STUDIES = Selection()
