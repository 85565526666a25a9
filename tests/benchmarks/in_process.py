"""What needs the libraries, for a process of its own.

The process that starts the programs must stay small; it hands these functions to a worker.
"""

import time

from tests.benchmarks.simulated import simulated

CHAINS = 4


def least_ess(file: str) -> float:
    """Least bulk ESS over the parameters of a file of draws; its first column is the chain."""
    import arviz as az
    import numpy as np

    draws = np.loadtxt(file, delimiter=",", skiprows=1)[:, 1:]
    return min(float(az.ess(x.reshape(CHAINS, -1), method="bulk")) for x in draws.T)


def large(studies: int, draws: int) -> float:
    """CPU seconds of the hyper-parameters of one large simulated table."""
    import metadx

    cells = zip(*simulated(studies, 1), strict=True)
    labels = [f"simulated {i}" for i in range(studies)]
    table, fit = metadx.AccuracyTable.from_counts(labels, *cells), metadx.fit
    began = time.process_time()
    fit(table, draws=draws, study_effects=False)
    return time.process_time() - began
