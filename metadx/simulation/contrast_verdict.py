"""What a record of contrasts must show, for the priors that the card has."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from metadx.cards.card import Card
from metadx.simulation.contrast_truth import truth_of_contrasts
from metadx.simulation.contrasts import prior_name
from metadx.simulation.design import ContrastCell, ContrastRequirements
from metadx.simulation.verdict import Requirement, asked

type Json = dict[str, Any]

#: The two targets that coverage is judged by, as the names of their quantities begin.
TARGETS = {"contrast": "contrast of logits", "difference": "difference in accuracy"}
#: What each prior of the coefficients is of.
PRIORS = {"contrast": "levels", "slope": "a continuous covariate"}


def contrast_requirements(
    record: Json, require: ContrastRequirements, card: Card
) -> tuple[Requirement, ...]:
    """Hold a record of contrasts to its design, under the priors of a card.

    Parameters
    ----------
    record : dict
        As of `contrasts_record`.
    require : ContrastRequirements
    card : Card
        Its priors of the coefficients are among those that were tried.

    Returns
    -------
    tuple of Requirement
        Of contrasts between levels and of a continuous covariate, each with a prior of its own.
    """
    found: list[Requirement] = []
    for prior, words in PRIORS.items():
        cells = asked(of_prior(record["cells"], prior), require)
        if not cells:  # a design of one's own may have no cell of that kind
            continue
        method = prior_of_card(card, prior)
        for target, what in TARGETS.items():
            found += _coverage(record, cells, method, (target, f"{what}, {words}"), require)
        shares = list(shrinkages(cells, method, require.shrinkage_from))
        if shares:
            worst = max(shares, key=lambda one: one[1])
            mean = float(np.mean([share for _, share in shares]))
            found.append(
                Requirement(
                    f"share of a contrast that {method} takes away, {words}",
                    mean,
                    require.shrinkage,
                    mean <= require.shrinkage,
                    f"most in {worst[0]}, {worst[1]:.3f}",
                )
            )
    return tuple(found)


def _coverage(
    record: Json,
    cells: Sequence[Json],
    method: str,
    target: tuple[str, str],
    require: ContrastRequirements,
) -> tuple[Requirement, Requirement]:
    covered = dict(target_coverages(cells, method, target[0]))
    gaps = {name: abs(coverage - record["prob"]) for name, coverage in covered.items()}
    least, widest = min(covered, key=covered.__getitem__), max(gaps, key=gaps.__getitem__)
    mean = float(np.mean(list(gaps.values())))
    return (
        Requirement(
            f"least coverage of the {target[1]}, {len(cells)} cells",
            covered[least],
            require.least,
            covered[least] >= require.least,
            least,
        ),
        Requirement(
            f"mean distance of that coverage from {record['prob']:g}",
            mean,
            require.mean_distance,
            mean <= require.mean_distance,
            f"largest at {widest}",
        ),
    )


def prior_of_card(card: Card, prior: str) -> str:
    """Name the prior that a card gives to contrasts or slopes.

    Parameters
    ----------
    card : Card
    prior : {"contrast", "slope"}

    Returns
    -------
    str
        Name of a method in a record.
    """
    return prior_name(getattr(card.parameters.beta, prior).sd)


def of_prior(cells: Sequence[Json], prior: str) -> list[Json]:
    """Keep the cells whose coefficients have that prior.

    Parameters
    ----------
    cells : sequence of dict
        Of a record.
    prior : {"contrast", "slope"}

    Returns
    -------
    list of dict
    """
    return [cell for cell in cells if bool(cell["levels"]) is (prior == "contrast")]


def target_coverages(
    cells: Sequence[Json], method: str, target: str
) -> Iterator[tuple[str, float]]:
    """Yield the coverage of every quantity of a kind in every cell.

    Parameters
    ----------
    cells : sequence of dict
        Of a record.
    method : str
    target : {"contrast", "difference"}

    Yields
    ------
    (str, float)
        Cell and quantity; over all replications: an interval that is missing covers nothing.
    """
    for cell, name, numbers in _numbers(cells, method, target):
        asked_for = numbers["n"] + cell["methods"][method]["failed"]
        yield f"{cell['name']} {name}", numbers["covered"] / asked_for


def shrinkages(
    cells: Sequence[Json], method: str, contrast_from: float
) -> Iterator[tuple[str, float]]:
    """Yield the mean share of each large contrast that is missing from its estimate.

    Parameters
    ----------
    cells : sequence of dict
        Of a record.
    method : str
    contrast_from : float
        Contrasts of at least so many logits.

    Yields
    ------
    (str, float)
        Cell and quantity; negative where the estimate exceeds the truth.
    """
    for cell, name, numbers in _numbers(cells, method, "contrast"):
        truth = truth_of_contrasts(described(cell)).values[name]
        if abs(truth) >= contrast_from:
            yield f"{cell['name']} {name}", -numbers["bias"] / truth


def described(cell: Json) -> ContrastCell:
    """Return the description of a cell of a record."""
    return ContrastCell.model_validate({name: cell[name] for name in ContrastCell.model_fields})


def _numbers(cells: Sequence[Json], method: str, target: str) -> Iterator[tuple[Json, str, Json]]:
    for cell in cells:
        for name, numbers in cell["methods"][method]["parameters"].items():
            if name.startswith(f"{target}["):
                yield cell, name, numbers
