"""docs/performance.md from the record of the benchmarks."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

type Row = Mapping[str, Any]

_OURS = "metadx, marginal engine"
_HOW = """\
## How it was measured

- `uv run python -m tests.benchmarks.run` measures everything and rewrites this page from its record
  (`tests/benchmarks/record.json`); the scripts and models of the other programs lie in
  `tests/benchmarks/scripts`.
- All times are CPU seconds, user and system, of all threads and child processes: time that passes
  while another process has the processor is not counted. Threads of the linear algebra library are
  switched off.
- Programs run in turn (A B C, A B C, …), because the speed of a shared processor drifts. A table
  gives the median with the least and the most; a ratio is taken round by round, and its median is
  given. **Single times vary by half on a shared machine: trust the ratios.**
- Every program reads the same file and, where it gives a posterior, has the priors of the card
  `bivariate-binomial`: μ ~ Normal(0, 3), τ ~ HalfNormal(1.5), ρ ~ Uniform(−1, 1).
- *Whole process*: from starting the program on a CSV file to its printed estimates, loading of
  libraries included. For metadx that is `metadx run --quick`: 4,000 draws, the accuracy of every
  study, all estimands, checks, and the result folder written.
- *Fit alone*: the first fit of a process, libraries loaded and data read.
- Draws: metadx NUTS 4 × 1,000 after 4 × 1,500 of warm-up, with small steps (target acceptance
  0.99); Stan 4 × 1,000 after 4 × 1,000, in whichever of the centred and the non-centred form
  samples better without divergences; JAGS 4 × 5,000 after 4 × 1,000, because its draws are more
  alike, with the glm module and one effect given the other. Seeds are fixed: every round makes the
  same draws.
- *Effective draws* (effective sample size): how many independent draws the result is worth. The
  marginal engine: 1 / Σ w² of its importance weights. The others: the least bulk effective sample
  size over μ, τ and ρ by ArviZ. Both measure the precision of a posterior mean, but they are not
  the same quantity: read differences below a factor of two as none.
- Maximum likelihood gives a point estimate and a normal approximation, not a posterior: no
  effective draws, nothing for ratios, new studies or predictive values. mada fits a normal
  approximation of the counts.
- A run counts only if its answer is right: the harness stops if the sensitivity or specificity of
  any program lies more than 0.02 from that of metadx on `anti-ccp`.
"""


def performance_page(record: Row) -> str:
    """Write the page."""
    parts = [
        _lead(record),
        *_whole(record),
        *_alone(record),
        *_throughput(record),
        *_commands(record),
        _HOW,
        *_versions(record),
    ]
    return "\n".join(parts)


def _lead(record: Row) -> str:
    """Say what to take from the page."""
    reviews = record["reviews"].values()
    seconds = [review["programs"][_OURS]["cpu"]["median"] for review in reviews]
    sizes = [str(review["studies"]) for review in reviews]
    lines = [
        "# How fast is it?",
        "",
        "A complete Bayesian analysis of a review, from the CSV file to the printed answer, takes",
        f"{min(seconds):.1f} to {max(seconds):.1f} CPU seconds on the reviews measured here "
        f"({', '.join(sizes)} studies).",
        "The same model by other programs, as a multiple of metadx (above 1: metadx is quicker),",
        "least to most over the reviews:",
        "",
        *_head(
            "program|gives|CPU time, CSV to answer|CPU time, fit alone"
            "|CPU time for one effective draw, CSV to answer",
            left=2,
        ),
    ]
    for name, about in record["programs"].items():
        if name == _OURS:
            continue
        cells = ["not present"] * 3
        if about["present"]:
            cells = [
                _range(record, name, lambda row, _: row["cpu_ratio"]["median"]),
                _range(record, name, lambda row, _: row["fit_cpu_ratio"]["median"]),
                _range(record, name, _gain) if about["gives"] == "posterior" else "–",
            ]
        lines.append(f"| {name} | {about['gives']} | {' | '.join(cells)} |")
    lines += [
        "",
        "Below 1, the other is quicker. An *estimate* is maximum likelihood, a point with a normal",
        "approximation around it: less than a posterior, so that ratio is not like for like. Most",
        "of such a process is the loading of libraries.",
        "",
    ]
    return "\n".join(lines)


def _gain(row: Row, ours: Row) -> float:
    """Ratio of the times round by round, for the same number of effective draws."""
    return float(row["cpu_ratio"]["median"] * ours["ess"] / row["ess"])


def _whole(record: Row) -> Iterator[str]:
    yield "## From a CSV file to printed estimates"
    for review, found in record["reviews"].items():
        yield f"\n`{review}`, {found['studies']} studies:\n"
        head = "program|CPU seconds|over metadx|peak memory, MiB|effective draws|per CPU second"
        yield from _head(f"{head}|sens|spec", left=1)
        for name, row in _rows(record, found):
            if row is None:
                yield f"| {name} | not present | | | | | | |"
                continue
            cells = [
                name + (f" [{row['trouble']}]" if row["trouble"] else ""),
                _span(row["cpu"]),
                _times(row["cpu_ratio"]),
                f"{row['peak_mib']['median']:.0f}",
                f"{row['ess']:,}" if "ess" in row else "–",
                f"{row['ess_per_cpu']['median']:,.0f}" if "ess" in row else "–",
                f"{row['sens']:.3f}",
                f"{row['spec']:.3f}",
            ]
            yield f"| {' | '.join(cells)} |"
    yield "\nIn brackets: what a program itself complains of. Sensitivity and specificity are those"
    yield "of the median study: posterior medians, or the estimates of maximum likelihood.\n"


def _alone(record: Row) -> Iterator[str]:
    yield "## The fit alone\n"
    yield "The first fit of a process, libraries loaded and data read.\n"
    yield from _head(
        "review|program|CPU seconds|over metadx|effective draws per CPU second", left=2
    )
    for review, found in record["reviews"].items():
        for name, row in _rows(record, found):
            if row is None:
                yield f"| {review} | {name} | not present | | |"
                continue
            ess = f"{row['ess_per_fit_cpu']['median']:,.0f}" if "ess" in row else "–"
            times = _times(row["fit_cpu_ratio"])
            yield f"| {review} | {name} | {_span(row['fit_cpu'])} | {times} | {ess} |"
    if record["compile"]:
        seconds = record["compile"]["rstan"]
        yield f"\nCompiling Stan's model took {seconds:.0f} CPU seconds once, which no row counts."
    else:
        yield ""
    yield ""


def _throughput(record: Row) -> Iterator[str]:
    batch = record["batch"]
    yield "## Many reviews, many studies\n"
    yield (
        f"{batch['reviews']} simulated reviews of {batch['studies']} studies, one CSV file each, "
        "by one process in turn: CPU milliseconds for each review. metadx (`metadx batch`) gives "
        f"{batch['draws']:,} draws and all estimands, but no effects of single studies; its least "
        f"effective sample size is {batch['ess']:,}, {batch['handed_over']} reviews were handed "
        f"over to NUTS, and {batch['failed']} failed a check. lme4 gives point estimates.\n"
    )
    columns = "program|CPU ms a review|over metadx|peak memory, MiB|mean sens|mean spec"
    yield from _head(columns, left=1)
    for name, row in (("metadx batch", batch), ("lme4", batch.get("lme4"))):
        if row is None:
            yield f"| {name} | not present | | | | |"
            continue
        times = _times(row["cpu_ratio"]) if "cpu_ratio" in row else "1.0 ×"
        yield (
            f"| {name} | {_span(row['cpu_ms'], 0)} | {times} | {row['peak_mib']['median']:.0f} "
            f"| {row['sens']:.3f} | {row['spec']:.3f} |"
        )
    yield "\n1,000 draws of the hyper-parameters of one large simulated table:\n"
    yield from _head("studies|CPU seconds", left=0)
    for size, row in record["large"].items():
        yield f"| {int(size):,} | {_span(row)} |"
    yield ""


def _commands(record: Row) -> Iterator[str]:
    yield "## Commands\n"
    yield "On `anti-ccp`; `metadx run` writes the report and the figures too.\n"
    yield from _head("command|CPU seconds|peak memory, MiB", left=1)
    for name, row in record["commands"].items():
        yield f"| {name} | {_span(row['cpu'])} | {row['peak_mib']['median']:.0f} |"
    yield ""


def _versions(record: Row) -> Iterator[str]:
    machine = record["machine"]
    yield "## Machine and versions\n"
    yield (
        f"{machine['processor']}, {machine['cores']} cores, shared; load average "
        f"{machine['load_before']} before the first run. Python {machine['python']}.\n"
    )
    yield from _head("program or library|version", left=2)
    for name, number in record["versions"].items():
        yield f"| {name} | {number or 'not present'} |"
    yield ""


def _rows(record: Row, found: Row) -> Iterator[tuple[str, Row | None]]:
    """Every program of the comparison; None for what the machine does not have."""
    for name in record["programs"]:
        yield name, found["programs"].get(name)


def _range(record: Row, name: str, of: Callable[[Row, Row], float]) -> str:
    """Least and most of a number over the reviews."""
    values = [of(r["programs"][name], r["programs"][_OURS]) for r in record["reviews"].values()]
    low, high = (_two_digits(value) for value in (min(values), max(values)))
    return f"{low} ×" if low == high else f"{low} to {high} ×"


def _times(row: Row) -> str:
    return f"{_two_digits(row['median'])} ×"


def _two_digits(value: float) -> str:
    return (
        f"{value:.2g}"
        if value < 1
        else f"{value:.1f}"
        if value < 10
        else f"{float(f'{value:.2g}'):,.0f}"
    )


def _head(columns: str, *, left: int) -> Iterator[str]:
    names = columns.split("|")
    yield f"| {' | '.join(names)} |"
    yield f"|{'|'.join('--' if i < left else '--:' for i in range(len(names)))}|"


def _span(row: Mapping[str, float], digits: int = 2) -> str:
    return f"{row['median']:.{digits}f} ({row['least']:.{digits}f}–{row['most']:.{digits}f})"
