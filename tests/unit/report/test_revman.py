"""The parameters for RevMan: published values, hand arithmetic, and the regions they draw."""

from types import SimpleNamespace

import numpy as np
import pytest

import metadx
from metadx.errors import FitError
from metadx.estimands.regions import region_area
from metadx.report.revman import redrawn, revman_blocks


def analysis_with(mu, tau, rho, studies=37):
    card = SimpleNamespace(link="logit", builder="bivariate", id="mine")
    group = SimpleNamespace(label="all", mu=mu, tau=tau, rho=rho, studies=np.arange(studies))
    pooled = SimpleNamespace(card=SimpleNamespace(card=card), identified=(True, True), pooled=group)
    return SimpleNamespace(pooled=pooled, groups=())


@pytest.fixture(scope="module")
def fitted():
    return metadx.analyse(metadx.load_dataset("anti-ccp"), sens="~ 1", spec="~ 1", draws=2000)


def test_the_block_of_a_published_fit():
    """Maximum-likelihood fit of anti-CCP: means, Sigma and what Harbord's formulas make of them."""
    cov = np.array([[0.1274**2, -0.0074], [-0.0074, 0.1451**2]])
    normal = np.random.default_rng(1).normal(size=(4000, 2))
    normal -= normal.mean(axis=0)
    normal = normal @ np.linalg.inv(np.linalg.cholesky(np.cov(normal.T))).T  # moments exactly 0, 1
    mu = np.array([0.65339, 3.10841]) + normal @ np.linalg.cholesky(cov).T
    tau = np.tile(np.sqrt([0.5426, 0.5712]), (4000, 1))
    rho = np.full(4000, -0.2703 / np.sqrt(0.5426 * 0.5712))
    block = revman_blocks(analysis_with(mu, tau, rho))[0]
    wanted = {
        "E(logitSe)": 0.65339, "E(logitSp)": 3.10841,
        "Var(logitSe)": 0.5426, "Var(logitSp)": 0.5712, "Cov(logits)": -0.2703,
        "SE(E(logitSe))": 0.1274, "SE(E(logitSp))": 0.1451, "Cov(Es)": -0.0074,
        "Lambda": 3.7306, "Theta": -1.2034, "beta": 0.0257,
        "Var(accuracy)": 0.5729, "Var(threshold)": 0.4135,
    }  # fmt: skip
    wanted["Corr(logits)"] = -0.2703 / np.sqrt(0.5426 * 0.5712)
    for name, value in wanted.items():
        assert block.values[name] == pytest.approx(value, abs=2e-4), name
    # The factor of the F distribution for 37 studies is 2.56, that of chi-squared 2.448.
    assert block.widening * 2.4477 == pytest.approx(2.56, abs=0.005)
    assert region_area(redrawn(block.text)[1]) == pytest.approx(0.0933, abs=5e-4)


def test_the_printed_numbers_draw_the_regions_of_the_report(fitted):
    found = metadx.summary(fitted)["groups"][0]["estimands"]
    (block,) = revman_blocks(fitted)
    credible, prediction = map(region_area, redrawn(block.text))
    assert credible == pytest.approx(found["region_area_credible"], rel=1e-3)
    assert prediction == pytest.approx(found["region_area_prediction"], rel=1e-3)
    assert 0 < block.distance < 1e-5


def test_a_misprint_would_show(fitted):
    (block,) = revman_blocks(fitted)
    text = block.text.replace("Cov(logits) = -", "Cov(logits) = ")
    assert text != block.text
    assert np.abs(redrawn(text)[1] - redrawn(block.text)[1]).max() > 0.1


def test_every_level_has_a_block():
    analysis = metadx.analyse(
        metadx.load_dataset("anti-ccp"), sens="~ generation", spec="~ 1", draws=400
    )
    blocks = revman_blocks(analysis)
    assert [block.label for block in blocks] == ["all", "CCP1", "CCP2"]
    sens = [block.values["E(logitSe)"] for block in blocks]
    assert sens[1] < sens[0] < sens[2]


def test_two_studies_have_no_factor():
    mu = np.random.default_rng(2).normal(size=(50, 2))
    blocks = revman_blocks(analysis_with(mu, np.ones((50, 2)), np.zeros(50), studies=2))
    assert blocks[0].widening is None


@pytest.mark.parametrize("what", [{"link": "probit"}, {"builder": "bivariate-t"}])
def test_another_model_is_refused(what):
    analysis = analysis_with(np.zeros((9, 2)), np.ones((9, 2)), np.zeros(9))
    vars(analysis.pooled.card.card).update(what)
    with pytest.raises(FitError, match="mine is another model"):
        revman_blocks(analysis)
