"""Bands for ranks against full enumeration, simulation, ArviZ and the chain written out."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from arviz_stats.ecdf_utils import get_pointwise_confidence_band, simulate_confidence_bands

from metadx.criticism.calibration import ecdf_bands, family_level, judge, probability_inside
from metadx.errors import MetadxError


def binomial(k, n, p):
    if p in (0, 1):
        return float(k == n * p)
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(ways + k * math.log(p) + (n - k) * math.log1p(-p))


def tail(count, n, z):
    """Smaller of the two binomial tails of a count, by plain sums."""
    below = sum(binomial(k, n, z) for k in range(count + 1))
    above = sum(binomial(k, n, z) for k in range(count, n + 1))
    return min(below, above)


def counts_of(ranks, bins):
    return np.bincount(ranks, minlength=bins)


def every_histogram(n, bins):
    """All ways in which n ranks can fall, each with its probability."""
    seen = Counter(
        tuple(counts_of(list(ranks), bins)) for ranks in itertools.product(range(bins), repeat=n)
    )
    return {counts: times / bins**n for counts, times in seen.items()}


def smallest_tail(counts):
    n, bins = sum(counts), len(counts)
    cumulative = np.cumsum(counts)[:-1]
    # Rounded: tails that are equal on paper are equal here.
    return round(min(tail(int(c), n, (j + 1) / bins) for j, c in enumerate(cumulative)), 12)


@pytest.mark.parametrize(("n", "bins"), [(1, 2), (3, 4), (6, 3), (5, 5), (7, 4), (10, 2)])
@pytest.mark.parametrize("prob", [0.5, 0.9, 0.99])
def test_bands_are_the_narrowest_by_full_enumeration(n, bins, prob):
    chance = every_histogram(n, bins)
    by_tail = {}
    for counts, p in chance.items():
        by_tail[smallest_tail(counts)] = by_tail.get(smallest_tail(counts), 0.0) + p
    # Give up the least plausible histograms while enough remains.
    left = 1.0
    for cut in sorted(by_tail):
        if left - by_tail[cut] < prob - 1e-12:
            break
        left -= by_tail[cut]
    bands = ecdf_bands(n, bins, prob)
    assert bands.attained == pytest.approx(left, abs=1e-12)
    for counts in chance:
        cumulative = np.cumsum(counts)
        inside = ((bands.lower <= cumulative) & (cumulative <= bands.upper)).all()
        assert inside == (smallest_tail(counts) >= cut), counts


@pytest.mark.parametrize(("n", "bins"), [(3, 4), (6, 3), (5, 5)])
def test_p_values_are_those_of_full_enumeration(n, bins):
    chance = every_histogram(n, bins)
    for counts in chance:
        own = smallest_tail(counts)
        expected = sum(p for other, p in chance.items() if smallest_tail(other) <= own)
        (verdict,) = judge({"x": counts})
        assert verdict.p_value == pytest.approx(expected, abs=1e-10)


def test_the_chain_of_conditional_binomials_gives_the_same_probability():
    """The recursion as Säilynoja and others print it, over all counts and with no shortcut."""
    n, bins = 40, 12
    bands = ecdf_bands(n, bins, 0.9)
    state = np.array([binomial(k, n, 1 / bins) for k in range(n + 1)])
    state[: bands.lower[0]] = state[bands.upper[0] + 1 :] = 0.0
    for j in range(1, bins):
        moved = np.zeros(n + 1)
        for k in range(n + 1):
            for more in range(n - k + 1):
                moved[k + more] += state[k] * binomial(more, n - k, 1 / (bins - j))
        moved[: bands.lower[j]] = moved[bands.upper[j] + 1 :] = 0.0
        state = moved
    assert probability_inside(bands.lower, bands.upper) == pytest.approx(state.sum(), abs=1e-12)
    assert 0.9 <= bands.attained < 0.91


def test_uneven_limits_by_hand():
    """Two ranks of three values, which make 9 ordered pairs."""
    # C_0 = 1 and C_1 = 2: one rank is 0, the other 1, which are 2 of the 9 pairs.
    assert probability_inside(np.array([1, 2, 2]), np.array([1, 2, 2])) == pytest.approx(2 / 9)
    # C_0 = 0 and C_1 <= 1: no rank 0, not both 1, which leaves (1, 2), (2, 1) and (2, 2).
    assert probability_inside(np.array([0, 0, 2]), np.array([0, 1, 2])) == pytest.approx(3 / 9)
    assert probability_inside(np.array([0, 2, 2]), np.array([0, 1, 2])) == 0.0


@pytest.mark.parametrize(("n", "bins", "prob"), [(2000, 200, 0.9999), (500, 200, 0.95)])
def test_large_bands_attain_what_was_asked_for_and_mirror_themselves(n, bins, prob):
    bands = ecdf_bands(n, bins, prob)
    assert 0 <= bands.attained - prob < 0.002 * (1 - prob)
    np.testing.assert_array_equal(bands.lower[:-1], n - bands.upper[:-1][::-1])
    assert bands.lower[-1] == bands.upper[-1] == n
    # One count less on both sides, at every bin, is too narrow.
    narrower = probability_inside(
        np.append(bands.lower[:-1] + 1, n), np.append(bands.upper[:-1] - 1, n)
    )
    assert narrower < prob
    # Pointwise: the limits leave out less than the tail, and the next count would not.
    for j in (0, bins // 3, bins - 2):
        z = (j + 1) / bins
        assert tail(int(bands.lower[j]), n, z) >= bands.tail * (1 - 1e-9)
        if bands.lower[j] > 0:
            assert tail(int(bands.lower[j]) - 1, n, z) < bands.tail


@pytest.mark.parametrize(("n", "bins"), [(100, 20), (1000, 100)])
def test_bands_agree_with_those_that_arviz_simulates(n, bins):
    simulations, z = 2000, np.arange(1, bins) / bins
    rng = np.random.default_rng(5)
    level = simulate_confidence_bands(n, 1, z, 0.95, simulations, rng)
    lower, upper = (np.rint(b * n).astype(int) for b in get_pointwise_confidence_band(level, n, z))
    exact = probability_inside(np.append(lower, n), np.append(upper, n))
    # Four standard errors of a simulated 95% point, and one step of the counts.
    assert exact == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / simulations) + 0.005)
    ours = ecdf_bands(n, bins, 0.95)
    assert np.abs(ours.lower[:-1] - lower).max() <= 0.05 * n**0.5 + 1
    assert np.abs(ours.upper[:-1] - upper).max() <= 0.05 * n**0.5 + 1


def test_a_family_of_uniform_ranks_passes_99_times_in_100():
    families, members, n, bins = 4000, 8, 60, 10
    rng = np.random.default_rng(20240)
    level = family_level(0.99, members)
    bands = ecdf_bands(n, bins, level)
    counts = rng.multinomial(n, np.full(bins, 1 / bins), (families, members)).cumsum(axis=2)
    inside = ((bands.lower <= counts) & (counts <= bands.upper)).all(axis=2)
    expected = bands.attained**members
    assert 0.99 <= expected < 0.992
    passed = inside.all(axis=1).mean()
    assert passed == pytest.approx(expected, abs=4 * math.sqrt(0.99 * 0.01 / families))
    # The same, through the front door.
    histograms = np.diff(counts[:50], axis=2, prepend=0)
    for own, seen in zip(histograms, inside[:50], strict=True):
        verdicts = judge({str(i): row for i, row in enumerate(own)})
        assert [v.inside for v in verdicts] == seen.tolist()


def test_inside_and_p_value_say_the_same():
    rng = np.random.default_rng(3)
    bins, share = 10, np.linspace(0.7, 1.3, 10) / 10
    histograms = {str(i): rng.multinomial(200, share) for i in range(60)}
    verdicts = judge(histograms, prob_family=0.4)
    level = family_level(0.4, len(histograms))
    assert {v.inside for v in verdicts} == {True, False}
    for v in verdicts:
        assert v.inside == (v.p_value > 1 - level)
        assert v.inside == (v.exceedance == 0.0)
        assert 0 <= v.worst < bins - 1


def ranks_of(position, bins):
    """Histograms of the ranks that belong to positions in (0, 1) within the posterior."""
    return counts_of(np.minimum((position * bins).astype(int), bins - 1), bins)


def cdf(x):
    return np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])


@pytest.mark.parametrize(
    ("sd", "shift", "members"), [(0.9, 0.0, 10), (1 / 0.85, 0.0, 10), (1.0, 0.15, 40)]
)
def test_a_wrong_posterior_is_found_at_the_level_of_the_family(sd, shift, members):
    """10% too narrow in all quantities; 18% too wide; or 0.15 SD off in one of forty."""
    n, bins = 2000, 200
    rng = np.random.default_rng(8)
    wrong = members if shift == 0.0 else 1
    histograms = {
        f"right {i}": rng.multinomial(n, np.full(bins, 1 / bins)) for i in range(members - wrong)
    }
    for i in range(wrong):
        truth = rng.standard_normal(n)
        histograms[f"wrong {i}"] = ranks_of(cdf((truth - shift) / sd), bins)
    outside = {v.name for v in judge(histograms) if not v.inside}
    assert len(outside) >= wrong / 2
    assert all(name.startswith("wrong") for name in outside)


@pytest.mark.parametrize("counts", [(3, 4, 1), (1, 4, 3), (0, 3, 5), (6, 2, 0), (3, 3, 2)])
def test_missing_ranks_are_judged_as_the_worst_of_all_places_they_might_have(counts):
    placed = [
        judge({"x": np.add(counts, extra)}, 0.7)[0]
        for extra in itertools.product(range(3), repeat=3)
        if sum(extra) == 2
    ]
    (verdict,) = judge({"x": counts}, 0.7, missing={"x": 2})
    assert (verdict.replications, verdict.missing) == (10, 2)
    assert verdict.inside == all(one.inside for one in placed)
    assert verdict.p_value == pytest.approx(min(one.p_value for one in placed), abs=1e-12)
    assert verdict.exceedance == pytest.approx(max(one.exceedance for one in placed))


def test_few_missing_ranks_do_no_harm_and_many_do():
    even = {"x": np.full(20, 15)}
    assert judge(even, missing={"x": 3})[0].inside
    assert not judge(even, missing={"x": 60})[0].inside


def test_only_missing_ranks_are_never_inside():
    assert not judge({"x": np.zeros(20, int)}, missing={"x": 100})[0].inside


def test_the_excess_is_a_share_of_the_replications():
    bands = ecdf_bands(100, 4, 0.99)
    counts = [int(bands.upper[0]) + 5, 20, 20, 0]
    counts[3] = 100 - sum(counts)
    (verdict,) = judge({"x": counts})
    assert verdict.worst == 0
    assert verdict.exceedance == pytest.approx(0.05)


@pytest.mark.parametrize(
    "bad", [[], [3], [1, -1], [1.5, 2.0], [float("nan"), 1.0], [[1, 2]], ["a", "b"], [0, 0]]
)
def test_what_is_no_histogram_is_refused_by_name(bad):
    with pytest.raises(MetadxError, match="ranks of tau"):
        judge({"tau": bad})


def test_a_family_must_be_there_and_know_its_members():
    with pytest.raises(MetadxError, match="no quantity"):
        judge({})
    with pytest.raises(MetadxError, match="missing ranks of mu"):
        judge({"tau": [5, 5]}, missing={"mu": 1})
    with pytest.raises(MetadxError, match="-1 missing"):
        judge({"tau": [5, 5]}, missing={"tau": -1})


@pytest.mark.parametrize(("n", "bins", "prob"), [(0, 5, 0.9), (5, 1, 0.9), (5, 5, 1.0)])
def test_impossible_bands_are_refused(n, bins, prob):
    with pytest.raises(MetadxError, match="wanted are at least"):
        ecdf_bands(n, bins, prob)
