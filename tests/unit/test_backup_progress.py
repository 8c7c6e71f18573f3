"""`reunite backup` shows how far PostgreSQL's program is."""

import sys
from pathlib import Path
from typing import cast

import psycopg
import pytest

from cli import backup
from cli.errors import UsageError


def test_a_program_that_takes_long_is_shown_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backup, "_SHOWN_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    tool, seen = tmp_path / "pg_dump", tmp_path / "seen"
    tool.write_text('#!/bin/sh\nuntil [ -e "$2" ]; do :; done\necho "pg_dump: error: no more" >&2\nexit 1\n')
    tool.chmod(0o700)

    def shown() -> str:
        seen.touch()
        return "5 MB written."

    with pytest.raises(UsageError, match=r"^pg_dump failed: no more\.$"):
        backup._run(tool, "postgresql://x/y", str(seen), shown=shown)
    assert capsys.readouterr().err.startswith("5 MB written.\n")


def test_nothing_is_shown_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = iter([False, True])
    monkeypatch.setattr(backup, "_has_ended", lambda program: next(ended) and program.wait() == 0)
    backup._run(Path("/bin/true"), "postgresql://x/y", shown=lambda: pytest.fail("Cron would mail it."))


def test_a_size_that_can_not_be_read_stops_no_restore() -> None:
    class Broken:
        def execute(self, _: str) -> None:
            raise psycopg.OperationalError("the connection is closed")

    assert backup._size_of(cast("psycopg.Connection", Broken())) == "An unknown size"
