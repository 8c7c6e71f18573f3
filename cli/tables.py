"""Words and tables in a terminal of any width."""

from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from cli.escaping import escaped, escaped_lines


class Terminal(Console):
    """A console that is sent no controls but its own, whatever the words and cells contain."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(escaped_lines(text), **options)


def print_table(table: Table, *, width: int | None = None) -> None:
    """Print a table as wide as the terminal, or `width`, or as its longest words need: no word is cut off."""
    for column in table.columns:
        column.min_width = _longest_word(column)
    console = Terminal(width=width)
    edges = 3 * len(table.columns) + 1  # a cell's padding and the lines between cells
    least = sum(column.min_width or 0 for column in table.columns) + edges
    Terminal(width=max(console.width, least)).print(table)


def _longest_word(column: Column) -> int:
    words = (word for cell in (column.header, *column.cells) for word in str(cell).split())
    return max((cell_len(escaped(word)) for word in words), default=0)
