"""What the reader of an agreement fit must know."""

from metadx.engines.ordinal_fit import AgreementFit
from metadx.engines.result import Note

_FEW = 5  # levels; below it a standard deviation is led by its prior
_SPOKEN = {"finding": "findings", "region": "regions", "study": "studies", "row": "rows"}


def agreement_notes(fit: AgreementFit) -> tuple[Note, ...]:
    """Say what was left out, what cannot be checked, and what is led by priors.

    Parameters
    ----------
    fit : AgreementFit

    Returns
    -------
    tuple of Note
        Beside those the engine makes.
    """
    notes = [*_impossible(fit), *_unchecked(fit)]
    if "lambda" in fit.hyper:
        notes.append(
            Note(
                "rank correlations",
                "a printed rank correlation of a measurement is taken as less than the normal "
                "model's by a share lambda that all rows have in common",
            )
        )
    if fit.loadings is None:
        notes += [*_few_levels(fit), *_one_level(fit), *_same_cases(fit)]
    return tuple(notes)


def _impossible(fit: AgreementFit) -> list[Note]:
    """Name the rows whose kappa no table with the printed margins has."""
    notes = []
    for row, audit in zip(fit.table.rows, fit.audit.rows, strict=True):
        if row.kappa is None or audit.verdict not in {"impossible", "misaligned only"}:
            continue
        found = "no cross-table with the printed margins has the printed kappa"
        if fit.settings.impossible == "misaligned" and audit.misaligned is not None:
            text = f"{found}; it is taken as made from codes of one rater off by one category"
        else:
            both = row.spearman is not None and fit.settings.spearman
            rest = "margins and rank correlation were" if both else "the margins alone were"
            text = f"{found}; it was left out, and {rest} used"
        notes.append(Note(row.label, text))
    return notes


def _unchecked(fit: AgreementFit) -> list[Note]:
    """Name the rows whose kappa nothing can check."""
    rows = [
        row.label
        for row in fit.table.rows
        if row.kappa and row.counts is None and not (row.margins_a and row.margins_b)
    ]
    if not rows:
        return []
    listed = "; ".join(rows)
    if not fit.settings.part_kappa:
        return [Note("kappas without margins", f"not used, as asked: {listed}")]
    text = (
        f"no margins are printed, so that nothing can check the kappa of: {listed}. It is taken "
        "as the correlation of the scores times an unknown accuracy factor; the latent correlation "
        "of these rows depends on whether it is believed"
    )
    return [Note("kappas without margins", text)]


def _few_levels(fit: AgreementFit) -> list[Note]:
    """Name the standard deviations that few levels tell about."""
    levels = {
        name: draws.shape[-1] for name, draws in fit.effects.items() if draws.shape[-1] < _FEW
    }
    return [
        Note(
            f"sd_{name}",
            f"only {count} {_SPOKEN[name]}: the spread between them, and what is predicted for a "
            "new one, is led by the prior",
        )
        for name, count in levels.items()
        if name != "row"
    ]


def _one_level(fit: AgreementFit) -> list[Note]:
    """Say for which factors nothing new can be predicted."""
    notes = []
    if len(fit.table.studies) < 2:
        text = "one study: how much studies differ is not known, and nothing is predicted for a new"
        notes.append(Note("studies", f"{text} one"))
    if len(fit.table.findings) < 2:
        text = "one finding: nothing is predicted for a new one"
        notes.append(Note("findings", text))
    return notes


def _same_cases(fit: AgreementFit) -> list[Note]:
    """Say that rows of one study share their cases."""
    studies = [row.study for row in fit.table.rows]
    if len(set(studies)) == len(studies):
        return []
    text = (
        "rows of the same study are about the same cases and are taken as independent given their "
        "latent correlations: intervals of what rows share are somewhat narrow"
    )
    return [Note("shared cases", text)]
