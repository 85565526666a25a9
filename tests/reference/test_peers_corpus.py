"""The maximum of the likelihood on tables that do not ship, against the programs that share it.

Collected only where METADX_CORPUS names the folder with the tables.
"""

import pytest

from metadx.engines.maximum_likelihood import maximum_likelihood
from tests.reference.peer_definitions import definition_gaps
from tests.reference.peer_likelihood import likelihood_gap
from tests.reference.peers import NODES, PeerTable, tables_of


@pytest.mark.parametrize("place", tables_of("corpus"), ids=lambda place: place.dataset)
def test_the_maximum_is_that_of_the_peers(place: PeerTable) -> None:
    table = place.table()
    for nodes in (1, 15):
        maximum = maximum_likelihood(table, nodes=nodes)
        for peer in ("lme4_tight", "glmmTMB", "quadrature"):
            if NODES[peer] == nodes:
                assert likelihood_gap(place, peer, maximum).cause in {"agrees", "no answer"}
    assert all(gap.cause != "unexplained" for gap in definition_gaps(place, table))
