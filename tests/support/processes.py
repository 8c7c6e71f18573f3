"""Programs in separate processes that end with the test; `reunite` as an operator runs it."""

import asyncio
import os
import socket
import subprocess
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.support.keys import KEYS

REUNITE = (sys.executable, "-m", "cli.main")


@pytest.fixture
def environment(database_url: str, owner_database_url: str, redis_url: str, scratch_owner: str) -> dict[str, str]:
    """The variables of an operator's shell: the test's own database, no model hub."""
    return {
        **os.environ,
        "REUNITE_DATABASE_URL": database_url,
        "REUNITE_OWNER_DATABASE_URL": psycopg.conninfo.make_conninfo(owner_database_url, user=scratch_owner),
        "REUNITE_REDIS_URL": redis_url,
        **KEYS.environment(),
        "HF_HUB_OFFLINE": "1",
        "REUNITE_OPEN_SET_URL": "off",
        "REUNITE_COMPARE_DETAILS": "false",  # or each worker would load the networks for it
    }


def reunite(environment: Mapping[str, str], *arguments: str, fails: bool = False) -> str:
    """Run the command; return its standard output, or its error output if it `fails`, as it then must."""
    done = subprocess.run([*REUNITE, *arguments], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode != 0) is fails, done.stderr
    return done.stderr if fails else done.stdout


def reunite_here(environment: Mapping[str, str], *arguments: str, fails: bool = False) -> str:
    """Do the same in this process: one of its own takes a second to start, and several to load an encoder."""
    done = CliRunner().invoke(app, arguments, env=environment, catch_exceptions=False)
    assert (done.exit_code != 0) is fails, done.output
    return done.stderr if fails else done.stdout


async def reunite_in_thread(environment: Mapping[str, str], *arguments: str, fails: bool = False) -> str:
    """Do the same from a coroutine: in a thread, as the command runs a loop of its own."""
    return await asyncio.to_thread(reunite_here, environment, *arguments, fails=fails)


def scratch_databases(environment: Mapping[str, str]) -> set[str]:
    """Return the databases that commands of this test have created and not dropped."""
    query = "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = current_user"
    with psycopg.connect(environment["REUNITE_OWNER_DATABASE_URL"]) as connection:
        return {name for [name] in connection.execute(query).fetchall()}


@asynccontextmanager
async def process(
    *command: str, env: Mapping[str, str] | None = None, stdout: int | None = None, stderr: int | None = None
) -> AsyncIterator[Process]:
    """Run a program; kill it at the end unless it has ended by itself."""
    started = await asyncio.create_subprocess_exec(*command, env=env, stdout=stdout, stderr=stderr)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port where something listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def port_held() -> Iterator[int]:
    """Yield a port of 127.0.0.1 for something to listen at; meanwhile, the system gives it to nobody else."""
    with socket.socket() as holding:
        holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as listeners set it, who may share it then
        holding.bind(("127.0.0.1", 0))
        yield holding.getsockname()[1]


@pytest.fixture
def held_port() -> Iterator[int]:
    with port_held() as port:
        yield port


def free_port() -> int:
    """Return a port of 127.0.0.1 where nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
