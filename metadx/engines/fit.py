"""A fitted review: one frozen result of either engine."""

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from metadx.cards.load import LoadedCard, load_card
from metadx.engines.marginal import fit_marginal
from metadx.engines.notes import fit_notes
from metadx.engines.result import Check, EngineReport, EngineResult, Note, Proposals
from metadx.engines.settings import EngineChoice, FitSettings
from metadx.errors import ConvergenceWarning, DataError, FitError
from metadx.estimands.accuracy import new_study_logits
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.review import Review

if TYPE_CHECKING:
    import xarray as xr

type FloatArray = NDArray[np.float64]

_NEW_STUDY_STREAM = 7  # keeps the predictive draws apart from the engine's random stream


@dataclass(frozen=True, eq=False)
class Fit:
    """The posterior of one model for one table, with all that is needed to judge it.

    Parameters
    ----------
    table : AccuracyTable
        N studies.
    card : LoadedCard
        The model card with its text.
    settings : FitSettings
    result : EngineResult
        Draws, checks and the engine's report.
    title : str
        Title of the review.
    synthetic : bool
        Whether the data are simulated or reconstructed; every figure and page says so.
    """

    table: AccuracyTable
    card: LoadedCard
    settings: FitSettings
    result: EngineResult
    title: str = ""
    synthetic: bool = False

    @property
    def mu(self) -> FloatArray:
        """Means of logit sens and logit spec, shape (chain, draw, 2)."""
        return self.result.mu

    @property
    def tau(self) -> FloatArray:
        """Between-study standard deviations on the logit scale, shape (chain, draw, 2)."""
        return self.result.tau

    @property
    def rho(self) -> FloatArray:
        """Correlation of the two random effects, shape (chain, draw)."""
        return self.result.rho

    @property
    def study_logits(self) -> FloatArray | None:
        """Logit sens and logit spec of each study, shape (chain, draw, N, 2), if drawn."""
        return self.result.study_logits

    @property
    def log_likelihood(self) -> FloatArray:
        """Log-likelihood by study, random effects integrated out, shape (chain, draw, N)."""
        return self.result.log_likelihood

    @property
    def proposals(self) -> Proposals | None:
        """Raw importance draws and their log weights (marginal engine)."""
        return self.result.proposals

    @property
    def engine(self) -> EngineReport:
        """How the posterior was obtained."""
        return self.result.report

    @property
    def checks(self) -> tuple[Check, ...]:
        """What the fit had to pass."""
        return self.result.checks

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def seed(self) -> int:
        """Seed of the fit."""
        return self.settings.seed

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the reader of a result must know of the data and the fit."""
        return fit_notes(self.table, self.card.card, self.engine)

    @property
    def identified(self) -> tuple[bool, bool]:
        """Whether any study has a diseased and a non-diseased arm: (sens, spec)."""
        return bool(self.table.n_diseased.any()), bool(self.table.n_nondiseased.any())

    def new_study_logits(self) -> FloatArray:
        """Draw logit sens and logit spec of a new study, one per posterior draw.

        Returns
        -------
        ndarray, shape (chain * draw, 2)
            The same draws at each call.
        """
        return new_study_logits(
            self.mu.reshape(-1, 2), self.tau.reshape(-1, 2), self.rho.ravel(), self.new_study_rng()
        )

    def new_study_rng(self) -> np.random.Generator:
        """Return the random stream of the new studies, from its beginning."""
        return np.random.default_rng([_NEW_STUDY_STREAM, self.settings.seed])

    @property
    def tree(self) -> "xr.DataTree":
        """The fit as an xarray DataTree for ArviZ: built anew at each call."""
        from metadx.engines.tree import build_tree

        return build_tree(self)

    def save(self, path: str | Path) -> Path:
        """Write the fit to a NetCDF file, beside it first and then moved into place.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        Path
        """
        from metadx.engines.store import save_fit

        return save_fit(self, Path(path))

    @staticmethod
    def load(path: str | Path) -> "Fit":
        """Read a fit written by `save`.

        Raises
        ------
        DataError
            If the file is missing or was not written by metadx.
        """
        from metadx.engines.store import load_fit

        return load_fit(Path(path))

    def __repr__(self) -> str:
        """Say what was fitted, by what, and whether it may be believed."""
        verdict = "every check passed" if self.passed else "a check failed"
        return (
            f"Fit({self.title or self.table.source!r}: {self.table.n_studies} studies, "
            f"{self.card.card.id}, {self.engine.name} engine, {self.rho.size} draws, {verdict})"
        )


def fit(
    data: AccuracyTable | Review,
    model: str | Path | LoadedCard | None = None,
    *,
    engine: EngineChoice = "auto",
    draws: int = 4000,
    seed: int | None = None,
    study_effects: bool | None = None,
) -> Fit:
    """Fit a model card to a table or a review.

    Parameters
    ----------
    data : AccuracyTable or Review
    model : str, Path, LoadedCard or None
        Id or path of a card; None takes the review's own choice, else ``bivariate-binomial``.
    engine : {"auto", "marginal", "nuts"}
        "auto" integrates the random effects out and hands over to NUTS where the importance
        weights cannot be trusted (Pareto k of at least 0.7).
    draws : int
        Posterior draws in all.
    seed : int or None
        None takes the review's own seed, else 1.
    study_effects : bool or None
        Draw each study's own accuracy; None means yes up to 1,000 studies.

    Returns
    -------
    Fit

    Raises
    ------
    FitError
        If no engine can answer.
    CardError, DataError, MetadxError
        If the card, the table or a setting is wrong.

    Warns
    -----
    ConvergenceWarning
        If a check failed; the fit is returned with the failed check in `Fit.checks`.

    Examples
    --------
    >>> import metadx
    >>> fitted = metadx.fit(metadx.load_dataset("telomerase"), draws=1000)
    >>> fitted.engine.name, fitted.passed
    ('marginal', True)
    """
    table, card, seed = _settled(data, model, seed)
    settings = FitSettings(engine, draws, seed, study_effects)
    result = _run(table, card, settings)
    review = data if isinstance(data, Review) else None
    about = (review.title, review.synthetic) if review else ("", False)
    fitted = Fit(table, card, settings, result, *about)
    failed = [check for check in fitted.checks if not check.passed]
    if failed:
        listed = ", ".join(f"{c.name} = {c.value:.3g} (limit {c.threshold:g})" for c in failed)
        warnings.warn(f"a check of the fit failed: {listed}", ConvergenceWarning, stacklevel=2)
    return fitted


def _settled(
    data: AccuracyTable | Review, model: str | Path | LoadedCard | None, seed: int | None
) -> tuple[AccuracyTable, LoadedCard, int]:
    """Fill what the caller left open from the review, else with the defaults."""
    review = data if isinstance(data, Review) else None
    table = data.table if isinstance(data, Review) else data
    if not isinstance(table, AccuracyTable):
        msg = (
            f"a {type(table).__name__} cannot be fitted: wanted an AccuracyTable or a Review; "
            "read a file with metadx.read_table or metadx.load_review."
        )
        raise DataError(msg)
    if review:
        refuse_covariates(
            sens=review.analysis.sens,
            spec=review.analysis.spec,
            subgroup=review.analysis.subgroup,
        )
    if model is None:
        model = review.model if review else "bivariate-binomial"
    card = model if isinstance(model, LoadedCard) else load_card(model)
    if seed is None:
        seed = review.analysis.seed if review else 1
    wanted = card.card.data.min_studies
    if table.n_studies < wanted:
        msg = (
            f"{table.source}: the card {card.card.id} needs at least {wanted} studies, found "
            f"{table.n_studies}; choose another card or add studies."
        )
        raise DataError(msg)
    return table, card, seed


def refuse_covariates(*, sens: str | None, spec: str | None, subgroup: str | None) -> None:
    """Refuse a formula or a subgroup that this version would have to ignore.

    Parameters
    ----------
    sens, spec : str or None
        Formulas; ``"~ 1"`` or None.
    subgroup : str or None

    Raises
    ------
    DataError
        If any of them asks for a covariate.
    """
    for name, value in {"sens": sens, "spec": spec, "subgroup": subgroup}.items():
        if value is not None and value.replace(" ", "") != "~1":
            msg = (
                f"{name} = {value!r}: this version pools without covariates; take the formula "
                f"'~ 1' and no subgroup."
            )
            raise DataError(msg)


def _run(table: AccuracyTable, card: LoadedCard, settings: FitSettings) -> EngineResult:
    """Take the engine asked for; "auto" falls through to NUTS when importance sampling fails."""
    if settings.engine == "nuts":
        return _nuts(table, card, settings, None)
    try:
        result = fit_marginal(table, card.card, settings)
    except FitError as error:
        if settings.engine == "marginal":
            raise
        return _nuts(table, card, settings, f"the marginal engine failed: {error}")
    pareto_k = next(check for check in result.checks if check.name == "pareto_k")
    if pareto_k.passed or settings.engine == "marginal":
        return result
    reason = f"Pareto k of the importance weights is {pareto_k.value:.2f}, not below "
    return _nuts(table, card, settings, f"{reason}{pareto_k.threshold:g}")


def _nuts(
    table: AccuracyTable, card: LoadedCard, settings: FitSettings, fell_back: str | None
) -> EngineResult:
    from metadx.engines.nuts import fit_nuts

    result = fit_nuts(table, card.card, settings, careful=fell_back is not None)
    return replace(result, report=replace(result.report, fell_back=fell_back))
