"""The numbers that two pages state are those of the code and the cards."""

import re

import pytest

import metadx
from metadx.engines import importance, nuts, proposals, refinement, settings
from metadx.engines.likelihood import BASE_NODES
from metadx.estimands import heterogeneity
from metadx.plots.sroc_layers import FEWEST_FOR_REGION
from metadx.report import missing
from metadx.report.summary import ILLUSTRATIVE_PREVALENCE

WORDS = {2: "two", 3: "three", 4: "four", 5: "five"}


@pytest.fixture(scope="module")
def methods(pages):
    return re.sub(r"\s+", " ", pages["docs/methods.md"])


def test_quadrature(methods):
    rungs = ", ".join(str(nodes) for nodes in refinement.LADDER)
    for words in (
        f"{BASE_NODES} × {BASE_NODES} nodes at first",
        f"{rungs}, and {refinement._REFEREE} for the last",
        f"at most {refinement._BUDGET:g} in the log-likelihood",
    ):
        assert words in methods


def test_importance_sampling(methods):
    share = round(10 * proposals._WIDE_SHARE)
    for words in (
        f"{WORDS[share].capitalize()} draws in ten come from a copy",
        f"repeats step 3 up to {WORDS[importance._EXTRA_ROUNDS]} times",
        f"Pareto k above {importance._GOOD_PARETO_K:g}",
        f"into {settings.CHAINS} chains",
    ):
        assert words in methods


def test_nuts(methods):
    for words in (
        f"{settings.CHAINS} chains, {nuts._TUNE:,} tuning steps each",
        f"at least {nuts._LEAST_PER_CHAIN:,} draws",
    ):
        assert words in methods


def test_thresholds_of_the_card(methods):
    checks = metadx.load_card("bivariate-binomial").card.checks.marginal
    assert f"the limit of the card ({checks.pareto_k_max:g})" in methods
    assert f"the card refuses more than {checks.quadrature_error_max:g}" in methods


@pytest.mark.parametrize("name", metadx.list_cards("accuracy"))
def test_priors_of_the_cards(name, pages):
    def short(prior):
        return re.sub(r"[a-z]+=", "", str(prior)).replace("-", "−")

    parameters = metadx.load_card(name).card.parameters
    stated = ", ".join(
        f"{p.symbol} ~ {short(p.priors()[0])}"
        for p in (parameters.mu, parameters.tau, parameters.rho)
    )
    assert f"| {stated} |" in pages["models/README.md"]


def test_what_is_said_of_estimands_and_figures(methods, pages):
    assert f"exp({heterogeneity._MOR:.3f} τ)" in methods
    assert f"Below {WORDS[FEWEST_FOR_REGION]} studies no region is drawn" in methods
    assert missing._SHARE_THAT_FALLS == 0.5
    assert "warns where it falls in more than half of the draws" in methods
    summary = pages["docs/summary.md"]
    a, b, c = ILLUSTRATIVE_PREVALENCE
    assert f"{a:g}, {b:g} and {c:g} are used as illustrations" in summary
    assert f"over {settings._EFFECTS_UP_TO:,} studies" in summary
