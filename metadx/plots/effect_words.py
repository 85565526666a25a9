"""What figures call the curve and the regions, by the law of the study effects."""

from metadx.estimands.effect_law import EffectLaw


def curve_name(effects: EffectLaw | None) -> str:
    """Name the summary ROC curve, as within a sentence.

    Parameters
    ----------
    effects : EffectLaw or None
        None for normal effects on the logit scale.

    Returns
    -------
    str
        Only with these it is the curve of the HSROC model.

    Examples
    --------
    >>> curve_name(None)
    'HSROC curve'
    """
    return "HSROC curve" if effects is None else "summary ROC curve"


def region_words(effects: EffectLaw | None) -> str:
    """Say what the credible and the prediction regions are.

    Parameters
    ----------
    effects : EffectLaw or None
        None for normal effects on the logit scale.

    Returns
    -------
    str
        A noun phrase in the plural.

    Examples
    --------
    >>> region_words(None)
    'normal regions on the logit scale'
    """
    if effects is None:
        return "normal regions on the logit scale"
    if effects.df is None:
        return f"normal regions on the {effects.link} scale"
    return f"ellipses on the {effects.link} scale, where the study effects have a t law"


def one_region_words(effects: EffectLaw | None) -> str:
    """Say what one region is, as `region_words` does of two.

    Parameters
    ----------
    effects : EffectLaw or None
        None for normal effects on the logit scale.

    Returns
    -------
    str

    Examples
    --------
    >>> one_region_words(None)
    'a normal region on the logit scale'
    """
    words = region_words(effects).replace("normal regions", "a normal region")
    return words.replace("ellipses", "an ellipse")
