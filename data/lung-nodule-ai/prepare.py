"""Make `studies.csv`: 21 invented tables that agree with a published summary.

The tables behind the published summary of AI for lung nodules are not public. This script looks for
whole numbers that agree with it: with every count exactly, and with every pooled figure within its
rounding under maximum likelihood. What comes out is a constructed example; no row is a study.

    python data/lung-nodule-ai/prepare.py [FILE]

writes the table, by default over the one beside it, byte for byte the same. It takes 40 seconds of
one core, stops by the number of rounds and never by the clock, and is part of no build and of no
test. The steps:

1. Sizes at the quantiles of a lognormal law; prevalences on a grid with the two printed extremes.
2. Logits of sensitivity and of specificity within each architecture at the quantiles of normal
   laws. They and all labels are dealt so that the architecture alone goes with specificity.
3. Some counts are changed, by what the slopes of the figures promise and at random, and the change
   is kept where the figures come nearer to their boxes, until all hold: under the Laplace
   approximation and under quadrature.
4. Every figure again from a cold start, with one node and with 21.

`tests/repository/test_lung_nodule.py` proves the same by `metadx.maximum_likelihood`, and that no
other label goes with either margin.
"""

import sys
from dataclasses import dataclass
from math import exp
from pathlib import Path
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from metadx.estimands.sroc import auc

type FloatArray = NDArray[np.float64]

SEED = 24
STUDIES, NODULES = 21, 7454
LEAST, GREATEST = (17, 297), (214, 234)  # malignant nodules and nodules of the extremes
SCREENING = 6
ARCHITECTURE = (("2D CNN", 5), ("3D CNN", 9), ("not reported", 7))
LABELS = (  # column, level of the first so many studies, that many, level of the others
    ("setting", "screening", SCREENING, "non-screening"),
    ("population", "Asian", 17, "non-Asian"),
    ("threshold", "predefined", 8, "not predefined"),
    ("rob_patient_selection", "high", 5, "low"),
    ("rob_index_test", "high", 2, "low"),
)
SPREAD = 0.65  # standard deviation of the log sizes
PREVALENCES = ((0.08, 0.33), (0.30, 0.88))  # between the extremes: screening, non-screening
SENS, SPEC = (0.55, 0.99), (0.25, 0.96)  # of every study
START_SENS = (2.0, 1.2)  # mean and standard deviation of the logits dealt out
START_SPEC = ((1.55, 1.49, 0.32), 1.15)  # means by architecture, standard deviation
CORRELATION = -0.60
DEALS, ROUNDS = 20_000, 100  # at most
PARTS = (0.0, 0.3, 1.0)  # of the least change that promises the middle of all boxes
FEW = (0.03, 0.06, 0.12)  # share of the counts that are changed at random besides
CANDIDATES, TRIES = 20_000, 5  # changes drawn in a round; the most promising are tried

# What a figure may be: at most what rounds to the printed one. Those of sens, spec, LR- and AUC are
# narrower, because the printed figures together allow little more and so that the posterior of the
# default card prints nearly the same; nothing is published about rho.
BOXES = {
    "sens": (0.8810, 0.8816),
    "spec": (0.7512, 0.7518),
    "lr_pos": (3.545, 3.555),
    "lr_neg": (0.157, 0.160),
    "dor": (22.35, 22.45),
    "auc": (0.8938, 0.8949),
    "rho": (-0.60, -0.52),
    "spec, 2D CNN": (0.825, 0.835),
    "spec, 3D CNN": (0.815, 0.825),
    "spec, not reported": (0.575, 0.585),
    "likelihood ratio p": (0.025, 0.035),
    "Wald p": (0.015, 0.025),
}
LOWER, UPPER = (np.array(side) for side in zip(*BOXES.values(), strict=True))
ENOUGH = 0.002  # loss below which every figure lies inside its box
INNER = 0.9  # part of each box, around its middle, in which a figure costs nothing


def expit(x: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-x))."""
    return np.asarray(1 / (1 + np.exp(-x)))


def quantiles(n: int) -> FloatArray:
    """Return n evenly spread quantiles of the standard normal law."""
    return np.array([NormalDist().inv_cdf((i + 0.5) / n) for i in range(n)])


@dataclass(frozen=True)
class Table:
    """Malignant and benign nodules (n1, n0) and the correct results among them, each (21,)."""

    n1: FloatArray
    tp: FloatArray
    n0: FloatArray
    tn: FloatArray

    def plus(self, change: FloatArray) -> "Table":
        """Add a change of (tp, tn), (42,), to the correct results."""
        return Table(self.n1, self.tp + change[:STUDIES], self.n0, self.tn + change[STUDIES:])

    def logits(self) -> tuple[FloatArray, FloatArray]:
        """Return empirical logits of sensitivity and of specificity."""
        sens = np.log((self.tp + 0.5) / (self.n1 - self.tp + 0.5))
        return sens, np.log((self.tn + 0.5) / (self.n0 - self.tn + 0.5))


@dataclass(frozen=True)
class Estimate:
    """A maximum of the likelihood: where, how high, how curved."""

    theta: FloatArray
    value: float
    information: FloatArray


class Likelihood:
    """The integrated likelihood of the bivariate model with a design matrix for specificity.

    Written here once more, apart from the package, so that the table does not hang on its code.
    theta = (mean of sens, coefficients of spec, log tau_sens, log tau_spec, atanh rho).
    """

    def __init__(self, spec: FloatArray, nodes: int) -> None:
        """Take the design matrix (21, Q) of spec and the quadrature nodes per axis."""
        self.spec = spec
        self.means = 1 + spec.shape[1]
        z, w = np.polynomial.hermite_e.hermegauss(nodes)
        self.z1, self.z2 = (axis.ravel() for axis in np.meshgrid(z, z, indexing="ij"))
        self.log_w = np.log(np.outer(w, w).ravel() / w.sum() ** 2)
        self.log_w += 0.5 * (self.z1**2 + self.z2**2)
        size = self.means + 3
        unit = np.eye(size)
        self.pairs = [(i, j) for i in range(size) for j in range(i)]
        around = [np.zeros(size), *(sign * unit[i] for i in range(size) for sign in (1, -1))]
        signs = [(a, b) for a in (1, -1) for b in (1, -1)]
        around += [a * unit[i] + b * unit[j] for i, j in self.pairs for a, b in signs]
        self.around = np.array(around)

    def log_likelihood(self, theta: FloatArray, table: Table) -> FloatArray:
        """Return it at theta (S, D), without binomial coefficients, (S,)."""
        n1, y1, n0, y0 = table.n1, table.tp, table.n0, table.tn
        m1 = np.repeat(theta[:, :1], STUDIES, axis=1)
        m0 = theta[:, 1 : self.means] @ self.spec.T
        t1, t0 = np.exp(theta[:, self.means : self.means + 2]).T[:, :, None]
        rho = np.tanh(theta[:, -1:])
        det = (t1 * t0) ** 2 * (1 - rho**2)
        k11, k22, k12 = t0**2 / det, t1**2 / det, -rho * t1 * t0 / det
        a, b = (0.8 * x + 0.2 * m for x, m in zip(table.logits(), (m1, m0), strict=True))
        for step in range(7):  # Newton steps to the mode of each study; the last only looks
            p1, p0 = expit(a), expit(b)
            h11, h22 = n1 * p1 * (1 - p1) + k11, n0 * p0 * (1 - p0) + k22
            det_h = h11 * h22 - k12**2
            if step < 6:
                g1 = y1 - n1 * p1 - k11 * (a - m1) - k12 * (b - m0)
                g0 = y0 - n0 * p0 - k12 * (a - m1) - k22 * (b - m0)
                a = a + (h22 * g1 - k12 * g0) / det_h
                b = b + (h11 * g0 - k12 * g1) / det_h
        l11 = np.sqrt(h22 / det_h)
        x1 = a[..., None] + l11[..., None] * self.z1
        x0 = b[..., None] - (k12 / det_h / l11)[..., None] * self.z1
        x0 = x0 + np.sqrt(1 / h22)[..., None] * self.z2
        d1, d0 = x1 - m1[..., None], x0 - m0[..., None]
        f = y1[:, None] * x1 - n1[:, None] * np.logaddexp(0, x1) + self.log_w
        f += y0[:, None] * x0 - n0[:, None] * np.logaddexp(0, x0)
        f -= 0.5 * (k11[..., None] * d1**2 + k22[..., None] * d0**2) + k12[..., None] * d1 * d0
        top = f.max(axis=-1)
        inside = np.log(np.exp(f - top[..., None]).sum(axis=-1))
        return np.asarray((top + inside - 0.5 * np.log(det * det_h)).sum(axis=1))

    def maximum(self, table: Table, theta: FloatArray) -> Estimate:
        """Climb by Newton steps, with slopes and curvature by differences, from theta (D,)."""
        size, h = theta.size, 1e-3
        for _ in range(60):
            value = self.log_likelihood(theta + h * self.around, table)
            up, down = value[1 : 2 * size + 1 : 2], value[2 : 2 * size + 1 : 2]
            slope = (up - down) / (2 * h)
            curvature: FloatArray = np.diag(2 * value[0] - up - down) / h**2
            for (i, j), v in zip(self.pairs, value[2 * size + 1 :].reshape(-1, 4), strict=True):
                curvature[i, j] = curvature[j, i] = -(v[0] - v[1] - v[2] + v[3]) / (4 * h**2)
            scales, axes = np.linalg.eigh(curvature)
            step = axes @ ((axes.T @ slope) / np.maximum(np.abs(scales), 0.05))
            gain = float(step @ slope)
            theta = theta + step / max(1.0, np.abs(step).max() / 0.7)
            if gain < 1e-7:
                break
        return Estimate(theta, float(value[0]) + 0.5 * gain, curvature)

    def start(self, table: Table) -> FloatArray:
        """Return crude estimates from the empirical logits."""
        coefficients, left = [], []
        for design, logit in zip((np.ones((STUDIES, 1)), self.spec), table.logits(), strict=True):
            coefficients.append(np.linalg.lstsq(design, logit, rcond=None)[0])
            left.append(logit - design @ coefficients[-1])
        scales = [*np.log(np.std(left, axis=1)), np.arctanh(0.8 * np.corrcoef(left)[0, 1])]
        return np.array([*np.concatenate(coefficients), *scales])


def loss(found: FloatArray) -> FloatArray:
    """Return how far figures lie outside the inner parts of their boxes, in half widths squared."""
    outside = np.abs(found - (LOWER + UPPER) / 2) / ((UPPER - LOWER) / 2) - INNER
    return np.asarray((np.maximum(outside, 0.0) ** 2).sum(axis=-1))


@dataclass(frozen=True)
class Plan:
    """Who is which: sizes, labels and the logits that the search begins with."""

    architecture: NDArray[np.intp]
    labels: FloatArray  # (21, 5), 1 for the first level of LABELS
    start: Table
    within: tuple[FloatArray, FloatArray]  # least and greatest (tp, tn), each (42,)

    def likelihoods(self, nodes: int) -> tuple[Likelihood, Likelihood]:
        """Return the pooled likelihood and that with a specificity for each architecture."""
        kinds = np.eye(len(ARCHITECTURE))[self.architecture]
        return Likelihood(np.ones((STUDIES, 1)), nodes), Likelihood(kinds, nodes)


def sizes(rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return the numbers of malignant and of benign nodules."""
    left = NODULES - LEAST[1] - GREATEST[1]
    share = np.exp(SPREAD * quantiles(STUDIES - 2))
    share *= left / share.sum()
    whole = np.floor(share)
    whole[np.argsort(whole - share, kind="stable")[: int(left - whole.sum())]] += 1
    n = np.array([LEAST[1], *rng.permutation(whole), GREATEST[1]])
    (a, b), (c, d) = PREVALENCES
    grid = [*np.linspace(a, b, SCREENING - 1), *np.linspace(c, d, STUDIES - SCREENING - 1)]
    n1 = np.array([LEAST[0], *np.rint(grid * n[1:-1]), GREATEST[0]])
    return n1, n - n1


def unevenness(labels: FloatArray, architecture: NDArray[np.intp], effects: FloatArray) -> float:
    """Return how far the labels go with each other and with the effects (2, 21)."""
    kinds = np.eye(len(ARCHITECTURE))[architecture]
    score = 4 * (np.corrcoef(effects)[0, 1] - CORRELATION) ** 2
    among = np.corrcoef(np.column_stack([labels, kinds, effects.T]), rowvar=False) ** 2
    count = labels.shape[1]
    score += among[:count, count:].sum() + among[count:-2, -2].sum()
    score += 0.2 * among[:count, :count].sum()
    # No level whose studies all share a level of another column, as far as that can be had.
    sides = np.column_stack([labels, 1 - labels])
    return float(score + 0.5 * ((sides.T @ kinds == 0).sum() + (sides.T @ sides == 0).sum() / 2))


def dealt(rng: np.random.Generator) -> Plan:
    """Deal out sizes, labels and effects; two studies trade places where that evens them out."""
    n1, n0 = sizes(rng)
    means, spread = START_SPEC
    counts = [count for _, count in ARCHITECTURE]
    kind = np.repeat(np.arange(len(counts)), counts)
    spec = np.concatenate([m + spread * quantiles(k) for m, k in zip(means, counts, strict=True)])
    sens = START_SENS[0] + START_SENS[1] * quantiles(STUDIES)
    labels = np.array([np.arange(STUDIES) < first for _, _, first, _ in LABELS], dtype=float).T
    order: list[NDArray[np.intp]] = [rng.permutation(STUDIES) for _ in range(2)]
    # The first studies are the screening ones, in the order of the prevalences.
    order += [np.arange(STUDIES), *(rng.permutation(STUDIES) for _ in LABELS[1:])]

    def shuffled() -> FloatArray:
        return np.column_stack([labels[o, k] for k, o in enumerate(order[2:])])

    def score() -> float:
        return unevenness(shuffled(), kind[order[0]], np.array([sens[order[1]], spec[order[0]]]))

    best = score()
    for _ in range(DEALS):
        which = order[int(rng.choice([0, 1, *range(3, len(order))]))]
        i, j = rng.choice(STUDIES, 2, replace=False)
        which[[i, j]] = which[[j, i]]
        if (new := score()) < best:
            best = new
        else:
            which[[i, j]] = which[[j, i]]
    both = np.concatenate([n1, n0])
    least = np.ceil(both * np.repeat([SENS[0], SPEC[0]], STUDIES))
    most = np.floor(both * np.repeat([SENS[1], SPEC[1]], STUDIES))
    right = np.rint(both * expit(np.concatenate([sens[order[1]], spec[order[0]]])))
    tp, tn = np.clip(right, least, most).reshape(2, STUDIES)
    return Plan(kind[order[0]], shuffled(), Table(n1, tp, n0, tn), (least, most))


@dataclass(frozen=True)
class Fits:
    """The pooled likelihood and that by architecture at their maxima for one table."""

    pooled: Estimate
    by_architecture: Estimate

    @property
    def figures(self) -> FloatArray:
        """Return the figures in the order of BOXES."""
        mu, tau = self.pooled.theta[:2], np.exp(self.pooled.theta[2:4])
        sens, spec = expit(mu)
        kinds = self.by_architecture
        contrast = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]])
        gap = contrast @ kinds.theta[1:4]
        spread = contrast @ np.linalg.inv(kinds.information)[1:4, 1:4] @ contrast.T
        lr_pos, lr_neg = sens / (1 - spec), (1 - sens) / spec
        return np.array(
            [
                *(sens, spec, lr_pos, lr_neg, lr_pos / lr_neg),
                *(auc(mu[None], tau[None])[0], np.tanh(self.pooled.theta[4])),
                *expit(kinds.theta[1:4]),
                exp(self.pooled.value - kinds.value),  # of chi squared with 2 degrees of freedom
                exp(-0.5 * gap @ np.linalg.solve(spread, gap)),
            ]
        )


def fitted(models: tuple[Likelihood, Likelihood], table: Table, near: Fits | None = None) -> Fits:
    """Climb both likelihoods, from where those of a like table ended or from crude estimates."""
    if near is None:
        return Fits(*(model.maximum(table, model.start(table)) for model in models))
    starts = (near.pooled.theta, near.by_architecture.theta)
    return Fits(*(m.maximum(table, start) for m, start in zip(models, starts, strict=True)))


def slopes(models: tuple[Likelihood, Likelihood], table: Table, here: Fits) -> FloatArray:
    """Return what half a nodule more or less does to the figures, per nodule, (figures, 42)."""
    steps = 0.5 * np.eye(2 * STUDIES)
    up = [fitted(models, table.plus(step), here).figures for step in steps]
    down = [fitted(models, table.plus(-step), here).figures for step in steps]
    return (np.array(up) - np.array(down)).T


def search(rng: np.random.Generator, plan: Plan) -> tuple[Table, int]:
    """Return a table whose figures lie in the inner parts of their boxes, and the rounds it took.

    In each round the figures are taken as linear in the 42 counts. Among random changes of a few
    counts, on top of the least change that would bring all figures to the middle of their boxes
    (or a part of it), the one that promises most is made, if it keeps what it promises.
    """
    laplace, exact = plan.likelihoods(1), plan.likelihoods(7)
    middle, half = (LOWER + UPPER) / 2, (UPPER - LOWER) / 2
    table = plan.start
    near, far = fitted(laplace, table), fitted(exact, table)
    best = loss(near.figures) + loss(far.figures)
    for round_ in range(ROUNDS):
        if best < ENOUGH:
            return table, round_
        counts = np.concatenate([table.tp, table.tn])
        gradient = slopes(laplace, table, near) / half[:, None]
        # Changes are measured in standard deviations of the counts.
        sd = np.sqrt(counts * (1 - counts / np.concatenate([table.n1, table.n0])))
        wanted = (middle - (near.figures + far.figures) / 2) / half
        least = sd * np.linalg.lstsq(gradient * sd, wanted, rcond=1e-6)[0]
        change = rng.choice(PARTS, CANDIDATES)[:, None] * least
        few = rng.choice(FEW, CANDIDATES)[:, None]
        change += rng.integers(-3, 4, change.shape) * (rng.random(change.shape) < few)
        change = np.clip(np.rint(counts + change), *plan.within) - counts
        promised = change @ gradient.T * half
        hope = loss(near.figures + promised) + loss(far.figures + promised)
        for k in np.argsort(hope, kind="stable")[:TRIES]:
            other = table.plus(change[k])
            ends = fitted(laplace, other, near), fitted(exact, other, far)
            reached = loss(ends[0].figures) + loss(ends[1].figures)
            if reached < best:
                table, (near, far), best = other, ends, reached
                break
    raise SystemExit(f"no table found in {ROUNDS} rounds; the loss is {best:.3f}")


def verify(plan: Plan, table: Table) -> None:
    """Stop unless every figure holds from a cold start, with one node and with many."""
    for nodes in (1, 21):
        found = fitted(plan.likelihoods(nodes), table).figures
        if not ((found >= LOWER) & (found < UPPER)).all():
            raise SystemExit(f"{nodes} nodes: {dict(zip(BOXES, found.tolist(), strict=True))}")


def rows(plan: Plan, table: Table) -> list[str]:
    """Write the table as lines of CSV."""
    lines = ["study,tp,fp,fn,tn,architecture," + ",".join(column for column, *_ in LABELS)]
    for i in range(STUDIES):
        tp, tn = table.tp[i], table.tn[i]
        counts = (tp, table.n0[i] - tn, table.n1[i] - tp, tn)
        levels = [(b, a)[int(plan.labels[i, k])] for k, (_, a, _, b) in enumerate(LABELS)]
        cells = [f"Reconstructed {i + 1:02d}", *(str(int(n)) for n in counts)]
        lines.append(",".join([*cells, ARCHITECTURE[plan.architecture[i]][0], *levels]))
    return lines


def main() -> None:
    """Search, verify, write."""
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("studies.csv")
    rng = np.random.Generator(np.random.PCG64(SEED))
    plan = dealt(rng)
    table, rounds = search(rng, plan)
    verify(plan, table)
    file.write_text("\n".join([*rows(plan, table), ""]), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{file}: found in {rounds} rounds\n")


if __name__ == "__main__":
    main()
