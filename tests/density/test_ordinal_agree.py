"""The complete model of agreement in PyMC has the density that the marginal engine integrates."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import beta, norm

from metadx.builders.ordinal import build_ordinal, uses_share
from metadx.builders.ordinal_rows import row_hierarchy
from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.cuts.coordinates import CutLaw, default_law
from metadx.engines.agreement.cuts.integral import RowEvidence, log_integrand, predict
from metadx.engines.agreement.evidence.cells import FigureEvidence, TableEvidence, TableSpearman
from metadx.engines.agreement.evidence.figures import KappaFactor, KappaNormal, SpearmanNormal
from metadx.engines.agreement.nuts import row_terms
from metadx.studies.agreement import AgreementRow, AgreementTable

C = 4
CARD = load_agreement_card().card
TABLES = np.array(
    [
        [[30, 6, 0, 0], [3, 9, 2, 0], [0, 1, 5, 1], [0, 0, 1, 2]],
        [[30, 5, 1, 0], [3, 10, 1, 0], [0, 1, 5, 1], [0, 0, 1, 2]],
        [[29, 7, 0, 0], [4, 8, 2, 0], [0, 1, 4, 2], [0, 0, 2, 1]],
    ],
    dtype=float,
)
MARGINS = np.array(
    [[[40, 12, 6, 2], [36, 14, 8, 2]], [[41, 11, 6, 2], [36, 14, 8, 2]]], dtype=float
)
UNKNOWN = np.zeros((1, 2, C))
ONE_MARGIN = np.array([[[40, 12, 6, 2], [0, 0, 0, 0]]], dtype=float)
LAW = CutLaw(np.array([0.4, -0.2, 0.1, 0.5, -0.4, -0.5]), np.full(6, 0.4), np.arange(C), C)


def evidence():
    """One row of each kind; the last but one has an accuracy factor."""
    high, low, all_used = np.array([1, 3]), np.array([0, 1, 2]), np.arange(C)
    plain = default_law(all_used, C, CARD)
    ranked = TableSpearman(0.61, np.array([0.5, 0.52, 0.55]), np.array([0.002, 0.003, 0.002]))
    weights = np.array([0.3, -0.4, 0.1])
    kappa = KappaNormal(0.55, 2, 60, ("linear", "quadratic"), all_used, C)
    rank = SpearmanNormal(0.58, 2, 60)
    known = [
        (default_law(high, C, CARD), TableEvidence(TABLES[:1, 1::2, 1::2], np.zeros(1))),
        (plain, TableEvidence(TABLES, weights, ranked)),
        (plain, FigureEvidence(MARGINS, np.array([-0.2, 0.4]), kappa, rank, 0.6)),
        (plain, FigureEvidence(ONE_MARGIN, np.zeros(1), None, rank, 0.0, continuous=False)),
        (
            LAW,
            FigureEvidence(UNKNOWN, np.zeros(1), KappaFactor(0.3, 0.06, 1.0, 1.5, all_used), rank),
        ),
        (
            default_law(low, C, CARD),
            FigureEvidence(
                MARGINS[:1, :, :3], np.zeros(1), replace(kappa, kinds=("unweighted",), used=low)
            ),
        ),
    ]
    return [
        RowEvidence(place, law, found, CARD.numbers.r_max, "")
        for place, (law, found) in enumerate(known)
    ]


FACTOR = 4


@pytest.fixture(scope="module")
def known():
    return evidence()


@pytest.fixture(scope="module")
def density(known):
    """The model's log density and its gradient at a point, and z there."""
    import pytensor
    import pytensor.tensor as pt

    names = [("nodules", "lung"), ("nodules", "left"), ("nodules", "right")]
    names += [("cysts", "lung"), ("cysts", "left"), ("cysts", "right")]
    rows = [AgreementRow("", *name, "A", "B", 60) for name in names]
    table = AgreementTable(tuple("0123"), tuple(rows), whole="lung")
    terms = [row_terms(row) for row in known]
    assert uses_share(terms)
    model = build_ordinal(terms, row_hierarchy(table, 1), C, CARD)
    values = [model.rvs_to_values[variable] for variable in model.free_RVs]
    logp = model.logp()
    z, share, *potentials = model.replace_rvs_by_values(
        [model["z"], model["lambda"], *model.potentials]
    )
    whole = pt.add(*potentials)
    function = pytensor.function(
        values,
        [logp, whole, z, share, *pt.grad(whole, values)],
        mode="FAST_COMPILE",
        on_unused_input="ignore",
    )
    return model, [value.name for value in values], function


def drawn(model, rng):
    start = model.initial_point()
    return {name: x + rng.normal(0, 0.4, np.shape(x)) for name, x in start.items()}


def cut_places(known):
    return np.cumsum([0, *(row.law.size for row in known)])


@pytest.mark.parametrize("seed", range(4))
def test_the_likelihood_is_the_integrand_of_the_marginal_engine(known, density, seed):
    model, names, function = density
    point = drawn(model, np.random.default_rng(seed))
    _, found, z, share = function(*[point[name] for name in names])[:4]
    start, wanted = cut_places(known), 0.0
    for place, row in enumerate(known):
        theta = row.law.mean + row.law.sd * point["cut_raw"][start[place] : start[place + 1]]
        here = row
        if place == FACTOR:
            factor = 1 / (1 + np.exp(-(1.0 + 1.5 * point["factor_raw"][0])))
            cells = predict(row, row.r_max * np.tanh(z[place, None]), theta[None]).cells
            mean = factor * row.evidence.kappa.ratio(cells)[0]
            wanted += norm.logpdf(0.3, mean, 0.06)
            here = replace(row, evidence=replace(row.evidence, kappa=None))
        integrand = log_integrand(here, theta[None], z[place, None], float(share))[0]
        wanted += integrand - row.law.log_density(theta)
    assert float(found) == pytest.approx(wanted, abs=1e-7)


def test_the_accuracy_factor_integrates_to_what_the_marginal_engine_uses(known):
    row = known[FACTOR]
    cells = predict(row, np.array([0.7]), row.law.mean[None]).cells
    standard = np.linspace(-8, 8, 4001)
    factor = 1 / (1 + np.exp(-(1.0 + 1.5 * standard)))
    kappa = row.evidence.kappa
    density = norm.pdf(kappa.value, factor * kappa.ratio(cells)[0], kappa.sd) * norm.pdf(standard)
    wanted = np.log(np.trapezoid(density, standard))
    assert kappa.log_likelihood(cells)[0] == pytest.approx(wanted, abs=1e-4)


def test_the_prior_is_that_of_the_card(density):
    model, names, function = density
    point = drawn(model, np.random.default_rng(9))
    logp, likelihood, z, share = function(*[point[name] for name in names])[:4]
    sd = {name: np.exp(point[f"sd_{name}_log__"]) for name in ("finding", "region", "row")}
    scales = {"finding": 0.6, "region": 0.2, "row": 0.3}
    wanted = norm.logpdf(point["mu"], 0.9, 0.6) + norm.logpdf(point["beta_part"], 0, 0.4)
    wanted += beta.logpdf(share, 2, 2) + np.log(share * (1 - share))
    for name, scale in scales.items():
        wanted += np.log(2) + norm.logpdf(sd[name], 0, scale) + np.log(sd[name])
        wanted += norm.logpdf(point[f"{name}_raw"]).sum()
    wanted += norm.logpdf(point["cut_raw"]).sum() + norm.logpdf(point["factor_raw"]).sum()
    assert float(logp - likelihood) == pytest.approx(float(wanted), abs=1e-6)
    finding, region, row = (sd[name] * point[f"{name}_raw"] for name in scales)
    mean = point["mu"] + finding[[0, 0, 0, 1, 1, 1]] + row
    part = np.array([0, 1, 1, 0, 1, 1])
    mean += part * (point["beta_part"] + region[[0, 0, 1, 0, 0, 1]])
    assert z == pytest.approx(mean, abs=1e-12)


def test_the_gradient_is_that_of_the_likelihood(density):
    model, names, function = density
    rng = np.random.default_rng(3)
    point = drawn(model, rng)
    slopes = function(*[point[name] for name in names])[4:]
    step = 1e-5
    direction = {name: rng.normal(size=np.shape(point[name])) for name in names}
    ends = [
        float(function(*[point[name] + side * step * direction[name] for name in names])[1])
        for side in (1, -1)
    ]
    along = sum((slope * direction[name]).sum() for name, slope in zip(names, slopes, strict=True))
    assert along == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


def test_a_row_alone_has_its_own_prior():
    counts = TableEvidence(TABLES[:1], np.zeros(1))
    row = RowEvidence(0, default_law(np.arange(C), C, CARD), counts, CARD.numbers.r_max, "")
    table = AgreementTable(tuple("0123"), (AgreementRow("", "", "", "A", "B", 60),))
    model = build_ordinal([row_terms(row)], row_hierarchy(table, 0), C, CARD)
    point = {"z_raw": np.array([0.5]), "cut_raw": np.linspace(-0.5, 0.5, 6)}
    logp = model.compile_logp(mode="FAST_COMPILE")(point)
    theta = row.law.mean + row.law.sd * point["cut_raw"]
    integrand = log_integrand(row, theta[None], np.array([0.9 + 0.7 * 0.5]), 0.5)[0]
    wanted = integrand - row.law.log_density(theta)
    wanted += norm.logpdf(point["z_raw"]).sum() + norm.logpdf(point["cut_raw"]).sum()
    assert float(logp) == pytest.approx(wanted, abs=1e-6)
