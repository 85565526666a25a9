"""What is to be known of counts that were not printed as such: recovered, or one of several."""

from metadx.studies.accuracy import COUNTS, AccuracyTable


def count_remarks(table: AccuracyTable) -> tuple[tuple[str, str], ...]:
    """Say of every study whose counts were recovered or are uncertain how that is.

    Parameters
    ----------
    table : AccuracyTable

    Returns
    -------
    tuple of (str, str)
        Label of the study and what to know, without a full stop.

    Examples
    --------
    >>> table = AccuracyTable.from_counts(
    ...     ["Kim"], [31], [4], [2], [9], alternatives={0: [[31, 4, 2, 9], [30, 4, 3, 9]]}
    ... )
    >>> print(count_remarks(table)[0][1])
    2 tables are possible; all are kept, as equally likely, and one of them is shown: tp = 31,
    fp = 4, fn = 2, tn = 9
    """
    said = dict(table.recovered)
    uncertain = {
        table.study[place]: (
            f"{len(tables):,} tables are possible; all are kept, as equally likely, and one of "
            f"them is shown: {', '.join(f'{c} = {int(getattr(table, c)[place])}' for c in COUNTS)}"
        )
        for place, tables in table.alternatives.items()
    }
    remarks = uncertain | said
    return tuple((label, remarks[label]) for label in table.study if label in remarks)
