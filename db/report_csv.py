"""Reports as rows of a CSV file whose cells no spreadsheet mistakes for formulas."""

import csv
import re
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from typing import Final
from uuid import UUID

from db.items import Item

IMPORTED: Final = ("id", "kind", "text", "place", "happened_at", "photos", "sealed", "private", "category", "state")
"""The columns that `reunite import` knows."""
COLUMNS: Final = (*IMPORTED, "author", "platform", "posted_at", "created_at")
REPORTS_PER_READ: Final = 50
_BEGINS: Final = r"""\A{shield}(?='*[\t\r\n])|(\A|[;\t\r\n]"*){shield}(?='*[=+\-@＝＋－＠])"""
"""Where a formula begins for a spreadsheet: see https://owasp.org/www-community/attacks/CSV_Injection.

One that separates cells by semicolons or tabs, as in many countries, begins some in the middle of ours.
"""
_SHIELD: Final = "'"
_FORMULA: Final = re.compile(_BEGINS.format(shield=""))
_SHIELDED: Final = re.compile(_BEGINS.format(shield=_SHIELD))


class Table:
    """Builds a CSV file, report by report."""

    def __init__(self) -> None:
        self._text = StringIO()
        self._rows = csv.DictWriter(self._text, COLUMNS, quoting=csv.QUOTE_ALL)
        self._rows.writeheader()

    def add(self, item: Item, photos: Sequence[str] = ()) -> None:
        """Add a report and the names of its photo files."""
        self._rows.writerow(_cells(item, photos))

    def file(self) -> bytes:
        return self._text.getvalue().encode("utf-8-sig")  # the mark tells spreadsheets that it's UTF-8


def wanted(everything: Sequence[tuple[UUID, bool]], *, sealed: bool) -> Sequence[UUID]:
    """Select the reports to write; `everything` has each report with whether it's sealed or private."""
    return [report for report, is_hidden in everything if sealed or not is_hidden]


def shielded(cell: str) -> str:
    """Protect a cell, and all that a spreadsheet may take for one, from being evaluated as a formula."""
    return _FORMULA.sub(rf"\g<0>{_SHIELD}", cell)


def unshielded(cell: str) -> str:
    """Undo `shielded`."""
    return _SHIELDED.sub(r"\1", cell)


def _cells(item: Item, photos: Sequence[str]) -> dict[str, str]:
    report = item.report
    row = {
        "id": str(report.id),
        "kind": report.kind,
        "text": report.text,
        "place": report.place,
        "happened_at": report.happened_on.isoformat() if report.happened_on else _time(report.happened_at),
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
