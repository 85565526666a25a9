"""A weighted sample of very many cross-tables that stands for all of them."""

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.evidence.cells import TableEvidence, TableSpearman
from metadx.engines.agreement.evidence.part_cuts import margin_cuts
from metadx.estimands.bivariate_normal import cell_probabilities

type FloatArray = NDArray[np.float64]

# atanh of the latent correlations it is made for: both signs, to .97
_Z = (-2.1, -1.75, -1.4, -1.0, -0.6, -0.25, 0.0, 0.25, 0.6, 1.0, 1.4, 1.75, 2.1, 2.6, 3.0)


def sample_tables(full: TableEvidence, count: int) -> TableEvidence:
    """Draw tables from a mixture of their laws at several latent correlations.

    Parameters
    ----------
    full : TableEvidence
        All S tables.
    count : int
        Number of draws; tables drawn twice stand once, with the weight of both.

    Returns
    -------
    TableEvidence
        Its likelihood estimates that of all tables; with their Spearman where there is one.

    References
    ----------
    Kitagawa G. J Comput Graph Stat 1996;5:1-25: systematic sampling; here along the tables in
    order of their disagreement, so that each stretch of it is represented.
    """
    tables, spearman = full.tables, full.spearman
    flat = tables.reshape(len(tables), -1)
    middle = tables[0], tables[-1]
    cuts_a = np.mean([margin_cuts(table.sum(axis=1)) for table in middle], axis=0)
    cuts_b = np.mean([margin_cuts(table.sum(axis=0)) for table in middle], axis=0)
    law = np.zeros(len(tables))
    for z in _Z:
        cells = cell_probabilities(np.tanh(z), cuts_a, cuts_b)
        logs = full.log_weights + flat @ np.log(cells).ravel()
        law += _share(logs)
        if spearman is not None:  # both with what was printed and without it
            for moved in _moves(cells, np.tanh(z)):
                residual = (spearman.value - spearman.null - moved) ** 2 / spearman.variance
                law += _share(logs - 0.5 * residual - 0.5 * np.log(spearman.variance))
    law /= law.sum()
    codes = np.arange(tables.shape[1])
    order = np.argsort((flat @ ((codes[:, None] - codes) ** 2).ravel()), kind="stable")
    ends = np.floor(count * np.cumsum(law[order]) + 0.5).astype(np.int64)
    drawn = np.diff(ends, prepend=0)
    kept = order[drawn > 0]
    weights = full.log_weights[kept] + np.log(drawn[drawn > 0] / (count * law[kept]))
    if spearman is not None:
        spearman = TableSpearman(spearman.value, spearman.null[kept], spearman.variance[kept])
    return TableEvidence(tables[kept], weights, spearman)


def _share(logs: FloatArray) -> FloatArray:
    mass = np.exp(logs - logs.max())
    return np.asarray(mass / mass.sum())


def _moves(cells: FloatArray, r: float) -> FloatArray:
    """Return what a third and all of the within-category information add to Spearman."""
    from metadx.estimands.spearman import spearman_blocks, spearman_measured

    within = spearman_measured(r, cells.sum(axis=0)) - spearman_blocks(cells)
    return np.array([1 / 3, 1.0]) * float(within)
