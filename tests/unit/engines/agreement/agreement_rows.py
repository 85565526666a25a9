"""Made-up rows of agreement whose likelihoods in z are known."""

import numpy as np

from metadx.builders.ordinal_rows import Hierarchy, row_hierarchy
from metadx.cards.agreement_card import load_agreement_card
from metadx.engines.agreement.hierarchy.posterior import RowPosterior, row_posterior
from metadx.engines.agreement.hierarchy.splines import RowSplines, splines_through
from metadx.studies.agreement import AgreementRow, AgreementTable

Z = np.linspace(-3.8, 4.0, 79)
LAM = (1 - np.cos(np.pi * np.arange(7) / 6)) / 2
CARD = load_agreement_card().card


def table_of(*places: tuple[str, str, str], whole: str = "") -> AgreementTable:
    """A table of rows (study, finding, region) about which nothing is printed."""
    rows = tuple(AgreementRow(*place, "A", "B", 50) for place in places)
    return AgreementTable(("0", "1", "2"), rows, whole=whole)


def normal_rows(
    centre: np.ndarray, sd: np.ndarray, slope: float = 0.0, wave: float = 0.0
) -> RowSplines:
    """Log-likelihoods normal in z around centre + slope (lambda - 1/2), plus a wave."""
    moved = centre[:, None, None] + slope * (LAM - 0.5)
    normal = -0.5 * ((Z[:, None] - moved) / sd[:, None, None]) ** 2
    return splines_through(Z, LAM, normal + wave * np.sin(3 * Z[:, None]))


def lung() -> tuple[Hierarchy, RowPosterior]:
    """Three findings over the whole and in two lobes, in two studies; lambda matters."""
    places = [(study, f, r) for study in "st" for f in "abc" for r in ("all", "left", "right")]
    table = table_of(*places, whole="all")
    rng = np.random.default_rng(4)
    count = len(places)
    splines = normal_rows(rng.normal(1, 0.5, count), rng.uniform(0.2, 0.6, count), 0.4, 0.5)
    hierarchy = row_hierarchy(table, splines.share_nodes)
    return hierarchy, row_posterior(hierarchy, splines, CARD)
