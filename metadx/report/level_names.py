"""Names of levels where there is little room, and no two alike."""

from metadx.plots.short_names import short_names

__all__ = ["short_names", "without_covariate"]


def without_covariate(label: str, covariate: str) -> str:
    """Leave the name of a covariate out of a label where the title says it."""
    return label.removeprefix(f"{covariate} = ")
