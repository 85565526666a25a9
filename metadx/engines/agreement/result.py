"""The result of fitting an agreement model: one frozen object that figures and pages read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import LoadedAgreementCard
from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.result import Check, EngineReport, Note
from metadx.studies.agreement import AgreementTable
from metadx.studies.agreement_audit import AgreementAudit

if TYPE_CHECKING:
    import xarray as xr

type FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AgreementFit:
    """Posterior of an agreement model over R rows (pairs of raters) and C categories.

    Parameters
    ----------
    table : AgreementTable
    audit : AgreementAudit
        What the printed numbers admit; the fit used what remained.
    card : LoadedAgreementCard
    settings : AgreementSettings
    z : ndarray, shape (chains, draws, R)
        Inverse hyperbolic tangent of the latent correlation of each row over its largest value.
    cells : ndarray, shape (chains, draws, R, C, C)
        Cell probabilities on the full scale; rows are categories of `rater_a`.
    kappa_coded : ndarray, shape (chains, draws, R)
        Quadratic kappa of a row without margins as the paper's codes gave it: correlation of the
        scores times an unknown accuracy factor; NaN for rows whose cells are known from margins.
    accuracy_factor : ndarray, shape (chains, draws, R)
        Lin's C_b of such rows; NaN elsewhere.
    hyper : mapping of str to ndarray, shape (chains, draws)
        ``mu``, ``beta_part``, ``sd_finding``, ``sd_region``, ``sd_study``, ``sd_row``, ``lambda``:
        those the model of this table has. Of three or more readers ``loading``, ``sd_loading``.
    engine : EngineReport
    checks : tuple of Check
    effects : mapping of str to ndarray
        ``finding`` (chains, draws, findings), ``region``, ``study``, ``row``: those the model has.
    loadings : ndarray, shape (chains, draws, J), or None
        Correlation of each of three or more readers with what they have in common.
    predicted_kappa : ndarray, shape (chains, draws, R)
        The printed kappa of as many other cases, under the convention it was computed by; NaN
        where none was printed or nothing says what it measures.
    evidence : tuple of str, length R
        What was used of each row, in words.
    notes : tuple of Note
        What the reader of the result must know.
    title : str
        Title of the review.
    synthetic : bool
        Whether the data are simulated or reconstructed; every figure and page says so.
    synthetic_note : str
        What to say of synthetic data instead of the usual words; empty for these.
    """

    table: AgreementTable
    audit: AgreementAudit
    card: LoadedAgreementCard
    settings: AgreementSettings
    z: FloatArray
    cells: FloatArray
    kappa_coded: FloatArray
    accuracy_factor: FloatArray
    hyper: Mapping[str, FloatArray]
    engine: EngineReport
    checks: tuple[Check, ...]
    effects: Mapping[str, FloatArray] = field(default_factory=dict)
    loadings: FloatArray | None = None
    predicted_kappa: FloatArray = field(default_factory=lambda: np.empty((0, 0, 0)))
    evidence: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    title: str = ""
    synthetic: bool = False
    synthetic_note: str = ""

    @property
    def passed(self) -> bool:
        """Whether every check was passed."""
        return all(check.passed for check in self.checks)

    @property
    def seed(self) -> int:
        """Seed of the fit."""
        return self.settings.seed

    @property
    def latent_rho(self) -> FloatArray:
        """Latent correlation of each row, shape (chains, draws, R)."""
        return self.card.card.numbers.r_max * np.tanh(self.z)

    @property
    def predictive_p(self) -> FloatArray:
        """Two-sided predictive p-value of each printed kappa, shape (R,); NaN where there is none.

        Twice the smaller share of predicted kappas on one side of the printed one: small where
        the model cannot have made what was printed.
        """
        found = np.full(self.table.n_rows, np.nan)
        if not self.predicted_kappa.size:
            return found
        for place, row in enumerate(self.table.rows):
            predicted = self.predicted_kappa[..., place].ravel()
            predicted = predicted[np.isfinite(predicted)]
            if row.kappa is not None and predicted.size:
                below = (predicted <= row.kappa.value).mean()
                above = (predicted >= row.kappa.value).mean()
                found[place] = min(1.0, 2 * min(below, above))
        return found

    @property
    def tree(self) -> "xr.DataTree":
        """The fit as an xarray DataTree for ArviZ: built anew at each call."""
        from metadx.engines.agreement.tree import build_agreement_tree

        return build_agreement_tree(self)

    def save(self, path: str | Path) -> Path:
        """Write the fit to a NetCDF file, beside it first and then moved into place.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        Path
        """
        from metadx.engines.agreement.store import save_agreement_fit

        return save_agreement_fit(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> "AgreementFit":
        """Read a fit written by `save`.

        Raises
        ------
        DataError
            If the file is missing or was not written by metadx.
        """
        from metadx.engines.agreement.store import load_agreement_fit

        return load_agreement_fit(path)

    def __repr__(self) -> str:
        """Say what was fitted, by what, and whether it may be believed."""
        verdict = "every check passed" if self.passed else "a check failed"
        rows = f"{self.table.n_rows} row" + ("" if self.table.n_rows == 1 else "s")
        return (
            f"AgreementFit({self.title or self.table.source!r}: {rows}, {self.card.card.id}, "
            f"{self.engine.name} engine, {self.z[..., 0].size} draws, {verdict})"
        )
