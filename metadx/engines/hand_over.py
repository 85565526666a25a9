"""Which engine answers: the one asked for, or NUTS where importance sampling cannot vouch."""

from dataclasses import replace

from metadx.cards.load import LoadedCard
from metadx.designs.design import Design
from metadx.engines.marginal import fit_marginal
from metadx.engines.result import EngineResult
from metadx.engines.settings import FitSettings
from metadx.errors import FitError
from metadx.studies.accuracy import AccuracyTable


def run_engine(
    table: AccuracyTable, card: LoadedCard, design: Design, settings: FitSettings
) -> EngineResult:
    """Take the engine asked for; "auto" falls through to NUTS when importance sampling fails."""

    def by_nuts(fell_back: str | None) -> EngineResult:
        from metadx.engines.nuts import fit_nuts

        result = fit_nuts(table, card.card, settings, design, careful=fell_back is not None)
        return replace(result, report=replace(result.report, fell_back=fell_back))

    if settings.engine == "nuts":
        return by_nuts(None)
    try:
        result = fit_marginal(table, card.card, settings, design)
    except FitError as error:
        if settings.engine == "marginal":
            raise
        return by_nuts(f"the marginal engine failed: {error}")
    pareto_k = next(check for check in result.checks if check.name == "pareto_k")
    if pareto_k.passed or settings.engine == "marginal":
        return result
    reason = f"Pareto k of the importance weights is {pareto_k.value:.2f}, not below "
    return by_nuts(f"{reason}{pareto_k.threshold:g}")
