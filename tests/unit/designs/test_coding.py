from itertools import combinations, permutations

import numpy as np
import pytest

from metadx.designs.coding import symmetric_coding, symmetric_to_treatment, treatment_coding


@pytest.mark.parametrize("levels", [2, 3, 4, 5, 6])
def test_every_pair_of_levels_has_the_prior_of_one_coefficient(levels):
    coding = symmetric_coding(levels)
    for i, j in combinations(range(levels), 2):
        difference = coding[i] - coding[j]
        assert difference @ difference == pytest.approx(1.0, abs=1e-14)
    np.testing.assert_allclose(coding.sum(axis=0), 0.0, atol=1e-14)
    np.testing.assert_allclose(coding.T @ coding, np.eye(levels - 1) / 2, atol=1e-14)


@pytest.mark.parametrize("levels", [3, 4])
def test_the_prior_of_the_levels_does_not_know_their_order(levels):
    law = symmetric_coding(levels) @ symmetric_coding(levels).T
    for order in permutations(range(levels)):
        np.testing.assert_allclose(law[np.ix_(order, order)], law, atol=1e-14)


def test_three_levels_by_hand():
    # Helmert: (-1, 1, 0) / 2 and (-1, -1, 2) / sqrt(12), both of squared length 1/2.
    by_hand = [[-0.5, -1 / 12**0.5], [0.5, -1 / 12**0.5], [0.0, 2 / 12**0.5]]
    np.testing.assert_allclose(symmetric_coding(3), by_hand, atol=1e-15)


@pytest.mark.parametrize(("levels", "reference"), [(2, 0), (2, 1), (3, 1), (5, 4)])
def test_the_two_codings_of_the_same_levels(levels, reference):
    shift, mixture = symmetric_to_treatment(levels, reference)
    treatment = treatment_coding(levels, reference)
    np.testing.assert_allclose(shift + treatment @ mixture, symmetric_coding(levels), atol=1e-14)
    assert treatment[reference].tolist() == [0.0] * (levels - 1)
