"""The command that asked for a result, as somebody would type it again."""

import shlex
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from metadx.commands.options import AccuracyOptions, AgreementOptions, RunOptions

_OF_RUN = ("model", "engine", "prob", "draws", "seed")
_USUAL: Mapping[str, Any] = {"engine": "auto", "draws": 4000}


def spoken(path: str, options: RunOptions, asked: AccuracyOptions | AgreementOptions) -> str:
    """Write the command of a run, with every option that changes its numbers.

    Parameters
    ----------
    path : str
        The review, as the user names it.
    options : RunOptions
    asked : AccuracyOptions or AgreementOptions

    Returns
    -------
    str
        One line for a shell.

    Examples
    --------
    >>> options = RunOptions(None, None, "auto", None, 4000, 7, *[True] * 3, *[False] * 2)
    >>> spoken("my review", options, AccuracyOptions(sens="~ setting", only=["year>2000"]))
    "metadx run 'my review' --seed 7 --sens '~ setting' --only 'year>2000'"
    """
    values = {name: getattr(options, name) for name in _OF_RUN} | asdict(asked)
    words = ["metadx", "run", path]
    for name, value in values.items():
        option = f"--{name.replace('_', '-')}"
        if value is None or value is False or value == _USUAL.get(name):
            continue
        if value is True:
            words.append(option)
            continue
        for one in value if isinstance(value, list) else [value]:
            words += [option, str(one)]
    return shlex.join(words)
