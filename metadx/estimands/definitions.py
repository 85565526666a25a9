"""What each labelled estimand is: its unit, its definition and where it comes from."""

from collections.abc import Mapping
from types import MappingProxyType

from metadx.estimands.effect_law import EffectLaw

_ZEGER = "Zeger, Liang and Albert 1988, Biometrics 44:1049"
_HIGGINS_NEW = "Higgins, Thompson and Spiegelhalter 2009, J R Stat Soc A 172:137"
_HARBORD = "Harbord et al. 2007, Biostatistics 8:239"
_ZWINDERMAN = "Zwinderman and Bossuyt 2008, Stat Med 27:687"
_ZHOU = "Zhou and Dendukuri 2014, Stat Med 33:2701"
_JACKSON = "Jackson, White and Riley 2012, Stat Med 31:3805"
_HIGGINS = "Higgins and Thompson 2002, Stat Med 21:1539"
_ALTMAN = "Altman and Bland 1994, BMJ 309:102"
_MCCLISH = "McClish 1989, Med Decis Making 9:190"
_VICKERS = "Vickers and Elkin 2006, Med Decis Making 26:565"
_JAESCHKE = "Jaeschke, Guyatt and Sackett 1994, JAMA 271:703"
_PLANA = "Plana, Pérez and Zamora 2021, J Clin Epidemiol 131:101"

type About = tuple[str, str, str]

# name: (units, definition, reference)
_ABOUT: Mapping[str, About] = {
    "median_study": (
        "probability",
        "expit(mu): accuracy of the median study",
        "Reitsma et al. 2005, J Clin Epidemiol 58:982",
    ),
    "population_mean": (
        "probability",
        "E[expit(mu + tau z)]: accuracy averaged over the population of studies",
        _ZEGER,
    ),
    "new_study": (
        "probability",
        "expit(mu + u), u ~ N(0, Sigma): accuracy of a study not yet seen",
        _HIGGINS_NEW,
    ),
    "lr_pos": ("ratio", "sens / (1 - spec) of the median study", _ZWINDERMAN),
    "lr_neg": ("ratio", "(1 - sens) / spec of the median study", _ZWINDERMAN),
    "dor": (
        "ratio",
        "lr_pos / lr_neg of the median study",
        "Glas et al. 2003, J Clin Epidemiol 56:1129",
    ),
    "youden": ("difference", "sens + spec - 1 of the median study", "Youden 1950, Cancer 3:32"),
    "lr_pos_new": ("ratio", "sens / (1 - spec) of a new study; has no mean", _ZWINDERMAN),
    "lr_neg_new": ("ratio", "(1 - sens) / spec of a new study; has no mean", _ZWINDERMAN),
    "dor_new": (
        "ratio",
        "lr_pos / lr_neg of a new study; has no mean",
        "Glas et al. 2003, J Clin Epidemiol 56:1129",
    ),
    "mor": (
        "ratio",
        "exp(0.954 tau): median odds ratio between two studies",
        "Larsen and Merlo 2005, Am J Epidemiol 161:81",
    ),
    "i2": ("proportion", "Zhou-Dendukuri I², one margin; not monotone in tau", _ZHOU),
    "i2_joint": ("proportion", "Zhou-Dendukuri I², both margins; not monotone in tau", _ZHOU),
    "r_jackson": ("ratio", "Jackson's R: stretch of one pooled logit's interval", _JACKSON),
    "r_jackson_joint": ("ratio", "Jackson's R of both pooled logits together", _JACKSON),
    "i2_jackson": ("proportion", "I²_R = (R² - 1) / R² of one pooled logit", _JACKSON),
    "i2_jackson_joint": ("proportion", "I²_R = (R² - 1) / R² of both pooled logits", _JACKSON),
    "i2_higgins": ("proportion", "max(0, (Q - df) / Q), one margin; ignores threshold", _HIGGINS),
    "q_higgins": ("sum of squares", "Cochran's Q, one margin; ignores threshold", _HIGGINS),
    "ppv": ("probability", "positive predictive value of the median study", _ALTMAN),
    "npv": ("probability", "negative predictive value of the median study", _ALTMAN),
    "ppv_new": ("probability", "positive predictive value of a new study", _ALTMAN),
    "npv_new": ("probability", "negative predictive value of a new study", _ALTMAN),
    **{
        cell: (
            "people per 1000 tested",
            f"expected {words} with the median study's accuracy",
            "Schünemann et al. 2020, J Clin Epidemiol 122:142",
        )
        for cell, words in (
            ("tp", "true positives"),
            ("fn", "false negatives"),
            ("tn", "true negatives"),
            ("fp", "false positives"),
        )
    },
    "sens": (
        "probability",
        "expit(mu_sens + (tau_sens / tau_spec) (mu_spec + logit fpr)): summary ROC curve",
        "Rutter and Gatsonis 2001, Stat Med 20:2865",
    ),
    "auc": (
        "probability",
        "area under the whole summary ROC curve; leans on it far outside the data",
        "Walter 2002, Stat Med 21:1237",
    ),
    "pauc": ("probability", "mean height of the curve over the observed range of fpr", _MCCLISH),
    "hsroc_lambda": ("log odds ratio", "accuracy of the HSROC model; has no mean", _HARBORD),
    "hsroc_theta": ("log odds", "threshold of the HSROC model; has no mean", _HARBORD),
    "hsroc_beta": ("log ratio", "shape of the HSROC model, ln(tau_spec / tau_sens)", _HARBORD),
    "hsroc_sigma2_alpha": ("variance", "variance of accuracy between studies", _HARBORD),
    "hsroc_sigma2_theta": ("variance", "variance of threshold between studies", _HARBORD),
    **{
        f"{name}{new}": (unit, f"{words} with the accuracy of {whose}", reference)
        for new, whose in (("", "the median study"), ("_new", "a new study"))
        for name, unit, words, reference in (
            (
                "net_benefit",
                "true positives per person",
                "p sens - (1 - p)(1 - spec) t / (1 - t): benefit of treating the test positive",
                _VICKERS,
            ),
            (
                "best",
                "probability",
                "P(testing beats treating all and treating nobody)",
                _VICKERS,
            ),
            ("met", "yes or no", "whether the target is reached", _JAESCHKE),
        )
    },
    "treat_all": (
        "true positives per person",
        "p - (1 - p) t / (1 - t): benefit of treating everybody without a test",
        _VICKERS,
    ),
    "credible_region": ("probability", "outline of the region of the median study", _HARBORD),
    "prediction_region": ("probability", "outline of the region of a new study", _HARBORD),
    "credible_area": ("share of the unit square", "area of the credible region", _PLANA),
    "prediction_area": ("share of the unit square", "area of the prediction region", _PLANA),
}

# Under effects that are not normal on the logit scale; F is the inverse of the link.
_OF_OTHER_LAWS: Mapping[str, About] = MappingProxyType(
    {
        "median_study": ("probability", "F(m): accuracy of the median study", _ZEGER),
        "population_mean": (
            "probability",
            "E[F(m + u)]: accuracy averaged over the population of studies",
            _ZEGER,
        ),
        "new_study": ("probability", "F(m + u): accuracy of a study not yet seen", _HIGGINS_NEW),
        "sens": (
            "probability",
            "F(m_sens + (tau_sens / tau_spec) (m_spec - g(1 - fpr))): summary ROC curve",
            _HARBORD,
        ),
    }
)


def about(name: str, law: EffectLaw | None = None) -> dict[str, str]:
    """Return the attributes of a labelled estimand.

    Parameters
    ----------
    name : str
    law : EffectLaw or None
        The law of the study effects where it is not normal on the logit scale.

    Returns
    -------
    dict
        "units", "definition", "reference".

    Examples
    --------
    >>> about("youden")["definition"]
    'sens + spec - 1 of the median study'
    """
    known = _ABOUT[name] if law is None else _OF_OTHER_LAWS.get(name, _ABOUT[name])
    found = dict(zip(("units", "definition", "reference"), known, strict=True))
    if law is not None and name in _OF_OTHER_LAWS:
        effects = "normal" if law.df is None else "t"
        found["definition"] += f"; {effects} effects u on the {law.link} scale, F its inverse"
    return found
