"""Cells of a report's table, there and back."""

import pytest

from db.report_csv import shielded, unshielded


@pytest.mark.parametrize("words", ["a hat", "-20 sale jacket", "'-20 sale jacket", "''=1", "'tis mine", "=1+1", ""])
def test_a_cell_comes_back_as_it_was_and_is_no_formula(words: str) -> None:
    cell = shielded(words)
    assert unshielded(cell) == words
    assert not cell.startswith(("=", "+", "-", "@"))
