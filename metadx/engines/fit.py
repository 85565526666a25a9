"""A fitted review: one frozen result of either engine."""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from metadx.cards.load import LoadedCard
from metadx.designs.design import Design, Kind
from metadx.engines.group_draws import Group, make_group
from metadx.engines.hand_over import run_engine
from metadx.engines.notes import fit_notes
from metadx.engines.request import settle
from metadx.engines.result import Check, EngineReport, EngineResult, Note, Proposals
from metadx.engines.settings import EngineChoice, FitSettings
from metadx.errors import ConvergenceWarning, FitError
from metadx.estimands.links import to_logit
from metadx.studies.accuracy import AccuracyTable
from metadx.studies.covariates import MissingPolicy
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
    design : Design
        What the means depend on.
    settings : FitSettings
    result : EngineResult
        Draws, checks and the engine's report.
    title : str
        Title of the review.
    synthetic : bool
        Whether the data are simulated or reconstructed; every figure and page says so.
    dropped : tuple of str
        Studies left out because a covariate of theirs is missing; never without being asked to.
    synthetic_note : str
        What to say of synthetic data instead of the usual words; empty for these.
    beside : tuple of str
        Covariates of the regression that this fit without covariates stands beside; captions say
        that they are not in it.
    """

    table: AccuracyTable
    card: LoadedCard
    design: Design
    settings: FitSettings
    result: EngineResult
    title: str = ""
    synthetic: bool = False
    dropped: tuple[str, ...] = ()
    synthetic_note: str = ""
    beside: tuple[str, ...] = ()

    @property
    def mu(self) -> FloatArray:
        """Logit sens and logit spec of the median study, shape (chain, draw, 2).

        Under the logit link these are the means of the study effects.

        Raises
        ------
        FitError
            If the fit has covariates: there is no one mean then.
        """
        if self.design.has_covariates:
            msg = (
                "a fit with covariates has no single mean, so this needs one kind of study: take "
                "its groups, metadx.summary or the figures by level, or fit without covariates."
            )
            raise FitError(msg)
        return to_logit(self.result.coefficients, self.card.card.link)

    @property
    def intercepts(self) -> FloatArray:
        """Means at the reference levels and the average of the continuous covariates.

        Shape (chain, draw, 2), on the scale of the link; without covariates and under the logit
        the same as `mu`.
        """
        if not self.design.has_covariates:
            return self.result.coefficients
        return np.stack([reported[..., 0] for reported in self._reported()], axis=-1)

    @property
    def coefficients(self) -> FloatArray:
        """Coefficients as the model has them (`Design` says how levels are coded).

        Shape (chain, draw, P + Q), those of sens first, on the scale of the link.
        """
        return self.result.coefficients

    @property
    def effects(self) -> FloatArray:
        """Coefficients as they are reported, shape (chain, draw, E): see `effect_names`."""
        return np.concatenate([reported[..., 1:] for reported in self._reported()], axis=-1)

    @property
    def effect_names(self) -> tuple[str, ...]:
        """Names of the effects, length E: ``"sens,setting=screening"``, ``"spec,year"``, ...

        Differences from the reference level; of a continuous covariate per standard deviation.
        """
        margins = (("sens", self.design.sens), ("spec", self.design.spec))
        return tuple(f"{name},{effect}" for name, margin in margins for effect in margin.effects)

    def _reported(self) -> tuple[FloatArray, FloatArray]:
        split = self.design.sens.size
        sens, spec = self.coefficients[..., :split], self.coefficients[..., split:]
        return sens @ self.design.sens.to_effects.T, spec @ self.design.spec.to_effects.T

    def group(self, kind: Kind) -> Group:
        """Return the draws for one kind of study.

        Parameters
        ----------
        kind : Kind
            One of `design.kinds`, or made by `metadx.designs.formula.design_row`.

        Returns
        -------
        Group
            S = chain * draw rows in the order of the posterior.
        """
        split = self.design.sens.size
        flat = self.coefficients.reshape(self.rho.size, -1)
        location = np.stack([flat[:, :split] @ kind.sens, flat[:, split:] @ kind.spec], axis=1)
        return self._group(location, kind)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The draws of every kind of study that the design tells apart; empty without any."""
        return tuple(self.group(kind) for kind in self.design.kinds)

    @property
    def pooled(self) -> Group:
        """The draws of the one kind of study there is without covariates.

        Raises
        ------
        FitError
            If the fit has covariates: pool without them, or take `groups`.
        """
        self.mu  # noqa: B018 - refuses covariates
        return self._group(self.coefficients.reshape(-1, 2), None)

    def _group(self, location: FloatArray, kind: Kind | None) -> Group:
        return make_group(
            location,
            self.tau.reshape(-1, 2),
            self.rho.ravel(),
            rng=self.new_study_rng(None if kind is None else kind.label),
            studies=kind.studies if kind else np.arange(self.table.n_studies),
            kind=kind,
            label=kind.label if kind else "all",
            link=self.card.card.link,
            df=None if self.df is None else self.df.ravel(),
        )

    @property
    def tau(self) -> FloatArray:
        """Between-study standard deviations, of t effects scales, shape (chain, draw, 2).

        On the scale of the link; 0 where the card takes them as given.
        """
        return self.result.tau

    @property
    def df(self) -> FloatArray | None:
        """Degrees of freedom of t-distributed study effects, shape (chain, draw).

        None where the effects are normal.
        """
        return self.result.df

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
        return fit_notes(
            self.table,
            self.card.card,
            self.engine,
            remarks=self.design.remarks,
            dropped=self.dropped,
            df=self.df,
        )

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
        return self.pooled.new_logits

    def new_study_rng(self, label: str | None = None) -> np.random.Generator:
        """Return the random stream of the new studies, from its beginning.

        New studies of different kinds are different studies: each label has a stream of its own.
        """
        stream = [] if label is None else [crc32(label.encode())]
        return np.random.default_rng([_NEW_STUDY_STREAM, self.settings.seed, *stream])

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
        formulas = ""
        if self.design.has_covariates:
            formulas = f"sens {self.design.sens.formula}, spec {self.design.spec.formula}, "
        return (
            f"Fit({self.title or self.table.source!r}: {self.table.n_studies} studies, "
            f"{self.card.card.id}, {formulas}{self.engine.name} engine, {self.rho.size} draws, "
            f"{verdict})"
        )


def fit(
    data: AccuracyTable | Review,
    model: str | Path | LoadedCard | None = None,
    *,
    sens: str | None = None,
    spec: str | None = None,
    missing: MissingPolicy | None = None,
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
    sens, spec : str or None
        Formulas for the mean logits, such as ``"~ setting + year"``; None takes the review's own,
        else ``"~ 1"``.
    missing : {"error", "drop", "level"} or None
        What to do with studies that lack a covariate of a formula: refuse, leave them out, or
        give them a level of their own ("not reported", categorical covariates only). None takes
        the review's own choice, else "error".
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
        If the card, the table, a formula or a setting is wrong.

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
    >>> assay = metadx.fit(metadx.load_dataset("anti-ccp"), sens="~ generation", draws=1000)
    >>> [group.label for group in assay.groups], assay.effect_names
    (['CCP1', 'CCP2'], ('sens,generation=CCP2',))
    """
    request = settle(data, model, seed, sens=sens, spec=spec, missing=missing)
    settings = FitSettings(engine, draws, request.seed, study_effects)
    result = run_engine(request.table, request.card, request.design, settings)
    fitted = Fit(
        request.table,
        request.card,
        request.design,
        settings,
        result,
        title=request.title,
        synthetic=request.synthetic,
        dropped=request.dropped,
        synthetic_note=request.synthetic_note,
    )
    failed = [check for check in fitted.checks if not check.passed]
    if failed:
        listed = ", ".join(f"{c.name} = {c.value:.3g} (limit {c.threshold:g})" for c in failed)
        warnings.warn(f"a check of the fit failed: {listed}", ConvergenceWarning, stacklevel=2)
    return fitted
