"""The measures of each row of a fit of agreement, without those that nothing of the row tells."""

import numpy as np
from numpy.typing import NDArray

from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.use import RowUse, row_uses
from metadx.estimands.agreement import row_estimands
from metadx.estimands.agreement_headline import headline_of
from metadx.estimands.standard_margin import kappa_standard, standard_margin

type FloatArray = NDArray[np.float64]

#: What margins alone tell.
_OF_MARGINS = {"shift", "kappa_max"}
#: What a table tells that is known because one of its margins has one category alone.
_OF_TABLE = {
    *("ac1", "ac2_linear", "ac2_quadratic", "agreement_exact", "agreement_within1"),
    *("a_higher", "b_higher", *_OF_MARGINS),
}
#: What does not need the margins.
_OF_ASSOCIATION = {"latent_rho", "kappa_standard"}


def row_measures(fit: AgreementFit) -> tuple[dict[str, FloatArray], ...]:
    """Compute every measure of every row.

    Parameters
    ----------
    fit : AgreementFit

    Returns
    -------
    tuple of dict of str to ndarray, shape (S,)
        In the order of the table; as `metadx.estimands.agreement.row_estimands` names them. A
        measure that only the prior and other rows tell is NaN.
    """
    table, r_max = fit.table, fit.card.card.numbers.r_max
    margin, weights = standard_margin(table), headline_of(table, fit.audit).weights
    found = []
    for place, use in enumerate(row_uses(fit)):
        z = fit.z[..., place].ravel()
        coded, factor = (own[..., place].ravel() for own in (fit.kappa_coded, fit.accuracy_factor))
        draws = row_estimands(
            fit.cells[:, :, place].reshape(-1, *fit.cells.shape[-2:]),
            r_max * np.tanh(z),
            kappa_standard(z, margin, r_max),
            weights=weights,
            kappa_coded=None if np.isnan(coded).all() else coded,
            accuracy_factor=None if np.isnan(factor).all() else factor,
        )
        kept = identified(use, table.n_categories, coded="kappa_aligned" in draws)
        found.append(
            draws
            if kept is None
            else {
                name: values if name in kept else np.full_like(values, np.nan)
                for name, values in draws.items()
            }
        )
    return tuple(found)


def identified(use: RowUse, n_categories: int, *, coded: bool) -> set[str] | None:
    """Return the names of the measures that something beyond the prior tells; None for all.

    Parameters
    ----------
    use : RowUse
    n_categories : int
    coded : bool
        Whether a kappa without margins was used.

    Returns
    -------
    set of str or None

    Examples
    --------
    >>> sorted(identified(RowUse(None, "unknown", False, True), 5, coded=False))
    ['kappa_standard', 'latent_rho']
    >>> sorted(identified(RowUse(False, "known", False, False), 5, coded=False))
    ['kappa_max', 'shift']
    """
    if not use.association:
        if use.margins != "known":
            return set()
        return _OF_TABLE if use.constant else _OF_MARGINS
    if use.margins != "unknown":
        return None
    kept = set(_OF_ASSOCIATION)
    if coded:
        kept |= {"kappa_quadratic", "accuracy_factor"}
        if n_categories == 2:  # all weights are the same
            kept |= {"kappa", "kappa_linear"}
    return kept
