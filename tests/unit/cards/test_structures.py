"""Structures of a card: what each takes as given, and the other priors a card declares."""

import tomllib

import pytest

from metadx.cards.alternatives import AlternativePriors
from metadx.cards.load import list_cards, load_card, parse_card, with_priors
from metadx.cards.priors import Choice
from metadx.cards.writing import card_toml
from metadx.engines.fit import fit
from metadx.errors import CardError
from metadx.resources import models_dir
from metadx.studies.review import load_dataset

ZERO = '{ family = "Fixed", value = 0 }'
NU = """[parameters.nu]
symbol = "ν"
meaning = "degrees of freedom"
scale = "count"
prior = { family = "Choice", values = [3, 20], weights = [1, 1] }
why = "a test"

[parameters.beta]"""
DECLARED = (
    ("wider", "mu ~ Normal(mean=0, sd=5), tau ~ HalfStudentT(df=3, sd=2.5)"),
    ("narrower means", "mu ~ Normal(mean=0, sd=1.5)"),
    ("less heterogeneity", "tau ~ HalfNormal(sd=0.5)"),
    ("more heterogeneity", "tau ~ HalfNormal(sd=3)"),
    ("correlation near 0", "rho ~ LKJ(eta=4)"),
    (
        "weakly informative",
        "mu ~ Normal(mean=0, sd=1.5), tau ~ HalfNormal(sd=1), rho ~ LKJ(eta=2)",
    ),
)


@pytest.mark.parametrize(
    ("name", "builder", "given"),
    [
        ("bivariate-binomial", "bivariate", (False, False)),
        ("bivariate-t", "bivariate-t", (False, False)),
        ("independent-margins", "independent", (False, True)),
        ("fixed-effect", "fixed", (True, True)),
    ],
)
def test_a_shipped_card_says_what_it_takes_as_given(name, builder, given):
    card = load_card(name).card
    assert card.builder == builder
    assert (card.parameters.tau.fixed, card.parameters.rho.fixed) == given
    assert (card.parameters.nu is not None) == (builder == "bivariate-t")


def test_the_cards_share_their_priors_where_the_scale_is_the_same():
    default = load_card("bivariate-binomial").card.parameters
    for name in ("bivariate-t", "independent-margins", "fixed-effect"):
        other = load_card(name).card.parameters
        assert other.mu.prior == default.mu.prior
        assert (other.beta.contrast, other.beta.slope) == (
            default.beta.contrast,
            default.beta.slope,
        )
        assert other.tau.fixed or other.tau.prior == default.tau.prior
        assert other.rho.fixed or other.rho.prior == default.rho.prior


RHO = '{ family = "Uniform", lower = -1, upper = 1 }'
TAU = '{ family = "HalfNormal", sd = 1.5 }'


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            'builder = "bivariate"',
            'builder = "independent"',
            'parameters.rho.prior: wanted { family = "Fixed", value = 0 } with the builder '
            '"independent"',
        ),
        (
            'builder = "bivariate"',
            'builder = "fixed"',
            'parameters.tau.prior: wanted { family = "Fixed", value = 0 } with the builder "fixed"',
        ),
        (
            RHO,
            ZERO,
            'parameters.rho.prior: Fixed cannot be the prior of rho with the builder "bivariate"',
        ),
        (
            TAU,
            '{ sens = { family = "HalfNormal", sd = 1 }, spec = { family = "Fixed", value = 0 } }',
            'parameters.tau.prior: Fixed cannot be the prior of tau with the builder "bivariate"',
        ),
        (
            'builder = "bivariate"',
            'builder = "bivariate-t"',
            'parameters.nu: is missing; give it a value (builder "bivariate-t")',
        ),
        (
            "[parameters.beta]",
            NU,
            'parameters.nu: unknown key; remove it (builder "bivariate")',
        ),
        (
            'name = "narrower means"',
            'name = "wider"',
            'alternatives[2].name: found "wider" again, wanted a name of its own',
        ),
        (
            '\nmu = { family = "Normal", mean = 0, sd = 1.5 }\n\n[[alternatives]]\nname = "less',
            '\n\n[[alternatives]]\nname = "less',
            "alternatives[2]: changes nothing: give a prior for mu, tau or rho",
        ),
        (
            'tau = { family = "HalfNormal", sd = 0.5 }',
            'tau = { family = "Normal", mean = 0, sd = 0.5 }',
            "alternatives[3].tau: Normal(mean=0, sd=0.5) cannot be the prior of tau, which lies "
            "above 0",
        ),
        (
            'rho = { family = "LKJ", eta = 4 }',
            f"rho = {ZERO}",
            "alternatives[5].rho: found a fixed value, wanted a prior with some width",
        ),
        (
            'rho = { family = "LKJ", eta = 4 }',
            'rho = { family = "LKJ", eta = -4 }',
            "alternatives[5].rho.eta: found -4, wanted a number greater than 0",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(refusal, old, new, line):
    assert refusal(old, new) == [f"own.toml: {line}"]


def test_what_a_structure_gives_has_no_other_prior():
    text = load_card("independent-margins").text
    own = '[[alternatives]]\nname = "some"\nwhy = "a test"\nrho = { family = "LKJ", eta = 4 }\n\n'
    at = text.index("[[references]]")
    with pytest.raises(CardError) as caught:
        parse_card(text[:at] + own + text[at:], "own.toml")
    line = 'alternatives[5].rho: rho is fixed by the builder "independent"; remove it'
    assert str(caught.value) == f"own.toml: {line}"


@pytest.mark.parametrize(
    ("prior", "line"),
    [
        ("values = [3, 20], weights = [1]", "found 1 weights for 2 values"),
        (
            "values = [20, 3], weights = [1, 1]",
            "found the values [20.0, 3.0], wanted them ascending",
        ),
    ],
)
def test_a_choice_has_a_weight_for_each_of_its_ascending_values(prior, line):
    text = load_card("bivariate-t").text
    old = "values = [3, 4, 6, 10, 20, 50], weights = [1, 1, 1, 1, 1, 1]"
    with pytest.raises(CardError) as caught:
        parse_card(text.replace(old, prior), "own.toml")
    assert str(caught.value) == f"own.toml: parameters.nu.prior: {line}"


def test_the_weights_of_a_choice_are_made_to_add_up_to_one():
    choice = Choice(family="Choice", values=(3.0, 20.0), weights=(1.0, 3.0))
    assert choice.probabilities == (0.25, 0.75)
    assert str(choice) == "Choice(3: 0.25, 20: 0.75)"


def test_the_default_card_declares_six_sets_of_other_priors():
    declared = load_card("bivariate-binomial").card.alternatives
    assert tuple((other.name, other.words) for other in declared) == DECLARED
    assert all(other.why for other in declared)


@pytest.mark.parametrize("name", list_cards("accuracy"))
def test_every_other_set_makes_a_card_that_is_its_own(name):
    loaded = load_card(name)
    for alternative in loaded.card.alternatives:
        other = with_priors(loaded, alternative)
        before, after = loaded.card.parameters, other.card.parameters
        for parameter in ("mu", "tau", "rho"):
            wanted = getattr(alternative, parameter) or getattr(before, parameter).prior
            assert getattr(after, parameter).prior == wanted
        assert other.card.checks == loaded.card.checks
        assert other.card.references == loaded.card.references
        assert (after.beta, after.nu) == (before.beta, before.nu)
        assert other.card.id.startswith(f"{loaded.card.id}-")
        assert other.sha256 != loaded.sha256
        assert not other.card.alternatives
        assert parse_card(other.text, other.source) == other  # what a saved fit is read with


def test_a_card_with_other_priors_is_fitted_and_loaded_like_any_other(tmp_path):
    loaded = load_card("bivariate-binomial")
    less = with_priors(loaded, loaded.card.alternatives[2])
    table = load_dataset("telomerase").table
    before, after = (
        fit(table, card, engine="marginal", draws=1000, study_effects=False)
        for card in (loaded, less)
    )
    assert after.tau.mean() < before.tau.mean() - 0.2
    back = type(after).load(after.save(tmp_path / "fit.nc"))
    assert back.card.card == less.card


def test_priors_of_ones_own_and_by_margin_take_their_place():
    own = AlternativePriors.model_validate(
        {
            "name": "Sehr weit!",
            "why": "a test",
            "tau": {
                "sens": {"family": "HalfNormal", "sd": 1},
                "spec": {"family": "Exponential", "rate": 2},
            },
        }
    )
    made = with_priors(load_card("bivariate-binomial"), own)
    assert made.card.id == "bivariate-binomial-sehr-weit"
    assert own.words == "tau ~ HalfNormal(sd=1) and Exponential(rate=2)"
    assert [str(prior) for prior in made.card.parameters.tau.priors()] == [
        "HalfNormal(sd=1)",
        "Exponential(rate=2)",
    ]


def test_priors_that_do_not_suit_a_card_are_refused():
    loaded = load_card("fixed-effect")
    other = load_card("bivariate-binomial").card.alternatives[4]  # of rho
    with pytest.raises(CardError, match=r"fixed-effect\.toml, correlation near 0: .*rho\.prior"):
        with_priors(loaded, other)


@pytest.mark.parametrize("path", sorted(models_dir().rglob("*.toml")), ids=lambda path: path.stem)
def test_a_written_document_is_read_as_the_same(path):
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    assert tomllib.loads(card_toml(document)) == document


def test_awkward_texts_survive_writing():
    document = {
        "a": 'quote " back \\ line\nbreak tab\t é \x7f',
        "b": [1, 2.5, True],
        "c": {"d": -1},
    }
    assert tomllib.loads(card_toml(document)) == document
