"""Why an estimand is left empty: a null in the summary always comes with its reason."""

from collections.abc import Mapping

from metadx.engines.fit import Fit
from metadx.engines.result import Note
from metadx.estimands.group import MARGINS_NEEDED

# Zhou and Dendukuri's within-study variance grows like exp(tau²/2) and overtakes tau² about here.
_I2_TURNS = 1.5
_NO_MOMENT = (
    "The posterior mean and sd do not exist (the tail is too heavy); use the median and the limits."
)


def reasons(fit: Fit, estimands: Mapping[str, object]) -> tuple[Note, ...]:
    """Give the reason for every estimand that is null and for every mean that is.

    Parameters
    ----------
    fit : Fit
    estimands : mapping
        The JSON content of one group.

    Returns
    -------
    tuple of Note
    """
    empty = [name for name, value in estimands.items() if value is None]
    notes = []
    unidentified = [
        name
        for name in empty
        if any(
            needed and not there
            for needed, there in zip(MARGINS_NEEDED[name], fit.identified, strict=True)
        )
    ]
    if unidentified:
        missing = "diseased" if not fit.identified[0] else "non-diseased"
        text = f"Not identified: no study has {missing} participants."
        notes.append(Note(", ".join(unidentified), text))
    rest = [name for name in empty if name not in unidentified]
    no_width = [name for name in rest if name in {"pauc", "pauc_range"}]
    if no_width and estimands["pauc_range"] is None:
        text = "Not defined: the observed false positive rates have no range to average over."
        notes.append(Note(", ".join(no_width), text))
        rest = [name for name in rest if name not in no_width]
    if rest:
        text = "Not identified: a standard deviation between studies is 0 in some draws."
        notes.append(Note(", ".join(rest), text))
    no_moment = [
        name
        for name, value in estimands.items()
        if isinstance(value, dict) and value.get("mean") is None
    ]
    if no_moment:
        notes.append(Note(", ".join(no_moment), _NO_MOMENT))
    if fit.study_logits is None:
        notes.append(Note("studies", "Study effects were not drawn; ask for them to have them."))
    if (fit.tau.mean(axis=(0, 1)) > _I2_TURNS)[list(fit.identified)].any():
        text = (
            f"Above tau = {_I2_TURNS} this I² falls as heterogeneity grows: judge by tau, the "
            f"median odds ratio and the region, and do not rank reviews by I²."
        )
        notes.append(Note("i2_joint, i2_sens, i2_spec", text))
    return tuple(notes)
