"""Embedded servers whose processes are killed or whose files are damaged."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from embedded import EmbeddedServersError
from tests.support.embedded import (
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
