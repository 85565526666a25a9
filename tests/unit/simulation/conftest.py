"""Designs small enough to be carried out in a moment, and a fit that nothing has fitted."""

from types import SimpleNamespace

import numpy as np
import pytest

SBC = """
schema = "metadx/design/1"
kind = "sbc"
title = "Tiny"
seed = 7
card = "bivariate-binomial"
prob = 0.9
ranks = 19

[arms]
law = "log-uniform"
lower = 20
upper = 60

[[groups]]
name = "three"
engine = "marginal"
studies = 3
draws = 200
replications = 4

[[groups]]
name = "four / wide"
engine = "marginal"
studies = 4
draws = 400
replications = 3

[require]
family_prob = 0.99
coverage_within = 0.2
"""

COVERAGE = """
schema = "metadx/design/1"
kind = "coverage"
title = "Tiny"
seed = 11
card = "bivariate-binomial"
others = ["bivariate-binomial-n15"]
draws = 1000
prob = 0.9
replications = 3

[[cells]]
name = "eight"
studies = 8
sens = 0.8
spec = 0.9
tau = [0.5, 0.7]
rho = -0.4
arms = "some"

[[cells]]
name = "three / t"
studies = 3
sens = 0.8
spec = 0.9
tau = [0.5, 0.5]
rho = 0
arms = "some"
law = "t"

[arms.some]
law = "log-normal"
diseased = 60
nondiseased = 90
sd = 0.3
least = 2

[require]
least = 0.5
studies_from = 5
tau_to = 1.5
mean_distance = 0.9
share_of_peer = 0.5
"""

CONTRASTS = """
schema = "metadx/design/1"
kind = "contrasts"
title = "Tiny"
seed = 13
card = "bivariate-binomial"
draws = 1000
prob = 0.9
replications = 3
peer_replications = 2

[candidates]
contrast = [1.0, 3.0]
slope = [0.5, 1.5]

[[cells]]
name = "nine"
studies = 9
levels = [4, 3, 2]
sens = 0.8
spec = 0.9
tau = [0.5, 0.7]
rho = -0.4
sens_shift = [0.5, 0.0]
spec_shift = [-0.3, -1.2]
arms = "some"

[[cells]]
name = "eight / slope"
studies = 8
sens = 0.8
spec = 0.9
tau = [0.5, 0.5]
rho = 0
sens_shift = [1.0]
spec_shift = [-1.5]
arms = "some"

[arms.some]
law = "log-normal"
diseased = 60
nondiseased = 90
sd = 0.3
least = 2

[require]
least = 0.5
studies_from = 5
tau_to = 1.5
mean_distance = 0.9
shrinkage = 0.5
shrinkage_from = 1.0
"""


@pytest.fixture
def contrasts_text():
    return CONTRASTS


@pytest.fixture
def sbc_text():
    return SBC


@pytest.fixture
def coverage_text():
    return COVERAGE


@pytest.fixture
def write(tmp_path):
    """Write a design to a file of its own."""

    def _write(text, name="mine.toml"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8")
        return file

    return _write


@pytest.fixture
def stub_fit():
    """What an engine might have handed back: every draw made up by the test."""

    def _stub(
        coefficients, tau, rho, *, new, first, log_likelihood, studies, fell_back=None, passed=True
    ):
        shape = np.shape(rho)  # (chain, draw)
        effects = np.zeros((*shape, studies, 2))
        effects[..., 0, :] = first
        likelihood = np.zeros((*shape, studies))
        likelihood[..., -1] = log_likelihood
        return SimpleNamespace(
            coefficients=np.asarray(coefficients, float),
            mu=np.asarray(coefficients, float),
            tau=np.asarray(tau, float),
            rho=np.asarray(rho, float),
            study_logits=effects,
            log_likelihood=likelihood,
            new_study_logits=lambda: np.broadcast_to(new, (np.size(rho), 2)),
            engine=SimpleNamespace(fell_back=fell_back),
            passed=passed,
        )

    return _stub
