"""Which estimands need normal study effects on the logit scale, and why others lack them."""

from metadx.estimands.effect_law import EffectLaw

#: Defined on the logit scale: not under another link.
LOGIT_ONLY = frozenset(
    {
        *("hsroc_lambda", "hsroc_theta", "hsroc_beta", "hsroc_sigma2_alpha", "hsroc_sigma2_theta"),
        *("mor_sens", "mor_spec", "i2_joint", "i2_sens", "i2_spec"),
        *("r_jackson_joint", "r_jackson_sens", "r_jackson_spec"),
        *("i2_jackson_joint", "i2_jackson_sens", "i2_jackson_spec"),
    }
)
#: Made of the variances of normal effects: not defined where the effects have a t law.
NORMAL_ONLY = LOGIT_ONLY - {"hsroc_lambda", "hsroc_theta", "hsroc_beta"}


def not_defined(law: EffectLaw | None) -> tuple[frozenset[str], str]:
    """Name the estimands that the law of the study effects does not have, and say why.

    Parameters
    ----------
    law : EffectLaw or None
        None for normal effects on the logit scale, which have them all.

    Returns
    -------
    frozenset of str
        Names as in ``summary.json``.
    str
        The reason, a sentence; empty where there is nothing to explain.

    Examples
    --------
    >>> import numpy as np
    >>> names, why = not_defined(EffectLaw(np.zeros((1, 2)), "probit"))
    >>> "hsroc_beta" in names, "auc" in names
    (True, False)
    """
    if law is None:
        return frozenset(), ""
    if law.link != "logit":
        return LOGIT_ONLY, (
            "Not defined: these are quantities of normal study effects on the logit scale, and "
            f"this model has the study effects on the {law.link} scale."
        )
    return NORMAL_ONLY, (
        "Not defined: these are made of the variances of normal study effects, and the study "
        "effects of this model have a t law, whose tau is a scale and not a standard deviation."
    )
