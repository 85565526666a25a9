"""Studies with several possible tables: sums over these, by brute force and by fits of each."""

import numpy as np
import pytest

from metadx.cards.load import load_card
from metadx.engines.counts import Counts
from metadx.engines.effects import draw_study_logits
from metadx.engines.fit import Fit, fit
from metadx.engines.likelihood import IntegratedLikelihood
from metadx.engines.maximum_likelihood import maximum_likelihood
from metadx.engines.target import Posterior
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable
from tests.unit.engines.brute_force import brute_force, conditional_grid, hyper_of

ROWS = ((25, 3, 8, 40), (14, 1, 6, 22), (30, 9, 2, 31), (11, 4, 5, 60), (9, 0, 4, 0))
# The same sizes; other sizes; a single further table.
TABLES = {
    0: ((25, 3, 8, 40), (22, 5, 11, 38), (28, 3, 5, 40)),
    3: ((11, 4, 5, 60), (14, 5, 6, 54), (12, 4, 4, 60), (30, 1, 12, 36)),
}
POINTS = (
    ((1.0, 2.0), (0.7, 0.9), -0.4),
    ((0.2, 3.0), (1.6, 0.3), 0.8),
    ((2.5, 0.5), (0.1, 2.0), -0.95),
)


def table_of(rows=ROWS, tables=TABLES):
    return AccuracyTable.from_counts(
        [f"Study {i}" for i in range(len(rows))],
        *np.array(rows).T,
        alternatives={i: np.array(some) for i, some in tables.items()},
    )


def with_each():
    """Yield the table with every choice of the uncertain studies, and how many pairs of sizes."""
    for one in TABLES[0]:
        for other in TABLES[3]:
            yield table_of((one, *ROWS[1:3], other, ROWS[4]), {})


def sizes(some):
    return len({(tp + fn, fp + tn) for tp, fp, fn, tn in some})


def by_hand(point):
    """Log-likelihood of every study: the sum over its tables, each pair of sizes as likely."""
    found = []
    for i, row in enumerate(ROWS):
        some = TABLES.get(i, (row,))
        terms = [brute_force(one, point) for one in some]
        found.append(np.logaddexp.reduce(terms) - np.log(sizes(some)))
    return np.array(found)


@pytest.fixture(scope="module")
def likelihood() -> IntegratedLikelihood:
    return IntegratedLikelihood.of(Counts.from_table(table_of()), 31)


def test_the_likelihood_of_a_study_is_the_sum_over_its_tables(likelihood):
    assert (sizes(TABLES[0]), sizes(TABLES[3])) == (1, 3)
    for point in POINTS:
        found = likelihood.by_study(hyper_of(*point))[0]
        np.testing.assert_allclose(found, by_hand(point), rtol=0, atol=2e-6)


def test_parts_of_the_studies_and_other_nodes(likelihood):
    hyper = hyper_of(*(np.array([p[k] for p in POINTS]) for k in range(3)))
    whole = likelihood.by_study(hyper)
    for chosen in ([3], [1, 3, 4], [0, 1, 2, 3, 4], [2]):
        part = likelihood.take(np.array(chosen)).by_study(hyper)
        np.testing.assert_allclose(part, whole[:, chosen], rtol=0, atol=1e-12)
    mixed = likelihood.with_nodes(np.array([31, 15, 31, 61, 15])).by_study(hyper)
    np.testing.assert_allclose(mixed, whole, rtol=0, atol=1e-3)


def test_the_gradient_is_that_of_the_sum():
    card = load_card("bivariate-binomial").card
    posterior = Posterior.of(IntegratedLikelihood.of(Counts.from_table(table_of()), 31), card)
    theta = np.array([0.9, 1.7, np.log(0.8), np.log(0.6), np.arctanh(-0.3)])
    value, slope = posterior.gradient(theta[None])
    steps = np.eye(5) * 1e-4
    up, down = (posterior.log_density(theta + sign * steps)[0] for sign in (1, -1))
    np.testing.assert_allclose(slope[0], (up - down) / 2e-4, rtol=0, atol=2e-4)
    assert value[0] == pytest.approx(posterior.log_density(theta[None])[0][0], abs=1e-9)


def test_study_logits_follow_the_mixture():
    draws = 20_000
    mu, tau, rho = point = POINTS[0]
    same = hyper_of(np.tile(mu, (draws, 1)), np.tile(tau, (draws, 1)), np.full(draws, rho))
    coarse = IntegratedLikelihood.of(Counts.from_table(table_of()))
    logits = draw_study_logits(coarse, same, np.random.default_rng(4))
    for study, some in TABLES.items():
        shares = np.exp([brute_force(one, point) for one in some])
        shares /= shares.sum()
        assert 0.01 < shares.min() < shares.max() < 0.9
        first, second = np.zeros(2), np.zeros(2)
        for share, one in zip(shares, some, strict=True):
            a, b, values, _ = conditional_grid(one, point, 401)
            weight = np.exp(values - values.max())
            weight *= share / weight.sum()
            for margin, logit in enumerate((a, b)):
                first[margin] += (weight * logit).sum()
                second[margin] += (weight * logit**2).sum()
        sd = np.sqrt(second - first**2)
        z = (logits[:, study] - first) / sd
        assert (np.abs(z.mean(axis=0)) < 4.5 / np.sqrt(draws)).all()
        assert (np.abs(z.std(axis=0) - 1) < 0.03).all()


@pytest.fixture(scope="module")
def fits() -> tuple[Fit, list[Fit]]:
    settings = {"engine": "marginal", "draws": 8000, "seed": 3}
    return fit(table_of(), **settings), [fit(table, **settings) for table in with_each()]


def test_a_fit_is_the_mixture_of_the_fits_with_each_table(fits):
    """Evidence adds up, and the posterior is the average weighted by evidence."""
    together, apart = fits
    evidence = np.array([one.engine.log_evidence for one in apart])
    total = np.logaddexp.reduce(evidence)
    expected = total - np.log(sizes(TABLES[0]) * sizes(TABLES[3]))
    assert together.engine.log_evidence == pytest.approx(expected, abs=0.03)
    shares = np.exp(evidence - total)
    assert shares.max() < 0.6
    for name in ("mu", "tau", "rho"):
        each = np.array([getattr(one, name).reshape(8000, -1).mean(axis=0) for one in apart])
        drawn = getattr(together, name).reshape(8000, -1)
        assert (np.abs(drawn.mean(axis=0) - shares @ each) < 0.06 * drawn.std(axis=0)).all()
        assert (drawn.mean(axis=0) > each.min(axis=0)).all()
        assert (drawn.mean(axis=0) < each.max(axis=0)).all()
    assert all(check.passed for check in together.checks)
    logits = together.study_logits[..., 3, 0].mean()
    assert logits == pytest.approx(
        shares @ [one.study_logits[..., 3, 0].mean() for one in apart], abs=0.03
    )


def test_the_maximum_is_that_of_the_sum():
    found = maximum_likelihood(table_of(), nodes=31)
    assert found.converged

    def value(mu, tau, rho):
        return by_hand((tuple(mu), tuple(tau), float(rho))).sum()

    best = value(found.mu, found.tau, found.rho)
    assert found.log_likelihood == pytest.approx(best, abs=1e-5)
    for step in (-0.1, 0.1):
        for axis in np.eye(2):
            assert value(found.mu + step * axis, found.tau, found.rho) < best
            assert value(found.mu, found.tau + step * axis * found.tau, found.rho) < best


def test_where_the_maximum_is_at_infinity():
    # Nobody is missed in any table: sens has no estimate, spec is that of the sum.
    rows, tables = (
        ((9, 2, 0, 14), (12, 3, 0, 9), (8, 1, 0, 20)),
        {0: ((9, 2, 0, 14), (9, 4, 0, 12))},
    )
    found = maximum_likelihood(table_of(rows, tables), nodes=15)
    assert found.limits[0].kind == "edge"
    nobody = [tuple(k * (0, 1, 0, 1)[i] for i, k in enumerate(row)) for row in rows]
    same = {0: [(0, 2, 0, 14), (0, 4, 0, 12)]}
    spec_alone = maximum_likelihood(table_of(nobody, same), nodes=15)
    assert found.log_likelihood == pytest.approx(spec_alone.log_likelihood, abs=1e-9)
    rows, tables = ((9, 2, 0, 14), (0, 3, 5, 9)), {0: ((9, 2, 0, 14), (9, 4, 0, 12))}
    with pytest.raises(FitError, match="several possible tables"):
        maximum_likelihood(table_of(rows, tables))


def test_every_table_of_every_study_may_be_uncertain():
    rows = ((9, 2, 3, 14), (12, 0, 2, 9))
    tables = {0: (rows[0], (8, 2, 4, 14)), 1: (rows[1], (12, 1, 2, 8), (11, 0, 3, 9))}
    fitted = fit(table_of(rows, tables), engine="marginal", draws=1000, seed=1)
    assert fitted.log_likelihood.shape[-1] == 2
    assert np.isfinite(fitted.study_logits).all()


def test_a_saved_fit_keeps_the_tables(fits, tmp_path):
    together, _ = fits
    loaded = Fit.load(together.save(tmp_path / "fit.nc"))
    assert loaded.table == together.table
    assert loaded.table.alternatives[3].tolist() == [list(one) for one in TABLES[3]]
    assert [note for note in loaded.notes if note.about == "counts"] == [
        note for note in together.notes if note.about == "counts"
    ]
    assert len([note for note in loaded.notes if note.about == "counts"]) == 2
