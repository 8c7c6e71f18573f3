"""Cells of a CSV file that no spreadsheet takes for a formula."""

from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet may calculate: see https://owasp.org/www-community/attacks/CSV_Injection."""
_SHIELD: Final = "'"


def shielded(cell: str) -> str:
    """Return a cell that is shown as it is."""
    return _SHIELD + cell if cell.startswith(_FORMULA) else cell


def unshielded(cell: str) -> str:
    """Undo `shielded`."""
    return cell[1:] if cell.startswith(tuple(_SHIELD + sign for sign in _FORMULA)) else cell
