"""What the reader of an agreement fit must know."""

from collections.abc import Sequence

from metadx.engines.agreement.result import AgreementFit
from metadx.engines.agreement.use import RowUse, row_uses
from metadx.engines.result import Note
from metadx.studies.agreement import AgreementRow

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
    uses = row_uses(fit)
    notes = [*_impossible(fit), *_unchecked(fit, uses), *_untold(fit, uses)]
    if "lambda" in fit.hyper:
        notes.append(
            Note(
                "rank correlations",
                "a printed rank correlation of a measurement is taken as less than the normal "
                "model's by a share lambda that all rows have in common",
            )
        )
    if fit.table.ratings and fit.settings.engine == "marginal":
        text = "three or more raters of the same cases have one engine, nuts; the marginal one"
        notes.append(Note("engine", f"{text} that was asked for does not know them"))
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


def _unchecked(fit: AgreementFit, uses: Sequence[RowUse]) -> list[Note]:
    """Name the rows whose kappa nothing can check, and say what became of it."""
    about: dict[str, list[str]] = {}
    for row, use in zip(fit.table.rows, uses, strict=True):
        if row.kappa is not None and use.margins != "known":
            about.setdefault(_what_became(row, use, fit), []).append(row.label)
    return [
        Note("kappas without margins", f"{text}: {'; '.join(labels)}")
        for text, labels in about.items()
    ]


def _what_became(row: AgreementRow, use: RowUse, fit: AgreementFit) -> str:
    """Say what became of a kappa without margins."""
    if use.kappa:
        return (
            "no margins are printed, so that nothing can check the kappa. It is taken as the "
            "correlation of the scores times an unknown accuracy factor; the latent correlation "
            "of these rows depends on whether it is believed"
        )
    if not fit.settings.part_kappa:
        return "not used, as asked"
    if row.kappa is not None and row.kappa.weights is not None:
        why = f"it is stated to be {row.kappa.weights}"
    elif fit.audit.chosen is not None:
        explains = fit.audit.chosen.weights
        why = f"the rows that can be checked are explained by {explains} kappas"
    else:
        return (
            "not used: its weights are not known, and without margins only a quadratic kappa "
            "tells about the association. If it is quadratic, write so in kappa_weights"
        )
    return f"not used: {why}, and without margins only a quadratic one tells of the association"


def _untold(fit: AgreementFit, uses: Sequence[RowUse]) -> list[Note]:
    """Name the rows of which something is not identified, and why."""
    about: dict[tuple[str, str], list[str]] = {}
    for row, use in zip(fit.table.rows, uses, strict=True):
        why = None
        if use.constant:
            why = (
                "association",
                "a rater gave one category alone: kappa and the latent correlation are not "
                "identified, and left empty",
            )
        elif not use.association:
            known = "nothing but margins is known" if use.margins == "known" else "nothing is used"
            why = (
                "association",
                f"{known} of the row: kappa, the shares of cases and the latent correlation are "
                "not identified, and left empty",
            )
        elif use.margins == "unknown":
            why = (
                "margins",
                "no margins are known: where the raters draw the lines rests on the prior alone, "
                "so that the shares of cases and kappas other than a printed quadratic one are "
                "not identified, and left empty",
            )
        elif use.margins == "expected":
            why = (
                "margins",
                "no margins are known: where the raters draw the lines is taken as expected from "
                "the whole region, and the shares of cases rest on that",
            )
        if why is not None:
            about.setdefault(why, []).append(row.label)
    return [Note(key, f"{text}: {'; '.join(labels)}") for (key, text), labels in about.items()]


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
