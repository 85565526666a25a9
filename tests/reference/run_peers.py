"""Hold metadx against every number of another program and record each difference with its cause.

    uv run python tests/reference/run_peers.py

Takes about 3 minutes of one core. Writes peers_record.json; exit status 1 where a difference has
no cause. Needs METADX_CORPUS, since most tables do not ship.
"""

import sys
from typing import Any

from metadx.engines.fit import fit
from metadx.engines.maximum_likelihood import MaximumLikelihood, maximum_likelihood
from metadx.studies.accuracy import AccuracyTable
from tests.reference.corpus import LEFT_OUT, corpus_folder
from tests.reference.peer_approximation import approximation_gaps
from tests.reference.peer_definitions import definition_gaps
from tests.reference.peer_likelihood import likelihood_gap
from tests.reference.peer_posterior import POINT_PEERS, posterior_gaps
from tests.reference.peer_printed import printed_gaps
from tests.reference.peers import NODES, PeerTable, counts_of, peer_tables, printed_figures
from tests.reference.peers_record import RECORD_FILE, SECTIONS, write_record

NODES_SHOWN = (1, 7, 15, 31)
CARD = "bivariate-binomial"
DRAWS = 20_000


def compare(place: PeerTable, rows: dict[str, list[Any]]) -> None:
    """Add the rows of one table to every section."""
    table = place.table()
    maxima = {nodes: maximum_likelihood(table, nodes=nodes) for nodes in NODES_SHOWN}
    rows["likelihood"] += [
        likelihood_gap(place, peer, maxima[nodes])
        for peer, nodes in NODES.items()
        if peer in place.found
    ]
    rows["nodes"] += [_by_nodes(place, maximum) for maximum in maxima.values()]
    fitted = fit(table, CARD, engine="marginal", draws=DRAWS, seed=1, study_effects=False)
    for peer in POINT_PEERS:
        about = {"group": place.group, "dataset": place.dataset, "peer": peer}
        rows["posterior"] += [
            {**about, **vars(gap)} for gap in posterior_gaps(place, peer, fitted, maxima)
        ]
    rows["approximation"] += approximation_gaps(place, maxima[15])
    rows["definitions"] += definition_gaps(place, table)


def _by_nodes(place: PeerTable, maximum: MaximumLikelihood) -> dict[str, Any]:
    return {
        "group": place.group,
        "dataset": place.dataset,
        "nodes": maximum.nodes,
        "log_likelihood": maximum.log_likelihood,
        "mu": maximum.mu.tolist(),
        "tau": maximum.tau.tolist(),
        "rho": maximum.rho,
        "se_mu": maximum.standard_errors[:2].tolist(),
        "at_edge": list(maximum.at_edge),
        "no_finite_maximum": [
            margin
            for margin, limit in zip(("sens", "spec"), maximum.limits, strict=True)
            if limit.kind not in {"bounded", "empty"}
        ],
        "converged": maximum.converged,
    }


def printed_rows() -> list[Any]:
    """Compare every printed figure."""
    rows: list[Any] = []
    for figures in printed_figures():
        table: AccuracyTable = counts_of(figures.group, figures.dataset)
        maximum = maximum_likelihood(table, nodes=figures.nodes)
        rows += printed_gaps(figures, maximum, table)
    return rows


def main() -> int:
    """Compare everything, print a line for each table and write the record."""
    if corpus_folder() is None:
        sys.stdout.write(f"{LEFT_OUT}; nothing was written\n")
        return 2
    rows: dict[str, list[Any]] = {section: [] for section in SECTIONS}
    for place in peer_tables():
        compare(place, rows)
        sys.stdout.write(f"{place.group} {place.dataset}\n")
        sys.stdout.flush()
    rows["printed"] = printed_rows()
    write_record(rows)
    causeless = [
        row
        for section in ("likelihood", "definitions")
        for row in rows[section]
        if row.cause == "unexplained"
    ]
    sys.stdout.write(f"{RECORD_FILE.name} written; {len(causeless)} differences without a cause\n")
    for row in causeless:
        sys.stdout.write(f"  {row}\n")
    return 1 if causeless else 0


if __name__ == "__main__":
    sys.exit(main())
