"""Reports as rows of a CSV file, with cells that no spreadsheet takes for formulas."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from db.items import Item

IMPORTED: Final = ("id", "kind", "text", "place", "happened_at", "photos", "sealed", "private", "category", "state")
"""The columns that `reunite import` knows."""
COLUMNS: Final = (*IMPORTED, "author", "platform", "posted_at", "created_at")
MARK: Final = "\ufeff"
"""By which spreadsheets know UTF-8."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet may calculate: see https://owasp.org/www-community/attacks/CSV_Injection."""
_SHIELD: Final = "'"


def shielded(cell: str) -> str:
    """Return a cell that is shown as it is."""
    return _SHIELD + cell if cell.lstrip(_SHIELD).startswith(_FORMULA) else cell


def unshielded(cell: str) -> str:
    """Undo `shielded`."""
    return cell[1:] if cell.startswith(_SHIELD) and cell.lstrip(_SHIELD).startswith(_FORMULA) else cell


def cells(item: Item, photos: Sequence[str]) -> dict[str, str]:
    """Return a report's cells, with the names of its photos' files."""
    report = item.report
    row = {
        "id": str(report.id),
        "kind": report.kind,
        "text": report.text,
        "place": report.place,
        "happened_at": _time(report.happened_at),
        "photos": ";".join(photos),
        "sealed": _flag(report.sealed),
        "private": _flag(report.private),
        "category": report.category,
        "state": report.state,
        "author": report.author.name,
        "platform": report.target.platform,
        "posted_at": _time(report.posted_at),
        "created_at": _time(report.created_at),
    }
    return {name: shielded(cell) for name, cell in row.items()}


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _flag(is_on: bool) -> str:  # noqa: FBT001 - a cell's value
    return "yes" if is_on else "no"
