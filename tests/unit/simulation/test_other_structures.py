"""A card whose truths cannot be drawn is refused before anything is simulated."""

import pytest

from metadx.errors import CardError
from metadx.resources import models_dir
from metadx.simulation.load import load_sbc


@pytest.mark.parametrize("name", ["bivariate-t", "fixed-effect", "independent-margins"])
def test_a_card_of_another_structure_is_refused(tmp_path, name):
    text = (models_dir() / "designs" / "sbc.toml").read_text(encoding="utf-8")
    assert 'card = "bivariate-binomial"' in text
    path = tmp_path / "own.toml"
    path.write_text(text.replace('card = "bivariate-binomial"', f'card = "{name}"'))
    with pytest.raises(CardError, match=rf"own\.toml: the card {name} cannot be tried: .* found"):
        load_sbc(path)
