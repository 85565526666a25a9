"""The referee: which parametrisation, which tries, what is handed back; one real run."""

import numpy as np
import pymc as pm
import pytest
import xarray as xr

from metadx.cards.load import load_card
from metadx.engines.fit import fit
from metadx.engines.nuts import choose_parametrisation, fit_nuts
from metadx.engines.settings import FitSettings
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable
from tests.unit.engines.brute_force import brute_force

CARD = load_card("bivariate-binomial").card


def table_of(tp, fp, fn, tn) -> AccuracyTable:
    return AccuracyTable.from_counts([f"S{i}" for i in range(len(tp))], tp, fp, fn, tn)


@pytest.mark.parametrize(
    ("table", "chosen"),
    [
        # n p (1 - p) with half a person added: 100 * 0.5 * 0.5 = 25 in both arms
        (table_of([50] * 3, [50] * 3, [50] * 3, [50] * 3), "centred"),
        # spec: 100 * 0.995 * 0.005 = 0.5
        (table_of([50] * 3, [0] * 3, [50] * 3, [100] * 3), "non-centred"),
        (table_of([100] * 3, [50] * 3, [0] * 3, [50] * 3), "non-centred"),
        (table_of([5] * 3, [5] * 3, [5] * 3, [5] * 3), "non-centred"),  # 2.5 in both
        (table_of([6] * 3, [6] * 3, [6] * 3, [6] * 3), "centred"),  # 3.0 in both
        # the median study decides
        (table_of([50, 50, 100], [50] * 3, [50, 50, 0], [50] * 3), "centred"),
        (table_of([50, 100, 100], [50] * 3, [50, 0, 0], [50] * 3), "non-centred"),
        (table_of([50] * 3, [0] * 3, [50] * 3, [0] * 3), "non-centred"),  # an arm of nobody
    ],
)
def test_effects_are_centred_where_studies_know_them(table, chosen):
    assert choose_parametrisation(table) == chosen


class Sampler:
    """Stands in for `pymc.sample`: hands back prepared chains and notes what was asked."""

    def __init__(self, shifts: list[float]) -> None:
        self.shifts = shifts
        self.asked: list[tuple[str, float]] = []
        self.options: list[dict] = []

    def __call__(self, draws, *, chains, nuts, **options) -> xr.DataTree:
        model = pm.modelcontext(None)
        parametrisation = "non-centred" if "z" in model.named_vars else "centred"
        self.asked.append((parametrisation, nuts["target_accept"]))
        self.options.append(options)
        shift = self.shifts[len(self.asked) - 1]
        rng = np.random.default_rng(len(self.asked))
        shape, studies = (chains, draws), model.dim_lengths["study"].eval()
        mu = rng.normal([1, 2], 0.3, (*shape, 2))
        mu[0, :, 0] += shift
        logits = rng.normal(size=(*shape, int(studies), 2))
        diverging = np.zeros(shape, dtype=bool)
        diverging[0, 0] = shift > 1
        posterior = xr.Dataset(
            {
                "coefficients": (("chain", "draw", "coefficient"), mu),
                "tau": (("chain", "draw", "margin"), rng.uniform(0.3, 0.9, (*shape, 2))),
                "rho": (("chain", "draw"), rng.uniform(-0.9, 0.9, shape)),
                "study_logit": (("chain", "draw", "study", "margin"), logits),
            }
        )
        stats = xr.Dataset(
            {
                "diverging": (("chain", "draw"), diverging),
                "energy": (("chain", "draw"), rng.normal(size=shape)),
                "unknown": (("chain", "draw"), rng.normal(size=shape)),
            }
        )
        return xr.DataTree.from_dict({"posterior": posterior, "sample_stats": stats})


TABLE = table_of([50, 40, 45], [50, 30, 20], [50, 60, 40], [50, 60, 80])
TRIES = ["centred", "non-centred", "non-centred"]


@pytest.mark.parametrize(
    ("shifts", "tries", "best"),
    [
        ([0], 1, 0),  # the first try is good
        ([2, 0], 2, 1),  # the other parametrisation is
        ([2, 2, 0], 3, 2),
        ([2, 0.5, 2], 3, 1),  # none is: the one with the fewest failed checks
        ([0.5, 2, 2], 3, 0),
    ],
)
def test_tries_go_on_until_one_passes_and_the_best_is_kept(monkeypatch, shifts, tries, best):
    sampler = Sampler(shifts)
    monkeypatch.setattr(pm, "sample", sampler)
    result = fit_nuts(TABLE, CARD, FitSettings("nuts", 2000, 3))
    assert [parametrisation for parametrisation, _ in sampler.asked] == TRIES[:tries]
    accepts = [accept for _, accept in sampler.asked]
    assert accepts == sorted(accepts)  # a later try never takes larger steps
    assert accepts[0] >= 0.9
    assert tries < 3 or accepts[2] > accepts[0]
    assert result.report.parametrisation == TRIES[best]
    wanted = np.random.default_rng(best + 1).normal([1, 2], 0.3, result.coefficients.shape)
    np.testing.assert_allclose(result.coefficients[1:], wanted[1:])
    assert all(check.passed for check in result.checks) == (shifts[best] == 0)


def test_the_sampler_is_told_draws_seed_and_tool(monkeypatch):
    sampler = Sampler([0])
    monkeypatch.setattr(pm, "sample", sampler)
    result = fit_nuts(TABLE, CARD, FitSettings("nuts", 8000, 3))
    (options,) = sampler.options
    assert options["random_seed"] == 3
    assert options["nuts_sampler"] == "nutpie"
    assert options["progressbar"] is False
    assert options["tune"] >= 1000
    assert result.rho.shape == (4, 2000)
    assert set(result.sample_stats) == {"diverging", "energy"}
    assert result.report.ess == next(c.value for c in result.checks if c.name == "ess_bulk")
    assert result.report.pareto_k is None
    assert result.proposals is None


def test_study_effects_are_left_out_when_not_wanted(monkeypatch):
    monkeypatch.setattr(pm, "sample", Sampler([0]))
    settings = FitSettings("nuts", 2000, 3, study_effects=False)
    assert fit_nuts(TABLE, CARD, settings).study_logits is None


def test_the_log_likelihood_has_the_effects_integrated_out(monkeypatch):
    monkeypatch.setattr(pm, "sample", Sampler([0]))
    result = fit_nuts(TABLE, CARD, FitSettings("nuts", 2000, 3))
    for chain, draw, i in ((0, 0, 0), (3, -1, 2), (1, 250, 1)):
        study = tuple(int(getattr(TABLE, name)[i]) for name in ("tp", "fp", "fn", "tn"))
        hyper = (result.coefficients[chain, draw], result.tau[chain, draw], result.rho[chain, draw])
        found = result.log_likelihood[chain, draw, i]
        assert found == pytest.approx(brute_force(study, hyper), abs=1e-3)


def test_a_sampler_that_cannot_start_is_an_error_in_plain_words(monkeypatch):
    def refuse(**options):
        raise RuntimeError("All initialization points failed\n  a long trace")

    monkeypatch.setattr(pm, "sample", refuse)
    with pytest.raises(FitError) as caught:
        fit(TABLE, engine="nuts", draws=1000)
    assert str(caught.value) == "NUTS could not start: All initialization points failed"


def flat(draws: np.ndarray) -> np.ndarray:
    return draws.reshape(-1, *draws.shape[2:])


def test_a_real_run_passes_its_checks_and_agrees_with_the_marginal_engine(nuts_fit, marginal_fit):
    assert nuts_fit.passed
    assert nuts_fit.engine.name == "nuts"
    assert nuts_fit.engine.parametrisation == "centred"
    assert nuts_fit.rho.shape[0] == 4
    assert nuts_fit.rho.size >= 1600
    for name in ("coefficients", "tau", "rho"):
        one, two = (flat(getattr(each, name)) for each in (nuts_fit, marginal_fit))
        sd = two.std(axis=0)
        error = sd * np.sqrt(1 / nuts_fit.engine.ess + 1 / marginal_fit.engine.ess)
        assert (np.abs(one.mean(axis=0) - two.mean(axis=0)) < 4 * error).all(), name
        np.testing.assert_allclose(one.std(axis=0), sd, rtol=0.2, err_msg=name)
    ours, theirs = nuts_fit.study_logits, marginal_fit.study_logits
    z = (ours.mean(axis=(0, 1)) - theirs.mean(axis=(0, 1))) / theirs.std(axis=(0, 1))
    assert np.abs(z).max() < 0.2
    np.testing.assert_allclose(ours.std(axis=(0, 1)), theirs.std(axis=(0, 1)), rtol=0.2)


def test_a_fit_by_nuts_is_saved_whole(nuts_fit, tmp_path):
    from metadx.engines.fit import Fit
    from tests.unit.engines.test_store import assert_equal

    assert_equal(nuts_fit, Fit.load(nuts_fit.save(tmp_path / "fit.nc")))
