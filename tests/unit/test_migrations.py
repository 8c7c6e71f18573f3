"""What migrations mustn't do while a deployment waits for them."""

import re
from pathlib import Path

import pytest

MIGRATIONS = sorted((Path(__file__).parents[2] / "db" / "migrations").glob("*.sql"))
CHECKED = re.compile(r"\bADD\s+COLUMN\b[^;]*\bCHECK\b[^;]*", re.IGNORECASE)
INDEXED = re.compile(r"\bCREATE (?:UNIQUE )?INDEX (?P<index>\w+) ON (?P<table>\w+)")
DROPPED = re.compile(r"\bDROP FUNCTION (\w+)")
LOCKED = re.compile(rf"{INDEXED.pattern}|\bDROP INDEX (?P<dropped>\w+)|\bALTER TABLE (?P<altered>\w+)")


@pytest.mark.parametrize("file", MIGRATIONS, ids=lambda file: file.stem)
def test_no_table_is_locked_until_all_its_rows_are_checked(file: Path) -> None:
    """A check of a new column can't be NOT VALID; one that's added apart can."""
    assert CHECKED.findall(file.read_text("utf-8")) == []


def test_no_migration_drops_a_function_that_the_version_before_calls() -> None:
    """Its processes run until they are replaced. A later release may drop it, and names it here."""
    dropped = {name for file in MIGRATIONS for name in DROPPED.findall(file.read_text("utf-8"))}
    called_no_more = {"forget_moderator", "relabelled", "due_reminders", "due_digests", "unanswered_posts"}
    assert dropped == called_no_more | {"reports_with_words"}


def test_no_migration_builds_an_index_and_then_locks_its_table_for_all() -> None:
    """Building one keeps writers out, dropping one or altering the table readers too.

    With both locks in this order, it deadlocks with anybody who has read the table and waits to write to it.
    """
    table_of: dict[str, str] = {}
    for file in MIGRATIONS:
        text = re.sub("--.*", "", file.read_text("utf-8"))
        new = set(re.findall(r"\bCREATE TABLE (\w+)", text))  # which nobody else uses yet
        built: set[str] = set()
        for found in LOCKED.finditer(text):
            if index := found["index"]:
                table_of[index] = found["table"]
                built |= {found["table"]} - new
            else:
                assert (found["altered"] or table_of[found["dropped"]]) not in built, f"{file.name}: {found[0]}"
