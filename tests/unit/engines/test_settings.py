import numpy as np
import pytest

from metadx.engines.settings import FitSettings
from metadx.errors import MetadxError


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"engine": "stan"}, "engine = 'stan': wanted one of auto, marginal, nuts"),
        ({"draws": 99}, "draws = 99: wanted a whole number from 100 to 1,000,000"),
        ({"draws": 1_000_001}, "draws = 1000001: wanted a whole number from 100 to 1,000,000"),
        ({"draws": 1000.0}, "draws = 1000.0: wanted a whole number from 100 to 1,000,000"),
        ({"draws": True}, "draws = True: wanted a whole number from 100 to 1,000,000"),
        ({"draws": "4000"}, "draws = '4000': wanted a whole number from 100 to 1,000,000"),
        ({"seed": -1}, "seed = -1: wanted a whole number of at least 0"),
        ({"seed": 1.5}, "seed = 1.5: wanted a whole number of at least 0"),
    ],
)
def test_a_setting_out_of_range_is_refused(options, message):
    with pytest.raises(MetadxError) as caught:
        FitSettings(**options)
    assert str(caught.value) == message


def test_whole_numbers_of_numpy_become_plain_ones():
    settings = FitSettings(draws=np.int64(1000), seed=np.int32(3))
    assert (type(settings.draws), type(settings.seed)) == (int, int)


@pytest.mark.parametrize(("draws", "chain"), [(100, 25), (4000, 1000), (4001, 1001), (4003, 1001)])
def test_draws_are_rounded_up_to_four_chains(draws, chain):
    assert FitSettings(draws=draws).draws_per_chain == chain


@pytest.mark.parametrize(
    ("asked", "n_studies", "drawn"),
    [
        (None, 1, True),
        (None, 1000, True),
        (None, 1001, False),
        (True, 5000, True),
        (False, 3, False),
    ],
)
def test_study_effects_are_drawn_up_to_a_thousand_studies_unless_asked(asked, n_studies, drawn):
    assert FitSettings(study_effects=asked).wants_effects(n_studies) is drawn
