"""The PyMC model against its own formula, written out with SciPy."""

import numpy as np
import pytest
from scipy import stats

from metadx.builders.bivariate import build_bivariate
from metadx.cards.load import load_card
from metadx.studies.accuracy import AccuracyTable

TABLE = AccuracyTable.from_counts(
    ["Lee 2003", "Kim 2019", "No healthy"],
    tp=[18, 7, 12],
    fp=[2, 0, 0],
    fn=[5, 0, 8],
    tn=[30, 15, 0],
)
CARD = load_card("bivariate-binomial-n15").card
MU, TAU, RHO = np.array([0.8, 1.9]), np.array([0.6, 1.3]), -0.45
LOGITS = np.array([[0.5, 2.5], [1.7, 3.0], [0.9, -0.4]])


def point_of(model, **effects):
    """The values of a PyMC point: log tau, and the logit of (rho + 1) / 2 for an LKJ law."""
    point = {
        "mu_sens": MU[0],
        "mu_spec": MU[1],
        "tau_sens_log__": np.log(TAU[0]),
        "tau_spec_log__": np.log(TAU[1]),
        "rho_unit_logodds__": np.log((1 + RHO) / (1 - RHO)),
        **effects,
    }
    assert point.keys() == model.initial_point().keys()
    return {name: np.asarray(value, dtype=float) for name, value in point.items()}


@pytest.fixture(scope="module")
def centred():
    model = build_bivariate(TABLE, CARD, "centred")
    logp = model.compile_logp(mode="FAST_COMPILE", jacobian=False, sum=False)
    return model, logp(point_of(model, logit_sens=LOGITS[:, 0], logit_spec=LOGITS[:, 1]))


def by_name(model, terms):
    names = [variable.name for variable in (*model.free_RVs, *model.observed_RVs)]
    return dict(zip(names, terms, strict=True))


def test_the_density_is_the_model_written_out(centred):
    model, terms = centred
    found = by_name(model, terms)
    sigma = np.array([[TAU[0] ** 2, RHO * TAU.prod()], [RHO * TAU.prod(), TAU[1] ** 2]])
    effects = stats.multivariate_normal(MU, sigma).logpdf(LOGITS)
    np.testing.assert_allclose(found["logit_sens"] + found["logit_spec"], effects, atol=1e-6)
    p = 1 / (1 + np.exp(-LOGITS))
    tp = stats.binom.logpmf(TABLE.tp, TABLE.n_diseased, p[:, 0])
    tn = stats.binom.logpmf(TABLE.tn, TABLE.n_nondiseased, p[:, 1])
    np.testing.assert_allclose(found["tp"], tp, atol=1e-6)
    np.testing.assert_allclose(found["tn"], tn, atol=1e-6)
    assert found["tn"][2] == 0  # an empty arm says nothing
    for margin, name in enumerate(("sens", "spec")):
        normal = stats.norm(0, 1.5).logpdf(MU[margin])
        assert found[f"mu_{name}"] == pytest.approx(normal, abs=1e-6)
        half = stats.halfnorm(0, 1).logpdf(TAU[margin])
        assert found[f"tau_{name}"] == pytest.approx(half, abs=1e-6)
    # LKJ(2): a beta law of (rho + 1) / 2
    unit = stats.beta(2, 2).logpdf((RHO + 1) / 2)
    assert found["rho_unit"] == pytest.approx(unit, abs=1e-6)


def test_both_parametrisations_are_one_model_up_to_the_jacobian(centred):
    """logits = mu + tau (z1, rho z1 + sqrt(1 - rho^2) z2), so |d logits / dz| is known."""
    _, terms = centred
    model = build_bivariate(TABLE, CARD, "non-centred")
    left = np.sqrt(1 - RHO**2)
    z1 = (LOGITS[:, 0] - MU[0]) / TAU[0]
    z2 = ((LOGITS[:, 1] - MU[1]) / TAU[1] - RHO * z1) / left
    point = point_of(model, z=np.column_stack([z1, z2]))
    logp = model.compile_logp(mode="FAST_COMPILE", jacobian=False)
    jacobian = TABLE.n_studies * np.log(TAU.prod() * left)
    total = sum(float(np.sum(term)) for term in terms)
    assert float(logp(point)) - jacobian == pytest.approx(total, abs=1e-6)
    (logits,) = model.replace_rvs_by_values([model["study_logit"]])
    options = {"mode": "FAST_COMPILE", "on_unused_input": "ignore"}
    found = model.compile_fn(logits, inputs=model.value_vars, **options)(point)
    np.testing.assert_allclose(found, LOGITS, atol=1e-12)


@pytest.mark.parametrize("parametrisation", ["centred", "non-centred"])
def test_names_and_dims_are_those_of_every_fit(parametrisation):
    model = build_bivariate(TABLE, CARD, parametrisation)
    assert model.coords["study"] == TABLE.study
    assert model.coords["margin"] == ("sens", "spec")
    dims = model.named_vars_to_dims
    assert dims["coefficients"] == ("coefficient",)
    assert dims["tau"] == ("margin",)
    assert dims["study_logit"] == ("study", "margin")
    assert dims["tp"] == dims["tn"] == ("study",)
    assert [variable.name for variable in model.observed_RVs] == ["tp", "tn"]
    assert {"coefficients", "tau", "study_logit"} <= {each.name for each in model.deterministics}
    assert ("z" in model.named_vars) == (parametrisation == "non-centred")


def test_the_model_is_centred_unless_asked_otherwise():
    assert "z" not in build_bivariate(TABLE, CARD).named_vars


def test_the_counts_are_the_tables(centred):
    model, _ = centred
    assert model["n_diseased"].get_value().tolist() == TABLE.n_diseased.tolist()
    assert model["n_nondiseased"].get_value().tolist() == TABLE.n_nondiseased.tolist()
    for name in ("tp", "tn"):
        observed = model.rvs_to_values[model[name]].data
        assert observed.tolist() == getattr(TABLE, name).tolist()
