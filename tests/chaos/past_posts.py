"""Many past posts, read under the platform's limits by a bot that is killed in the middle: each photo once.

python -m tests.chaos.past_posts --messages 10000 --platform slack
"""

import argparse
import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, Final

from db.backfills import Backfills
from db.keys import Keys, new_key
from db.migrate import migrate
from db.store import Store
from embedded import EmbeddedServers, Urls
from reunite.entities import PlatformName
from reunite.handlers import Handlers
from tests.chaos.folders import folder
from tests.chaos.sides import DiscordSide, Side, SlackSide
from tests.doubles.discord import DiscordDouble
from tests.doubles.discord_shapes import snowflake
from tests.doubles.slack import TEAM, SlackDouble
from tests.support.past_posts import start_reading, total_of, wait_until_read, workspace_of
from tests.support.pictures import drawing
from tests.support.processes import process
from tests.support.queues import NoQueue
from tests.support.slack_adapter import no_proxy
from tests.support.waiting import eventually

_EVERY: Final = 3
"""One in this many messages has a photo."""
_MINUTE: Final = 0.05
"""Seconds that stand for the minute between two of Slack's pages, of 15 messages each."""
_DAYS: Final = 50
_LONGEST: Final = 3600.0
_COUNT: Final = """SELECT text, count(*) AS reports, sum((SELECT count(*) FROM photo p WHERE p.report_id = r.id
  AND p.state = 'stored')) AS photos FROM report r GROUP BY text"""


def fill(side: Side, messages: int) -> set[str]:
    """Fill the channel for found things, the oldest message first; return the words of those with a photo."""
    photo, with_photo, now = drawing("red", size=64), set(), time.time()
    for number in range(messages):
        at = now - 86400 * _DAYS * (1 - number / (messages + 1)) - 3600
        has_photo = number % _EVERY == 0
        words = f"umbrella {number}"
        with_photo |= {words} if has_photo else set()
        _post(side, at, words, photo if has_photo else None)
    return with_photo


def _post(side: Side, at: float, words: str, photo: bytes | None) -> None:
    if isinstance(side, SlackSide):
        about: dict[str, Any] = {"ts": f"{at:.6f}"}
        if photo:
            side.slack.post_photo(side.channels["found"], side.authors["found"], photo, words, unheard=True, **about)
        else:
            side.slack.post_unheard(side.channels["found"], side.authors["found"], words, **about)
    elif isinstance(side, DiscordSide):
        discord, where = side.discord, side.discord.channel("found")
        files = [discord.attach(where, "a.jpg", photo, "image/jpeg")] if photo else []
        content = {"content": words, "attachments": files, "timestamp": datetime.fromtimestamp(at, UTC).isoformat()}
        discord.add_message(where, side.authors["found"], content, str(snowflake(at)))


async def run(platform: PlatformName, messages: int) -> dict[str, Any]:
    """Read this many messages with one kill; return the figures."""
    with no_proxy(), folder() as home, EmbeddedServers(home) as servers:
        async with AsyncExitStack() as stack:
            side = await _side(platform, stack)
            return await _read(platform, side, servers, fill(side, messages))


async def _side(platform: PlatformName, stack: AsyncExitStack) -> Side:
    if platform == "discord":
        discord = await stack.enter_async_context(DiscordDouble())
        discord.limits.enforced = True
        return DiscordSide(discord)
    slack = await stack.enter_async_context(SlackDouble.running())
    slack.api.history_every, slack.api.history_max = _MINUTE, 15
    return SlackSide(slack)


async def _read(platform: PlatformName, side: Side, servers: Urls, expected: set[str]) -> dict[str, Any]:
    await migrate(servers.owner_database_url)
    key, began = new_key(), time.monotonic()
    settings = {"database": servers.database_url, "redis": servers.redis_url, "key": key, "photos": side.photos}
    settings["adapter"] = {**side.adapter, "between_pages": _MINUTE}
    child = (sys.executable, "-m", "tests.chaos.child")
    async with Store(servers.database_url, keys=Keys([key])) as store:
        external = side.discord.guild_id if isinstance(side, DiscordSide) else TEAM
        async with process(*child, "worker", json.dumps(settings)):
            async with process(*child, platform, json.dumps(settings)) as bot:
                workspace = await workspace_of(store, platform, external)
                await start_reading(store, Handlers(store, NoQueue()), workspace)
                enough = len(expected) // 2
                await eventually(
                    lambda: _reports(store, workspace.community), holds=lambda n: n >= enough, within=_LONGEST
                )
                bot.kill()
                await bot.wait()
                killed_at = await _reports(store, workspace.community)
            async with process(*child, platform, json.dumps(settings)):
                tally = total_of(await wait_until_read(store, workspace, within=_LONGEST))
            await eventually(
                lambda: Backfills(store).waiting(workspace.community), holds=lambda due: due == 0, within=_LONGEST
            )
        async with store.transaction(workspace.community) as connection:
            rows = await (await connection.execute(_COUNT)).fetchall()
    found = {row["text"]: (row["reports"], row["photos"]) for row in rows}
    return {
        "seconds": round(time.monotonic() - began),
        "messages": tally.messages,
        "reports": tally.reports,
        "photos": tally.photos,
        "skipped": dict(tally.skipped),
        "reports when the bot was killed": killed_at,
        "missing": len(expected - found.keys()),
        "not once": sum(counts != (1, 1) for counts in found.values()),
    }


async def _reports(store: Store, community: Any) -> int:
    async with store.transaction(community) as connection:
        [row] = await (await connection.execute("SELECT count(*) AS number FROM report")).fetchall()
    return int(row["number"])


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--platform", choices=["discord", "slack"], action="append")
    given = parser.parse_args()
    faults = 0
    for platform in given.platform or ["discord", "slack"]:
        figures = asyncio.run(run(platform, given.messages))
        sys.stdout.write(json.dumps({"platform": platform, **figures}) + "\n")
        sys.stdout.flush()
        faults += figures["missing"] + figures["not once"]
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
