"""`reunite run`: several commands kept running as one."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import AsyncMock, Mock

import aiohttp
import psutil
import pytest

from cli import children, supervisor
from cli import run as command
from cli.children import Child, ChildError
from cli.errors import UsageError
from cli.servers import Servers
from tests.support.processes import free_port
from tests.support.waiting import PATIENCE, eventually, wait_until

pytestmark = pytest.mark.untraced

CHILD = """#!/bin/sh
# Called as `python -P -m cli.main NAME`.
ready() { echo ready > "$REUNITE_READY_FILE"; }
echo "$4" >> "$FOLDER/started"
case "$4" in
  late) while [ ! -e "$FOLDER/go" ]; do sleep 0.05; done; ready ;;
  once) ready; [ -e "$FOLDER/died" ] || { touch "$FOLDER/died"; exit 1; } ;;
  slow-to-stop) trap 'sleep 1; exit' TERM; ready; while :; do sleep 0.05; done ;;
  steady) ready ;;
  stubborn) trap '' TERM; ready ;;
  crashing) ready; exit 1 ;;
  wrong) exit 3 ;;
esac
exec sleep 600
"""
NOWHERE = Servers("application", "owner", "redis", "queue")


@asynccontextmanager
async def supervised(*commands: list[str], environment: Mapping[str, str]) -> AsyncIterator[None]:
    ready = asyncio.Event()
    supervising = asyncio.create_task(supervisor.supervise(commands, environment, ready.set))
    await ready.wait()
    try:
        yield
    finally:
        supervising.cancel()
        await asyncio.wait({supervising})


async def test_a_process_that_was_killed_is_started_again_and_none_is_left(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    environment["REUNITE_API_PORT"] = port = str(free_port())
    before = set(psutil.Process().children())
    async with supervised(["api"], environment=environment), aiohttp.ClientSession() as http:
        [api] = set(psutil.Process().children()) - before
        api.kill()

        async def answers() -> bool:
            try:
                async with http.get(f"http://127.0.0.1:{port}/healthz") as response:
                    return response.status == 200
            except aiohttp.ClientConnectionError:
                return False

        printed = ""

        def is_restarting() -> bool:
            nonlocal printed
            printed += capsys.readouterr().out
            return "`reunite api` exited (status -9). Starting it again." in printed

        await eventually(is_restarting)
        await eventually(answers)
        family = set(psutil.Process().children()) - before
    wait_until(lambda: not any(process.is_running() for process in family))


@pytest.fixture(name="started")
def started_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Let children run a small script instead of `reunite`; return a function that lists those started."""
    log, script = tmp_path / "started", tmp_path / "child"
    log.touch()
    script.write_text(CHILD, "utf-8")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    monkeypatch.setattr(supervisor, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("FOLDER", str(tmp_path))
    return lambda: log.read_text("utf-8").split()


async def test_what_dies_is_started_again_while_another_has_long_to_get_ready(
    started: Callable[[], list[str]], tmp_path: Path
) -> None:
    ready = asyncio.Event()
    supervising = asyncio.create_task(supervisor.supervise([["late"], ["once"]], {}, ready.set))
    await eventually(lambda: started().count("once") == 2)
    assert not ready.is_set()
    (tmp_path / "go").touch()
    await ready.wait()
    supervising.cancel()
    await asyncio.wait({supervising})
    assert sorted(started()) == ["late", "once", "once"]


async def test_the_others_are_stopped_for_good_when_one_keeps_crashing(started: Callable[[], list[str]]) -> None:
    before = set(psutil.Process().children())
    with pytest.raises(ChildError, match="`reunite crashing` keeps crashing"):
        await supervisor.supervise([["crashing"], ["slow-to-stop"], ["steady"]], {}, Mock())
    assert max(started().count(name) for name in ("slow-to-stop", "steady")) == 1
    assert set(psutil.Process().children()) <= before


@pytest.mark.usefixtures("started")
async def test_who_presses_ctrl_c_hears_what_keeps_it_from_ending_and_ends_it_by_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(children, "STOP_SECONDS", 10 * PATIENCE)
    monkeypatch.setattr(children, "_LONG_SECONDS", 0.0)
    ready = asyncio.Event()
    supervising = asyncio.create_task(supervisor.supervise([["stubborn"]], {}, ready.set))
    await ready.wait()
    printed = ""

    def is_told() -> bool:
        nonlocal printed
        printed += capsys.readouterr().out
        return "Still waiting for `reunite stubborn`. Ctrl-C ends it at once." in printed

    signal.raise_signal(signal.SIGINT)
    await eventually(is_told)
    signal.raise_signal(signal.SIGINT)
    await asyncio.wait_for(supervising, PATIENCE)


async def test_what_ends_before_it_was_ever_ready_ends_everything_at_once(started: Callable[[], list[str]]) -> None:
    ready = Mock()
    with pytest.raises(ChildError, match="`reunite wrong` exited with status 3 before it was ready"):
        await supervisor.supervise([["late"], ["wrong"]], {}, ready)
    assert started().count("wrong") == 1
    ready.assert_not_called()


async def test_what_keeps_crashing_ends_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_PAUSE_SECONDS", 0.0)
    child = supervisor._Kept(Child(["bot", "web"], {}, tmp_path / "ready"))
    start = AsyncMock(side_effect=[None, ChildError("no database"), None, None, None])
    monkeypatch.setattr(Child, "start", start)
    monkeypatch.setattr(Child, "wait", AsyncMock(return_value=1))
    with pytest.raises(ChildError, match="`reunite bot web` keeps crashing"):
        await supervisor._keep_running(child, [])
    assert start.await_count == supervisor._MAX_CRASHES


async def test_a_bot_that_keeps_crashing_ends_no_other_and_says_so_once(
    started: Callable[[], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    commands = [["late"], ["crashing"], ["steady"]]
    supervising = asyncio.create_task(supervisor.supervise(commands, {}, Mock(), bots=commands[1:]))
    await eventually(lambda: started().count("crashing") > supervisor._MAX_CRASHES + 2)
    supervising.cancel()
    await asyncio.wait({supervising})
    assert started().count("steady") == 1
    assert capsys.readouterr().out.count("keeps crashing (status 1); what it wrote above says why") == 1


async def test_a_bot_that_was_never_ready_ends_no_other(started: Callable[[], list[str]], tmp_path: Path) -> None:
    ready = Mock()
    commands = [["steady"], ["wrong"], ["late"]]
    supervising = asyncio.create_task(supervisor.supervise(commands, {}, ready, bots=commands[1:]))
    await eventually(lambda: started().count("wrong") > 1)
    ready.assert_not_called()
    (tmp_path / "go").touch()
    await eventually(lambda: ready.called)
    supervising.cancel()
    await asyncio.wait({supervising})


@pytest.mark.usefixtures("started")
async def test_two_bots_that_were_never_ready_end_everything() -> None:
    commands = [["steady"], ["wrong"], ["wrong"]]
    with pytest.raises(ChildError, match="`reunite wrong` exited with status 3 before it was ready"):
        await supervisor.supervise(commands, {}, Mock(), bots=commands[1:])


async def test_two_bots_that_keep_crashing_end_everything(started: Callable[[], list[str]]) -> None:
    commands = [["steady"], ["crashing"], ["crashing"]]
    with pytest.raises(ChildError, match="`reunite crashing` keeps crashing"):
        await supervisor.supervise(commands, {}, Mock(), bots=commands[1:])
    assert started().count("crashing") >= 2 * (supervisor._MAX_CRASHES + 1)


def test_what_crashed_often_counts_as_healthy_again_once_it_has_run_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Child, "is_running", lambda _: True)
    bot = supervisor._Kept(Child(["bot", "slack"], {}, tmp_path / "ready"), supervisor._MAX_CRASHES + 1)
    bot.started = time.monotonic()
    assert bot.keeps_crashing()
    bot.started -= supervisor._STABLE_SECONDS + 1
    assert not bot.keeps_crashing()


def test_the_pauses_of_what_keeps_crashing_grow_to_ten_minutes() -> None:
    assert [supervisor._pause(crashes) for crashes in (1, 2, 5, 6, 7, 10, 5000)] == [0, 1, 4, 64, 128, 600, 600]


async def test_the_database_is_migrated_before_a_worker_and_each_named_service_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = Mock(migrate=AsyncMock(), check=AsyncMock(), supervise=AsyncMock())
    for name in ("migrate", "check", "supervise"):
        monkeypatch.setattr(command, name, getattr(order, name))
    await command.run(NOWHERE, ["discord", "slack", "discord", "board", "web"])
    assert [name for name, _, _ in order.mock_calls] == ["migrate", "check", "supervise"]
    commands, environment, _, bots = order.supervise.call_args.args
    assert [command for command in commands if command in bots] == [["bot", "discord"], ["bot", "slack"]]
    assert commands == [["worker", "--reembed"], ["bot", "discord"], ["bot", "slack"], ["board"], ["bot", "web"]]
    assert environment["REUNITE_DATABASE_URL"] == "application"
    assert "owner" not in environment.values()
    with pytest.raises(UsageError, match="There's no service 'irc'"):
        await command.run(NOWHERE, ["irc"])
    assert order.migrate.await_count == 1
