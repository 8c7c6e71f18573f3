"""A burst of posts at Discord's pace: how soon each is committed while the worker embeds, and whether all are answered.

Discord is the double of the tests, so this runs from a checkout. It enforces Discord's rate limits.
"""

import asyncio
import importlib
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import psycopg

from cli.children import children
from cli.errors import UsageError
from cli.servers import Servers, scratch

_LOOK_EVERY: Final = 0.005
"""Seconds between looks at the reports, and so how exactly a commit's time is known."""
_PATIENCE: Final = 540.0
_CHECKOUT: Final = Path(__file__).parents[1]
_COLOURS: Final = ("red", "green", "blue")
_COMMITTED: Final = "SELECT source_key FROM report"
_ANSWERED: Final = """SELECT count(DISTINCT report_id) AS n FROM outbox WHERE state = 'sent'
  AND reply ->> 'kind' IN ('nothing', 'answer', 'match')"""
_SENT: Final = "SELECT sent_channel, sent_message FROM outbox WHERE state = 'sent' ORDER BY seq"


@dataclass(frozen=True, slots=True)
class Burst:
    """What came of the posts: seconds from each event to its commit, and until all had 👀 and their answer."""

    committed: tuple[float, ...]
    taken_up_after: float
    answered_after: float
    out_of_order: int
    """Replies that stand in their thread before one that was to come first."""
    too_fast: int
    """Requests that Discord refused because of a rate limit, and that were made again."""

    def percentile(self, share: float) -> float:
        """Return the seconds within which this share (0–100) of the posts was committed."""
        return float(np.percentile(self.committed, share))


async def measure_burst(home: Servers, posts: int, progress: Callable[[str], None]) -> Burst:
    """Post so many photos at once and wait until all is said. Raises UsageError outside of a checkout."""
    doubles, pictures = _doubles()
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(scratch(home))
        discord = await stack.enter_async_context(doubles.DiscordDouble())
        discord.limits.enforced = True
        environment = {
            **own.environment(),
            "REUNITE_DISCORD_TOKEN": doubles.TOKEN,
            "REUNITE_DISCORD_API_BASE": discord.api_base,
            "REUNITE_DISCORD_GATEWAY": discord.gateway_url,
            "REUNITE_PHOTO_HTTP_HOSTS": discord.file_host,
            "REUNITE_LOG_LEVEL": "error",
        }
        processes = await stack.enter_async_context(children([["worker"], ["bot", "discord"]], environment))
        for process in processes:
            progress(f"Starting the {process.name} …")
            await process.start()
        owner = await psycopg.AsyncConnection.connect(own.owner_database_url, autocommit=True)
        await stack.enter_async_context(owner)
        return await asyncio.wait_for(_burst(discord, owner, pictures.drawing, posts, progress), _PATIENCE)


def _doubles() -> tuple[Any, Any]:
    if not (_CHECKOUT / "tests" / "doubles").is_dir():
        msg = "This measures against the Discord of the tests: run it from a checkout."
        raise UsageError(msg)
    sys.path.insert(0, str(_CHECKOUT))
    return importlib.import_module("tests.doubles.discord"), importlib.import_module("tests.support.pictures")


async def _burst(
    discord: Any,
    owner: psycopg.AsyncConnection[Any],
    drawing: Callable[[str], bytes],
    posts: int,
    progress: Callable[[str], None],
) -> Burst:
    author = discord.join("Ada")
    photos = {colour: drawing(colour) for colour in _COLOURS}
    sent: dict[str, float] = {}
    seen: dict[str, float] = {}
    watcher = asyncio.create_task(_watch(owner, posts, seen))
    start = time.perf_counter()
    for number in range(posts):
        colour = _COLOURS[number % len(_COLOURS)]
        at = time.perf_counter()
        sent[await discord.post("found", author, f"thing {number}", {f"{colour}.jpg": photos[colour]})] = at
    progress(f"{posts} photos posted; waiting until all are committed …")
    await watcher
    while not all(discord.has_reaction(post, "👀") for post in sent):  # noqa: ASYNC110 - the bot is another process
        await asyncio.sleep(_LOOK_EVERY)
    taken_up = time.perf_counter() - start
    progress("All committed and taken up; waiting for the answers …")
    while (await _rows(owner, _ANSWERED))[0][0] < posts:  # noqa: ASYNC110 - as above
        await asyncio.sleep(_LOOK_EVERY * 20)
    answered = time.perf_counter() - start
    return Burst(
        tuple(seen[post] - at for post, at in sent.items()),
        taken_up,
        answered,
        _out_of_order(await _rows(owner, _SENT)),
        len(discord.limits.refused),
    )


async def _watch(owner: psycopg.AsyncConnection[Any], posts: int, seen: dict[str, float]) -> None:
    """Note when each post is first seen committed."""
    while len(seen) < posts:
        rows = await _rows(owner, _COMMITTED)
        now = time.perf_counter()
        for (key,) in rows:
            seen.setdefault(key, now)
        await asyncio.sleep(_LOOK_EVERY)


async def _rows(owner: psycopg.AsyncConnection[Any], query: str) -> list[Any]:
    return await (await owner.execute(query.encode())).fetchall()


def _out_of_order(replies: list[tuple[str, str]]) -> int:
    """Count replies, given in the order in which they were to come, that came before one of their thread's earlier."""
    newest: dict[str, int] = {}
    wrong = 0
    for channel, message in replies:
        wrong += int(message) < newest.get(channel, 0)
        newest[channel] = max(int(message), newest.get(channel, 0))
    return wrong
