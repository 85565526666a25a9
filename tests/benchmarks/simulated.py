"""Simulated reviews: for timing, not for statistics."""

import random
from math import exp, sqrt
from pathlib import Path

type Cells = list[tuple[int, int, int, int]]  # tp, fp, fn, tn of each study


def simulated(studies: int, seed: int) -> Cells:
    """Simulate a review with heterogeneous, negatively correlated accuracy."""
    rng = random.Random(seed)
    cells = []
    for _ in range(studies):
        n1, n0 = rng.randrange(10, 300), rng.randrange(10, 300)
        z, e = rng.gauss(0, 1), rng.gauss(0, 1)
        tp = _hits(rng, n1, 1.5 + 0.8 * z)
        tn = _hits(rng, n0, 2 + 0.9 * (-0.4 * z + sqrt(1 - 0.4**2) * e))
        cells.append((tp, n0 - tn, n1 - tp, tn))
    return cells


def _hits(rng: random.Random, n: int, logit: float) -> int:
    chance = 1 / (1 + exp(-logit))
    return sum(rng.random() < chance for _ in range(n))


def write_reviews(folder: Path, reviews: int, studies: int) -> None:
    """Write simulated reviews into a new folder, one CSV file each."""
    folder.mkdir()
    for review in range(reviews):
        rows = [
            f"simulated {i},{','.join(map(str, row))}\n"
            for i, row in enumerate(simulated(studies, review))
        ]
        text = "study,tp,fp,fn,tn\n" + "".join(rows)
        (folder / f"{review:03}.csv").write_text(text, encoding="utf-8")
