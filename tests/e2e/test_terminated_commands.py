"""An command in a scratch database that is told to end leaves nothing behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.e2e.test_calibrate_command import write_set
from tests.e2e.test_commands import databases, environment

pytestmark = pytest.mark.slow

__all__ = ["environment"]
PATIENCE = 120.0


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


@pytest.mark.parametrize(("end_by", "posted"), [(signal.SIGTERM, 0), (signal.SIGTERM, 100), (signal.SIGINT, 100)])
def test_a_match_that_is_ended_leaves_no_database(
    environment: dict[str, str], tmp_path: Path, end_by: signal.Signals, posted: int
) -> None:
    before = databases(environment)
    words = write_set(tmp_path / "words", 400, 10)
    arguments = ["match", str(words), "--out", str(tmp_path / "predictions.jsonl")]
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", *arguments],
        env={**environment, "REUNITE_ENCODER": "concept"},
        stderr=subprocess.PIPE,
        text=True,
    )
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
