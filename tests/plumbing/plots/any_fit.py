"""Fits of any table a review may hold, for figures that must not fail on one of them."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from metadx.studies.accuracy import AccuracyTable
from tests.plumbing.plots.conftest import StandIn

_LETTERS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")),
    min_size=1,
    max_size=80,
)
# A name that shows nothing is refused by the table.
_LABELS = _LETTERS.map(str.strip).filter(
    lambda label: label != "" and (label.isprintable() or any(c.isalnum() for c in label))
)


@st.composite
def any_table(draw: st.DrawFn, fewest: int = 2, most: int = 100) -> AccuracyTable:
    """Draw a table: zero cells, studies with one arm only, long labels in any script."""
    size = draw(st.one_of(st.integers(fewest, max(fewest, 6)), st.integers(fewest, most)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts: NDArray[np.int64] = rng.integers(0, 10 ** rng.integers(1, 6, (size, 1)), (size, 4))
    counts[rng.random((size, 4)) < draw(st.sampled_from([0.0, 0.1, 0.6]))] = 0
    one_armed = rng.random(size) < draw(st.sampled_from([0.0, 0.2]))
    counts[np.ix_(one_armed, [0, 2])] = 0
    counts[counts.sum(axis=1) == 0, 1] = 1
    names = draw(st.lists(_LABELS, max_size=5, unique_by=str.casefold))
    labels = [names[i] if i < len(names) else f"Study {i}" for i in range(size)]
    labels = [
        label if labels.count(label) == 1 else f"{label} ({i})" for i, label in enumerate(labels)
    ]
    return AccuracyTable.from_counts(labels, *counts.T)


@st.composite
def any_fit(draw: st.DrawFn, fewest: int = 2, most: int = 100) -> StandIn:
    """Draw a table with a posterior near its own accuracy, at times a very wide one."""
    table = draw(any_table(fewest, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    right = np.array([[table.tp.sum(), table.fn.sum()], [table.tn.sum(), table.fp.sum()]]) + 0.5
    middle = np.log(right[:, 0] / right[:, 1])
    spread = draw(st.sampled_from([0.05, 0.5, 2.0]))
    mu = rng.normal(middle, spread, (2, 100, 2))
    tau = np.exp(rng.normal(np.log(draw(st.sampled_from([0.01, 0.7, 3.0]))), 0.3, mu.shape))
    return StandIn(table, mu, tau, np.tanh(rng.normal(0, 1, mu.shape[:2])))
