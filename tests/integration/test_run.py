"""`reunite run`: several commands kept running as one."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from unittest.mock import AsyncMock, Mock

import aiohttp
import psutil
import pytest

from cli import run as command
from cli import supervisor
from cli.children import Child, ChildError
from cli.errors import UsageError
from cli.servers import Servers
from tests.support.processes import free_port
from tests.support.waiting import eventually, wait_until

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
            return "`reunite api` exited (status -9). Restarting it." in printed

        await eventually(is_restarting)
        await eventually(answers)
        family = set(psutil.Process().children()) - before
    wait_until(lambda: not any(process.is_running() for process in family))


async def test_what_keeps_crashing_ends_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_PAUSE_SECONDS", 0.0)
    child = Child(["bot", "web"], {}, tmp_path / "ready")
    start = AsyncMock(side_effect=[None, ChildError("no database"), None, None, None])
    monkeypatch.setattr(Child, "start", start)
    monkeypatch.setattr(Child, "wait", AsyncMock(return_value=1))
    with pytest.raises(ChildError, match="`reunite bot web` keeps crashing"):
        await supervisor._keep_running(child)
    assert start.await_count == supervisor._MAX_CRASHES


async def test_the_database_is_migrated_before_a_worker_and_each_named_service_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = Mock(migrate=AsyncMock(), check=AsyncMock(), supervise=AsyncMock())
    for name in ("migrate", "check", "supervise"):
        monkeypatch.setattr(command, name, getattr(order, name))
    await command.run(NOWHERE, ["discord", "slack", "discord", "board"])
    assert [name for name, _, _ in order.mock_calls] == ["migrate", "check", "supervise"]
    commands, environment, _ = order.supervise.call_args.args
    assert commands == [["worker", "--reembed"], ["bot", "discord"], ["bot", "slack"], ["board"]]
    assert environment["REUNITE_DATABASE_URL"] == "application"
    with pytest.raises(UsageError, match="There's no service 'irc'"):
        await command.run(NOWHERE, ["irc"])
    assert order.migrate.await_count == 1
