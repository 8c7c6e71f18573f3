"""Settings that can't work end in one sentence, which names the variable; secrets may be in files."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from cli.context import configured
from cli.errors import UsageError
from cli.main import app
from cli.settings import Settings
from db.config import DatabaseSettings
from embedded.errors import EmbeddedServersError
from embedded.layout import lay_out


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("REUNITE_DATABASE_URL", "nonsense", "a PostgreSQL URL: it must"),
        ("REUNITE_OWNER_DATABASE_URL", "postgresql://x?none=1", "a PostgreSQL URL: it must"),
        ("REUNITE_REDIS_URL", "http://localhost:6379", "a Redis URL: it must"),
        ("REUNITE_DATABASE_URL", "postgresql://host:port/x", "its port must be a number up to 65535; in"),
        ("REUNITE_DATABASE_URL", "postgresql://host:²/x", "its port must be a number up to 65535; in"),
        ("REUNITE_DATABASE_URL", "postgresql://one,two:99999/x", "its port must be a number up to 65535; in"),
        ("REUNITE_REDIS_URL", "redis://host:port/0", "its port must be a number up to 65535; in"),
        ("REUNITE_REDIS_URL", "redis://host:6379/name", "its database must be a number."),
        ("REUNITE_PHOTO_HOSTS", "b.example, https://a.example/x", "https://a.example/x isn't a host: give its name"),
        ("REUNITE_PHOTO_HOSTS", "a.example:8443", "a.example:8443 isn't a host: give its name, such as"),
        ("REUNITE_PHOTO_HOSTS", "a..example", "a..example isn't a host: give its name"),
        ("REUNITE_SLACK_MODERATORS", "U1, @ada", "@ada isn't a user's id, such as U012ABCDEF"),
        ("REUNITE_LOG_LEVEL", "loud", "it must be 'debug', 'info', 'warning' or 'error'."),
        ("REUNITE_TORCH_THREADS", "0", "it must be at least 1."),
        ("REUNITE_API_PORT", "http", "it must be a whole number."),
        ("REUNITE_API_PORT", "65536", "it can be at most 65535."),
        ("REUNITE_DISCORD_MESSAGE_CONTENT", "maybe", "it must be true or false."),
        ("REUNITE_DATABASE_URL", "postgresql://u:p@ss@host/x", "write @ as %40"),
        ("REUNITE_DATABASE_URL", "postgresql://u:p%ss@host/x", "and % as %25."),
        ("REUNITE_DATABASE_URL", "postgresql://u:p/ss@host/x", "/ as %2F"),
        ("REUNITE_REDIS_URL", "redis://:p#ss@host:6379/0", "# as %23"),
        ("REUNITE_OPEN_SET_URL", "none", "it must be an address that begins with https://, or off."),
        ("REUNITE_OPEN_SET_URL", "ftp://photos.example", "it must be an address that begins with https://, or off."),
        ("REUNITE_OPEN_SET_URL", "https://photos.example:x", "it must be an address that begins with https://, or"),
        ("REUNITE_HOME", "~nobodyhere/x", "there's no home folder for ~nobodyhere; write the whole path."),
        ("REUNITE_BOARD_URL", "https://b.example:x", "this isn't an address, such as https://board.example.org."),
        ("REUNITE_BOARD_URL", "https://[::1", "this isn't an address, such as https://board.example.org."),
        ("REUNITE_WEBHOOK_URL", "https://", "this isn't an address, such as https://chat.example.org/"),
        ("REUNITE_WEBHOOK_URL", "ftp://c.example/x", "this isn't an address, such as https://chat.example.org/"),
        ("REUNITE_WEBHOOK_URL", "https://c.example:99999/x", "this isn't an address, such as https://chat"),
    ],
)
def test_a_setting_that_can_not_be_right_is_named(
    variable: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(typer.Exit), configured():
        pass
    text = capsys.readouterr().err
    assert text.startswith(f"Invalid setting: {variable}: ")
    assert text.count(words) == 1
    assert text.count("\n") == 1


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://u:p@one,two/x",  # libpq takes its own port for both
        "postgresql://u:p@one,two:5433/x",
        "postgresql://u:p@one:5432,two:5433/x",
        "host=one port=' 5432 '",
        "postgresql:///x?host=/run/postgresql",
    ],
)
def test_every_address_that_postgresql_understands_may_be_set(address: str) -> None:
    assert DatabaseSettings(url=address).url == address


def test_hosts_are_set_as_links_name_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REUNITE_PHOTO_HOSTS", "A.Example, [::1] ::2 10.0.0.1")
    assert Settings().webhook.photo_hosts == {"a.example", "::1", "::2", "10.0.0.1"}


def test_a_connection_that_breaks_is_named_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    broken = "consuming input failed: server closed the connection unexpectedly\n\tThis probably means the server"
    with pytest.raises(typer.Exit), configured():
        raise psycopg.OperationalError(broken)
    said = "The database can't be used (consuming input failed: server closed the connection unexpectedly)."
    assert capsys.readouterr().err == f"{said} `reunite doctor` may say why; then try again.\n"


def test_a_lock_that_is_held_for_long_is_named_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), configured():
        raise psycopg.errors.LockNotAvailable("canceling statement due to lock timeout")
    assert "holds a lock (canceling statement due to lock timeout). docs/" in capsys.readouterr().err


def test_what_only_interrupts_a_command_is_not_said_to_be_the_database(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), configured():
        raise psycopg.errors.DeadlockDetected("deadlock detected")
    assert capsys.readouterr().err == "The command was interrupted (deadlock detected). Try again.\n"


def test_a_home_that_can_not_be_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedServersError, match=r"^REUNITE_HOME: the folder .*/file/home can't be used"):
        lay_out(tmp_path / "file" / "home")


def test_a_secret_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "token"
    secret.write_text("the token\n")
    monkeypatch.setenv("REUNITE_DISCORD_TOKEN_FILE", str(secret))
    assert Settings().discord.token == "the token"
    monkeypatch.setenv("REUNITE_DISCORD_TOKEN", "another")
    with pytest.raises(UsageError, match="not both"):
        Settings()
    monkeypatch.delenv("REUNITE_DISCORD_TOKEN")
    secret.unlink()
    with pytest.raises(UsageError, match=r"REUNITE_DISCORD_TOKEN_FILE: .* can't be read \(No such file"):
        Settings()


def test_the_version_is_printed() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert (shown.exit_code, shown.output.strip()) == (0, "reunite 0.1.0")


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (asyncio.CancelledError(), "Stopped. You can run the same command again.\n"),
        (KeyboardInterrupt(), "Stopped. You can run the same command again.\n"),
        (SystemExit(128 + signal.SIGTERM), "Stopped. You can run the same command again.\n"),
        (SystemExit(0), ""),
    ],
)
def test_a_command_that_is_ended_by_a_signal_says_so(
    end: BaseException, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((typer.Exit, KeyboardInterrupt, SystemExit)), configured():
        raise end
    assert capsys.readouterr().err == said


@pytest.mark.untraced
@pytest.mark.parametrize("module", ["redis", "cli.settings"])
def test_a_start_that_is_ended_while_it_imports_ends_quietly(module: str) -> None:
    script = f"""import os, signal, sys
class Ends:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGTERM)
sys.meta_path.insert(0, Ends())
from cli.main import app
app(["status"])"""
    ended = _run(script)
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + signal.SIGTERM, "", "")


@pytest.mark.untraced
def test_help_imports_nothing_that_takes_long() -> None:
    heavy = "{'aiohttp', 'arq', 'numpy', 'psycopg', 'pydantic', 'redis', 'reunite', 'structlog', 'PIL', 'torch'}"
    script = f"import sys, cli.main; print(*sorted({heavy} & set(sys.modules)))"
    loaded = _run(script)
    loaded.check_returncode()
    assert loaded.stdout.split() == []


def _run(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ},
    )
