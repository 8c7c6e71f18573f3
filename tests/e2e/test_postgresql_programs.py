"""Which of PostgreSQL's programs back up and restore, what they're given, and what is said of their errors."""

from contextlib import nullcontext
from pathlib import Path
from subprocess import Popen

import pytest
from psycopg import conninfo

from cli import backup
from cli.backup import Server
from cli.errors import UsageError
from tests.support.databases import Databases


def program(path: Path, script: str) -> Path:
    """Write a program in place of one of PostgreSQL's."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_server_that_speaks_tls_is_never_copied_by_programs_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded, installed = tmp_path / "embedded" / "pg_dump", tmp_path / "installed" / "pg_dump"
    for tool in (embedded, installed):
        tool.parent.mkdir()
        program(tool, "echo 'pg_dump (PostgreSQL) 18.1'")
    monkeypatch.setattr(backup, "_embedded", lambda _: [embedded])
    monkeypatch.setenv("PATH", str(installed.parent))
    assert backup._tool("pg_dump", Server(18, uses_tls=False)) == embedded
    assert backup._tool("pg_dump", Server(18, uses_tls=True)) == installed
    installed.unlink()
    with pytest.raises(UsageError, match=r"PostgreSQL 18 or newer, with TLS, isn't installed\..*#postgresql-and-redis"):
        backup._tool("pg_dump", Server(18, uses_tls=True))


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the only programs that are found."""
    monkeypatch.setattr(backup, "_embedded", lambda _: [])
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin/nowhere")
    return tmp_path


def only_claims_versions(folder: Path, server: int, tool: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server and pg_restore have these versions; the latter notes its options."""
    monkeypatch.setattr(backup, "_server", lambda _: Server(server, uses_tls=False))
    note = f'[ "$1" = --version ] || echo "$@" > {folder}/options'
    program(folder / "pg_restore", f"echo 'pg_restore (PostgreSQL) {tool}.2'; {note}")


@pytest.mark.parametrize(
    ("versions", "refuses"), [((15, 18), True), ((16, 17), True), ((17, 18), False), ((15, 16), False)]
)
def test_a_setting_is_left_out_only_for_servers_that_refuse_it(
    databases: Databases, programs: Path, monkeypatch: pytest.MonkeyPatch, versions: tuple[int, int], *, refuses: bool
) -> None:
    server, tool = versions
    only_claims_versions(programs, server, tool, monkeypatch)
    program(programs / "psql", f"echo 'psql (PostgreSQL) {tool}.2'; while read -r line; do :; done")
    file = programs / "reunite.dump"
    file.touch()
    with databases.empty() as url:
        backup.restore(url, file)
    assert ("--file=-" in (programs / "options").read_text()) is refuses


@pytest.mark.parametrize("psql", ["", "echo 'psql (PostgreSQL) 14.2'"], ids=["missing", "too old"])
def test_an_older_server_needs_psql_before_anything_starts(
    databases: Databases, programs: Path, monkeypatch: pytest.MonkeyPatch, psql: str
) -> None:
    only_claims_versions(programs, 15, 18, monkeypatch)
    if psql:
        program(programs / "psql", psql)
    file = programs / "reunite.dump"
    file.touch()
    with (
        databases.empty() as url,
        pytest.raises(UsageError, match=r"^psql of PostgreSQL 15 or newer isn't installed\..*[^e]$"),
    ):
        backup.restore(url, file)
    assert not (programs / "options").exists()


@pytest.mark.parametrize(("status", "ends"), [(0, "COMMIT;"), (1, "SELECT 2;")])
def test_an_older_server_is_spared_what_it_does_not_know(tmp_path: Path, status: int, ends: str) -> None:
    given = ["SELECT 1;", "SET transaction_timeout = 0;", "SELECT 2;"]
    for name, script in (
        ("pg_restore", f"printf '%s\\n' {' '.join(map(repr, given))}; exit {status}"),
        ("psql", f"cat > {tmp_path}/statements"),
    ):
        program(tmp_path / name, script)
    with pytest.raises(UsageError) if status else nullcontext():
        backup._fill_older(tmp_path / "pg_restore", tmp_path / "psql", "postgresql://u@h/db", tmp_path / "reunite.dump")
    assert (tmp_path / "statements").read_text().splitlines() == list(
        dict.fromkeys(["BEGIN;", "SELECT 1;", "SELECT 2;", ends])
    )


def test_a_signal_ends_a_restore_into_an_older_server_as_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pg_restore", "psql"):
        program(tmp_path / name, "exit 0")

    def end_by_signal(_: Popen[bytes], writer: Popen[bytes]) -> None:
        assert writer.stdin
        writer.wait()
        writer.stdin.write(b"SELECT 1;\n")  # stays in the buffer, and nobody reads it any more
        raise SystemExit(143)

    monkeypatch.setattr(backup, "_pass_on", end_by_signal)
    with pytest.raises(SystemExit, match="143"):
        backup._fill_older(tmp_path / "pg_restore", tmp_path / "psql", "postgresql://u@h/db", tmp_path / "reunite.dump")


def test_a_programs_connection_has_its_name_whatever_the_address_says(owner_database_url: str) -> None:
    say = "DO $$ BEGIN RAISE EXCEPTION '%', current_setting('application_name'); END $$"
    url = conninfo.make_conninfo(owner_database_url, application_name="mine")
    with pytest.raises(UsageError, match=r"^psql failed: reunite psql\.$"):
        backup._run(backup._tool("psql", backup._server(url)), url, f"--command={say}")


def test_a_password_is_on_no_command_line(tmp_path: Path) -> None:
    tool = program(tmp_path / "pg_dump", 'echo "$@, $PGPASSWORD" >&2; exit 1')
    said = r"^pg_dump failed: --dbname=user=u dbname=db host=h application_name='reunite pg_dump' --x, secret\.$"
    with pytest.raises(UsageError, match=said):
        backup._run(tool, "postgresql://u:secret@h/db", "--x")


def test_a_keys_passphrase_is_on_no_command_line(tmp_path: Path) -> None:
    tool = program(tmp_path / "pg_dump", f"touch {tmp_path}/started")
    with pytest.raises(UsageError, match=r"sslpassword.*PGSERVICEFILE") as refused:
        backup._run(tool, "postgresql://u@h/db?sslmode=verify-full&sslkey=/k&sslpassword=TOPSECRET")
    assert "TOPSECRET" not in str(refused.value)
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "case $LC_ALL in C) echo 'pg_dump: error: no such file';; *) echo 'pg_dump: Fehler: nein';; esac",
            "no such file",
        ),
        ("echo 'FEHLER:  doppelt'; echo 'DETAIL:  (text)=(error: my wallet)'", "FEHLER:  doppelt"),
    ],
    ids=["of the program", "of the server"],
)
def test_an_error_in_another_language_quotes_no_member(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, reason: str
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    tool = program(tmp_path / "pg_dump", f"{{ {said}; }} >&2; exit 1")
    with pytest.raises(UsageError, match=rf"^pg_dump failed: {reason}\.$"):
        backup._run(tool, "postgresql://u@h/db")
