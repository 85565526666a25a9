"""Figures without group sizes: hand arithmetic, a published review, points drawn at random."""

import random
from fractions import Fraction as F

import numpy as np
import pytest

from metadx.studies.reported import audit_reported
from metadx.studies.reported_figures import read_figures
from metadx.studies.reported_pooled import POOLED, possible, solve_pooled

REVIEW = {"sens": "88%", "spec": "75%", "lr_pos": "3.55", "lr_neg": "0.16", "dor": "22.4"}


def measures(s, p):
    return {
        "sens": s,
        "spec": p,
        "lr_pos": s / (1 - p),
        "lr_neg": (1 - s) / p,
        "dor": s * p / ((1 - s) * (1 - p)),
        "youden": s + p - 1,
    }


def inside(texts, s, p):
    figures = read_figures(texts)
    return all(f.low <= measures(s, p)[f.name] <= f.high for f in figures)


def held(figures, sens, spec):
    """Tell which points of a grid agree with figures, in floating point."""
    values = measures(sens, spec)
    return np.logical_and.reduce(
        [(float(f.low) <= values[f.name]) & (values[f.name] <= float(f.high)) for f in figures]
    )


def test_figures_of_a_published_review_are_mutually_possible():
    # Asmara 2026, Radiology: Artificial Intelligence: 88 %, 75 %, LR+ 3.55, LR- 0.16, DOR 22.4.
    found = solve_pooled(read_figures(REVIEW))
    sens, spec = ([float(x) for x in found.ranges[name]] for name in ("sens", "spec"))
    assert sens == pytest.approx([0.8803, 0.8813], abs=6e-5)
    assert spec == pytest.approx([0.7514, 0.7524], abs=6e-5)
    assert inside(REVIEW, F(found.sens), F(found.spec))
    # Sens and spec alone leave: 0.875/0.255, 0.885/0.245, 0.115/0.755, 0.125/0.745.
    loose = solve_pooled(read_figures({"sens": "88%", "spec": "75%"})).ranges
    assert loose["lr_pos"] == (F(875, 255), F(885, 245))
    assert loose["lr_neg"] == (F(115, 755), F(125, 745))
    assert loose["dor"] == (F(875 * 745, 125 * 255), F(885 * 755, 115 * 245))


@pytest.mark.parametrize(
    ("changed", "left"),
    [
        ({"lr_pos": "3.65"}, False),  # at most 0.885/0.245 = 3.61
        ({"lr_pos": "3.61"}, False),  # alone possible, but not with DOR 22.4
        ({"dor": "24.0"}, False),  # at most 3.61/0.1523 = 23.7
        ({"dor": "22.2"}, True),
        ({"dor": "22.6"}, True),
        ({"dor": "23.0"}, False),  # at most 3.555/0.155 = 22.94
        ({"lr_neg": "0.17"}, False),
        ({"spec": "76%"}, False),
        ({"youden": "0.63"}, True),
        ({"youden": "0.65"}, False),
    ],
)
def test_one_changed_figure(changed, left):
    texts = REVIEW | changed
    figures = read_figures(texts)
    near = held(figures, *np.meshgrid(np.arange(0.87, 0.89, 5e-5), np.arange(0.74, 0.77, 5e-5)))
    assert possible(figures) == left
    assert bool(near.any()) == left


def test_a_ratio_below_one_does_not_go_with_an_odds_ratio_above():
    # DOR > 1 means sens > 1 - spec, so LR+ > 1 > LR-; at (0, 1) both are 0/0.
    assert not possible(read_figures({"lr_pos": "0.62", "dor": "3.0"}))
    assert not possible(read_figures({"lr_neg": "1.3", "dor": "3.0"}))
    assert not possible(read_figures({"lr_pos": "3.5", "dor": "3.0"}))
    assert possible(read_figures({"lr_pos": "2.5", "dor": "3.0"}))
    assert possible(read_figures({"lr_pos": "0.62", "dor": "0.3"}))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_rounded_from_a_point_is_possible_and_its_range_holds_the_point(seed):
    rng = random.Random(seed)
    for _ in range(60):
        s, p = (F(rng.randint(1, 9999), 10_000) for _ in range(2))
        chosen = [name for name in POOLED if rng.random() < 0.6]
        decimals = {name: rng.choice([1, 2, 3]) for name in chosen}
        values = measures(s, p)
        texts = {n: f"{float(round(values[n], d)):.{d}f}" for n, d in decimals.items()}
        texts = {n: t for n, t in texts.items() if values[n] > 0 or n == "youden"}
        figures = read_figures(texts)
        if not inside(texts, s, p):  # the print went through floating point
            continue
        assert possible(figures), texts
        found = solve_pooled(figures)
        assert inside(texts, F(found.sens), F(found.spec)), texts
        for name, (low, high) in found.ranges.items():
            slack = F(1, 10**9) * (1 + values[name])
            assert low is None or low <= values[name] + slack
            assert high is None or values[name] <= high + slack


@pytest.mark.parametrize("seed", range(4))
def test_ranges_are_reached_and_impossible_figures_have_no_point(seed):
    rng = random.Random(seed)
    impossible, measured = 0, 0
    for _ in range(80):
        s, p = rng.uniform(0.6, 0.95), rng.uniform(0.6, 0.95)
        wrong = {name: value * rng.uniform(0.95, 1.05) for name, value in measures(s, p).items()}
        figures = read_figures(
            {
                "sens": f"{min(wrong['sens'], 0.99):.2f}",
                "spec": f"{min(wrong['spec'], 0.99):.2f}",
                "lr_pos": f"{wrong['lr_pos']:.1f}",
                "dor": f"{wrong['dor']:.0f}",
            }
        )
        axes = [np.linspace(float(f.low), float(f.high), 402)[1:-1] for f in figures[:2]]
        sens, spec = np.meshgrid(*axes)
        inside_them = held(figures, sens, spec)
        found = solve_pooled(figures)
        impossible += not inside_them.any()
        if inside_them.sum() < 300:
            continue
        measured += 1
        for name, values in measures(sens, spec).items():
            if name not in found.ranges:
                continue
            low, high = (float(x) for x in found.ranges[name])
            least, most = values[inside_them].min(), values[inside_them].max()
            slack = (high - low) / 8
            assert low - 1e-9 <= least <= low + slack
            assert high - slack <= most <= high + 1e-9
    assert impossible > 3
    assert measured > 3


def test_what_is_said_of_pooled_figures():
    said = str(audit_reported(**REVIEW))
    assert "no counts can be recovered" in said
    assert "mutually possible, for example sens 0.881 with spec 0.752." in said
    assert "sens 0.8803 to 0.8814, spec 0.7514 to 0.7524" in said
    other = audit_reported(**REVIEW | {"ppv": "80%"})
    assert (other.verdict, other.count) == ("sizes unknown", 0)
    assert "Not looked at, for want of the sizes: ppv." in str(other)
    clash = audit_reported(**REVIEW | {"lr_pos": "3.65"})
    assert clash.verdict == "impossible"
    assert "whatever the group sizes" in str(clash)
