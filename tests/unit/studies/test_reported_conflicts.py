"""Clashing figures: each set named is impossible, and possible with any one figure left out."""

import random
from fractions import Fraction
from itertools import combinations

import pytest

from metadx.studies.reported import audit_reported
from metadx.studies.reported_conflicts import find_clashes, written
from metadx.studies.reported_figures import MEASURES, read_figure, read_figures
from tests.unit.studies.two_by_two import RATIOS, brute_force, every_table, measures, printed

TABLES = every_table(13)


def names(clash):
    return {figure.name for figure in clash.figures}


@pytest.mark.parametrize("seed", range(6))
def test_the_sets_are_the_smallest_there_are(seed):
    """With the sizes among the figures brute force can tell every set of the others."""
    rng = random.Random(seed)
    done = 0
    while done < 4:
        one, other = rng.choice(TABLES), rng.choice(TABLES)
        texts = {"n_diseased": str(one[0] + one[2]), "n_nondiseased": str(one[1] + one[3])}
        for name in ("sens", "spec", "ppv", "npv", "accuracy", "lr_pos", "dor"):
            value = measures(*(one if rng.random() < 0.6 else other))[name]
            if value is not None and rng.random() < 0.6:
                percent = name not in RATIOS
                texts[name] = printed(name, value, 1, percent=percent)
        texts = {name: texts[name] for name in MEASURES if name in texts}
        sized = {k: v for k, v in texts.items() if k.startswith("n_")}
        tables = [t for t in TABLES if brute_force(sized, [t])]
        if len(texts) > 7 or brute_force(texts, tables):
            continue
        done += 1
        rest = [name for name in texts if name not in sized]
        least = set()
        for size in range(1, len(rest) + 1):
            for chosen in combinations(rest, size):
                if any(smaller < set(chosen) for smaller in least):
                    continue
                if not brute_force({k: texts[k] for k in chosen}, tables):
                    least.add(frozenset(chosen))
        found = find_clashes(read_figures(texts))
        without_sizes = {frozenset(names(c) - sized.keys()) for c in found}
        # A set of the figures may clash with one of the sizes alone: it is then named with that.
        assert least <= without_sizes
        assert all(any(smaller <= one for smaller in least) for one in without_sizes)
        for clash in found:
            assert not brute_force({k: texts[k] for k in names(clash) | sized.keys()}, tables)


def test_a_share_that_no_count_gives():
    # 30/40 = 75 %, 31/40 = 77.5 %; nothing rounds to 75.61 %.
    clash, *more = find_clashes(
        read_figures(
            {"sens": "75.61%", "spec": "65.71%", "n_diseased": "40", "n_nondiseased": "35"}
        )
    )
    assert more == []
    assert names(clash) == {"sens", "n_diseased"}
    assert clash.text.endswith("nearest possible sens 75.00% and 77.50%")


def test_sizes_that_do_not_add_up():
    texts = {"n": "76", "n_diseased": "41", "n_nondiseased": "36", "sens": "75.6%"}
    sets = [names(clash) for clash in find_clashes(read_figures(texts))]
    assert {"n", "n_diseased", "n_nondiseased"} in sets
    assert "nobody" in str(audit_reported(n="0"))


def test_a_measure_between_two_others_cannot_exceed_both():
    # Accuracy is a mean of sens and spec; 90 % lies above both.
    found = audit_reported(sens="80%", spec="70%", accuracy="90%", n="200")
    assert found.verdict == "impossible"
    assert {"sens", "spec", "accuracy", "n"} in [names(clash) for clash in found.clashes]


def test_a_clash_of_ratios_is_said_to_hold_for_all_sizes():
    found = audit_reported(
        n="4200", sens="85.1%", spec="75.2%", lr_pos="4.1", lr_neg="0.2", accuracy="88%"
    )
    # LR+ is at most 1/0.2475 = 4.04.
    said = [clash.text for clash in found.clashes if names(clash) == {"spec", "lr_pos"}]
    assert said == [
        "spec = 75.2% and lr_pos = 4.1: possible lr_pos whatever the group sizes: 0.0 to 4.0"
    ]


def test_many_figures_still_give_a_set_that_clashes():
    table = (40, 9, 11, 62)
    texts = {
        name: printed(name, value, 1, percent=name not in RATIOS)
        for name, value in measures(*table).items()
    }
    texts["npv"] = "99.9%"
    found = audit_reported(**texts)
    assert found.verdict == "impossible"
    assert found.clashes
    assert all("npv" in names(clash) for clash in found.clashes)
    assert audit_reported(**texts | {"npv": "84.9%"}).tables.tolist() == [list(table)]


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [("75.6%", "3/4", "75.0%"), ("0.76", "3/4", "0.75"), ("76%", "15099/20000", "75%")],
)
def test_values_are_written_as_the_figure_is(text, value, shown):
    assert written(Fraction(value), read_figure("sens", text)) == shown
