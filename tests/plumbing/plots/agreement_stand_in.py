"""Stand-in fits of agreement: the real table and audit, and draws around given values."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.result import EngineReport
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.studies.agreement import AgreementRow, AgreementTable
from metadx.studies.agreement_audit import AgreementAudit, audit_agreement
from metadx.studies.agreement_review import load_agreement

type FloatArray = NDArray[np.float64]

CHAINS, DRAWS = 2, 150


@cache
def audited(name: str) -> tuple[AgreementTable, AgreementAudit, str]:
    """A shipped table with its audit and its title."""
    review = load_agreement(name)
    return review.table, audit_agreement(review.table), review.title


def stand_in(table: AgreementTable, audit: AgreementAudit, **named: object) -> AgreementFit:
    """Draws near the data: cut-points near the margins, a latent correlation near 0.8."""
    rng = np.random.default_rng(table.n_rows)
    shape = (CHAINS, DRAWS, table.n_rows)
    z = rng.normal(1.1, 0.15, shape) - 0.06 * np.arange(table.n_rows)
    cells = np.stack([_cells(row, z[..., i], table.n_categories, rng)
                      for i, row in enumerate(table.rows)], axis=2)  # fmt: skip
    unknown = np.array([row.counts is None and not row.margins_a for row in table.rows])
    factor = np.where(unknown, rng.uniform(0.4, 0.7, shape), np.nan)
    hyper = {"mu": rng.normal(1.1, 0.15, shape[:2])}
    for name, levels in (("finding", table.findings), ("study", table.studies)):
        if len(levels) > 1:
            hyper[f"sd_{name}"] = rng.uniform(0.1, 0.5, shape[:2])
    if table.whole:
        hyper["beta_part"] = rng.normal(-0.35, 0.1, shape[:2])
    loadings = None
    if table.ratings:
        loadings = rng.uniform(0.8, 0.98, (*shape[:2], len(table.ratings[0].raters)))
        hyper = {"loading": hyper["mu"]}
    known = {
        "card": load_agreement_card(),
        "settings": AgreementSettings(draws=CHAINS * DRAWS),
        "hyper": hyper,
        "engine": EngineReport("marginal", None, 300.0, None, 1.0),
        "checks": (),
        "loadings": loadings,
        "title": "A comparison of raters",
    }
    return AgreementFit(
        table=table,
        audit=audit,
        z=z,
        cells=cells,
        kappa_coded=factor * np.tanh(z),
        accuracy_factor=factor,
        **{**known, **named},
    )


def shipped(name: str, **named: object) -> AgreementFit:
    """A stand-in for the fit of a shipped review."""
    table, audit, title = audited(name)
    return stand_in(table, audit, **{"title": title, **named})


def _cells(row: AgreementRow, z: FloatArray, n: int, rng: np.random.Generator) -> FloatArray:
    """Cell probabilities with margins as observed, or a skewed one; unused ends stay unused."""
    from scipy.special import ndtri

    if row.counts is not None:
        margins = [row.counts.sum(1), row.counts.sum(0)]
    elif row.margins_a:
        margins = [row.margins_a[0], row.margins_b[0]]
    else:
        margins = [0.5 ** np.arange(n), 0.4 ** np.arange(n)]
    used = np.flatnonzero(margins[0] + margins[1])
    cuts = []
    for margin in margins:
        shares = np.asarray(margin, np.float64)[used[0] : used[-1] + 1] + 0.3
        below = np.cumsum(shares / shares.sum())[:-1]
        noise = rng.normal(0, 0.1, (*z.shape, 1))
        cuts.append(ndtri(below) + noise)
    inner = cell_probabilities(0.9995 * np.tanh(z), *cuts)
    cells = np.zeros((*z.shape, n, n))
    cells[..., used[0] : used[-1] + 1, used[0] : used[-1] + 1] = inner
    return cells
