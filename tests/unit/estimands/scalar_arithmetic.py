"""One group of studies and every estimand of one draw, in plain arithmetic from the definitions."""

import math

import numpy as np
from scipy import integrate

from metadx.estimands.arms import Arms

N1, N0 = np.array([40, 120, 8, 0]), np.array([100, 0, 33, 75])
TP, TN = np.array([30, 70, 8, 0]), np.array([90, 0, 30, 60])
ARMS = Arms(TP, N1, TN, N0)
RANGE, PREVALENCE = (0.02, 0.35), (0.05, 0.4)


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def hermite_mean(m, t):
    value = lambda z: logistic(m + t * z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)  # noqa: E731
    return integrate.quad(value, -9, 9, points=[-m / t] if abs(m / t) < 9 else None)[0]


def areas(m, t):
    slope = t[0] / t[1]

    def height(x):
        return logistic(m[0] + slope * (m[1] + math.log(x / (1 - x))))

    breaks = [1e-9, 1e-6, 1e-4, 1e-3, *RANGE, 1 - 1e-3, 1 - 1e-6]
    turn = logistic(-m[1])
    whole = sum(
        integrate.quad(height, a, b, limit=200)[0]
        for a, b in zip(
            sorted([1e-15, *breaks, turn]), sorted([*breaks, turn, 1 - 1e-15]), strict=True
        )
    )
    inside = [turn] if RANGE[0] < turn < RANGE[1] else None
    part = integrate.quad(height, *RANGE, points=inside, limit=200)[0] / (RANGE[1] - RANGE[0])
    return whole, part


def within(m, t, sizes):
    arms = [n for n in sizes.tolist() if n]
    return (
        (math.exp(m + t * t / 2) + math.exp(t * t / 2 - m) + 2)
        * sum(1 / n for n in arms)
        / len(arms)
    )


def scalar_draw(m, t, r, z):
    """Everything about one draw, in plain arithmetic from the definitions."""
    cov = r * t[0] * t[1]
    root = [[t[0], 0.0], [cov / t[0], math.sqrt(t[1] ** 2 - (cov / t[0]) ** 2)]]
    new = [m[0] + root[0][0] * z[0], m[1] + root[1][0] * z[0] + root[1][1] * z[1]]
    out = {}
    for tail, (a, b) in {"": m, "_new": new}.items():
        se, sp = logistic(a), logistic(b)
        out |= {f"sens{tail}": se, f"spec{tail}": sp}
        out |= {f"lr_pos{tail}": se / (1 - sp), f"lr_neg{tail}": (1 - se) / sp}
        out[f"dor{tail}"] = se * sp / ((1 - se) * (1 - sp))
        for p in PREVALENCE:
            out[f"ppv{tail}", p] = p * se / (p * se + (1 - p) * (1 - sp))
            out[f"npv{tail}", p] = (1 - p) * sp / ((1 - p) * sp + p * (1 - se))
    out["youden"] = out["sens"] + out["spec"] - 1
    out |= {f"{k}_population": hermite_mean(m[j], t[j]) for j, k in enumerate(("sens", "spec"))}
    out["auc"], out["pauc"] = areas(m, t)
    up, down = math.sqrt(t[1] / t[0]), math.sqrt(t[0] / t[1])
    out["hsroc_lambda"] = up * m[0] + down * m[1]
    out["hsroc_theta"] = (up * m[0] - down * m[1]) / 2
    out["hsroc_beta"] = math.log(t[1] / t[0])
    out["hsroc_sigma2_alpha"] = 2 * (t[0] * t[1] + cov)
    out["hsroc_sigma2_theta"] = (t[0] * t[1] - cov) / 2
    quartile = 0.6744897501960817
    out |= {
        f"mor_{k}": math.exp(math.sqrt(2 * t[j] ** 2) * quartile)
        for j, k in ((0, "sens"), (1, "spec"))
    }
    w = [within(m[0], t[0], N1), within(m[1], t[1], N0)]
    out["i2_sens"], out["i2_spec"] = (t[j] ** 2 / (t[j] ** 2 + w[j]) for j in (0, 1))
    between = math.sqrt(t[0] ** 2 * t[1] ** 2 - cov**2)
    out["i2_joint"] = between / (between + math.sqrt(w[0] * w[1]))
    for name, ratio in pooled_variances(t, cov).items():
        out[f"r_jackson_{name}"] = math.sqrt(ratio)
        out[f"i2_jackson_{name}"] = 1 - 1 / ratio
    return out


def pooled_variances(t, cov):
    """Random-effects over fixed-effect variance of the pooled logits, from the inverses."""
    p = [108 / 168, 180 / 208]
    fixed, info = [0.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]
    for sizes in zip(N1.tolist(), N0.tolist(), strict=True):
        w = [sizes[j] * p[j] * (1 - p[j]) for j in (0, 1)]
        fixed = [fixed[0] + w[0], fixed[1] + w[1]]
        v = [t[j] ** 2 + (1 / w[j] if w[j] else math.inf) for j in (0, 1)]
        det = 1 - cov * cov / (v[0] * v[1])
        for i, j in ((0, 0), (0, 1), (1, 1)):
            info[i][j] += (1 / v[i] if i == j else -cov / (v[0] * v[1])) / det
    (a, b), (_, c) = info
    det = a * c - b * b
    return {
        "joint": math.sqrt(fixed[0] * fixed[1] / det),
        "sens": fixed[0] * c / det,
        "spec": fixed[1] * a / det,
    }
