"""Kills a bot or a worker after each single step of what people do, and compares what is left with no kill.

python -m tests.chaos.steps --platform slack --scene claim
"""

import argparse
import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg

from db.keys import Keys, new_key
from db.migrate import migrate
from db.store import Store
from embedded import EmbeddedServers, Urls
from reunite.handlers import Handlers
from reunite.ports import Platform
from tests.chaos.children import Children
from tests.chaos.folders import folder
from tests.chaos.scenes import SCENES, Place, Scene
from tests.chaos.sides import DiscordSide, Side, SlackSide
from tests.contract.harness import Harness
from tests.contract.on_discord import OnDiscord
from tests.contract.on_slack import OnSlack
from tests.doubles.discord import DiscordDouble
from tests.doubles.recording_platform import RecordingPlatform
from tests.doubles.slack import SlackDouble
from tests.support.queues import NoQueue
from tests.support.slack_adapter import no_proxy, note_greeting
from tests.support.waiting import PATIENCE, eventually

_UNTIL_KILLED, _UNTIL_ANSWERED, _CALM = 3.0, 3.0, 1.0
_LEASE_SECONDS: Final = 2.0
_UNUSED: Final[Platform] = RecordingPlatform()
"""The bot is a process of its own."""


async def sides(platform: str, store: Store, stack: AsyncExitStack) -> tuple[Harness, Side]:
    """Open a platform's double."""
    if platform == "discord":
        discord = await stack.enter_async_context(DiscordDouble(answer_within=_UNTIL_ANSWERED))
        return OnDiscord(store, _UNUSED, double=discord), DiscordSide(discord)
    slack = await stack.enter_async_context(SlackDouble.running(acknowledge_within=_UNTIL_ANSWERED, retries=50))
    slack.triggers_live = PATIENCE
    side = SlackSide(slack)
    await note_greeting(Handlers(store, NoQueue()))
    return OnSlack(store, _UNUSED, double=slack, channels=side.channels), side


@asynccontextmanager
async def placed(platform: str, by: str, urls: Urls, home: Path) -> AsyncIterator[Place]:
    """Open a community with a database of its own, and start the bot, and a worker if a scene needs one."""
    server = urls.owner_database_url.replace("/reunite?", "/postgres?")
    async with await psycopg.AsyncConnection.connect(server, autocommit=True) as owner:
        await owner.execute(f"CREATE DATABASE {home.name} TEMPLATE reunite".encode())
    database, owner_url = (
        url.replace("/reunite?", f"/{home.name}?") for url in (urls.database_url, urls.owner_database_url)
    )
    async with AsyncExitStack() as stack:
        key = new_key()
        store = await stack.enter_async_context(Store(database, keys=Keys([key])))
        here, side = await sides(platform, store, stack)
        settings: dict[str, Any] = {
            "database": database,
            "redis": urls.redis_url,
            "key": key,
            "photos": side.photos,
            "adapter": side.adapter,
            "lease": _LEASE_SECONDS,
            "fuse": {"of": platform if by == "bot" else by, "file": str(home / "fuse")},
        }
        children = Children(home, settings, Counter())
        stack.push_async_callback(children.end)
        for role in [platform] if by == "bot" else [by, platform]:
            await children.start(role)
        await children.wait(PATIENCE)
        yield Place(here, side, children, owner_url)


async def light(children: Children, steps: int) -> None:
    """Let the process with the fuse die after so many steps from now on."""
    fuse = children.settings["fuse"]
    Path(fuse["file"]).write_text(str(steps))  # noqa: ASYNC240 - nothing else goes on
    children.signal(signal.SIGUSR2, role=fuse["of"])
    await eventually(lambda: not Path(fuse["file"]).exists())


async def settle(place: Place, scene: Scene) -> None:
    """Wait until nothing is to be sent or done, for a moment."""
    waiting = "SELECT seq FROM outbox WHERE state = 'queued'"
    if scene.by == "worker":
        waiting += (
            " UNION ALL SELECT 1 FROM work WHERE state = 'due' UNION ALL SELECT 1 FROM report"
            " WHERE expires_at <= now() AND state NOT IN ('expired', 'withdrawn')"
        )
    calm = 0
    async with asyncio.timeout(PATIENCE):
        while calm < 4:
            await place.children.supervise()
            calm = 0 if await place.rows(waiting) else calm + 1
            await asyncio.sleep(_CALM / 4)


async def play(place: Place, scene: Scene, kill_after: int | None) -> tuple[bool, dict[str, list[Any]]]:
    """Play a scene with a kill after so many steps; return whether it came to that, and what is left."""
    await scene.prepare(place)
    await settle(place, scene)
    fuse = place.children.settings["fuse"]
    process = place.children.processes[fuse["of"]]
    if kill_after is not None:
        await light(place.children, kill_after)
    acting = asyncio.create_task(_act(place, scene))
    with suppress(TimeoutError):
        await eventually(lambda: process.exitcode is not None, within=_UNTIL_KILLED)
    is_killed = process.exitcode is not None
    await place.children.supervise()
    await place.children.wait(PATIENCE)
    await asyncio.wait([acting], timeout=_UNTIL_ANSWERED)
    if not acting.done() or acting.exception():
        acting.cancel()
        await asyncio.wait([acting])
        if scene.is_repeated:
            with suppress(ValueError, TimeoutError):  # a button may be gone, because it has done its work
                async with asyncio.timeout(PATIENCE):
                    await scene.act(place)
    await settle(place, scene)
    return is_killed, await place.left()


async def _act(place: Place, scene: Scene) -> None:
    await scene.act(place)


def differences(expected: dict[str, list[Any]], left: dict[str, list[Any]]) -> Iterator[str]:
    """Yield what there's more or less of."""
    for name, things in left.items():
        there, wanted = Counter(map(str, things)), Counter(map(str, expected[name]))
        yield from (f"{name}: {times} more of {thing}" for thing, times in (there - wanted).items())
        yield from (f"{name}: {times} less of {thing}" for thing, times in (wanted - there).items())


async def sweep(platform: str, names: list[str], limit: int) -> int:
    """Kill after the first step of each scene, then after the second, until it's over; return the number of faults."""
    faults = 0
    with no_proxy(), folder() as home, EmbeddedServers(home, durable=False) as servers:
        await migrate(servers.owner_database_url)
        for name in names:
            scene, expected = SCENES[name], dict[str, list[Any]]()
            for number in count():
                own = home.parent / f"{name}{number}"
                own.mkdir()
                async with placed(platform, scene.by, servers, own) as place:
                    is_killed, left = await play(place, scene, number or None)
                expected = expected or left
                found = [*differences(expected, left)]
                faults += len(found)
                sys.stdout.write(f"{platform} {name} {number or 'undisturbed'}: {found or 'the same'}\n")
                sys.stdout.flush()
                if number and (not is_killed or number >= limit):
                    break
    return faults


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--platform", choices=["discord", "slack"], default="slack")
    parser.add_argument("--scene", choices=list(SCENES), action="append")
    parser.add_argument("--limit", type=int, default=40, help="steps of a scene after which a process is killed")
    given = parser.parse_args()
    return 1 if asyncio.run(sweep(given.platform, given.scene or list(SCENES), given.limit)) else 0


if __name__ == "__main__":
    sys.exit(main())
