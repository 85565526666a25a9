import io

import numpy as np
import pytest

from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.settings import AgreementSettings
from metadx.engines.result import Check, EngineReport
from metadx.studies.agreement import AgreementRow, AgreementTable
from metadx.studies.agreement_audit import audit_agreement


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return Terminal()


def five(median, lower, upper):
    return {"mean": median, "sd": 0.1, "median": median, "lower": lower, "upper": upper}


@pytest.fixture
def found():
    """The content of a summary.json with numbers that are easy to recognise."""
    margins = {"sens": (0.8, 0.71, 0.87), "spec": (0.9, 0.82, 0.95)}
    estimands = {
        f"{margin}{target}": five(*(x - shift for x in values))
        for target, shift in (("", 0.0), ("_population", 0.01), ("_new", 0.02))
        for margin, values in margins.items()
    }
    estimands |= {
        "lr_pos": five(8.0, 4.5, 16.2),
        "lr_neg": five(0.222, 0.14, 0.33),
        "dor": five(36.0, 15.0, 99.4),
        "auc": five(0.92, 0.88, 0.95),
        "pauc": five(0.75, 0.6, 0.86),
        "pauc_range": [0.02, 0.31],
        "mor_sens": five(2.1, 1.4, 3.3),
        "mor_spec": five(2.7, 1.6, 4.1),
        "region_area_credible": 0.004,
        "region_area_prediction": 0.123,
        "i2_joint": five(0.61, 0.4, 0.8),
        "i2_sens": five(0.62, 0.41, 0.81),
        "i2_spec": five(0.63, 0.42, 0.82),
        "r_jackson_joint": five(3.1, 2.4, 4.3),
        "i2_jackson_joint": five(0.896, 0.83, 0.95),
        "i2_jackson_sens": five(0.91, 0.84, 0.96),
        "i2_jackson_spec": five(0.87, 0.81, 0.94),
        "i2_higgins_sens": 0.755,
        "i2_higgins_spec": 0.0,
        "ppv": [{"prevalence": 0.1, **five(0.47, 0.33, 0.64)}],
        "npv": [{"prevalence": 0.1, **five(0.976, 0.96, 0.984)}],
    }
    return {
        "schema": "metadx/summary/1",
        "metadx": "0.1.0",
        "review": "mine",
        "title": "A test for a disease",
        "kind": "accuracy",
        "synthetic": False,
        "synthetic_note": "",
        "model": {"id": "bivariate-binomial", "card_sha256": "0"},
        "data": {
            "sha256": "0",
            "n_studies": 12,
            "n_diseased": 1234,
            "n_nondiseased": 5678,
            "counted": "participants",
            "dropped": [],
        },
        "settings": {
            **{"seed": 1, "prob": 0.95, "draws": 4000, "sens": "~ 1", "spec": "~ 1"},
            "subgroup": None,
        },
        "engine": {"name": "marginal", "pareto_k": 0.1, "ess": 3000.0, "fell_back": None},
        "checks": [
            {"name": "pareto_k", "value": 0.1, "threshold": 0.7, "passed": True},
            {"name": "ess", "value": 3000.4, "threshold": 400.0, "passed": True},
        ],
        "covariates": {},
        "parameters": {
            "mu[sens]": five(1.39, 0.9, 1.9),
            "mu[spec]": five(2.2, 1.5, 2.9),
            "tau[sens]": five(0.78, 0.4, 1.25),
            "tau[spec]": five(1.04, 0.5, 1.48),
            "rho": five(-0.3, -0.8, 0.0004),
        },
        "groups": [{"label": "all", "at": {}, "n_studies": 12, "estimands": estimands}],
        "explained": None,
        "contrasts": [],
        "ranks": [],
        "decision": {
            "verdict": {
                "parts": [
                    {
                        "text": "Good enough to rule out? Unlikely: 4 % and 18 %.",
                        "words": {"median": "Very unlikely", "new": "Unlikely"},
                    }
                ]
            },
            "prevalence": {"design": None},
            "warnings": [],
            "per_1000": None,
        },
        "studies": [],
        "notes": [],
    }


@pytest.fixture
def agreement_fit():
    """Make a fit of agreement from rows and from draws that are given, (S, R, C, C)."""

    def make(rows, cells, z=None, *, coded=None, hyper=None, settings=None, **of_table):
        size, n_rows, n_categories = cells.shape[:3]
        categories = tuple(map(str, range(n_categories)))
        table = AgreementTable(categories, tuple(rows), sha256="0", **of_table)
        none = np.full((1, size, n_rows), np.nan)
        return AgreementFit(
            table,
            audit_agreement(table),
            load_agreement_card(),
            settings or AgreementSettings(),
            np.ones((1, size, n_rows)) if z is None else z[None],
            cells[None],
            none if coded is None else coded[None],
            none,
            {name: draws[None] for name, draws in (hyper or {}).items()},
            EngineReport("marginal", 0.2, 900.0, None, 0.5),
            (Check("rhat", 1.004, 1.01, passed=True),),
            title="Two readers",
        )

    return make


@pytest.fixture
def row():
    """Make a row of agreement: one finding of a reader and an AI."""

    def make(finding="", **fields):
        about = {"study": "", "region": "", "rater_a": "AI", "rater_b": "reader", "n": 100}
        return AgreementRow(finding=finding, **(about | fields))

    return make
