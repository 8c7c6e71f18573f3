"""What migrations mustn't do while a deployment waits for them."""

import re
from pathlib import Path

import pytest

MIGRATIONS = sorted((Path(__file__).parents[2] / "db" / "migrations").glob("*.sql"))
CHECKED = re.compile(r"\bADD\s+COLUMN\b[^;]*\bCHECK\b[^;]*", re.IGNORECASE)


@pytest.mark.parametrize("file", MIGRATIONS, ids=lambda file: file.stem)
def test_no_table_is_locked_until_all_its_rows_are_checked(file: Path) -> None:
    """A check of a new column can't be NOT VALID; one that's added apart can."""
    assert CHECKED.findall(file.read_text("utf-8")) == []
