"""Embedded servers of a test, and who holds them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from redis import Redis

from embedded import EmbeddedServers, Urls
from embedded.process import command_line
from tests.support.collection import first_alone
from tests.support.homes import HOME_VARIABLE

HOLD = """
import sys, time
from pathlib import Path
from embedded import EmbeddedServers
servers = EmbeddedServers(Path(sys.argv[1]), durable=False)
servers.start()
print("started", flush=True)
sys.stdin.read()
servers.stop()
"""


def open_folder() -> Iterator[Path]:
    # pytest's own temporary folder is closed to the account that the servers have as root.
    made = Path(tempfile.mkdtemp(prefix="embedded-", dir=os.environ[HOME_VARIABLE]))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


def open_home(folder: Path) -> Path:
    """A home as its first start has left it: a copy, because PostgreSQL computes for a second to make its data."""
    made = Path(os.environ[HOME_VARIABLE]) / "made"
    with first_alone(made.with_suffix(".lock")):
        if not made.exists():
            with servers_of(made):
                pass
    subprocess.run(["/bin/cp", "--archive", made, folder / "home"], check=True)
    return folder / "home"


def servers_of(home: Path) -> EmbeddedServers:
    return EmbeddedServers(home, durable=False)


def pids(home: Path) -> dict[str, int]:
    inside = home / "embedded"
    files = {"keeper": "keeper.lock", "postgres": "data/postgres/postmaster.pid", "redis": "data/redis.pid"}
    return {name: int((inside / file).read_text().split()[0]) for name, file in files.items()}


def query(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def both_answer(urls: Urls) -> bool:
    with Redis.from_url(urls.redis_url) as client:
        return bool(client.ping()) and query(urls.owner_database_url, "SELECT 1") == [(1,)]


def all_gone(processes: dict[str, int]) -> bool:
    return not any(command_line(pid) for pid in processes.values())


def hold_in_another_process(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def wait_until_started(user: subprocess.Popen[str]) -> None:
    assert user.stdout is not None
    assert user.stdout.readline() == "started\n"
