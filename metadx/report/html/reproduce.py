"""The section on how to make the same result again."""

import shlex
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from metadx.report.html.blocks import Block, Code, Entry, Facts, Section, Text


def reproduce_section(found: Mapping[str, Any], command: str) -> Section:
    """Give the command, the versions and the hashes.

    Parameters
    ----------
    found : mapping
        Content of ``summary.json``.
    command : str
        The command that made the result; empty where none did.

    Returns
    -------
    Section
    """
    settings = found["settings"]
    facts = (
        ("metadx", Entry(found["metadx"])),
        ("Model card", Entry(found["model"]["id"])),
        ("SHA-256 of the card", Entry(found["model"]["card_sha256"])),
        ("SHA-256 of the study table", Entry(found["data"]["sha256"])),
        ("Seed", Entry(str(settings["seed"]))),
        ("Draws", Entry(f"{settings['draws']:,}")),
        ("Engine", Entry(found["engine"]["name"])),
    )
    text = (
        "The same table, card, version and seed give the same draws with the marginal engine. "
        "summary.json holds every number in full precision, fit.nc the fit itself (NetCDF, for "
        "ArviZ and xarray), criticism.json what the criticism found, and the files whose names "
        "begin with table- the tables of this page."
    )
    blocks: list[Block] = [Facts(facts), Text(text)]
    if command:
        told = _portable(command)
        blocks.insert(0, Code(told, "Command that made this result"))
        if told != command:
            where = "To be run in the folder in which the files and folders named here lie."
            blocks.insert(1, Text(where, "note"))
    return Section("reproduce", "How to reproduce this", tuple(blocks))


def _portable(command: str) -> str:
    """Name what lies at an absolute path by its last part: the folder is the author's own."""
    words = shlex.split(command)
    if not any(PurePath(word).is_absolute() for word in words):
        return command
    return shlex.join(
        PurePath(word).name if PurePath(word).is_absolute() else word for word in words
    )
