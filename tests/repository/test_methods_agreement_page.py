"""The numbers and names that pages state about agreement are those of the code and the card."""

import re
from itertools import product

import numpy as np
import pytest

from metadx.builders import one_factor as one_factor_model
from metadx.cards.agreement_card import load_agreement_card
from metadx.engines import compiled_chains
from metadx.engines.agreement.cuts import integral, proposal, rows
from metadx.engines.agreement.evidence import choose, sampled_tables
from metadx.engines.agreement.factor import fit as factor_fit
from metadx.engines.agreement.hierarchy import sampler
from metadx.estimands.agreement import agreement_exact, gwet, kappa
from metadx.estimands.bivariate_normal import cell_probabilities
from metadx.estimands.spearman import spearman_blocks, spearman_measured
from metadx.studies import agreement_scale, cross_halves, cross_tables, kappa_rounding
from metadx.studies.agreement_review import load_agreement
from metadx.studies.agreement_sheet import ACCEPTED, FIGURES, NEEDED
from metadx.studies.kappa import SE_FORMULAS, disagreement, kappas_of, standard_errors_of

CARD = load_agreement_card().card
MINUS = str.maketrans("-", "\N{MINUS SIGN}")


@pytest.fixture(scope="module")
def methods(pages):
    return re.sub(r"\s+", " ", pages["docs/methods-agreement.md"])


def test_priors_and_constants_of_the_card(methods):
    own, numbers = CARD.parameters, CARD.numbers
    for words in (
        f"r_max = {numbers.r_max:g}",
        f"μ ~ N({own.mu.prior.mean:g}, {own.mu.prior.sd:g})",
        f"β ~ N({own.beta_part.prior.mean:g}, {own.beta_part.prior.sd:g})",
        f"z ~ N({own.single.prior.mean:g}, {own.single.prior.sd:g}), `single`",
        f"scale {own.sd_finding.prior.sd:g} (findings), {own.sd_region.prior.sd:g} (regions), "
        f"{own.sd_study.prior.sd:g} (studies) and {own.sd_row.prior.sd:g} (rows)",
        f"first cut-point N({own.first_cut.prior.mean:g}, {own.first_cut.prior.sd:g})",
        f"log gaps N({own.log_gap.prior.mean:g}, {own.log_gap.prior.sd:g})",
        f"λ ~ Beta({own.lambda_.prior.a:g}, {own.lambda_.prior.b:g})",
        f"logit C_b ~ N({own.accuracy_factor.prior.mean:g}, {own.accuracy_factor.prior.sd:g})",
        f"may move by N(0, {own.part_first_cut_a.prior.sd:g}), "
        f"log gaps by N(0, {own.part_log_gap_a.prior.sd:g})",
        f"plus N({own.part_first_cut_b.prior.mean:g}, {own.part_first_cut_b.prior.sd:g})",
        "logs of {:g}, {:g} and {:g}".format(*numbers.part_gaps_b),
        f"standard deviation {own.part_log_gap_b.prior.sd:g} on a scale of five",
        f"ζ ~ N({own.loading.prior.mean:g}, {own.loading.prior.sd:g}), "
        f"σ_loading half-normal of scale {own.sd_loading.prior.sd:g}",
        f"their errors have the correlation {numbers.error_correlation:g}",
        f"prior probability {numbers.misaligned_probability:g} for either direction",
        f"its standard error (standard deviation {numbers.se_log_sd:g})",
    ):
        assert words in methods


def test_checks_of_the_card(methods):
    rows, nuts = CARD.checks.marginal, CARD.checks.nuts
    for words in (
        f"k at most {rows.pareto_k_max:g} and {rows.ess_min:g} effective points",
        f"r-hat at most {nuts.rhat_max:g}",
        f"effective size at least {nuts.ess_bulk_min:g}",
        f"E-BFMI at least {nuts.bfmi_min:g}",
    ):
        assert words in methods
    assert nuts.ess_bulk_min == nuts.ess_tail_min
    assert nuts.divergences_max == 0


def test_limits_of_the_lists(methods):
    for words in (
        f"Up to {cross_tables.LISTED:,} tables are listed",
        f"More than {choose._MANY:,} of them ({choose._MANY_RANKED:,} where a rank correlation",
        f"represented by {choose._SAMPLE:,} draws",
        f"at {len(sampled_tables._Z)} latent correlations",
        "more than a million fillings",
    ):
        assert words in methods
    assert cross_halves.MOST_HALVES == 10**6
    assert kappa_rounding.SLACK == 1e-9
    assert "a slack of 10⁻⁹" in methods


def test_computation(methods):
    grid, ladder = integral.Z_GRID, rows._POINTS
    ends = [f"{end:g}".translate(MINUS) for end in grid[[0, -1]]]
    nodes = factor_fit._NODES
    for words in (
        f"At {grid.size} values of z from {ends[0]} to {ends[1]} and "
        f"{integral.lam_nodes().size} of λ",
        f"t law with {proposal._FREEDOM:g} degrees of freedom",
        f"{ladder[0]} points where one table is known, else {ladder[1]:,}",
        f"and up to {ladder[-1]:,}",
        f"4 chains, {sampler._OPTIONS['tune']} tuning steps, at least "
        f"{compiled_chains.LEAST_PER_CHAIN:,} draws each",
        f"{nodes[0]} evenly spaced nodes, then {nodes[1]} and {nodes[2]:,}",
        f"varies by at most {factor_fit._ERROR:g}",
    ):
        assert words in methods
    assert "half of the points come from a second law" in methods
    assert integral._WIDE == 0.5
    steps = np.diff(one_factor_model.factor_nodes(81)[0])
    assert np.allclose(steps, steps[0])


def test_kappa_and_its_error_as_the_page_writes_them():
    table = np.array([[22, 2, 2], [5, 7, 14], [0, 2, 36]])
    n, a, b = table.sum(), table.sum(1), table.sum(0)
    for kind in ("unweighted", "linear", "quadratic"):
        d = disagreement(kind, 3)
        q_o, q_e = (d * table).sum() / n, a @ d @ b / n**2
        rows, columns = d @ b / n, a @ d / n
        reach = rows[:, None] + columns
        error = np.sqrt(((table / n * (d - reach * q_o / q_e) ** 2).sum() - q_o**2) / (n * q_e**2))
        assert kappas_of(table[None], kind)[0] == pytest.approx(1 - q_o / q_e, abs=1e-14)
        assert standard_errors_of(table[None], kind)[0] == pytest.approx(error, abs=1e-14)
    assert len(SE_FORMULAS) == 3


def test_quadratic_disagreements_with_given_margins_have_one_parity():
    d, a, b = disagreement("quadratic", 3), (4, 3, 2), (3, 3, 3)
    sums = set()
    for one, two, three, four in product(range(5), repeat=4):
        table = np.zeros((3, 3), dtype=int)
        table[:2, :2] = [[one, two], [three, four]]
        table[:2, 2] = a[:2] - table[:2, :2].sum(1)
        table[2] = b - table[:2].sum(0)
        if (table >= 0).all():
            sums.add(int((d * table).sum()))
    assert len(sums) > 5
    assert len({total % 2 for total in sums}) == 1


def test_rank_correlations_as_the_page_writes_them():
    r, cuts = 0.7, np.array([-0.4, 0.9])
    rng = np.random.default_rng(1)
    x = rng.standard_normal(400_000)
    y = r * x + np.sqrt(1 - r * r) * rng.standard_normal(x.size)
    cells = cell_probabilities(r, cuts, cuts)
    b = cells.sum(0)
    ranks = (np.cumsum(b) - b / 2)[np.searchsorted(cuts, y)]
    uniform = np.argsort(np.argsort(x)) / x.size
    within = rng.random(x.size)  # an order within A's categories that says nothing
    blocks = np.argsort(np.lexsort((within, np.searchsorted(cuts, x)))) / x.size
    assert np.corrcoef(uniform, ranks)[0, 1] == pytest.approx(spearman_measured(r, b), abs=0.005)
    assert np.corrcoef(blocks, ranks)[0, 1] == pytest.approx(spearman_blocks(cells), abs=0.005)


def test_three_kappas_of_the_slides(pages):
    slides = load_agreement("carcinoma-pathologists").table.rows[0].counts
    three = [kappa(slides, kind) for kind in ("unweighted", "linear", "quadratic")]
    words = "κ is {:.2f} without weights, {:.2f} with linear and {:.2f} with quadratic ones"
    assert words.format(*three) in re.sub(r"\s+", " ", pages["docs/which-number.md"])


def test_columns_of_the_tables(pages):
    part = pages["docs/input.md"].partition("## Agreement of raters")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)`[^|]*\|[^|]*\|([^|]+)\|$", part, re.MULTILINE)
    found = {}
    for kind, cells in rows:
        found.setdefault(kind, set()).update(re.findall(r"`(\w+)`", cells))
    for kind, names in ACCEPTED.items():
        assert found[kind] == set(names) - (set(FIGURES) if kind == "agreement" else set())
    starred = set(re.findall(r"`(\w+)`\*", part))
    assert starred == {name for names in NEEDED.values() for name in names}
    figures = part.partition("| figure in `agreement` |")[2].partition("\n\n")[0]
    named = re.findall(r"^\| (`[^|]+`) \|", figures, re.MULTILINE)
    assert [name for cell in named for name in re.findall(r"`(\w+)`", cell)] == list(FIGURES)
    assert f"(at most {agreement_scale.MOST_CATEGORIES})" in part


def test_values_that_another_program_gives_for_the_slides():
    # statsmodels 0.15.0 and irrCAC 0.4.4 on pathologists A and B.
    slides = load_agreement("carcinoma-pathologists").table.rows[0].counts
    known = {"unweighted": 0.4984183472, "linear": 0.6491930591, "quadratic": 0.7785639574}
    ac = {"unweighted": 0.55809, "linear": 0.78092, "quadratic": 0.90562}
    for kind, value in known.items():
        assert kappa(slides, kind) == pytest.approx(value, abs=1e-10)
        assert gwet(slides, kind) == pytest.approx(ac[kind], abs=6e-6)
    assert agreement_exact(slides) == pytest.approx(0.63559, abs=6e-6)
