from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from metadx.errors import DataError
from metadx.studies.read import read_table


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file from text or bytes; line ends stay as they are given."""

    def _write(content: str | bytes, name: str = "studies.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook, one list of rows for each sheet."""

    def _workbook(name: str = "studies.xlsx", **sheets: Sequence[Sequence[Any]]) -> Path:
        from openpyxl import Workbook

        book = Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        path = tmp_path / name
        book.save(path)
        return path

    return _workbook


@pytest.fixture
def refusal() -> Callable[..., str]:
    """Return the message with which a table is refused."""

    def _refusal(path: Path, **options: Any) -> str:
        with pytest.raises(DataError) as caught:
            read_table(path, **options)
        return str(caught.value)

    return _refusal
