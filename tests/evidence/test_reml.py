"""The normal approximation of `reml.py` gives what mada gives."""

import json
from pathlib import Path

import numpy as np
import pytest

import metadx
from tests.evidence.reml import fit_reml

PEERS = Path(__file__).parents[1] / "reference" / "peers.json"
# Shipped reviews with the same counts as tables that mada 0.5.12 was run on.
SAME_COUNTS = {
    "anti-ccp": "anti_ccp",
    "telomerase": "glas_telomerase",
    "neutrophil-cd64": "cd64_sepsis",
    "iqcode-dementia": "dementia_iqcode",
}


@pytest.fixture(scope="module")
def mada():
    tables = json.loads(PEERS.read_text(encoding="utf-8"))["tables"]
    return {t["dataset"]: t["found"]["mada_reml"] for t in tables if "mada_reml" in t["found"]}


@pytest.mark.parametrize("review", SAME_COUNTS)
def test_estimates_are_those_of_mada(review, mada):
    found = fit_reml(metadx.load_dataset(review).table)
    theirs = mada[SAME_COUNTS[review]]
    for margin, name in enumerate(("sens", "spec")):
        assert found.mu[margin] == pytest.approx(theirs[f"mu_{name}"], abs=1e-5)
        error = np.sqrt(found.covariance[margin, margin])
        assert error == pytest.approx(theirs[f"se_mu_{name}"], abs=1e-5)
        tau = np.sqrt(found.sigma[margin, margin])
        assert tau == pytest.approx(theirs[f"tau_{name}"], abs=1e-4)
    assert found.covariance[0, 1] == pytest.approx(theirs["cov_mu"], abs=1e-5)
    rho = found.sigma[0, 1] / np.sqrt(found.sigma[0, 0] * found.sigma[1, 1])
    assert rho == pytest.approx(theirs["rho"], abs=1e-4)
