"""The recorded comparison with other programs: what `run_peers.py` writes and the tests hold."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from typing import Any

RECORD_FILE = Path(__file__).parent / "peers_record.json"
FORMAT = "metadx/reference/peers_record/1"
SECTIONS = ("likelihood", "nodes", "posterior", "approximation", "definitions", "printed")
_LIBRARIES = ("metadx", "numpy", "scipy")
_FIGURES = {"log_likelihood": 10}  # its differences matter, not its size


@lru_cache(maxsize=1)
def read_record(path: Path = RECORD_FILE) -> dict[str, list[dict[str, Any]]]:
    """Read the rows of every section."""
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["format"] == FORMAT
    return {section: document[section] for section in SECTIONS}


def write_record(rows: Mapping[str, Sequence[Any]], path: Path = RECORD_FILE) -> None:
    """Write one row a line, without date or machine; dataclasses and mappings alike."""
    versions = {name: version(name) for name in _LIBRARIES}
    parts = [f' "format": "{FORMAT}"', f' "versions": {json.dumps(versions)}']
    for section in SECTIONS:
        lines = ",\n".join("  " + json.dumps(plain(row)) for row in rows[section])
        parts.append(f' "{section}": [\n{lines}\n ]')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


def plain(row: Any, figures: int = 6) -> Any:
    """Turn into what JSON holds, rounded; a number that does not exist is null."""
    if isinstance(row, float):
        return float(f"{row:.{figures}g}") if isfinite(row) else None
    if isinstance(row, Mapping):
        return {key: plain(value, _FIGURES.get(key, 6)) for key, value in row.items()}
    if isinstance(row, list | tuple):
        return [plain(value) for value in row]
    return row if row is None or isinstance(row, str | int) else plain(asdict(row))
