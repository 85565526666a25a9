"""Regression on tables that do not ship: the maxima of R, and the marginal engine on its record.

Collected only where METADX_CORPUS names the folder with the tables.
"""

from dataclasses import replace

import pytest

from metadx.engines.maximum_likelihood import maximum_likelihood
from tests.reference.regression import NODES, Case, cases_of, find_case
from tests.reference.regression_engines import refit, summaries
from tests.reference.regression_likelihood import regression_gap
from tests.reference.regression_record import read_record


@pytest.mark.parametrize("case", cases_of("corpus"), ids=lambda case: case.name)
def test_the_maximum_is_that_of_r(case: Case) -> None:
    for nodes in (1, 15):
        ours = maximum_likelihood(case.table(), nodes=nodes, **case.formulas)
        for peer in NODES:
            if NODES[peer] == nodes:
                gap = regression_gap(case, peer, ours)
                assert gap.agrees, gap


@pytest.mark.parametrize("name", ["melanoma", "appendicitis"])
def test_the_marginal_engine_is_on_its_record(name: str) -> None:
    ours = summaries(refit(find_case(name), "marginal", draws=40_000, seed=2))
    for row in read_record().engines:
        if row.case == name:
            here = replace(row, marginal=ours[row.parameter])
            assert here.near, here
