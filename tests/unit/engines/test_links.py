"""The log-likelihood of an arm under every link, against numbers with three hundred digits.

The numbers are from mpmath: log F and log(1 - F) written down as they are defined, differentiated
there to first and second order.
"""

import numpy as np
import pytest

from metadx.engines.links import FARTHEST, arm_terms, arm_value
from metadx.estimands.links import LINKS

# link, eta, hits, misses; log-likelihood, slope, minus curvature
EXACT = [
    ("logit", -35, 2, 0, -70.0, 2.0, 1.261023352029e-15),
    ("logit", 0.5, 2, 5, -5.818538889261, -2.357215318413, 1.645025985411),
    ("logit", 20, 2, 0, -4.122307240629e-9, 4.12230723638e-9, 4.122307227884e-9),
    ("logit", 20, 2, 5, -100.0000000144, -4.999999985572, 1.442807529759e-8),
    ("probit", -60, 2, 0, -3610.027121361, 120.0333148405, 1.999445368233),
    ("probit", -7, 2, 0, -54.76861499762, 14.27509122645, 1.963476176607),
    ("probit", -7, 0, 5, -6.399062719433e-12, -4.567360204188e-11, 3.197152142936e-10),
    ("probit", 0.3, 2, 0, -0.962820323177, 1.234441707225, 1.132255676437),
    ("probit", 0.3, 0, 5, -4.810514090844, -4.990829844292, 3.484427553648),
    ("probit", 0.3, 2, 5, -5.773334414021, -3.756388137067, 4.616683230085),
    ("probit", 9, 2, 0, -2.257176811908e-19, 2.055954714334e-18, 1.8503592429e-17),
    ("probit", 9, 2, 5, -218.1407455667, -45.54261552501, 4.942426046726),
    ("cloglog", -45, 2, 0, -90.0, 2.0, 2.862518580549e-20),
    ("cloglog", -45, 0, 5, -1.431259290275e-19, -1.431259290275e-19, 1.431259290275e-19),
    ("cloglog", -5, 2, 5, -10.04042389867, 1.959579884655, 0.04041254870749),
    ("cloglog", -0.2, 2, 0, -1.163179504373, 1.291760710568, 0.6001663754756),
    ("cloglog", -0.2, 2, 5, -5.256833269763, -2.801893054822, 4.693820140866),
    ("cloglog", 1.5, 2, 0, -0.02275755969017, 0.1025747877439, 0.3623943109206),
    ("cloglog", 1.5, 2, 5, -22.43120291138, -22.30587056395, 22.77083966261),
    ("cloglog", 5, 2, 0, -7.014778392929e-65, 1.041085421699e-62, 1.534696909083e-60),
    ("cloglog", 5, 0, 5, -742.0657955129, -742.0657955129, 742.0657955129),
]


@pytest.mark.parametrize("case", EXACT, ids=lambda case: "-".join(map(str, case[:4])))
def test_the_terms_are_exact_near_and_far(case):
    link, eta, hits, misses, *want = case
    counts = np.array([float(hits)]), np.array([float(misses)])
    found = arm_terms(*counts, np.array([float(eta)]), link)
    got = [float(x[0]) for x in (found.value, found.score, found.information)]
    assert got == pytest.approx(want, rel=1e-9, abs=0)
    assert arm_value(*counts, np.array([float(eta)]), link)[0] == pytest.approx(want[0], rel=1e-12)


@pytest.mark.parametrize("link", LINKS)
def test_score_and_information_are_the_slopes_of_the_value(link):
    """Everywhere at once, also at the seams between two ways to compute the same."""
    eta = np.concatenate([np.linspace(-9, 3.5, 251), [-4.0, np.log(0.02), np.log(0.5), 0.0]])
    hits, misses, step = np.full(eta.size, 7.0), np.full(eta.size, 3.0), 1e-5
    here, above, below = (arm_terms(hits, misses, x, link) for x in (eta, eta + step, eta - step))
    slope = (above.value - below.value) / (2 * step)
    bend = -(above.score - below.score) / (2 * step)
    np.testing.assert_allclose(here.score, slope, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(here.information, bend, rtol=1e-6, atol=1e-6)
    assert (here.information >= 0).all()  # log-concave: one mode a study


@pytest.mark.parametrize("link", LINKS)
def test_nothing_is_lost_at_the_ends_of_the_range(link):
    ends = np.array([-FARTHEST[link], FARTHEST[link]])
    with np.errstate(all="raise", under="ignore"):
        empty = arm_terms(np.zeros(2), np.zeros(2), ends, link)
        full = arm_terms(np.full(2, 1e7), np.full(2, 1e7), ends, link)
    assert not empty.value.any()
    assert not empty.score.any()
    for part in (full.value, full.score, full.information):
        assert np.isfinite(part).all()
    assert (full.value < -1e9).all()
