"""Study logits against their exact conditional law on a dense grid."""

import numpy as np
import pytest

from metadx.engines.counts import Counts
from metadx.engines.effects import draw_study_logits
from metadx.engines.likelihood import IntegratedLikelihood
from metadx.studies.accuracy import AccuracyTable
from tests.unit.engines.brute_force import conditional_grid, hyper_of, one_study

DRAWS = 20_000
CASES = {
    "ordinary": ((25, 3, 8, 40), ((1.0, 2.0), (0.7, 0.9), -0.4)),
    "zero cells, few people, large tau": ((3, 0, 0, 2), ((1.0, 2.0), (3.0, 2.5), -0.7)),
    "no non-diseased": ((9, 0, 4, 0), ((1.0, 2.0), (0.9, 1.4), -0.8)),
    "a million people": ((700_000, 200_000, 300_000, 800_000), ((1.0, 2.0), (0.7, 0.9), 0.5)),
    "nothing but errors": ((0, 6, 5, 0), ((2.0, 2.0), (1.5, 1.0), 0.6)),
}


def same_draws(study, hyper, seed, draws=DRAWS):
    """Many draws of one study at the same hyper-parameters, shape (draws, 2)."""
    mu, tau, rho = hyper
    repeated = hyper_of(np.tile(mu, (draws, 1)), np.tile(tau, (draws, 1)), np.full(draws, rho))
    likelihood = IntegratedLikelihood.of(Counts.from_table(one_study(*study)))
    return draw_study_logits(likelihood, repeated, np.random.default_rng(seed))[:, 0, :]


def exact(study, hyper):
    """Weights on the grid, with logit sens and logit spec broadcast to it."""
    a, b, values, _ = conditional_grid(study, hyper)
    weight = np.exp(values - values.max())
    return weight / weight.sum(), np.broadcast_to(a, b.shape), b


def quantiles(values, weight, levels):
    order = np.argsort(values, axis=None)
    cumulative = np.cumsum(weight.ravel()[order])
    return values.ravel()[order][np.searchsorted(cumulative, levels)]


@pytest.mark.parametrize("case", CASES)
def test_draws_follow_the_conditional_law(case):
    study, hyper = CASES[case]
    draws = same_draws(study, hyper, seed=8)
    weight, a, b = exact(study, hyper)
    moments = []
    levels = np.array([0.025, 0.25, 0.5, 0.75, 0.975])
    for margin, values in enumerate((a, b)):
        mean = (weight * values).sum()
        sd = np.sqrt((weight * (values - mean) ** 2).sum())
        moments.append((mean, sd))
        z = (draws[:, margin] - mean) / sd
        assert abs(z.mean()) < 4.5 / np.sqrt(DRAWS)
        kurtosis = (weight * ((values - mean) / sd) ** 4).sum()
        assert abs(z.std() - 1) < 4.5 * np.sqrt((kurtosis - 1) / 4 / DRAWS)
        # the share of draws below each exact quantile
        below = (draws[:, margin, None] <= quantiles(values, weight, levels)).mean(axis=0)
        assert (np.abs(below - levels) < 4.5 * np.sqrt(levels * (1 - levels) / DRAWS)).all()
    (mean1, sd1), (mean0, sd0) = moments
    correlation = (weight * (a - mean1) * (b - mean0)).sum() / (sd1 * sd0)
    found = np.corrcoef(draws.T)[0, 1]
    assert abs(found - correlation) < 5 * (1 - correlation**2) / np.sqrt(DRAWS) + 1e-4


def test_an_empty_arm_is_drawn_from_its_law_given_the_other():
    (mu, tau, rho) = CASES["no non-diseased"][1]
    draws = same_draws(*CASES["no non-diseased"], seed=3)
    slope = rho * tau[1] / tau[0]
    left = draws[:, 1] - mu[1] - slope * (draws[:, 0] - mu[0])
    sd = tau[1] * np.sqrt(1 - rho**2)
    assert abs(left.mean()) < 4 * sd / np.sqrt(DRAWS)
    assert left.std() == pytest.approx(sd, rel=0.03)
    assert abs(np.corrcoef(left, draws[:, 0])[0, 1]) < 0.04


def test_the_draws_of_a_seed_repeat_and_those_of_another_differ():
    study, hyper = CASES["ordinary"]
    one, again, two = (same_draws(study, hyper, seed, 500) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.isin(one, two).any()
    assert abs(np.corrcoef(one[:, 0], two[:, 0])[0, 1]) < 0.2


def test_draws_are_independent_of_each_other():
    z = same_draws(*CASES["ordinary"], seed=5)[:, 0]
    assert abs(np.corrcoef(z[1:], z[:-1])[0, 1]) < 4 / np.sqrt(DRAWS)
    # A chain that never moved would leave its first proposals, t draws with heavy tails.
    assert np.unique(z).size == DRAWS


def test_every_study_is_drawn_at_its_own_hyper_parameters():
    """Large studies of known accuracy, at tau so large that each one follows its own counts."""
    table = AccuracyTable.from_counts(
        ["A", "B", "C"],
        tp=[90_000, 50_000, 20_000],
        fp=[10_000, 50_000, 5_000],
        fn=[10_000, 50_000, 80_000],
        tn=[90_000, 50_000, 95_000],
    )
    size = 8000  # more than one chunk
    rng = np.random.default_rng(1)
    hyper = hyper_of(rng.normal(size=(size, 2)), np.full((size, 2), 2.0), np.zeros(size))
    likelihood = IntegratedLikelihood.of(Counts.from_table(table))
    draws = draw_study_logits(likelihood, hyper, rng)
    assert draws.shape == (size, 3, 2)
    counts = (table.tp, table.fn), (table.tn, table.fp)
    for margin, (hit, miss) in enumerate(counts):
        wanted = np.log(hit / miss)
        sd = np.sqrt(1 / hit + 1 / miss)
        assert (np.abs(draws[:, :, margin].mean(axis=0) - wanted) < 5e-4).all()
        np.testing.assert_allclose(draws[:, :, margin].std(axis=0), sd, rtol=0.05)
