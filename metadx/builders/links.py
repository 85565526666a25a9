"""Link functions in PyTensor: from the scale of the study effects to logits."""

from typing import Any

from metadx.estimands.links import Link


def logit_of(eta: Any, link: Link) -> Any:  # noqa: ANN401 - PyMC ships no types
    """Return the logits that belong to values on the scale of a link.

    Parameters
    ----------
    eta : TensorVariable
        Values on the scale of the link.
    link : {"logit", "probit", "cloglog"}

    Returns
    -------
    TensorVariable
        Of the same shape, exact also where the probability rounds to 0 or 1; binomial counts are
        stated with these logits whatever the link.

    References
    ----------
    The formulas of `metadx.estimands.links.to_logit`.

    Examples
    --------
    >>> import numpy as np
    >>> import pytensor.tensor as pt
    >>> logit_of(pt.constant(np.array([-40.0, 2.0])), "probit").eval().round(3).tolist()
    [-804.608, 3.76]
    """
    if link == "logit":
        return eta
    import pytensor.tensor as pt

    if link == "cloglog":
        rate = pt.exp(eta)
        # log(exp(rate) - 1), which tends to eta where the rate tends to 0
        return pt.switch(eta < -18.0, eta + 0.5 * rate, rate + pt.log1mexp(-pt.maximum(rate, 1e-9)))
    above = eta > 0  # instead of the absolute value and the sign, whose slopes are 0 at 0
    size = pt.switch(above, eta, -eta)
    # The smaller tail: Phi(-z) = erfcx(z / sqrt 2) exp(-z² / 2) / 2
    tail = pt.log(0.5 * pt.erfcx(size / 2**0.5)) - 0.5 * size**2
    found = pt.log1mexp(tail) - tail
    return pt.switch(above, found, -found)
