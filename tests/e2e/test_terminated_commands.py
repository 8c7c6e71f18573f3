"""A command that works in a scratch database and is interrupted leaves nothing behind."""

import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.support.labelled_sets import write_set
from tests.support.processes import REUNITE, scratch_databases
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow


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


@pytest.mark.parametrize(("end_by", "posted"), [(signal.SIGTERM, 0), (signal.SIGTERM, 100), (signal.SIGINT, 100)])
def test_a_match_that_is_ended_leaves_no_database(
    environment: dict[str, str], tmp_path: Path, end_by: signal.Signals, posted: int
) -> None:
    words = write_set(tmp_path / "words", 2000, 10)
    arguments = ["match", str(words), "--out", str(tmp_path / "predictions.jsonl")]
    process = subprocess.Popen(
        [*REUNITE, *arguments],
        env={**environment, "REUNITE_ENCODER": "concept"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: reports(environment) >= posted or process.poll() is not None)
        assert process.poll() is None, process.stderr and process.stderr.read()
        process.send_signal(end_by)
        _, said = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode != 0
    assert "Traceback" not in said
    assert scratch_databases(environment) == set()
