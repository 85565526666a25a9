"""The PyMC model with its random effects integrated out by brute force, study by study."""

from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.compile.mode import get_mode
from pytensor.graph.replace import vectorize_graph

from metadx.builders.bivariate import build_bivariate, coefficient_names
from metadx.cards.card import Card
from metadx.designs.design import Design
from metadx.studies.accuracy import AccuracyTable
from tests.unit.engines.brute_force import conditional_grid

_POINTS = 97  # per axis: steps of about 0.2 conditional sd, far past the trapezoid rule's needs
_EFFECTS = ("logit_sens", "logit_spec")
_OBSERVED = ("tp", "tn")


class IntegratedPyMC:
    """log p(table, coefficients, tau, rho) from the centred PyMC model.

    The grid of each study is placed with a formula of its own; what is summed over it is the
    log density of the PyMC model alone.
    """

    def __init__(self, table: AccuracyTable, card: Card, design: Design | None = None) -> None:
        self.table, self.link = table, card.link
        self.design = design or Design.without_covariates(table.n_studies)
        model = build_bivariate(table, card, "centred", design)
        terms = dict(
            zip(
                [variable.name for variable in (*model.free_RVs, *model.observed_RVs)],
                model.logp(jacobian=False, sum=False),
                strict=True,
            )
        )
        values = {value.name: value for value in model.value_vars}
        grids = {values[name]: pt.matrix(name) for name in _EFFECTS}
        by_study = pt.add(*(terms[name] for name in (*_EFFECTS, *_OBSERVED)))
        on_grid = vectorize_graph(by_study, grids)
        prior = pt.add(*(terms[name] for name in terms if name not in (*_EFFECTS, *_OBSERVED)))
        self.names = [name for name in values if name not in _EFFECTS]
        hyper = [values[name] for name in self.names]
        # The stabilising rewrites are needed at extreme logits; a compiler is not.
        mode = get_mode("FAST_COMPILE").including("canonicalize", "stabilize")
        self.on_grid = pytensor.function([*hyper, *grids.values()], on_grid, mode=mode)
        self.prior = pytensor.function(hyper, prior, mode=mode, on_unused_input="ignore")

    def log_density(self, coefficients: Any, tau: Any, rho: float) -> float:
        """Log joint density on the natural scales of coefficients, tau and rho: no Jacobian."""
        point = {
            **dict(zip(coefficient_names(self.design), coefficients, strict=True)),
            "tau_sens_log__": np.log(tau[0]),
            "tau_spec_log__": np.log(tau[1]),
            "rho_interval__": np.log1p(rho) - np.log1p(-rho),  # of Uniform(-1, 1)
            "rho_unit_logodds__": np.log1p(rho) - np.log1p(-rho),  # of LKJ
        }
        hyper = [point[name] for name in self.names]
        split = self.design.sens.size
        mu_sens = self.design.sens.matrix @ coefficients[:split]
        mu_spec = self.design.spec.matrix @ coefficients[split:]
        sens, spec, cells = [], [], []
        for i in range(self.table.n_studies):
            study = tuple(int(getattr(self.table, name)[i]) for name in ("tp", "fp", "fn", "tn"))
            mu = (mu_sens[i], mu_spec[i])
            a, b, _, cell = conditional_grid(study, (mu, tau, rho), _POINTS, self.link)
            sens.append(np.broadcast_to(a, b.shape).ravel())
            spec.append(b.ravel())
            cells.append(cell)
        values = self.on_grid(*hyper, np.column_stack(sens), np.column_stack(spec))
        top = values.max(axis=0)
        volume = np.array(cells) + np.log(tau[0] * tau[1]) + 0.5 * np.log((1 - rho) * (1 + rho))
        integrals = top + np.log(np.exp(values - top).sum(axis=0)) + volume
        # The variable of an LKJ law is (rho + 1) / 2, whose density is twice that of rho.
        stretched = np.log(2) if "rho_unit_logodds__" in self.names else 0.0
        return float(self.prior(*hyper) + integrals.sum() - stretched)


def stabilised_binomial(y: int, n: int, logit: float) -> float:
    """PyMC's own binomial log probability as compiled here."""
    x = pt.dscalar()
    mode = get_mode("FAST_COMPILE").including("canonicalize", "stabilize")
    logp = pm.logp(pm.Binomial.dist(n, logit_p=x), y)
    return float(pytensor.function([x], logp, mode=mode)(logit))
