"""`reunite backup` shows how far PostgreSQL's program is."""

from pathlib import Path

import pytest

from cli import backup
from cli.errors import UsageError


def test_a_program_that_takes_long_is_shown_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backup, "_SHOWN_EVERY_SECONDS", 0.01)
    tool, seen = tmp_path / "pg_dump", tmp_path / "seen"
    tool.write_text('#!/bin/sh\nuntil [ -e "$2" ]; do :; done\necho "pg_dump: error: no more" >&2\nexit 1\n')
    tool.chmod(0o700)

    def shown() -> str:
        seen.touch()
        return "5 MB written."

    with pytest.raises(UsageError, match=r"^pg_dump failed: no more\.$"):
        backup._run(tool, "postgresql://x/y", str(seen), shown=shown)
    assert capsys.readouterr().err.startswith("5 MB written.\n")
