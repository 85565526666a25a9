"""What a table of agreement holds, as the plain content of ``summary.json``."""

from dataclasses import asdict
from typing import Any

from metadx.studies.agreement import AgreementTable

type Json = dict[str, Any]


def data_of(table: AgreementTable) -> Json:
    """Describe the data: their digest, how much there is, the scale and the corrections.

    Parameters
    ----------
    table : AgreementTable

    Returns
    -------
    dict
        "cases" holds the smallest and the largest number of cases of a row.
    """
    cases = [row.n for row in table.rows]
    return {
        "sha256": table.sha256,
        "n_rows": table.n_rows,
        "n_studies": len(table.studies),
        "n_findings": len(table.findings),
        "n_regions": len(table.regions),
        "cases": [min(cases), max(cases)],
        "raters": raters_of(table),
        "categories": list(table.categories),
        "whole": table.whole or None,
        "corrections": [
            {
                **asdict(correction),
                "printed": list(correction.printed),
                "candidates": [list(candidate) for candidate in correction.candidates],
            }
            for correction in table.corrections
        ],
    }


def raters_of(table: AgreementTable) -> list[str]:
    """Return the names of the raters in order of appearance."""
    return list(dict.fromkeys(name for row in table.rows for name in (row.rater_a, row.rater_b)))
