"""The tables found are all the tables there are: brute force over small ones, hand arithmetic."""

import random
import time

import pytest

from metadx.studies.reported_figures import MEASURES, read_figures
from metadx.studies.reported_tables import any_table, find_tables
from tests.unit.studies.two_by_two import RATIOS, WHOLE, brute_force, every_table, measures, printed

LARGEST = 14
TABLES = every_table(LARGEST)


def found(texts, most=100_000):
    search = find_tables(read_figures(texts), most=most)
    assert search.outcome == "searched"
    rows = [tuple(row) for row in search.tables.tolist()]
    assert len(rows) == len(set(rows)) == search.count
    return rows


def some_figures(rng, table):
    """Print some measures of a table, each to some decimals and with either rule for ties."""
    texts = {}
    for name, value in measures(*table).items():
        if value is None or rng.random() > 0.35:
            continue
        percent = name not in (*WHOLE, *RATIOS) and rng.random() < 0.5
        decimals = rng.choice([0, 1, 2] if percent or name in RATIOS else [2, 3])
        texts[name] = printed(name, value, decimals, percent=percent, even=rng.random() < 0.5)
    return {name: texts[name] for name in MEASURES if name in texts}


@pytest.mark.parametrize("seed", range(4))
def test_all_tables_and_only_those_are_found(seed):
    rng = random.Random(seed)
    compared = 0
    while compared < 12:
        truth = rng.choice(TABLES)
        texts = some_figures(rng, truth) | {"n": str(sum(truth))}
        rows = found(texts)
        assert truth in rows
        assert set(rows) == brute_force(texts, [t for t in TABLES if sum(t) == sum(truth)])
        compared += 1


@pytest.mark.parametrize("seed", range(3))
def test_the_sizes_need_not_be_printed_where_they_follow(seed):
    rng = random.Random(100 + seed)
    compared = 0
    while compared < 8:
        truth = rng.choice(TABLES)
        texts = {k: v for k, v in some_figures(rng, truth).items() if k != "n"}
        search = find_tables(read_figures(texts), most=100_000)
        if search.outcome != "searched":
            continue
        rows = {tuple(row) for row in search.tables.tolist()}
        assert truth in rows
        if max(map(sum, rows)) <= LARGEST:
            assert rows == brute_force(texts, TABLES)
            compared += 1


def test_figures_of_no_table_find_what_brute_force_finds():
    rng = random.Random(7)
    empty = 0
    for _ in range(60):
        one, other = rng.choice(TABLES), rng.choice(TABLES)
        texts = some_figures(rng, one) | some_figures(rng, other) | {"n": str(sum(one))}
        rows = found(texts)
        assert set(rows) == brute_force(texts, [t for t in TABLES if sum(t) == sum(one)])
        empty += not rows
    assert empty > 20


def test_a_tie_may_have_been_rounded_either_way():
    # 1/8 = 12.5 %: 13 % where ties go up, 12 % where they go to the even digit.
    for text in ("12%", "13%"):
        rows = found({"n_diseased": "8", "n_nondiseased": "0", "sens": text})
        assert rows == [(1, 0, 7, 0)]
    assert found({"n_diseased": "8", "n_nondiseased": "0", "sens": "14%"}) == []


def test_an_infinite_ratio_means_an_empty_cell():
    rows = found({"n_diseased": "3", "n_nondiseased": "2", "lr_pos": "∞"})
    assert rows == [(1, 0, 2, 2), (2, 0, 1, 2), (3, 0, 0, 2)]
    rows = found({"n_diseased": "2", "n_nondiseased": "2", "dor": "inf"})
    assert set(rows) == brute_force({"n_diseased": "2", "n_nondiseased": "2", "dor": "∞"}, TABLES)


def test_sizes_follow_from_a_prevalence_and_one_group():
    # 69 of 87 are 79.31 %; 68.98 to 69.02 % of other totals hold no whole number.
    texts = {"n_diseased": "69", "prevalence": "79.31%", "sens": "89.86%", "spec": "77.78%"}
    assert found(texts) == [(62, 4, 7, 14)]


def test_sizes_that_do_not_follow_are_not_made_up():
    for texts in ({"sens": "88%", "spec": "75%"}, {"n_diseased": "30", "sens": "90%"}, {}):
        search = find_tables(read_figures(texts), most=10)
        assert (search.outcome, search.count, len(search.tables)) == ("sizes unknown", 0, 0)
        assert any_table(read_figures(texts), rows=10**6) is None


def test_tables_above_the_limit_are_counted_only():
    texts = {"n_diseased": "100", "n_nondiseased": "100", "sens": "90%", "spec": "80%"}
    rows = found(texts, most=9)
    assert rows == [(90, 20, 10, 80)]  # 89.5 and 90.5 are no whole numbers
    wide = {"n_diseased": "1000", "n_nondiseased": "1000", "sens": "90%", "spec": "80%"}
    search = find_tables(read_figures(wide), most=100)
    assert (search.count, len(search.tables)) == (11 * 11, 0)  # 895 to 905 times 795 to 805
    assert len(find_tables(read_figures(wide), most=121).tables) == 121


def test_large_numbers_are_exact_and_a_hopeless_search_is_not_begun():
    # LR+ = (2,999,998/3,000,000) / (300/3,000,000) = 9999.9933...; the products exceed 64 bits.
    groups = {"n_diseased": "3000000", "n_nondiseased": "3000000", "fn": "2", "spec": "99.99%"}
    assert found(groups | {"lr_pos": "9999.99333333"}) == [(2_999_998, 300, 2, 2_999_700)]
    assert found(groups | {"lr_pos": "9999.99333334"}) == []
    assert find_tables(read_figures({"n": "2000000", "dor": "20"}), most=10).outcome == "too large"


@pytest.mark.parametrize(
    "texts",
    [
        {"n": "5000", "sens": "88.1%", "spec": "75.2%", "prevalence": "31.2%"},
        {"n": "5000", "sens": "88%", "spec": "75%"},
        {"n": "5000", "lr_pos": "3.55", "lr_neg": "0.16"},
        {"n_diseased": "3000", "n_nondiseased": "4000", "lr_pos": "3.55", "dor": "22.4"},
    ],
    ids=", ".join,
)
def test_thousands_of_people_take_well_under_a_second(texts):
    begin = time.process_time()
    assert find_tables(read_figures(texts), most=2000).count > 0
    assert time.process_time() - begin < 1
