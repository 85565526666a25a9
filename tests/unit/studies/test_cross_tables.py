"""The tables found are all that there are: brute force, published counts, hand arithmetic."""

from math import comb, factorial, log, prod

import numpy as np
import pytest

from metadx.errors import DataError
from metadx.studies import cross_halves
from metadx.studies.agreement import WEIGHTS, PrintedKappa
from metadx.studies.cross_count import about_how_many, count_if_possible, count_tables
from metadx.studies.cross_halves import Matcher, fill_rows, list_halves
from metadx.studies.cross_sample import simulate_tables
from metadx.studies.cross_tables import TableSearch, all_tables, combine, find_tables, table_set
from metadx.studies.kappa import SE_FORMULAS, Convention, kappa_max, kappas_of
from tests.unit.studies.brute_tables import (
    Z95,
    every_table,
    kappa_and_errors,
    random_table,
    rows_with_sum,
)

REPORTS = 200


def printed_of(rng, kappa, error):
    """Round to a print: with limits, with the standard error, or alone."""
    places = int(rng.choice([2, 2, 2, 3]))
    kind = rng.choice(["limits", "limits", "se", "alone"])
    if kind == "limits":
        lower, upper = (round(kappa + sign * Z95 * error, places) for sign in (-1, 1))
        if lower > -1 and upper < 1:
            return PrintedKappa(round(kappa, places), places, lower, upper, None, places)
    se = round(error, places) if kind == "se" else None
    return PrintedKappa(round(kappa, places), places, se=se, interval_decimals=places)


def rounds_to(printed, kappa, error):
    half, beside = 0.5 / 10**printed.decimals + 1e-9, 0.5 / 10**printed.interval_decimals + 1e-9
    return (
        abs(kappa - printed.value) <= half
        and (printed.lower is None or abs(kappa - Z95 * error - printed.lower) <= beside)
        and (printed.upper is None or abs(kappa + Z95 * error - printed.upper) <= beside)
        and (printed.se is None or abs(error - printed.se) <= beside)
    )


def test_random_reports_have_the_tables_of_brute_force_and_the_truth():
    rng = np.random.default_rng(20)
    reports = several = 0
    while reports < REPORTS:
        truth = random_table(rng)
        margins = truth.sum(1), truth.sum(0)
        if about_how_many(*margins) > 2000:
            continue
        kind, formula = WEIGHTS[rng.integers(3)], SE_FORMULAS[rng.integers(3)]
        offset = int(rng.choice([0, 0, 0, 1, -1]))
        figures = kappa_and_errors(truth.tolist(), kind, offset)
        if figures is None:
            continue
        printed = printed_of(rng, figures[0], figures[1][formula])
        convention = Convention(kind, formula, int(truth.sum()), offset)
        found = find_tables(*margins, printed, convention)
        tables = list(every_table(*(margin.tolist() for margin in margins)))
        wanted = set()
        for table in tables:
            kappa, errors = kappa_and_errors(table, kind, offset)
            if rounds_to(printed, kappa, errors[formula]):
                wanted.add(table)
        mine = {tuple(map(tuple, table)) for table in found.tables.tolist()}
        assert mine == wanted
        assert len(found.tables) == len(mine) == found.n_tables
        assert tuple(map(tuple, truth.tolist())) in mine
        assert count_tables(*margins) == len(tables)
        reports += 1
        several += 1 < len(mine) < len(tables)
    assert several > REPORTS / 4  # most prints rule out some tables and leave more than one


def test_published_numbers_of_tables():
    # Diaconis and Efron 1985: a 5 x 3 table, and the estimate for eye and hair colour, of which
    # there are 1,225,914,276,768,514 tables.
    assert count_tables([10, 62, 13, 11, 39], [65, 25, 45]) == 239_382_173
    eyes = [220, 215, 93, 64], [108, 286, 71, 127]
    assert about_how_many(*eyes) == pytest.approx(1.235e15, rel=1e-3)


def test_counts_in_closed_form():
    assert count_tables([4, 6], [3, 7]) == 4
    assert count_tables([1] * 5, [1] * 5) == factorial(5)
    assert count_tables([5, 95], [50, 50]) == 6
    assert count_tables([30, 0, 0], [10, 20, 0]) == 1
    # 2 x C with room everywhere: ways to spread the first row
    assert count_tables([4, 96], [30, 30, 40]) == comb(6, 2)
    assert count_tables([0, 0], [0, 0]) == 1


def test_sums_beyond_64_bits_are_counted_right():
    assert count_tables([1] * 24, [12, 12]) == comb(24, 12)
    assert count_tables([1] * 70, [35, 35]) == comb(70, 35)  # the bound is above 2^63


def test_too_many_are_not_counted_but_estimated():
    margins = np.array([400] * 5), np.array([400] * 5)
    with pytest.raises(DataError, match="too many to count; there are about"):
        count_tables(*margins)
    about, exact = count_if_possible(*margins)
    assert not exact
    assert about > 1e15


def test_all_tables_are_those_of_brute_force():
    margins = (5, 0, 7, 3), (6, 4, 0, 5)
    found = all_tables(*margins)
    wanted = set(every_table(*map(list, margins)))
    assert {tuple(map(tuple, table)) for table in found.tables.tolist()} == wanted
    assert found.n_tables == len(wanted)
    assert found.complete
    for table, weight in zip(found.tables, found.log_weights, strict=True):
        coefficient = factorial(15) // prod(factorial(int(cell)) for cell in table.ravel())
        assert weight == pytest.approx(log(coefficient), abs=1e-12)


def test_more_than_the_limit_are_not_listed():
    found = all_tables([5, 7, 3], [6, 4, 5], limit=10)
    assert not found.complete
    assert found.n_tables == count_tables([5, 7, 3], [6, 4, 5])
    assert found.tables.shape == (0, 3, 3)


def test_halves_beyond_memory_are_not_listed(monkeypatch):
    monkeypatch.setattr(cross_halves, "MOST_HALVES", 3)
    search = TableSearch([5, 7, 3], [6, 4, 5])
    convention = Convention("linear", "null", 15)
    assert search.halves is None
    assert search.fit(PrintedKappa(0.5), convention) is None
    assert not search.all().complete
    assert not find_tables([5, 7, 3], [6, 4, 5], PrintedKappa(0.5), convention).complete


def test_two_categories_and_thousands_of_cases():
    a, b = [3200, 1800], [2900, 2100]
    truth = np.array([[2600, 600], [300, 1500]])
    convention = Convention("unweighted", "fleiss-cohen-everitt", 5000)
    kappa = float(kappas_of(truth[None], "unweighted")[0])
    found = find_tables(a, b, PrintedKappa(round(kappa, 3), 3), convention)
    assert truth.tolist() in found.tables.tolist()
    # kappa = 1 - 2 b n / E with b the upper right cell: width .001 in kappa
    step = 2 * 5000 / (3200 * 2100 + 1800 * 2900)
    assert abs(found.n_tables - 0.001 / step) <= 1


def test_margins_of_other_cases_are_refused():
    with pytest.raises(DataError, match="belong to no cross-table"):
        TableSearch([3, 4], [3, 5])
    with pytest.raises(DataError, match="belong to no cross-table"):
        TableSearch([3, 4], [3, 4, 0])
    with pytest.raises(DataError, match="different sums"):
        count_tables([3, 4], [3, 5])
    with pytest.raises(DataError, match="sum to 7; the convention has n = 8"):
        find_tables([3, 4], [3, 4], PrintedKappa(0.5), Convention("linear", "null", 8))


def test_rows_are_filled_in_every_way():
    caps = [2, 3, 1]
    filled = fill_rows(np.array([2, 3]), np.array(caps)).tolist()
    wanted = [
        [list(one), list(other)]
        for one in rows_with_sum(2, caps)
        for other in rows_with_sum(3, [cap - x for cap, x in zip(caps, one, strict=True)])
    ]
    assert sorted(filled) == sorted(wanted)


def test_a_second_sum_is_looked_up_with_its_ends(monkeypatch):
    monkeypatch.setattr(cross_halves, "_CHUNK", 2)  # tables are put together in pieces
    margins = np.array([5, 7, 3]), np.array([6, 4, 5])
    first, second = np.array([[0, 1, 2], [1, 0, 1], [2, 1, 0]]), np.arange(9).reshape(3, 3) % 4
    halves = list_halves(*margins)
    every = all_tables(*margins).tables
    for low, high in ((15, 20), (17, 17), (40, 50)):
        joint = Matcher(halves, first).between(9, second.astype(float), low, high)
        found = [halves.join(*pair) for pair in joint.pairs()]
        mine = [table.tolist() for part in found for table in part]
        sums = (every * first).sum((1, 2)), (every * second).sum((1, 2))
        wanted = every[(sums[0] == 9) & (sums[1] >= low) & (sums[1] <= high)].tolist()
        assert sorted(mine) == sorted(wanted)
        assert joint.n_pairs == len(wanted)
        assert (len(wanted) > 2) == (low < 40)


@pytest.mark.parametrize("margins", [((6, 3, 2), (4, 4, 3)), ((9, 0, 2), (0, 1, 10))])
def test_simulated_tables_have_the_margins_and_follow_the_correlation(margins):
    a, b = map(np.array, margins)
    tables = simulate_tables(a, b, np.random.default_rng(0), 50)
    assert (tables.sum(2) == a).all()
    assert (tables.sum(1) == b).all()
    if a[1]:
        kappa = kappas_of(tables, "linear").reshape(31, 50).mean(1)
        assert kappa[0] < -0.15
        assert kappa[-1] == pytest.approx(kappa_max(a, b, "linear"), abs=0.1)


def test_readings_are_combined_with_their_priors():
    one = all_tables([2, 1], [1, 2])
    other = table_set(one.tables[:1])
    both = combine([one, other], [0.75, 0.25])
    assert both.tables.tolist() == one.tables.tolist()
    priors = np.exp(both.log_weights - one.log_weights)
    assert priors == pytest.approx([1.0, 0.75])
    cut = all_tables([2, 1], [1, 2], limit=1)
    assert not combine([one, cut], [0.5, 0.5]).complete
