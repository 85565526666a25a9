"""What a record must show, requirement by requirement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metadx.criticism.calibration import Verdict, judge
from metadx.simulation.design import ContrastRequirements, CoverageRequirements, SbcRequirements
from metadx.simulation.judged import NEW_STUDY

type Json = dict[str, Any]

#: The two targets that coverage is judged by.
MEDIAN_STUDY = ("mu[sens]", "mu[spec]")
TARGETS: Mapping[str, tuple[str, str]] = {"median study": MEDIAN_STUDY, "new study": NEW_STUDY}


@dataclass(frozen=True)
class Requirement:
    """One thing a record was required to show.

    Parameters
    ----------
    what : str
        In words.
    found, limit : float
    passed : bool
    worst : str
        Where it came nearest to failing, or failed.
    """

    what: str
    found: float
    limit: float
    passed: bool
    worst: str

    def line(self) -> str:
        """Say it in one line."""
        mark = "passed" if self.passed else "FAILED"
        return f"{mark}: {self.what}: {self.found:.4g} (limit {self.limit:.4g}; {self.worst})"


def sbc_verdicts(record: Json, require: SbcRequirements) -> dict[str, Verdict]:
    """Judge the ranks of every quantity of every group, all as one family.

    Parameters
    ----------
    record : dict
        As of `sbc_record`.
    require : SbcRequirements

    Returns
    -------
    dict of str to Verdict
        By ``"group: quantity"``. A replication without a rank is judged in the worst case.
    """
    histograms, missing = {}, {}
    for group in record["groups"]:
        for name, counts in group["ranks"].items():
            key = f"{group['name']}: {name}"
            histograms[key] = counts
            missing[key] = group["replications"] - sum(counts)
    return {v.name: v for v in judge(histograms, require.family_prob, missing)}


def sbc_requirements(record: Json, require: SbcRequirements) -> tuple[Requirement, ...]:
    """Hold a record of simulation-based calibration to its design.

    Parameters
    ----------
    record : dict
    require : SbcRequirements

    Returns
    -------
    tuple of Requirement
    """
    verdicts = sbc_verdicts(record, require)
    outside = [name for name, verdict in verdicts.items() if not verdict.inside]
    least = min(verdicts.values(), key=lambda verdict: verdict.p_value)
    rest = f" and {len(outside) - 1} more" if len(outside) > 1 else ""
    bands = Requirement(
        f"ranks outside the simultaneous bands, of {len(verdicts)} quantities",
        float(len(outside)),
        0.0,
        not outside,
        f"{outside[0]}{rest}" if outside else f"least likely {least.name}, p = {least.p_value:.2g}",
    )
    gaps = {
        # An interval that is missing covers nothing.
        f"{group['name']}: {name}": abs(counted["covered"] / group["replications"] - record["prob"])
        for group in record["groups"]
        if group["engine"] != "nuts"  # too few replications to tell
        for name, counted in group["coverage"].items()
    }
    if not gaps:
        return (bands,)
    worst = max(gaps, key=lambda name: gaps[name])
    limit = require.coverage_within
    covered = Requirement(
        f"distance of coverage from {record['prob']:g}, truths drawn from the priors",
        gaps[worst],
        limit,
        gaps[worst] <= limit,
        worst,
    )
    return (bands, covered)


def coverage_requirements(
    record: Json, require: CoverageRequirements, peer: str | None = None
) -> tuple[Requirement, ...]:
    """Hold a record of coverage at fixed truths to its design.

    Parameters
    ----------
    record : dict
    require : CoverageRequirements
    peer : str or None
        Name of the method in the record that ours is compared with.

    Returns
    -------
    tuple of Requirement
    """
    found = []
    card = record["card"]
    for target, names in TARGETS.items():
        least = {
            f"{cell['name']} {name}": coverage
            for cell in asked(record["cells"], require)
            for name, coverage in coverages(cell, card, names)
        }
        if least:  # a design of one's own may have no cell of that kind
            worst = min(least, key=lambda name: least[name])
            found.append(
                Requirement(
                    f"least coverage of the {target} in {len(least) // 2} cells",
                    least[worst],
                    require.least,
                    least[worst] >= require.least,
                    worst,
                )
            )
        ours, at = mean_distance(record, card, names)
        limit = require.mean_distance
        found.append(
            Requirement(
                f"mean distance of coverage of the {target} from {record['prob']:g}",
                ours,
                limit,
                ours <= limit,
                f"largest at {at}",
            )
        )
        if peer is not None:
            theirs, at = mean_distance(record, peer, names)
            limit = require.share_of_peer
            share = ours / theirs
            found.append(
                Requirement(
                    f"that distance over that of {peer}, {target}",
                    share,
                    limit,
                    share <= limit,
                    f"{peer} {theirs:.4f}, largest at {at}",
                )
            )
    return tuple(found)


def asked(
    cells: Sequence[Json], require: CoverageRequirements | ContrastRequirements
) -> list[Json]:
    """Keep the cells that the requirement of least coverage is about.

    Parameters
    ----------
    cells : sequence of dict
        Of a record.
    require : CoverageRequirements or ContrastRequirements

    Returns
    -------
    list of dict
    """
    return [
        cell
        for cell in cells
        if cell["obeys"]
        and cell["studies"] >= require.studies_from
        and max(cell["tau"]) <= require.tau_to
    ]


def mean_distance(
    record: Json, method: str, names: tuple[str, ...], cells: Sequence[Json] | None = None
) -> tuple[float, str]:
    """Return the mean over cells and quantities of |coverage - prob|, and where it is largest.

    Parameters
    ----------
    record : dict
    method : str
        Id of a card, or name of another program.
    names : tuple of str
        Quantities.
    cells : sequence of dict or None
        Some cells of the record; None for all.

    Returns
    -------
    float
    str
        Cell and quantity.
    """
    gaps = {
        f"{cell['name']} {name}": abs(coverage - record["prob"])
        for cell in (record["cells"] if cells is None else cells)
        for name, coverage in coverages(cell, method, names)
    }
    return float(np.mean(list(gaps.values()))), max(gaps, key=lambda name: gaps[name])


def coverages(cell: Json, method: str, names: tuple[str, ...]) -> list[tuple[str, float]]:
    """Return the coverage of each quantity in a cell.

    Parameters
    ----------
    cell : dict
        Of a record.
    method : str
    names : tuple of str

    Returns
    -------
    list of (str, float)
        Over all replications: an interval that is missing covers nothing.
    """
    found = cell["methods"][method]["parameters"]
    return [
        (name, found[name]["covered"] / cell["replications"] if name in found else 0.0)
        for name in names
    ]
