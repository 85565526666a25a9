"""Bayes factors against the Savage-Dickey ratio, which needs the draws and no evidence."""

import numpy as np
import pytest

from metadx.cards.load import load_card
from metadx.criticism.bayes_factor import SCALES, bayes_factors
from metadx.criticism.evidence import with_scaled_coefficients
from metadx.engines.fit import fit
from metadx.engines.marginal import fit_marginal
from metadx.engines.settings import FitSettings
from metadx.studies.review import load_dataset
from tests.unit.criticism.prior_simulation import CONTRAST_SD, own_card


@pytest.fixture(scope="module")
def fits():
    review = load_dataset("lung-nodules-dwi-mri")
    return tuple(
        fit(
            review,
            own_card(),
            sens="~ 1",
            spec=formula,
            missing="level",
            engine="marginal",
            draws=40_000,
            study_effects=False,
        )
        for formula in ("~ field_strength", "~ 1")
    )


def density_at_zero(draws):
    """Normal kernel a tenth of the standard deviation wide: off by half a per cent at most."""
    width = 0.1 * draws.std()
    return np.exp(-0.5 * (draws / width) ** 2).mean() / width / np.sqrt(2 * np.pi)


@pytest.mark.parametrize("scale", SCALES)
def test_it_is_the_savage_dickey_ratio(fits, scale):
    """The model without the covariate is the one with it at a coefficient of exactly 0."""
    with_it, without = fits
    (found,) = bayes_factors(with_it, without, scales=[scale])
    card = with_scaled_coefficients(with_it.card.card, scale)
    draws = fit_marginal(
        with_it.table, card, FitSettings("marginal", 40_000, 7, False), with_it.design
    ).coefficients
    posterior = density_at_zero(draws[..., 2].ravel())
    prior = 1 / (scale * CONTRAST_SD) / np.sqrt(2 * np.pi)
    # some 1,500 draws under the kernel: 3 %
    assert found.log == pytest.approx(np.log(prior / posterior), abs=0.1)
    assert found.error < 0.02


def test_ever_wider_priors_favour_no_covariates(fits):
    """Where the data say much more than the prior, twice the width halves the factor."""
    found = bayes_factors(*fits, scales=[8, 16])
    assert found[0].log - found[1].log == pytest.approx(np.log(2), abs=0.1)


def test_a_model_against_itself_is_even(fits):
    (found,) = bayes_factors(fits[0], fits[0], scales=[1])
    assert found.log == 0


def test_the_card_can_be_scaled_in_contrasts_and_slopes():
    card = load_card("bivariate-binomial").card
    wide = with_scaled_coefficients(card, 4).parameters
    assert wide.beta.contrast.sd == 4 * card.parameters.beta.contrast.sd
    assert wide.beta.slope.sd == 4 * card.parameters.beta.slope.sd
    assert (wide.mu, wide.tau, wide.rho) == (
        card.parameters.mu,
        card.parameters.tau,
        card.parameters.rho,
    )
