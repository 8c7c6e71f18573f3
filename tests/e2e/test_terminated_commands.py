"""An command in a scratch database that is told to end leaves nothing behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.doubles.pictures import drawing
from tests.e2e.test_calibrate_command import write_set
from tests.e2e.test_commands import databases, environment

pytestmark = pytest.mark.slow

__all__ = ["environment"]
PATIENCE = 120.0
STARTING = 3.0
"""Seconds; whatever a command has come to by then, it ends."""


def reports(environment: dict[str, str], before: set[str]) -> int | None:
    """How many reports the command's database holds; None where there is no such database yet."""
    own = databases(environment) - before
    if not own:
        return None
    try:
        with psycopg.connect(environment["REUNITE_OWNER_DATABASE_URL"], dbname=own.pop()) as connection:
            [[count]] = connection.execute("SELECT count(*) FROM report").fetchall()
            return int(count)
    except psycopg.errors.UndefinedTable:
        return 0


def started(
    environment: dict[str, str], *arguments: str, interrupts: signal.Handlers = signal.SIG_DFL
) -> subprocess.Popen[str]:
    """Start a command to which SIGINT is what it is to the processes of a terminal, or ignored, as in a script."""
    exchange = (
        f"import os, signal, sys; signal.signal(signal.SIGINT, {int(interrupts)}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", exchange, sys.executable, "-m", "cli.main", *arguments],
        env={**environment, "REUNITE_ENCODER": "concept"},
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("end_by", "posted", "interrupts"),
    [
        (signal.SIGTERM, 0, signal.SIG_DFL),
        (signal.SIGTERM, 100, signal.SIG_DFL),
        (signal.SIGTERM, 100, signal.SIG_IGN),
        (signal.SIGINT, 100, signal.SIG_DFL),
    ],
)
def test_a_match_that_is_ended_leaves_no_database(
    environment: dict[str, str], tmp_path: Path, end_by: signal.Signals, posted: int, interrupts: signal.Handlers
) -> None:
    before = databases(environment)
    words = write_set(tmp_path / "words", 400, 10)
    arguments = ["match", str(words), "--out", str(tmp_path / "predictions.jsonl")]
    process = started(environment, *arguments, interrupts=interrupts)
    try:
        until = time.monotonic() + PATIENCE
        while (count := reports(environment, before)) is None or count < posted:
            assert process.poll() is None, process.stderr and process.stderr.read()
            assert time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(end_by)
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode != 0
    assert "Traceback" not in said
    assert databases(environment) == before


@pytest.mark.parametrize(
    "command",
    [
        ["worker"],
        ["bot", "web"],
        ["demo", "--port", "0"],
        ["reembed"],
        ["try", "--found", "{photo}", "--lost", "a red cup"],
        ["evaluate", "{words}"],
        ["calibrate", "{words}"],
        ["bench", "search", "--reports", "100000"],
        ["bench", "embed", "--encoder", "concept", "--rounds", "100000"],
        ["bench", "chat", "--posts", "5000"],
    ],
    ids=" ".join,
)
def test_every_command_ends_by_sigterm_where_sigint_is_ignored(
    environment: dict[str, str], tmp_path: Path, command: list[str]
) -> None:
    before = databases(environment)
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(drawing("red"))
    words = write_set(tmp_path / "words", 400, 10)
    environment = {**environment, "REUNITE_READY_FILE": str(tmp_path / "ready"), "REUNITE_PORT": "0"}
    process = started(
        environment, *(word.format(photo=photo, words=words) for word in command), interrupts=signal.SIG_IGN
    )
    try:
        time.sleep(STARTING)
        assert process.poll() is None, process.stderr and process.stderr.read()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode in {0, -signal.SIGTERM, 128 + signal.SIGTERM}
    assert "Traceback" not in said
    assert databases(environment) == before
