import hashlib
import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from metadx.cards.card import Card
from metadx.cards.load import card_schema, list_cards, load_card, parse_card
from metadx.errors import CardError, MetadxError
from metadx.resources import models_dir


def test_the_shipped_cards_are_known_by_the_names_of_their_files():
    accuracy = (
        *("bivariate-binomial", "bivariate-binomial-n15", "bivariate-cloglog", "bivariate-probit"),
        *("bivariate-t", "fixed-effect", "independent-margins"),
    )
    assert list_cards() == (*accuracy, "ordinal-agreement")
    assert list_cards("accuracy") == accuracy
    for name in list_cards("accuracy"):
        assert load_card(name).card.id == name


@pytest.mark.parametrize(
    ("name", "priors"),
    [
        (
            "bivariate-binomial",
            ("Normal(mean=0, sd=3)", "HalfNormal(sd=1.5)", "Uniform(lower=-1, upper=1)"),
        ),
        ("bivariate-binomial-n15", ("Normal(mean=0, sd=1.5)", "HalfNormal(sd=1)", "LKJ(eta=2)")),
    ],
)
def test_a_shipped_card_states_its_priors(name, priors):
    parameters = load_card(name).card.parameters
    found = [getattr(parameters, each).priors() for each in ("mu", "tau", "rho")]
    assert tuple(str(prior[0]) for prior in found) == priors
    assert [len(prior) for prior in found] == [2, 2, 1]


def test_a_card_keeps_its_text_and_the_hash_of_its_bytes():
    path = models_dir() / "bivariate-binomial.toml"
    loaded = load_card("bivariate-binomial")
    assert loaded.text.encode() == path.read_bytes()
    assert loaded.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert loaded.source == "bivariate-binomial.toml"


def test_the_schema_beside_the_cards_is_the_one_that_is_enforced():
    shipped = (models_dir() / "card.schema.json").read_text(encoding="utf-8")
    assert shipped == json.dumps(card_schema(), indent=2) + "\n"


def test_the_schema_forbids_unknown_keys_everywhere():
    schema = card_schema()
    parts = {"card": schema, **schema["$defs"]}
    objects = {name: part for name, part in parts.items() if part.get("type") == "object"}
    assert {"card", "Parameter", "HalfNormal", "NutsChecks", "Reference"} <= objects.keys()
    assert all(part["additionalProperties"] is False for part in objects.values())


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_ones_own_card_is_read_by_its_path(tmp_path, default_text, mark, ends):
    path = tmp_path / "mine.toml"
    text = mark + default_text.replace("sd = 3", "sd = 4").replace("\n", ends)
    path.write_bytes(text.encode())
    for which in (path, str(path)):
        loaded = load_card(which)
        assert loaded.card.parameters.mu.priors()[0].sd == 4
        assert loaded.source == str(path)
        assert loaded.text == text.removeprefix("\ufeff")


def test_a_shipped_id_wins_over_a_file_of_that_name(tmp_path, monkeypatch, default_text):
    monkeypatch.chdir(tmp_path)
    Path("bivariate-binomial").write_text(default_text.replace("sd = 3", "sd = 4"))
    assert load_card("bivariate-binomial").card.parameters.mu.priors()[0].sd == 3


def test_a_card_cannot_be_changed_after_it_was_checked():
    card = load_card("bivariate-binomial").card
    with pytest.raises(ValidationError, match="frozen"):
        card.parameters.mu.prior.sd = 1
    with pytest.raises(ValidationError, match="frozen"):
        card.id = "other"


def test_the_alias_of_the_schema_key_is_the_one_in_the_file():
    assert Card.model_fields["schema_"].alias == "schema"
    assert load_card("bivariate-binomial").card.schema_ == "metadx/card/1"


def test_an_unknown_id_names_the_cards_and_the_nearest():
    with pytest.raises(CardError) as caught:
        load_card("bivariate-binomal")
    message = str(caught.value)
    assert "'bivariate-binomal'" in message
    assert "bivariate-binomial, bivariate-binomial-n15" in message
    assert message.endswith("Did you mean 'bivariate-binomial'?")
    assert isinstance(caught.value, MetadxError)


def test_a_missing_file_is_no_near_miss(tmp_path):
    with pytest.raises(CardError, match=r"neither a shipped id .* nor a file\.$"):
        load_card(tmp_path / "absent.toml")


def test_a_folder_is_not_a_card(tmp_path):
    with pytest.raises(CardError, match="nor a file"):
        load_card(tmp_path)


def test_a_card_that_is_not_utf8_is_refused(tmp_path, default_text):
    path = tmp_path / "latin.toml"
    path.write_bytes(default_text.encode().replace("τ".encode(), b"\xe9"))
    with pytest.raises(CardError, match=r"latin\.toml: not UTF-8 text; save it as UTF-8\.$"):
        load_card(path)


def test_a_card_that_cannot_be_opened_says_why(monkeypatch, tmp_path, default_text):
    path = tmp_path / "locked.toml"
    path.write_text(default_text)

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(CardError, match=r"locked\.toml: cannot be read: Permission denied\.$"):
        load_card(path)


def test_bad_toml_is_refused_with_the_line():
    with pytest.raises(CardError, match=r"^own\.toml: not a TOML document: .*line 2") as caught:
        parse_card('id = "a"\ntitle = nothing\n', "own.toml")
    assert "\n" not in str(caught.value)
