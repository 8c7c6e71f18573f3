"""Cells of a report's table, there and back."""

import csv
import io
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.conversion import item_of
from db.report_csv import Table, shielded, unshielded
from tests.support.slack_samples import samples


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


def test_a_day_is_given_to_others_as_its_author_said_it() -> None:
    day, table = date(2026, 11, 29), Table()
    item = cast("Any", SimpleNamespace(report=replace(samples().lost, happened_on=day), photos=()))
    table.add(item)
    [row] = csv.DictReader(io.StringIO(table.file().decode("utf-8-sig")))
    assert row["happened_at"] == "2026-11-29"
    assert item_of(item, cast("Any", SimpleNamespace(is_moderator=True))).happened_on == day


def test_a_moment_is_readable_in_the_api_and_comes_back_from_a_table_as_it_was_written() -> None:
    words, table = "left at <t:1795971600:f>", Table()
    item = cast("Any", SimpleNamespace(report=replace(samples().lost, text=words), photos=()))
    table.add(item)
    [row] = csv.DictReader(io.StringIO(table.file().decode("utf-8-sig")))
    assert row["text"] == words
    assert item_of(item, cast("Any", SimpleNamespace(is_moderator=True))).text == "left at 2026-11-29 17:00 UTC"
