"""What a wrong card is told: file, path into the document, what was found, what is wanted."""

import re

import pytest

TAU = '{ family = "HalfNormal", sd = 1.5 }'
MU = '{ family = "Normal", mean = 0, sd = 3 }'
RHO = '{ family = "Uniform", lower = -1, upper = 1 }'
FAMILIES = "Normal, StudentT, HalfNormal, HalfStudentT, Exponential, Uniform, LKJ, Fixed"
# Words of the validation library that mean nothing to the reader of a card.
JARGON = re.compile(
    r"type=|function-|tagged|union|_ordered|tuple|dict|pydantic|Extra inputs|Input should|"
    r"instance|MarginPriors|discriminator|input_value|Value error"
)

# passage of the default card, its replacement, the lines of the refusal
CASES = {
    "unknown key": (
        'link = "logit"',
        'link = "logit"\ncolour = "red"',
        ["colour: unknown key; remove it"],
    ),
    "misspelt key": (
        "[parameters.rho]",
        "[parameters.roh]",
        [
            "parameters.rho: is missing; give it a value",
            "parameters.roh: unknown key; did you mean rho?",
        ],
    ),
    "unknown key of a parameter": (
        'symbol = "τ"',
        'symbol = "τ"\nunit = "x"',
        ["parameters.tau.unit: unknown key; remove it"],
    ),
    "missing section": (
        '[data]\nkind = "accuracy"\nmin_studies = 1\n',
        "",
        ["data: is missing; give it a value"],
    ),
    "no table": (
        '[data]\nkind = "accuracy"\nmin_studies = 1\n',
        "[[data]]\n",
        ["data: found the list [{}], wanted a table"],
    ),
    "text for a number": (
        "rhat_max = 1.01",
        'rhat_max = "1.01"',
        ['checks.nuts.rhat_max: found "1.01", wanted number'],
    ),
    "truth value for a number": (
        "divergences_max = 0",
        "divergences_max = false",
        ["checks.nuts.divergences_max: found false, wanted whole number"],
    ),
    "fraction for a whole number": (
        "min_studies = 1",
        "min_studies = 1.5",
        ["data.min_studies: found 1.5, wanted whole number"],
    ),
    "number for text": ('id = "biv', 'id = 3 # "biv', ["id: found 3, wanted text"]),
    "text for a list": (
        'dims = ["margin"]',
        'dims = "margin"',
        ['parameters.mu.dims: found "margin", wanted list'],
    ),
    "bad id": (
        'id = "bivariate-binomial"',
        'id = "Bivariate Binomial"',
        ['id: found "Bivariate Binomial", wanted small letters and digits joined by hyphens'],
    ),
    "other schema": (
        "metadx/card/1",
        "metadx/card/2",
        ['schema: found "metadx/card/2", wanted "metadx/card/1"'],
    ),
    "other builder": (
        'builder = "bivariate"',
        'builder = "trivariate"',
        [
            'builder: found "trivariate", wanted "bivariate", "bivariate-t", "independent" or '
            '"fixed"'
        ],
    ),
    "threshold out of range": (
        "pareto_k_max = 0.7",
        "pareto_k_max = 0",
        ["checks.marginal.pareto_k_max: found 0, wanted a number greater than 0"],
    ),
    "empty reason": (
        'why = """\nHeter',
        'why = ""\nnote = """',
        [
            "parameters.tau.why: is empty; write at least one word",
            "parameters.tau.note: unknown key; remove it",
        ],
    ),
    "no estimand": (
        "estimands = [",
        "estimands = []\nothers = [",
        [
            "estimands: is empty; write at least one entry",
            "others: unknown key; remove it",
        ],
    ),
    "wrong entry of a list": (
        'dims = ["margin"]',
        'dims = ["margin", "study"]',
        ['parameters.mu.dims[2]: found "study", wanted "margin"'],
    ),
    "no dims": (
        'dims = ["margin"]',
        "dims = []",
        ['parameters.mu.dims: found [], wanted ["margin"]'],
    ),
    "dims of rho": (
        "dims = []",
        'dims = ["margin"]',
        ['parameters.rho.dims: found ["margin"], wanted []'],
    ),
    "unknown family": (
        TAU,
        '{ family = "Cauchy", sd = 1 }',
        [f"parameters.tau.prior: found the family Cauchy, wanted one of {FAMILIES}"],
    ),
    "no family": (
        TAU,
        "{ sd = 1 }",
        [f"parameters.tau.prior: names no family, wanted one of {FAMILIES}"],
    ),
    "negative sd": (
        TAU,
        '{ family = "HalfNormal", sd = -1.5 }',
        ["parameters.tau.prior.sd: found -1.5, wanted a number greater than 0"],
    ),
    "infinite sd": (
        TAU,
        '{ family = "HalfNormal", sd = inf }',
        ["parameters.tau.prior.sd: found inf, wanted a finite number"],
    ),
    "missing number": (
        TAU,
        '{ family = "HalfNormal" }',
        ["parameters.tau.prior.sd: is missing; give it a value"],
    ),
    "number of another family": (
        TAU,
        '{ family = "HalfNormal", sd = 1, eta = 2 }',
        ["parameters.tau.prior.eta: unknown key; remove it"],
    ),
    "prior as text": (
        TAU,
        '"HalfNormal(1.5)"',
        [
            'parameters.tau.prior: found "HalfNormal(1.5)", wanted a prior, '
            'such as { family = "HalfNormal", sd = 1 }'
        ],
    ),
    "bounds in the wrong order": (
        RHO,
        '{ family = "Uniform", lower = 0.5, upper = 0.5 }',
        ["parameters.rho.prior: lower = 0.5 must be below upper = 0.5"],
    ),
    "real line for tau": (
        TAU,
        MU,
        [
            "parameters.tau.prior: Normal(mean=0, sd=3) cannot be the prior of tau, "
            "which lies above 0"
        ],
    ),
    "half line for mu": (
        MU,
        TAU,
        [
            "parameters.mu.prior: HalfNormal(sd=1.5) cannot be the prior of mu, "
            "which lies on the real line"
        ],
    ),
    "real line for rho": (
        RHO,
        '{ family = "StudentT", df = 3, mean = 0, sd = 1 }',
        [
            "parameters.rho.prior: StudentT(df=3, mean=0, sd=1) cannot be the prior of rho, "
            "which lies between -1 and 1"
        ],
    ),
    "correlation law for tau": (
        TAU,
        '{ family = "LKJ", eta = 2 }',
        ["parameters.tau.prior: LKJ(eta=2) cannot be the prior of tau, which lies above 0"],
    ),
    "rho beyond 1": (
        RHO,
        '{ family = "Uniform", lower = -1, upper = 1.5 }',
        ["parameters.rho.prior: Uniform(lower=-1, upper=1.5) reaches outside [-1, 1]"],
    ),
    "tau below 0": (
        TAU,
        '{ family = "Uniform", lower = -0.5, upper = 2 }',
        ["parameters.tau.prior: Uniform(lower=-0.5, upper=2) reaches outside [0, inf]"],
    ),
    "one margin without a prior": (
        TAU,
        '{ sens = { family = "HalfNormal", sd = 1 } }',
        ["parameters.tau.prior.spec: is missing; give it a value"],
    ),
    "wrong number for one margin": (
        TAU,
        '{ sens = { family = "HalfNormal", sd = 1 }, spec = { family = "HalfNormal", sd = 0 } }',
        ["parameters.tau.prior.spec.sd: found 0, wanted a number greater than 0"],
    ),
    "wrong law for one margin": (
        TAU,
        '{ sens = { family = "HalfNormal", sd = 1 }, spec = { family = "LKJ", eta = 1 } }',
        ["parameters.tau.prior.spec: LKJ(eta=1) cannot be the prior of tau, which lies above 0"],
    ),
    "priors by margin for rho": (
        RHO,
        '{ sens = { family = "LKJ", eta = 1 }, spec = { family = "LKJ", eta = 1 } }',
        ["parameters.rho.prior: found a prior for each margin; rho has one prior for both"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_card_is_refused_with_the_path_and_in_plain_words(refusal, case):
    old, new, lines = CASES[case]
    found = refusal(old, new)
    assert found == [f"own.toml: {line}" for line in lines]
    assert not JARGON.search("\n".join(found))


def test_every_fault_is_named_at_once(refusal, default_text):
    before = default_text[default_text.index("title") : default_text.index("[parameters.tau]")]
    after = before.replace("sd = 3", "sd = 0").replace("min_studies = 1", "min_studies = 0")
    assert refusal(before, after) == [
        "own.toml: data.min_studies: found 0, wanted a number greater than or equal to 1",
        "own.toml: parameters.mu.prior.sd: found 0, wanted a number greater than 0",
    ]


def test_a_long_text_is_cut_in_a_message(refusal):
    (line,) = refusal('status = "default"', f'status = "{"x" * 500}"')
    assert line.startswith('own.toml: status: found "xxx')
    assert len(line) < 140
