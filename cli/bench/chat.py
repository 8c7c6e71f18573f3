"""`reunite bench chat`: a burst of posts at Discord's pace, while a worker embeds.

Measures how soon each post is committed, acknowledged and answered. Discord is a local server with its rate limits.
"""

import asyncio
import io
import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import psycopg
from PIL import Image, ImageDraw
from rich.console import Console
from rich.table import Table

from cli.bench.local_discord import TOKEN, LocalDiscord
from cli.children import children
from cli.progress import say
from cli.servers import Servers, scratch

_POLL_SECONDS: Final = 0.005
"""Between looks at the reports: the resolution of the measured commit times."""
_TIMEOUT: Final = 540.0
_COLOURS: Final = ("#dc281e", "#1ea03c", "#1e46c8")
_COMMITTED: Final = "SELECT source_key FROM report"
_ANSWERED: Final = """SELECT count(DISTINCT report_id) AS n FROM outbox WHERE state = 'sent'
  AND reply ->> 'kind' IN ('nothing', 'first_reply', 'match')"""
_SENT: Final = "SELECT sent_channel, sent_message FROM outbox WHERE state = 'sent' ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Burst:
    """The results of the posts, in seconds."""

    committed: tuple[float, ...]
    """From each event to its commit."""
    acknowledged_after: float
    answered_after: float
    out_of_order: int
    """Replies that precede an earlier reply of their thread."""
    too_fast: int
    """Requests that Discord refused because of a rate limit, and that were repeated."""

    def percentile(self, share: float) -> float:
        """Return the time within which this share (0–100) of the posts was committed."""
        return float(np.percentile(self.committed, share))


def run(where: Servers, posts: int, *, as_json: bool) -> None:
    """Measure a burst of posts and print its figures."""
    report = _report(asyncio.run(_measure(where, posts)))
    if as_json:
        print(json.dumps(report))
        return
    table = Table("", "", title=f"{posts} photo posts at once", show_header=False)
    for share, milliseconds in zip(("median", "p99", "slowest"), report["committed_ms"].values(), strict=True):
        table.add_row(f"event to commit, {share}", f"{milliseconds} ms")
    table.add_row("all marked 👀 after", f"{report['taken_up_after_s']} s")
    table.add_row("all answered after", f"{report['answered_after_s']} s")
    table.add_row("replies out of order", str(report["out_of_order"]))
    table.add_row("requests too fast for Discord", str(report["too_fast_for_discord"]))
    Console().print(table)


def _report(burst: Burst) -> dict[str, Any]:
    return {
        "posts": len(burst.committed),
        "committed_ms": {f"p{share}": round(1000 * burst.percentile(share), 1) for share in (50, 99, 100)},
        "taken_up_after_s": round(burst.acknowledged_after, 1),
        "answered_after_s": round(burst.answered_after, 1),
        "out_of_order": burst.out_of_order,
        "too_fast_for_discord": burst.too_fast,
    }


async def _measure(home: Servers, posts: int) -> Burst:
    """Start a bot and a worker with a local Discord, post photos at once, and wait until all are answered."""
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(scratch(home))
        discord = await stack.enter_async_context(LocalDiscord())
        quiet = {"REUNITE_LOG_LEVEL": "error", "REUNITE_OPEN_SET_URL": "off"}
        environment = {**own.environment(), **discord_settings(discord), **quiet}
        processes = await stack.enter_async_context(children([["worker"], ["bot", "discord"]], environment))
        for process in processes:
            say(f"Starting the {process.name} …")
            await process.start()
        owner = await psycopg.AsyncConnection.connect(own.owner_database_url, autocommit=True)
        await stack.enter_async_context(owner)
        return await asyncio.wait_for(_burst(discord, owner, posts), _TIMEOUT)


def discord_settings(discord: LocalDiscord) -> Mapping[str, str]:
    return {
        "REUNITE_DISCORD_TOKEN": TOKEN,
        "REUNITE_DISCORD_API_BASE": discord.api_base,
        "REUNITE_DISCORD_GATEWAY": discord.gateway_url,
        "REUNITE_PHOTO_HTTP_HOSTS": discord.host,
    }


async def _burst(discord: LocalDiscord, owner: psycopg.AsyncConnection[Any], posts: int) -> Burst:
    photos = [photo(colour) for colour in _COLOURS]
    watcher = asyncio.create_task(_watch_commits(owner, posts))
    start = time.perf_counter()
    sent: dict[str, float] = {}
    for number in range(posts):
        at = time.perf_counter()
        sent[await discord.post(f"thing {number}", photos[number % len(photos)])] = at
    say(f"Posted {posts} photos; waiting for all of them to be committed …")
    committed = await watcher
    while not sent.keys() <= discord.acknowledged:  # noqa: ASYNC110 - the bot is another process
        await asyncio.sleep(_POLL_SECONDS)
    acknowledged = time.perf_counter() - start
    say("All committed and picked up; waiting for the replies …")
    await until_answered(owner, posts)
    return Burst(
        committed=tuple(committed[post] - at for post, at in sent.items()),
        acknowledged_after=acknowledged,
        answered_after=time.perf_counter() - start,
        out_of_order=_out_of_order(await _rows(owner, _SENT)),
        too_fast=discord.limits.refused,
    )


async def until_answered(owner: psycopg.AsyncConnection[Any], posts: int) -> None:
    """Wait until so many posts have their answer."""
    while (await _rows(owner, _ANSWERED))[0][0] < posts:  # noqa: ASYNC110 - the bot is another process
        await asyncio.sleep(_POLL_SECONDS * 20)


def photo(colour: str, size: tuple[int, int] = (240, 240)) -> bytes:
    """Draw a thing of one colour on a pale ground."""
    image = Image.new("RGB", size, "#e1ded7")
    ImageDraw.Draw(image).ellipse((40, 40, 200, 200), fill=colour)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


async def _watch_commits(owner: psycopg.AsyncConnection[Any], posts: int) -> dict[str, float]:
    """Return when each post was first seen committed."""
    committed: dict[str, float] = {}
    while len(committed) < posts:
        rows = await _rows(owner, _COMMITTED)
        now = time.perf_counter()
        for (key,) in rows:
            committed.setdefault(key, now)
        await asyncio.sleep(_POLL_SECONDS)
    return committed


async def _rows(owner: psycopg.AsyncConnection[Any], query: str) -> list[Any]:
    return await (await owner.execute(query.encode())).fetchall()


def _out_of_order(replies: list[tuple[str, str]]) -> int:
    """Count replies, given in their intended order, that were sent before an earlier one of their thread."""
    newest: dict[str, int] = {}
    wrong = 0
    for channel, message in replies:
        wrong += int(message) < newest.get(channel, 0)
        newest[channel] = max(int(message), newest.get(channel, 0))
    return wrong
