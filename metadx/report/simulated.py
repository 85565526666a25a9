"""Write what a simulation study found: the record and its figure, beside the replications."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from metadx.simulation.design import AgreementDesign, ContrastsDesign, SbcDesign
from metadx.simulation.study import Finished

type Json = dict[str, Any]

#: Stem of the figure of each kind of study.
FIGURES = {"sbc": "calibration", "coverage": "coverage"}


def write_study(
    folder: Path, finished: Finished, *, say: Callable[[str], None] = lambda _: None
) -> tuple[str, ...]:
    """Write ``record.json`` and the figure of a study (none of contrasts and of raters).

    Parameters
    ----------
    folder : Path
        Of the study; holds its replications.
    finished : Finished
    say : callable
        Told each step.

    Returns
    -------
    tuple of str
        Names of the files written.
    """
    # Beside it and then moved: a record is whole, whenever this ends.
    aside = folder / "record.json.part"
    aside.write_text(record_text(finished.record), encoding="utf-8")
    aside.replace(folder / "record.json")
    design = finished.design
    if isinstance(design, ContrastsDesign | AgreementDesign):  # told by tables alone
        return ("record.json",)
    say("loading the figure library")
    from metadx.plots.calibration import plot_sbc
    from metadx.plots.coverage import plot_coverage
    from metadx.plots.save import save_figure

    say("drawing the figure")
    drawn = (
        plot_sbc(finished.record, prob_family=design.require.family_prob)
        if isinstance(design, SbcDesign)
        else plot_coverage(finished.record, prob=design.prob)
    )
    saved = save_figure(drawn, folder / FIGURES[design.kind])
    return ("record.json", *(path.name for path in saved))


def record_text(record: Json) -> str:
    """Write a record as JSON: one line for each cell or group, so that changes can be read.

    Parameters
    ----------
    record : dict

    Returns
    -------
    str

    Examples
    --------
    >>> print(record_text({"kind": "sbc", "groups": [{"name": "a"}, {"name": "b"}]}), end="")
    {"kind": "sbc",
    "groups": [
    {"name": "a"},
    {"name": "b"}
    ]}
    """
    part = "groups" if "groups" in record else "cells"
    head = json.dumps({key: value for key, value in record.items() if key != part}, allow_nan=False)
    lines = ",\n".join(json.dumps(one, allow_nan=False) for one in record[part])
    return f'{head[:-1]},\n"{part}": [\n{lines}\n]}}\n'
