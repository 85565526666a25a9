"""The pinned studies are in the order of the shipped rows."""

import numpy as np
import pytest

from metadx.studies.review import load_dataset
from tests.reference.pinned import CARDS, find, runs_of


@pytest.mark.parametrize("card", CARDS)
def test_anti_ccp_is_in_shipped_order(card: str) -> None:
    table, run = load_dataset("anti-ccp").table, find("anti-ccp", card)
    # Large arms are pulled little towards the others: each lies within 2.5 sd of its crude rate.
    sens = (table.tp + 0.5) / (table.n_diseased + 1)
    spec = (table.tn + 0.5) / (table.n_nondiseased + 1)
    for crude, name in ((sens, "sens"), (spec, "spec")):
        away = (crude - np.array(run.studies[f"{name}_mean"])) / np.array(run.studies[f"{name}_sd"])
        assert np.abs(away).max() < 2.5


def test_both_cards_tell_the_same_of_each_study() -> None:
    for one in runs_of("reviews", CARDS[0]):
        other = find(one.dataset, CARDS[1])
        for name in ("sens", "spec"):
            gap = np.subtract(one.studies[f"{name}_mean"], other.studies[f"{name}_mean"])
            assert np.abs(gap / np.array(one.studies[f"{name}_sd"])).max() < 1.0, one.dataset
