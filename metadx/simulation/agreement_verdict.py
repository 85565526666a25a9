"""What a record of the recovery of agreement must show."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from metadx.simulation.design import AgreementRequirements
from metadx.simulation.verdict import Requirement, coverages

type Json = dict[str, Any]

#: The two measures that are judged, as the names of their quantities begin.
MEASURES = {"latent_rho": "latent correlation", "kappa": "kappa"}


def agreement_requirements(record: Json, require: AgreementRequirements) -> tuple[Requirement, ...]:
    """Hold a record of the recovery of agreement to its design.

    Parameters
    ----------
    record : dict
    require : AgreementRequirements

    Returns
    -------
    tuple of Requirement
        For each judged scenario and measure the mean over findings and the worst finding.
    """
    found: list[Requirement] = []
    for scenario in (cell for cell in record["cells"] if cell["judged"]):
        for measure, words in MEASURES.items():
            covered = finding_coverages(scenario, record["card"], measure)
            mean = float(np.mean(list(covered.values())))
            worst = min(covered, key=covered.__getitem__)
            gap, name, prob = abs(mean - record["prob"]), scenario["name"], record["prob"]
            found += [
                Requirement(
                    f"{name}: distance of mean coverage from {prob:g}, {words}",
                    gap,
                    require.coverage_within,
                    gap <= require.coverage_within,
                    f"mean {mean:.3f}",
                ),
                Requirement(
                    f"{name}: least coverage of a finding, {words}",
                    covered[worst],
                    require.least,
                    covered[worst] >= require.least,
                    worst,
                ),
            ]
    return tuple(found)


def finding_coverages(scenario: Json, card: str, measure: str) -> Mapping[str, float]:
    """Return the coverage of one measure by finding.

    Parameters
    ----------
    scenario : dict
        Of a record.
    card : str
        Id of the card.
    measure : {"latent_rho", "kappa"}

    Returns
    -------
    mapping of str to float
        Mean over the rows of each finding, the whole and its parts apart (those are named by
        "parts"); a replication without an interval covers nothing.
    """
    names = [
        name for name in scenario["methods"][card]["parameters"] if name.startswith(f"{measure}[")
    ]
    rows: dict[str, list[float]] = {}
    for name, coverage in coverages(scenario, card, tuple(names)):
        finding, _, region = name[len(measure) + 1 : -1].partition(", ")
        rows.setdefault(f"{finding}, parts" if region else finding, []).append(coverage)
    return {finding: float(np.mean(found)) for finding, found in rows.items()}
