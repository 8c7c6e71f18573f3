"""A command that works in a scratch database and is interrupted leaves nothing behind."""

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

import psutil
import psycopg
import pytest

from tests.support.labelled_sets import with_vectors, write_set
from tests.support.pictures import drawing
from tests.support.processes import REUNITE, scratch_databases
from tests.support.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.slow

AT_WORK = 2.0
"""Seconds that a command and its processes have computed: whatever it has come to by then, it ends."""
UNKNOWN = "REUNITE_UNKNOWN"
"""No setting: a command warns of it once it has begun. While it still imports, it ends without a word."""


def reports(environment: dict[str, str]) -> int:
    """How many reports the command's database holds; -1 where there is no such database yet."""
    own = scratch_databases(environment)
    if not own:
        return -1
    try:
        with psycopg.connect(environment["REUNITE_OWNER_DATABASE_URL"], dbname=own.pop()) as connection:
            [[count]] = connection.execute("SELECT count(*) FROM report").fetchall()
            return int(count)
    except psycopg.errors.UndefinedTable:
        return 0


def started(
    environment: dict[str, str],
    *arguments: str,
    interrupts: signal.Handlers = signal.SIG_DFL,
    errors: IO[str] | int = subprocess.PIPE,
) -> subprocess.Popen[str]:
    """Start a command to which SIGINT is what it is to the processes of a terminal, or ignored, as in a script."""
    exchange = (
        f"import os, signal, sys; signal.signal(signal.SIGINT, {int(interrupts)}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    return subprocess.Popen(
        [sys.executable, "-c", exchange, *REUNITE, *arguments],
        env={**environment, "REUNITE_ENCODER": "concept"},
        stderr=errors,
        text=True,
    )


def computed(process: subprocess.Popen[str]) -> float:
    """Return the seconds that a process and those it has started have computed."""
    family = [started := psutil.Process(process.pid), *started.children(recursive=True)]
    total = 0.0
    for one in family:
        with suppress(psutil.NoSuchProcess):  # it has just ended
            total += sum(one.cpu_times()[:2])
    return total


@pytest.mark.parametrize(
    ("end_by", "posted", "interrupts"),
    [
        (signal.SIGTERM, 0, signal.SIG_DFL),
        (signal.SIGTERM, 1, signal.SIG_IGN),
        (signal.SIGINT, 1, signal.SIG_DFL),
    ],
)
def test_a_match_that_is_ended_leaves_no_database(
    environment: dict[str, str], tmp_path: Path, end_by: signal.Signals, posted: int, interrupts: signal.Handlers
) -> None:
    words = write_set(tmp_path / "words", 2000, 500)
    arguments = ["match", str(words), "--out", str(tmp_path / "predictions.jsonl"), *with_vectors(words)]
    process = started(environment, *arguments, interrupts=interrupts)
    try:
        wait_until(lambda: reports(environment) >= posted or process.poll() is not None)
        assert process.poll() is None, process.stderr and process.stderr.read()
        process.send_signal(end_by)
        _, text = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode != 0
    assert "Traceback" not in text
    assert scratch_databases(environment) == set()


def test_a_backup_that_is_ended_ends_its_program_and_leaves_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with psycopg.connect(environment["REUNITE_OWNER_DATABASE_URL"]) as connection:
        connection.execute("LOCK TABLE report")  # pg_dump waits for it
        process = started(environment, "backup", str(tmp_path / "reunite.dump"))
        try:
            wait_until(
                lambda: (
                    bool(children := psutil.Process(process.pid).children())
                    and any(word.startswith("--file=") for word in children[0].cmdline())
                )  # not `pg_dump --version`
            )
            [program] = psutil.Process(process.pid).children()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 128 + signal.SIGTERM
    assert not program.is_running() or program.status() == psutil.STATUS_ZOMBIE
    assert list(tmp_path.iterdir()) == []


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
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(drawing("red"))
    words = write_set(tmp_path / "words", 400, 10)
    ready = tmp_path / "ready"
    environment = {**environment, "REUNITE_READY_FILE": str(ready), "REUNITE_PORT": "0", UNKNOWN: ""}
    said = tmp_path / "said"
    arguments = [word.format(photo=photo, words=words) for word in command]
    with said.open("w") as errors:
        process = started(environment, *arguments, interrupts=signal.SIG_IGN, errors=errors)
    try:
        wait_until(lambda: UNKNOWN in said.read_text() or process.poll() is not None)
        wait_until(
            lambda: (
                process.poll() is not None or ready.exists() or reports(environment) >= 0 or computed(process) > AT_WORK
            )
        )
        assert process.poll() is None, said.read_text()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        text = said.read_text()
    finally:
        process.kill()
    assert process.returncode in {0, 128 + signal.SIGTERM}
    assert ("Stopped. You can run the same command again." in text) is (process.returncode != 0)
    assert "Traceback" not in text
    assert scratch_databases(environment) == set()
