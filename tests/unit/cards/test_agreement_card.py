"""The card of a model of agreement: what it states, and how a wrong one is refused."""

import hashlib
import json

import pytest
from pydantic import ValidationError

from metadx.cards.agreement_card import (
    Numbers,
    agreement_card_schema,
    load_agreement_card,
    parse_agreement_card,
)
from metadx.cards.load import card_kind, list_cards, load_card
from metadx.errors import CardError
from metadx.resources import models_dir

PRIORS = {
    "mu": "Normal(mean=0.9, sd=0.6)",
    "single": "Normal(mean=0.9, sd=0.7)",
    "beta_part": "Normal(mean=0, sd=0.4)",
    "sd_finding": "HalfNormal(sd=0.6)",
    "sd_region": "HalfNormal(sd=0.2)",
    "sd_study": "HalfNormal(sd=0.3)",
    "sd_row": "HalfNormal(sd=0.3)",
    "lambda": "Beta(a=2, b=2)",
    "first_cut": "Normal(mean=0, sd=1.5)",
    "log_gap": "Normal(mean=0, sd=0.7)",
    "accuracy_factor": "Normal(mean=1, sd=1.5)",
    "part_first_cut_a": "Normal(mean=0, sd=0.35)",
    "part_first_cut_b": "Normal(mean=0.1, sd=0.4)",
    "part_log_gap_a": "Normal(mean=0, sd=0.35)",
    "part_log_gap_b": "Normal(mean=0, sd=0.45)",
    "loading": "Normal(mean=0.9, sd=0.7)",
    "sd_loading": "HalfNormal(sd=0.7)",
}
NUMBERS = Numbers(
    r_max=0.9995,
    error_correlation=0.6,
    misaligned_probability=0.05,
    se_log_sd=0.1,
    part_gaps_b=(1.4, 0.6, 0.6),
    gap_min=0.25,
    gap_max=3.0,
)


@pytest.fixture(scope="module")
def text():
    return (models_dir() / "ordinal-agreement.toml").read_text(encoding="utf-8")


def test_the_shipped_card_states_its_priors_and_numbers():
    card = load_agreement_card("ordinal-agreement").card
    parameters = card.parameters.model_dump(by_alias=True)
    stated = {
        name: str(getattr(card.parameters, "lambda_" if name == "lambda" else name).prior)
        for name in parameters
    }
    assert stated == PRIORS
    assert card.numbers == NUMBERS
    assert card.id == "ordinal-agreement"
    assert (card.checks.nuts.rhat_max, card.checks.nuts.ess_bulk_min) == (1.01, 400)


def test_every_parameter_and_constant_gives_its_reason(text):
    card = parse_agreement_card(text, "card.toml").card
    told = [getattr(card.parameters, name) for name in type(card.parameters).model_fields]
    told += [getattr(card.constants, name) for name in type(card.constants).model_fields]
    assert all(len(each.meaning.split()) > 3 and len(each.why.split()) > 6 for each in told)


def test_a_card_keeps_its_text_and_the_hash_of_its_bytes(text):
    loaded = load_agreement_card()
    assert loaded.text == text
    assert loaded.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert loaded.source == "ordinal-agreement.toml"


def test_the_schema_beside_the_cards_is_the_one_that_is_enforced():
    shipped = (models_dir() / "agreement-card.schema.json").read_text(encoding="utf-8")
    assert shipped == json.dumps(agreement_card_schema(), indent=2) + "\n"


def test_ones_own_card_is_read_by_its_path(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("mean = 0.9, sd = 0.6", "mean = 0.5, sd = 1"))
    loaded = load_agreement_card(path)
    assert (loaded.card.parameters.mu.prior.mean, loaded.card.parameters.mu.prior.sd) == (0.5, 1)
    assert loaded.source == str(path)


def test_a_card_cannot_be_changed_after_it_was_checked():
    with pytest.raises(ValidationError, match="frozen"):
        load_agreement_card().card.parameters.mu.prior.sd = 1


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (
            '"HalfNormal", sd = 0.6',
            '"Normal", mean = 0, sd = 0.6',
            [
                "parameters.sd_finding.prior: found the family Normal, wanted one of HalfNormal, "
                "HalfStudentT, Exponential"
            ],
        ),
        (
            '"Normal", mean = 0.9, sd = 0.6',
            '"StudentT", mean = 0.9, sd = 0.6',
            ['parameters.mu.prior.family: found "StudentT", wanted "Normal"'],
        ),
        (
            "a = 2",
            "a = -2",
            ["parameters.lambda.prior.a: found -2, wanted a number greater than 0"],
        ),
        (
            "[parameters.lambda]",
            "[parameters.lamda]",
            [
                "parameters.lambda: is missing; give it a value",
                "parameters.lamda: unknown key; did you mean lambda?",
            ],
        ),
        (
            "value = 0.9995",
            "value = 1.0",
            ["constants.r_max.value: found 1.0, wanted a number less than 1"],
        ),
        (
            "value = 0.05",
            "value = 0.5",
            ["constants.misaligned_probability.value: found 0.5, wanted a number less than 0.5"],
        ),
        (
            "value = [1.4, 0.6, 0.6]",
            "value = [1.4, -0.6, 0.6]",
            ["constants.part_gaps_b.value[2]: found -0.6, wanted a number greater than 0"],
        ),
        ('link = "probit"', 'link = "logit"', ['link: found "logit", wanted "probit"']),
    ],
)
def test_a_wrong_card_is_refused_with_the_path_of_each_fault(text, old, new, lines):
    assert text.count(old) >= 1
    with pytest.raises(CardError) as caught:
        parse_agreement_card(text.replace(old, new, 1), "own.toml")
    assert str(caught.value).splitlines() == [f"own.toml: {line}" for line in lines]


def test_a_card_for_the_other_kind_of_data_is_refused_in_one_sentence():
    with pytest.raises(CardError) as accuracy:
        load_card("ordinal-agreement")
    assert str(accuracy.value) == (
        "ordinal-agreement.toml: a card for agreement of raters, where one for diagnostic accuracy "
        f"is wanted; such as {', '.join(list_cards('accuracy'))}."
    )
    with pytest.raises(CardError) as agreement:
        load_agreement_card("bivariate-binomial")
    assert str(agreement.value).endswith("wanted; such as ordinal-agreement.")


def test_an_unknown_id_names_the_cards_of_its_kind_and_the_nearest():
    with pytest.raises(CardError) as caught:
        load_agreement_card("ordinl-agreement")
    assert str(caught.value) == (
        "no model card 'ordinl-agreement': it is neither a shipped id (ordinal-agreement) nor a "
        "file. Did you mean 'ordinal-agreement'?"
    )


def test_cards_are_listed_by_kind():
    assert list_cards("agreement") == ("ordinal-agreement",)
    assert set(list_cards()) == {*list_cards("accuracy"), *list_cards("agreement")}
    assert card_kind('schema = "metadx/card/1"') == "accuracy"
    assert card_kind("id = 1") is None
    assert card_kind("not toml") is None
