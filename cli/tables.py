"""Tables in a terminal of any width."""

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table


def print_table(table: Table, *, width: int | None = None) -> None:
    """Print a table as wide as the terminal, or `width`, or as its longest words need: no word is cut off."""
    for column in table.columns:
        column.min_width = _longest_word(column)
    console = Console(width=width)
    edges = 3 * len(table.columns) + 1  # a cell's padding and the lines between cells
    least = sum(column.min_width or 0 for column in table.columns) + edges
    Console(width=max(console.width, least)).print(table)


def _longest_word(column: Column) -> int:
    return max((cell_len(word) for cell in (column.header, *column.cells) for word in str(cell).split()), default=0)
