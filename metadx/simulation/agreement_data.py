"""Simulated agreement of two raters: latent values, categories, and what a paper would print."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metadx.cards.agreement_card import AgreementCard
from metadx.engines.agreement.evidence.part_cuts import margin_cuts, quartile_cuts
from metadx.estimands.agreement import kappa
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.simulation.design import AgreementDesign, Scenario, SimulatedPart
from metadx.studies.agreement import (
    AgreementRow,
    AgreementTable,
    IntArray,
    PrintedKappa,
    PrintedSpearman,
    Quartiles,
)
from metadx.studies.kappa import kappa_of, kappa_standard_error

type FloatArray = NDArray[np.float64]
type Cuts = tuple[FloatArray, FloatArray]

RATERS = ("measurement", "reader")
_TWO_SIDED_95 = 1.959963984540054


@dataclass(frozen=True)
class SimulatedAgreement:
    """A simulated agreement table and the truth behind it.

    Parameters
    ----------
    table : AgreementTable
    truth : dict of str to float
        ``latent_rho[...]`` and ``kappa[...]`` (quadratic, of the true cells) of each row, ``mu``,
        the spreads and ``lambda``, as far as the rows tell of them.
    """

    table: AgreementTable
    truth: dict[str, float]


def simulate_agreement(
    design: AgreementDesign, scenario: Scenario, card: AgreementCard, rng: np.random.Generator
) -> SimulatedAgreement:
    """Draw the truth from the priors of a card, then cases, then what is printed of them.

    A case has two latent normal values of correlation r; each rater's category is where his value
    lies among his cut-points. With probability lambda the first rater's measurement of a case
    orders it by the latent value; else it lies anywhere within its category as the latent values
    of that category do. So its rank correlation with the second rater's category is, in
    the population, lambda of the way from that of an uninformative measurement to that of the
    bivariate normal law.

    Parameters
    ----------
    design : AgreementDesign
    scenario : Scenario
    card : AgreementCard
    rng : numpy.random.Generator

    Returns
    -------
    SimulatedAgreement
    """
    shared = _Shared.draw(card, design, rng)
    truth = dict(shared.values)
    parts = tuple(part for part in design.parts if part.finding in scenario.parts_of)
    if not parts:
        truth = {name: x for name, x in truth.items() if name not in ("beta_part", "sd_region")}
    if scenario.printed == "cross-tables":
        del truth["lambda"]
    rows = []
    wholes: dict[str, Cuts] = {}
    for finding in design.findings:
        wholes[finding.name] = _whole_cuts(design, finding.a, finding.b, rng)
    places = [(f.name, design.whole, None) for f in design.findings]
    for name, region, part in [*places, *((p.finding, p.region, p) for p in parts)]:
        cuts = wholes[name] if part is None else _part_cuts(design, part, wholes[name], card, rng)
        z = shared.z(name, region if part else None, rng)
        r = card.numbers.r_max * float(np.tanh(z))
        label = row_name(name, region, design.whole)
        truth[f"latent_rho[{label}]"] = r
        truth[f"kappa[{label}]"] = float(kappa(cell_probabilities(r, *cuts), "quadratic"))
        cases = _Cases.draw(r, cuts, shared.values["lambda"], design.cases, rng)
        printed = scenario.printed == "figures"
        rows.append(_row(name, region, cases, design, printed=printed, part=part))
    table = AgreementTable(
        categories=design.categories,
        rows=tuple(rows),
        boundaries=design.boundaries,
        whole=design.whole,
        source="simulated",
    )
    return SimulatedAgreement(table, truth)


def row_name(finding: str, region: str, whole: str) -> str:
    """Name a row in a record.

    Examples
    --------
    >>> row_name("cysts", "RLL", "total"), row_name("cysts", "total", "total")
    ('cysts, RLL', 'cysts')
    """
    return finding if region == whole else f"{finding}, {region}"


@dataclass(frozen=True)
class _Shared:
    """What rows share: hyperparameters and effects of findings and regions."""

    values: dict[str, float]
    findings: dict[str, float]
    regions: dict[str, float]

    @classmethod
    def draw(
        cls, card: AgreementCard, design: AgreementDesign, rng: np.random.Generator
    ) -> "_Shared":
        names = ("mu", "beta_part", "sd_finding", "sd_region", "sd_row")
        values = {
            name: float(getattr(card.parameters, name).prior.draw(rng, 1)[0]) for name in names
        }
        values["lambda"] = float(card.parameters.lambda_.prior.draw(rng, 1)[0])
        regions = dict.fromkeys(part.region for part in design.parts)
        return cls(
            values,
            {f.name: values["sd_finding"] * rng.standard_normal() for f in design.findings},
            {region: values["sd_region"] * rng.standard_normal() for region in regions},
        )

    def z(self, finding: str, region: str | None, rng: np.random.Generator) -> float:
        """Draw z of a row; a region for a part of the whole alone."""
        z = self.values["mu"] + self.findings[finding]
        z += self.values["sd_row"] * rng.standard_normal()
        return float(z if region is None else z + self.values["beta_part"] + self.regions[region])


@dataclass(frozen=True)
class _Cases:
    """Categories of both raters, and the order of the first rater's measurements."""

    a: IntArray
    b: IntArray
    measured: FloatArray

    @classmethod
    def draw(
        cls, r: float, cuts: Cuts, informative: float, cases: int, rng: np.random.Generator
    ) -> "_Cases":
        from scipy.special import ndtr

        first, noise = rng.standard_normal((2, cases))
        second = r * first + np.sqrt(1 - r * r) * noise
        a, b = np.searchsorted(cuts[0], first), np.searchsorted(cuts[1], second)
        edges = _edges(cuts[0])
        anywhere = edges[a] + rng.uniform(size=cases) * np.diff(edges)[a]
        measured = np.where(rng.uniform(size=cases) < informative, ndtr(first), anywhere)
        return cls(a, b, measured)

    def counts(self, n_categories: int) -> IntArray:
        table = np.zeros((n_categories, n_categories), dtype=np.int64)
        np.add.at(table, (self.a, self.b), 1)
        return table

    def spearman(self) -> float:
        """Rank correlation of the measurement (no ties) with the category (mean ranks)."""
        rank = np.argsort(np.argsort(self.measured)).astype(float)
        given = np.bincount(self.b)
        middle = (np.cumsum(given) - given / 2)[self.b]
        return float(np.corrcoef(rank, middle)[0, 1])


def _edges(cuts: FloatArray) -> FloatArray:
    """Return the shares of the latent law below each cut-point, from 0 to 1."""
    from scipy.special import ndtr

    return np.concatenate([[0.0], ndtr(cuts), [1.0]])


def _whole_cuts(
    design: AgreementDesign,
    shares_a: tuple[float, ...],
    shares_b: tuple[float, ...],
    rng: np.random.Generator,
) -> Cuts:
    from scipy.special import ndtri

    common = design.common_shift * rng.standard_normal()
    own = design.rater_shift * rng.standard_normal(2)
    a, b = (
        ndtri(np.clip(np.cumsum(shares)[:-1], 0, 1)).round(12) + common + shift
        for shares, shift in zip((shares_a, shares_b), own, strict=True)
    )
    return a, b


def _part_cuts(
    design: AgreementDesign,
    part: SimulatedPart,
    whole: Cuts,
    card: AgreementCard,
    rng: np.random.Generator,
) -> Cuts:
    """Draw cut-points in a part as the card says they lie about quartiles and the whole."""
    places = None
    if part.quartiles:
        places = quartile_cuts(Quartiles(*part.quartiles), design.boundaries)
    if places is None:
        places = margin_cuts(design.cases * np.diff(_edges(whole[0])))
    gaps = np.clip(np.diff(places), card.numbers.gap_min, card.numbers.gap_max)
    laws = card.parameters
    start_a = places[0] + laws.part_first_cut_a.prior.draw(rng, 1)
    log_a = np.log(gaps) + laws.part_log_gap_a.prior.draw(rng, gaps.size)
    start_b = whole[1][0] + laws.part_first_cut_b.prior.draw(rng, 1)
    log_b = np.log(card.numbers.part_gaps_b) + laws.part_log_gap_b.prior.draw(rng, gaps.size)
    a, b = (
        np.concatenate([start, start + np.exp(logs).cumsum()])
        for start, logs in ((start_a, log_a), (start_b, log_b))
    )
    return a, b


def _row(
    finding: str,
    region: str,
    cases: _Cases,
    design: AgreementDesign,
    *,
    printed: bool,
    part: SimulatedPart | None,
) -> AgreementRow:
    counts = cases.counts(len(design.categories))
    place = ("", finding, region, *RATERS, design.cases)
    if not printed:
        return AgreementRow(*place, counts=counts)
    margins = (counts.sum(1), counts.sum(0))
    return AgreementRow(
        *place,
        margins_a=() if part else (margins[0],),
        margins_b=() if part else (margins[1],),
        kappa=_printed_kappa(counts),
        spearman=_printed_spearman(cases, margins[1]),
        quartiles=Quartiles(*part.quartiles) if part and part.quartiles else None,
    )


def _printed_kappa(counts: IntArray) -> PrintedKappa | None:
    """Quadratic kappa and its interval to two decimals; None where it is undefined."""
    value = kappa_of(counts, "quadratic")
    if not np.isfinite(value):
        return None
    error = _TWO_SIDED_95 * kappa_standard_error(counts, "quadratic")
    lower, upper = round(value - error, 2), round(value + error, 2)
    return PrintedKappa(round(value, 2), lower=lower, upper=upper, weights="quadratic")


def _printed_spearman(cases: _Cases, margin_b: IntArray) -> PrintedSpearman | None:
    if margin_b.max() == margin_b.sum():  # of one category alone there is none
        return None
    return PrintedSpearman(round(cases.spearman(), 2))
