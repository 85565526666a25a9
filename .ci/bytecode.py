"""Compile the package when it is installed in place, as uv does for the libraries.

Without byte-code every start parses every source file again where the environment forbids Python to
write any; a start then costs half as much again.
"""

import compileall
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileInPlace(BuildHookInterface[Any]):
    """Write byte-code beside the sources; a wheel gets its own from the installer."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile for an editable install."""
        if version == "editable":
            compileall.compile_dir(Path(self.root) / "metadx", quiet=1)
