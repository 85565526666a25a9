"""One replication of the recovery of agreement: simulated raters and the intervals of the fit."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.fit import fit_agreement
from metadx.engines.agreement.result import AgreementFit
from metadx.errors import ConvergenceWarning
from metadx.estimands.agreement import kappa
from metadx.simulation.agreement_data import SimulatedAgreement, row_name, simulate_agreement
from metadx.simulation.judged import judge_values
from metadx.simulation.laws import Truth
from metadx.simulation.load import LoadedAgreementDesign
from metadx.studies.agreement import AgreementTable

type FloatArray = NDArray[np.float64]
type Json = dict[str, Any]

_NONE = np.full(2, np.nan)  # of studies of accuracy, which there are none of


def agreement_replication(loaded: LoadedAgreementDesign, scenario: int, replication: int) -> Json:
    """Fit what is printed of simulated raters and judge the intervals.

    Parameters
    ----------
    loaded : LoadedAgreementDesign
    scenario, replication : int

    Returns
    -------
    dict
        "methods": what `judge_values` gives, by the id of the card; "fell_back",
        "failed_checks" and "refitted" (nothing here) say how; "printed" is what was fitted.
    """
    simulated, for_fit = simulated_raters(loaded, scenario, replication)
    design, card = loaded.design, loaded.card
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # counted below
        fitted = fit_agreement(
            simulated.table,
            card,
            engine=design.engine,
            draws=design.draws,
            seed=int(for_fit.generate_state(1)[0]),
        )
    truth = Truth(_NONE, simulated.truth, None, _NONE)
    draws = draws_of(fitted, design.whole)
    return {
        "methods": {card.card.id: judge_values(truth, draws, prob=design.prob)},
        "fell_back": fitted.engine.fell_back is not None,
        "failed_checks": not fitted.passed,
        "refitted": [],
        "printed": printed(simulated.table),
    }


def simulated_raters(
    loaded: LoadedAgreementDesign, scenario: int, replication: int
) -> tuple[SimulatedAgreement, np.random.SeedSequence]:
    """Make the simulated raters of one replication.

    Parameters
    ----------
    loaded : LoadedAgreementDesign
    scenario, replication : int

    Returns
    -------
    SimulatedAgreement
    numpy.random.SeedSequence
        What is left of the replication's randomness: for fitting.
    """
    design = loaded.design
    seeds = np.random.SeedSequence(design.seed, spawn_key=(scenario, replication))
    for_data, for_fit = seeds.spawn(2)
    simulated = simulate_agreement(
        design, design.scenarios[scenario], loaded.card.card, np.random.default_rng(for_data)
    )
    return simulated, for_fit


def printed(table: AgreementTable) -> dict[str, list[Any]]:
    """Write down what is known of each row, so that it can be seen to be made again.

    Parameters
    ----------
    table : AgreementTable

    Returns
    -------
    dict of str to list
        By row: the cross-table, or both margins where known; kappa with its limits; the rank
        correlation.
    """
    found = {}
    for row in table.rows:
        known: list[Any] = [] if row.counts is None else [row.counts.tolist()]
        known += [margin.tolist() for margin in (*row.margins_a, *row.margins_b)]
        if row.kappa is not None:
            known += [row.kappa.value, row.kappa.lower, row.kappa.upper]
        if row.spearman is not None:
            known.append(row.spearman.value)
        found[row_name(row.finding, row.region, table.whole)] = known
    return found


def draws_of(fitted: AgreementFit, whole: str) -> dict[str, FloatArray]:
    """Return the draws of what is judged.

    Parameters
    ----------
    fitted : AgreementFit
    whole : str
        Region that the others are parts of.

    Returns
    -------
    dict of str to ndarray, shape (S,)
        By the names of `SimulatedAgreement.truth`. Kappa of a part is the kappa as coded.
    """
    rho = fitted.card.card.numbers.r_max * np.tanh(fitted.z)
    by_row = kappa(fitted.cells, "quadratic")
    coded = np.isfinite(fitted.kappa_coded).all(axis=(0, 1))
    found = {name: draws.ravel() for name, draws in fitted.hyper.items()}
    for place, row in enumerate(fitted.table.rows):
        label = row_name(row.finding, row.region, whole)
        found[f"latent_rho[{label}]"] = rho[..., place].ravel()
        known = fitted.kappa_coded if coded[place] else by_row
        found[f"kappa[{label}]"] = known[..., place].ravel()
    return found
