"""The tables on covariates of the validation page, from the record of `run_regression.py`."""

from collections.abc import Callable, Mapping

from evidence import table

_TESTS = {
    "ccp generation": "`anti-ccp`: generation",
    "iqcode items": "`iqcode-dementia`: iqcode_items",
    "melanoma method": "`melanoma_cad`: cad_method",
    "appendicitis design": "`appendicitis_ct`: design",
}
_STEPS = {
    "A to B": "in sens and spec, against none",
    "C to B": "in sens, given spec",
    "D to B": "in spec, given sens",
    "B to E": "τ and ρ by level, given both means",
}


def maxima() -> str:
    """Compare the maximum of the likelihood with what R finds, pair of formulas by pair."""
    from tests.reference.regression import NODES, cases, software
    from tests.reference.regression_record import read_record

    gaps = read_record().likelihood
    named = [case for case in cases() if ": " not in case.name]
    others = [gap for gap in gaps if gap.case not in {case.name for case in named}]
    rows = []
    for case in named:
        ours = [gap for gap in gaps if gap.case == case.name]
        rows.append(
            (
                f"`{case.dataset}`",
                f"`{case.sens}`",
                f"`{case.spec}`",
                str(case.n_studies),
                *(_gap(gap.log_likelihood) for gap in ours),
                _gap(max(gap.coefficient for gap in ours)),
                _gap(max(gap.se for gap in ours)),
            )
        )
    peers = [f"{software()[peer]['software']}, {_nodes(n)}" for peer, n in NODES.items()]
    head = ("table", "sens", "spec", "studies", *peers, "a coefficient", "its SE, relative")
    worst = max(abs(gap.log_likelihood) for gap in others)
    coefficient = max(gap.coefficient for gap in others)
    rest = len({gap.case for gap in others})
    return (
        f"{table(head, rows)}\n\nLargest differences from metadx at the same number of nodes, in "
        f"log-likelihood for each program. In the {rest} fits behind the likelihood ratios below: "
        f"{_gap(worst)} in log-likelihood, {_gap(coefficient)} in a coefficient."
    )


def ratios() -> str:
    """Compare likelihood-ratio statistics with those of glmer, and show what more nodes change."""
    from tests.reference.regression_record import read_record

    rows = [
        (
            _TESTS[row.test],
            _STEPS[row.step],
            str(row.degrees_of_freedom),
            f"{row.stated:.3f}",
            f"{row.lme4:.3f}",
            f"{row.one_node:.3f}",
            f"{row.nodes_15:.3f}",
            f"{row.nodes_15 - row.one_node:+.3f}".replace("-", "−"),
            f"{row.quadrature:.3f}",
        )
        for row in read_record().ratios
    ]
    glmer = ("`glmer` by default", "`glmer`, inner tolerance 1e-12")
    ours = ("metadx, 1 node", "metadx, 15 × 15 nodes", "change", "R: `nlminb` on 15 × 15 nodes")
    return table(("covariate", "what it is tested for", "df", *glmer, *ours), rows)


def engines() -> str:
    """Compare the two engines where several covariates enter at once."""
    from tests.reference.regression import SEVERAL, find_case
    from tests.reference.regression_record import read_record

    record = read_record()
    rows = []
    for case in map(find_case, SEVERAL):
        apart = [row for row in record.engines if row.case == case.name]
        mean = max(apart, key=lambda row: abs(row.mean_in_sd))
        sd = max(apart, key=lambda row: abs(row.sd_relative))
        marginal, nuts = (fit["checks"] for fit in record.fits if fit["case"] == case.name)
        rows.append(
            (
                f"`{case.dataset}`",
                f"`{case.sens}`",
                f"`{case.spec}`",
                str(len(apart)),
                f"{abs(mean.mean_in_sd):.3f} sd ({_code(mean.parameter)})",
                f"{100 * abs(sd.sd_relative):.1f} % ({_code(sd.parameter)})",
                f"{marginal['pareto_k']:.2f}".replace("-", "−"),
                f"{nuts['rhat']:.4f}, {nuts['divergences']:.0f}",
            )
        )
    head = ("table", "sens", "spec", "quantities", "largest gap of a mean", "of an sd")
    draws = {fit["engine"]: f"{fit['draws']:,}" for fit in record.fits}
    return (
        f"{table((*head, 'Pareto k', 'r-hat, divergences'), rows)}\n\n"
        f"Under the card `{record.card['id']}`, {draws['marginal']} draws of the marginal engine, "
        f"{draws['nuts']} of NUTS. "
        f"Made with {', '.join(f'{name} {number}' for name, number in record.versions.items())}."
    )


def beside_glmer() -> str:
    """Set posteriors of the coefficients beside the maximum of the likelihood by glmer."""
    from tests.reference.regression import find_case
    from tests.reference.regression_record import read_record

    rows = [
        (
            f"`{find_case(row.case).dataset}`",
            _code(row.parameter),
            _estimate(row.glmer, row.glmer_se),
            _estimate(row.flat_mean, row.flat_sd),
            _estimate(row.mean, row.sd),
            _signed((row.mean - row.glmer) / row.sd),
        )
        for row in read_record().posterior
    ]
    head = ("table", "parameter", "`glmer` (SE)", "flat priors: mean (sd)")
    return table((*head, "default card: mean (sd)", "from `glmer`, in sd"), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "regression-maxima": maxima,
    "regression-ratios": ratios,
    "regression-engines": engines,
    "regression-beside-glmer": beside_glmer,
}


def _nodes(nodes: int) -> str:
    return "1 node" if nodes == 1 else f"{nodes} × {nodes} nodes"


def _gap(value: float) -> str:
    return f"{abs(value):.0e}".replace("e-0", "e-")


def _estimate(value: float, error: float) -> str:
    return f"{_signed(value)} ({error:.2f})"


def _signed(value: float) -> str:
    rounded = f"{value:+.2f}".replace("-", "−")
    return "0.00" if rounded[1:] == "0.00" else rounded


def _code(name: str) -> str:
    return f"`{name}`"
