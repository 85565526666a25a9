"""Run the commands that the pages show, and compare or renew what the pages say they print.

A block that begins with ```` ```console ```` holds commands after ``$`` and, below each, lines that
it prints, in order; ``...`` stands for lines left out. A block after ``<!-- file: NAME -->`` is a
file that the commands of the page read.
"""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = "..."

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w*\n(.*?)```", re.DOTALL)
_NUMBER = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
_WIDTH = re.compile(r"\s+")


@dataclass(frozen=True)
class Example:
    """A command of a page and the lines that the page shows below it."""

    command: str
    shown: tuple[str, ...]

    @property
    def words(self) -> list[str] | None:
        """The arguments of metadx; None for a command of another program."""
        plain = self.command.rpartition("&& ")[2].removeprefix("uv run ")
        words = shlex.split(plain)
        return words[1:] if words[0] == "metadx" else None


def examples(text: str) -> Iterator[Example]:
    """Yield the commands of a page in order."""
    for block in _BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield Example(command, tuple(shown))


def lay_out(text: str, folder: Path) -> None:
    """Put what the commands of a page need into a folder: its files, the data and a card."""
    for name, content in _FILE.findall(text):
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "data").symlink_to(ROOT / "data", target_is_directory=True)
    card = (ROOT / "models" / "bivariate-binomial.toml").read_text(encoding="utf-8")
    own = card.replace('id = "bivariate-binomial"', 'id = "my-card"')
    (folder / "my-card.toml").write_text(own, encoding="utf-8")


def output(words: list[str], folder: Path) -> list[str]:
    """Run metadx in a folder, without figures, and return the lines it prints."""
    if words[0] == "run":
        words = [*words, "--quick"]
    done = subprocess.run(
        [sys.executable, "-m", "metadx.cli", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},
    )
    return [*done.stdout.splitlines(), *done.stderr.splitlines()]


def skeleton(line: str) -> str:
    """Return a line with every number as # and every gap as one space."""
    return _WIDTH.sub(" ", _NUMBER.sub("#", line)).strip()


def numbers(line: str) -> list[float]:
    """Return the numbers of a line."""
    return [float(n.replace(",", "").replace("−", "-")) for n in _NUMBER.findall(line)]


def renewed(shown: tuple[str, ...], printed: list[str]) -> list[str]:
    """Return the shown lines as they are printed now.

    Raises
    ------
    LookupError
        If a line is not printed any more, or not in this order.
    """
    lines, place = [], 0
    for line in shown:
        if line.strip() in {"", LEFT_OUT}:
            lines.append(line)
            continue
        wanted = skeleton(line)
        while place < len(printed) and skeleton(printed[place]) != wanted:
            place += 1
        if place == len(printed):
            raise LookupError(f"not printed: {line!r}; printed:\n" + "\n".join(printed))
        lines.append(printed[place].rstrip())
        place += 1
    return lines


def renew(text: str, folder: Path) -> str:
    """Return a page with all printed lines as they are printed now."""
    lay_out(text, folder)
    for example in examples(text):
        if example.words is not None and example.shown:
            new = renewed(example.shown, output(example.words, folder))
            old = "\n".join([f"$ {example.command}", *example.shown])
            text = text.replace(old, "\n".join([f"$ {example.command}", *new]))
    return text
