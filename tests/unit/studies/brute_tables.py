"""Cross-tables with given margins by plain recursion; kappa from weights of agreement."""

from math import sqrt

import numpy as np

Z95 = 1.959963984540054


def rows_with_sum(total, caps):
    """Every way to put a total into places with caps."""
    if len(caps) == 1:
        if total <= caps[0]:
            yield (total,)
        return
    for first in range(min(total, caps[0]) + 1):
        for rest in rows_with_sum(total - first, caps[1:]):
            yield (first, *rest)


def every_table(margin_a, margin_b):
    if len(margin_a) == 1:
        yield (tuple(margin_b),)
        return
    for row in rows_with_sum(margin_a[0], margin_b):
        left = [cap - used for cap, used in zip(margin_b, row, strict=True)]
        for rest in every_table(margin_a[1:], left):
            yield (row, *rest)


def weight(kind, apart, n_categories):
    if kind == "unweighted":
        return float(apart == 0)
    return 1 - (apart / (n_categories - 1)) ** {"linear": 1, "quadratic": 2}[kind]


def kappa_and_errors(table, kind, offset=0):
    """Kappa with its standard errors as the papers write them, weights being agreement."""
    count = len(table)
    n = sum(map(sum, table))
    p = [[cell / n for cell in row] for row in table]
    a = [sum(row) for row in p]
    b = [sum(column) for column in zip(*p, strict=True)]
    span = range(count)
    w = [[weight(kind, abs(i + offset - j), count) for j in span] for i in span]
    po = sum(w[i][j] * p[i][j] for i in span for j in span)
    pe = sum(w[i][j] * a[i] * b[j] for i in span for j in span)
    if abs(1 - pe) < 1e-12:
        return None
    kappa = (po - pe) / (1 - pe)
    row = [sum(b[j] * w[i][j] for j in span) for i in span]
    column = [sum(a[i] * w[i][j] for i in span) for j in span]
    around = [[w[i][j] - (row[i] + column[j]) * (1 - kappa) for j in span] for i in span]
    large = sum(p[i][j] * around[i][j] ** 2 for i in span for j in span)
    large -= (kappa - pe * (1 - kappa)) ** 2
    short = sum(p[i][j] * w[i][j] ** 2 for i in span for j in span) - po**2
    null = sum(a[i] * b[j] * (w[i][j] - row[i] - column[j]) ** 2 for i in span for j in span)
    null -= pe**2
    errors = [sqrt(max(value, 0) / n) / (1 - pe) for value in (large, short, null)]
    names = ("fleiss-cohen-everitt", "cohen-1960", "null")
    return kappa, dict(zip(names, errors, strict=True))


def random_table(rng, largest=25):
    """A random table from 2 x 2 to 5 x 5, diagonal or not."""
    count = int(rng.integers(2, 6))
    n = int(rng.integers(5, largest + 1))
    off = rng.dirichlet(np.full(count**2, 0.4)) * rng.uniform(0.1, 1)
    p = off.reshape(count, count) + np.diag(rng.dirichlet(np.full(count, 0.6)))
    return rng.multinomial(n, (p / p.sum()).ravel()).reshape(count, count)
