"""Whatever the covariates: the same column space as a library's own coding, and exact reports."""

import formulaic
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from metadx.designs.formula import build_design
from metadx.errors import DataError
from tests.unit.designs.tables import table_of

FORMULAS = ["~ a", "~ a + b", "~ a * b", "~ a * x", "~ a + x + I(x**2)", "~ (a + b + x)^2", "~ x"]


@st.composite
def studies(draw):
    n = draw(st.integers(20, 40))
    levels = st.sampled_from("pqr"[: draw(st.integers(2, 3))])
    a = draw(st.lists(levels, min_size=n, max_size=n))
    b = draw(st.lists(st.sampled_from("uv"), min_size=n, max_size=n))
    x = draw(st.lists(st.integers(1990, 2025), min_size=n, max_size=n))
    return {"a": a, "b": b, "x": [float(value) for value in x]}


@settings(max_examples=60, deadline=None)
@given(columns=studies(), formula=st.sampled_from(FORMULAS), data=st.data())
def test_column_space_and_reports(columns, formula, data):
    references = {name: data.draw(st.sampled_from(sorted(set(columns[name])))) for name in "ab"}
    table = table_of(**columns, references=references)
    frame = pd.DataFrame({**columns, "x": np.array(columns["x"]) - 2007.0})
    theirs = formulaic.model_matrix(formula, frame).to_numpy(dtype=float)
    rank = np.linalg.matrix_rank(theirs)
    try:
        margin = build_design(table, sens=formula).sens
    except DataError:
        # Refused for a reason: a covariate that does not vary, or columns that hang together.
        widths = {name: len(set(values)) - 1 for name, values in columns.items()}
        full = theirs.shape[1] if min(widths["a"], widths["b"], widths["x"]) > 0 else np.inf
        assert rank < full or formula in {"~ a * b", "~ (a + b + x)^2"}
        return
    assert rank == margin.size == theirs.shape[1]
    assert np.linalg.matrix_rank(np.hstack([margin.matrix, theirs])) == rank
    assert np.linalg.matrix_rank(margin.to_effects) == margin.size
    # The reported mean is that of the reference levels at the average of the numbers, which is
    # the only coefficient left where all effects are 0.
    constant = np.linalg.solve(margin.to_effects, np.eye(margin.size)[0])
    np.testing.assert_allclose(margin.matrix @ constant, 1.0, atol=1e-9)
    if formula != "~ a":
        return
    effects = np.arange(1.0, margin.size + 1)
    means = margin.matrix @ np.linalg.solve(margin.to_effects, effects)
    named = dict(zip(margin.effects, effects[1:], strict=True))
    wanted = [effects[0] + named.get(f"a={level}", 0.0) for level in columns["a"]]
    np.testing.assert_allclose(means, wanted, atol=1e-9)
