"""What a comparison of formulas found."""

from dataclasses import dataclass

from metadx.criticism.bayes_factor import BayesFactor
from metadx.criticism.evidence import Evidence
from metadx.criticism.explained import Explained
from metadx.criticism.leave_one_out import LeaveOneOut
from metadx.criticism.likelihood_ratio import LikelihoodRatio
from metadx.designs.design import NO_COVARIATES
from metadx.engines.fit import Fit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import MissingPolicy

#: Differences of the log predictive density below it are small, whatever their standard error.
SMALL_DIFFERENCE = 4.0
#: Standard errors that a difference must exceed.
CLEAR_ERRORS = 2.0


@dataclass(frozen=True, eq=False)
class Compared:
    """One formula with all that ranks it.

    Parameters
    ----------
    formula : str
        ``"~ setting"`` where both margins have the same one, else ``"sens ~ a; spec ~ b"``.
    fit : Fit
    loo : LeaveOneOut
        Studies with a heavy tail are fitted without.
    difference, difference_se : float
        Of the total log predictive density from that of the best formula (0 for itself), with its
        standard error over studies.
    evidence : Evidence or None
        None for a fit by NUTS.
    bayes_factors : tuple of BayesFactor
        Against no covariates, over a range of prior scales; empty for ``"~ 1"`` and where an
        evidence is missing.
    explained : Explained
        Heterogeneity beside that without covariates.
    likelihood_ratio : LikelihoodRatio
        By maximum likelihood, against no covariates.
    """

    formula: str
    fit: Fit
    loo: LeaveOneOut
    difference: float
    difference_se: float
    evidence: Evidence | None
    bayes_factors: tuple[BayesFactor, ...]
    explained: Explained
    likelihood_ratio: LikelihoodRatio

    @property
    def parameters(self) -> int:
        """Number of parameters: coefficients of both margins, two tau, rho, and nu of a t law.

        What the card takes as given is none.
        """
        of = self.fit.card.card.parameters
        scales = 2 * (not of.tau.fixed) + (not of.rho.fixed) + (of.nu is not None)
        return sum(self.fit.design.sizes) + scales

    @property
    def clearly_worse(self) -> bool:
        """Whether the best formula predicts better by at least 4 and by 2 standard errors.

        References
        ----------
        Sivula T, Magnusson M, Matamoros AA, Vehtari A. Uncertainty in Bayesian leave-one-out
        cross-validation based model comparison. arXiv:2008.10296, 2020 (small differences have
        standard errors that cannot be trusted).
        """
        gap = -self.difference
        return gap >= SMALL_DIFFERENCE and gap >= CLEAR_ERRORS * self.difference_se


@dataclass(frozen=True, eq=False)
class Comparison:
    """Formulas ranked by how well they predict a study that they have not seen.

    Parameters
    ----------
    models : tuple of Compared
        The best first.
    missing : {"error", "drop", "level"}
        What was done about studies that lack a covariate.
    dropped : tuple of str
        Studies left out of all fits because a covariate of some formula is missing.
    notes : tuple of str
        What a reader must know before preferring a formula.
    """

    models: tuple[Compared, ...]
    missing: MissingPolicy
    dropped: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def baseline(self) -> Compared:
        """The model without covariates."""
        return next(one for one in self.models if one.formula == NO_COVARIATES)

    @property
    def table(self) -> AccuracyTable:
        """The studies of all fits."""
        return self.baseline.fit.table

    @property
    def passed(self) -> bool:
        """Whether every check of every fit passed."""
        return all(one.fit.passed for one in self.models)
