"""The polychoric correlation against closed forms and values found independently."""

import numpy as np
import pytest
from scipy.special import ndtri

from metadx.errors import DataError
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.polychoric import polychoric


@pytest.mark.parametrize(
    ("table", "r"),
    [
        ([[66, 13, 0], [5, 22, 1], [0, 0, 0]], 0.8419),
        ([[27, 17, 0], [16, 45, 1], [0, 1, 0]], 0.5371),
        ([[98, 2, 0], [4, 2, 1], [0, 0, 0]], 0.8244),
        (
            [
                [22, 2, 2, 0, 0],
                [5, 7, 14, 0, 0],
                [0, 2, 36, 0, 0],
                [0, 1, 14, 7, 0],
                [0, 0, 3, 0, 3],
            ],
            0.89129,
        ),
    ],
)
def test_two_steps(table, r):
    found = polychoric(table, "two-step")
    assert found.r == pytest.approx(r, abs=6e-5)
    full = polychoric(table)
    assert full.log_likelihood > found.log_likelihood
    assert full.r == pytest.approx(r, abs=0.005)


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4])
def test_halves_have_a_closed_form(share):
    """Sheppard: r = sin(2 pi (p - 1/4)), p the share of cases in the first cell."""
    table = 1000 * np.array([[share, 0.5 - share], [0.5 - share, share]])
    for method in ("two-step", "full"):
        found = polychoric(table, method)
        assert found.r == pytest.approx(np.sin(2 * np.pi * (share - 0.25)), abs=1e-5)
        np.testing.assert_allclose([*found.cuts_a, *found.cuts_b], 0, atol=1e-5)


def test_expected_counts_give_back_the_law():
    cuts_a, cuts_b = np.array([-0.5, 0.8]), np.array([-0.2, 0.4, 1.5])
    table = 500 * cell_probabilities(0.6, cuts_a, cuts_b)
    found = polychoric(table)
    assert found.r == pytest.approx(0.6, abs=1e-5)
    np.testing.assert_allclose(found.cuts_a, cuts_a, atol=1e-4)
    np.testing.assert_allclose(found.cuts_b, cuts_b, atol=1e-4)


def test_categories_that_were_not_given_are_left_out():
    found = polychoric([[20, 0, 5], [0, 0, 0], [4, 0, 30]], "two-step")
    assert found.r == pytest.approx(polychoric([[20, 5], [4, 30]], "two-step").r)
    np.testing.assert_allclose(found.cuts_a, ndtri([25 / 59]))


def test_perfect_agreement_stays_below_one():
    assert 0.999 < polychoric([[20, 0], [0, 20]]).r < 1


def test_a_constant_rater_is_refused():
    with pytest.raises(
        DataError, match="two categories or more of each rater, not a table of 1 by 2"
    ):
        polychoric([[20, 5], [0, 0]])
