"""Cells of a report's table, there and back."""

import csv
import io

import pytest

from db.report_csv import shielded, unshielded


@pytest.mark.parametrize(
    "words",
    [
        *("a hat", "-20 sale jacket", "'-20 sale jacket", "''=1", "'tis mine", "=1+1", "", "\t=1", "\n", "\r\n-1"),
        *("a;=1", "a\t+1", "a\n@SUM(A1)", 'a;"=1', 'a;""-1', "a;'=1", "a;＝1", ";;=1", "a; b"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_cell_comes_back_as_it_was_and_is_no_formula_whatever_separates_cells(words: str, separator: str) -> None:
    cell = shielded(words)
    assert unshielded(cell) == words
    quoted = cell.replace('"', '""')
    cells = [cell for row in csv.reader(io.StringIO(f'"id","{quoted}"'), delimiter=separator) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "＝"))]
