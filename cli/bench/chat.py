"""`reunite bench chat`: posts one by one and in a burst at Discord's pace, while workers embed.

Measures how soon posts are committed, acknowledged and answered. Discord is a local server with its rate limits.
"""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import psycopg
from PIL import Image, ImageDraw
from rich.table import Table

from cli.bench.busy import busy_cores
from cli.bench.local_discord import TOKEN, LocalDiscord
from cli.children import Child, children
from cli.context import run_async
from cli.encoder import chosen
from cli.progress import say
from cli.servers import Servers, as_owner, scratch
from cli.tables import print_table
from workers.config import EncoderSettings

_POLL_SECONDS: Final = 0.005
"""Seconds between two queries, and so the resolution of the measured commit times."""
_TIMEOUT_SECONDS: Final = 540.0
_ALONE: Final = 20
"""Posts that are made one after the other, each once the one before was answered."""
_COLOURS: Final = ("#dc281e", "#1ea03c", "#1e46c8")
_COMMITTED: Final = "SELECT source_key FROM report"
_ANSWERED: Final = """SELECT count(DISTINCT report_id) AS n FROM outbox WHERE state = 'sent'
  AND reply ->> 'kind' IN ('nothing', 'first_reply', 'match')"""
_DONE: Final = "SELECT count(*) FROM work WHERE state = 'done'"
_SENT: Final = "SELECT report_id::text || audience, sent_message FROM outbox WHERE state = 'sent' ORDER BY seq"
"""The sent replies in order, each with its thread: several reports may share a channel."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many posts and uses of `/lost` at once, with how many workers, and whether other work takes all cores."""

    posts: int
    workers: Sequence[int]
    busy: bool


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured with this many workers, in seconds."""

    workers: int
    answers: Sequence[float]
    """From each post made alone to its answer."""
    committed: Sequence[float]
    """From each event of the burst to its commit."""
    lost: Sequence[float]
    """From each use of `/lost` to its acknowledgement."""
    acknowledged_after: float
    drained_after: float
    """Until all posts of the burst were embedded and searched for."""
    answered_after: float
    out_of_order: int
    """Replies that precede an earlier reply of their thread."""
    too_fast: int
    """Requests that Discord refused because of a rate limit, and that were repeated."""

    def figures(self, forward_pass: float) -> dict[str, Any]:
        """Return what is shown, given how long the forward pass alone takes for the burst."""
        return {
            "workers": self.workers,
            "answer_ms": _milliseconds(self.answers, 50, 95),
            "committed_ms": _milliseconds(self.committed, 50, 99, 100),
            "lost_ms": _milliseconds(self.lost, 50, 99, 100),
            "drained_after_s": round(self.drained_after, 1),
            "drained_to_forward_pass": round(self.drained_after / forward_pass, 2),
            "taken_up_after_s": round(self.acknowledged_after, 1),
            "answered_after_s": round(self.answered_after, 1),
            "out_of_order": self.out_of_order,
            "too_fast_for_discord": self.too_fast,
        }


def run(where: Servers, encoder: EncoderSettings, plan: Plan, *, as_json: bool) -> None:
    """Measure bursts of posts and print their figures."""
    per_second = _forward_pass_per_second(encoder)
    measured = [run_async(_measure(where, plan, workers)) for workers in plan.workers]
    runs = [burst.figures(plan.posts / per_second) for burst in measured]
    if as_json:
        about = {"posts": plan.posts, "busy": plan.busy, "forward_pass_per_second": round(per_second, 1)}
        print(json.dumps({**about, "runs": runs}))
        return
    table = Table("workers", *(str(run["workers"]) for run in runs), title=f"{plan.posts} photo posts at once")
    for name in list(runs[0])[1:]:
        table.add_row(name, *(_formatted(run[name]) for run in runs))
    print_table(table)


def _formatted(figure: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in figure.items()) if isinstance(figure, dict) else str(figure)


def _milliseconds(seconds: Sequence[float], *shares: int) -> dict[str, float]:
    return {f"p{share}": round(1000 * float(np.percentile(seconds, share)), 1) for share in shares}


def _forward_pass_per_second(settings: EncoderSettings) -> float:
    from workers import bench

    return bench.forward_pass_per_second(cast("bench.Measurable", chosen(settings).encoder))  # both kinds are


async def _measure(home: Servers, plan: Plan, workers: int) -> Run:
    """Start a bot and workers with a local Discord, post photos, and wait until all are answered."""
    commands = [*[["worker"]] * workers, ["bot", "discord"]]
    async with on_local_discord(home, commands, {}) as (discord, processes, owner), AsyncExitStack() as stack:
        for process in processes:
            say(f"Starting the {process.name} …")
            await process.start()
        if plan.busy:
            await stack.enter_async_context(busy_cores())
        return await asyncio.wait_for(_run(discord, owner, plan.posts, workers), _TIMEOUT_SECONDS)


@asynccontextmanager
async def on_local_discord(
    home: Servers, commands: Sequence[Sequence[str]], more: Mapping[str, str]
) -> AsyncIterator[tuple[LocalDiscord, list[Child], psycopg.AsyncConnection[Any]]]:
    """Yield a local Discord, processes that use it and a scratch database, not started yet, and the database's owner.

    `more` adds to their environment.
    """
    async with scratch(home) as own, LocalDiscord() as discord:
        environment = {
            **own.environment(),
            "REUNITE_DISCORD_TOKEN": TOKEN,
            "REUNITE_DISCORD_API_BASE": discord.api_base,
            "REUNITE_DISCORD_GATEWAY": discord.gateway_url,
            "REUNITE_PHOTO_HTTP_HOSTS": discord.host,
            "REUNITE_LOG_LEVEL": "error",
            "REUNITE_OPEN_SET_URL": "off",
            **more,
        }
        async with (
            children(commands, environment) as processes,
            await as_owner(own.owner_database_url) as owner,
        ):
            yield discord, processes, owner


async def _run(discord: LocalDiscord, owner: psycopg.AsyncConnection[Any], posts: int, workers: int) -> Run:
    photos = [photo(colour) for colour in _COLOURS]
    answers = [await _seconds_to_answer(discord, photos[0]) for _ in range(workers + min(posts, _ALONE))]
    before = len(answers)
    watcher = asyncio.create_task(_watch_commits(owner, before + posts))
    drained = asyncio.create_task(_until_drained(owner, before + posts))
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
    await until_answered(owner, before + posts)
    return Run(
        workers=workers,
        answers=answers[workers:],  # with the first ones, decoders are started
        committed=[committed[post] - at for post, at in sent.items()],
        acknowledged_after=acknowledged,
        drained_after=await drained - start,
        answered_after=time.perf_counter() - start,
        lost=await _use_lost(discord, posts),
        out_of_order=_out_of_order(await _rows(owner, _SENT)),
        too_fast=len(discord.limits.refused),
    )


async def _seconds_to_answer(discord: LocalDiscord, picture: bytes) -> float:
    """Post a photo, and return how soon it was answered."""
    at = time.perf_counter()
    post = await discord.post("a thing", picture)
    while post not in discord.answered:  # noqa: ASYNC110 - the bot is another process
        await asyncio.sleep(_POLL_SECONDS)
    return discord.answered[post] - at


async def _use_lost(discord: LocalDiscord, times: int) -> list[float]:
    """Use `/lost` this many times at once, wait for all answers, and return how soon each was acknowledged."""
    seen = discord.interactions
    for number in range(times):
        await discord.use_lost(f"black umbrella, number {number}")
    while len(seen.answered) < times:  # noqa: ASYNC110 - the bot is another process
        await asyncio.sleep(_POLL_SECONDS)  # stopped before, the bot would say that it can't answer any more
    return [seen.acknowledged[token] - at for token, at in seen.used.items()]


async def _until_drained(owner: psycopg.AsyncConnection[Any], posts: int) -> float:
    """Wait until this many posts are embedded and searched for; return when that was."""
    while (await _rows(owner, _DONE))[0][0] < posts:  # noqa: ASYNC110 - the workers are other processes
        await asyncio.sleep(_POLL_SECONDS * 10)  # more queries would take time from the workers
    return time.perf_counter()


async def until_answered(owner: psycopg.AsyncConnection[Any], posts: int) -> None:
    """Wait until this many posts have their answer."""
    while (await _rows(owner, _ANSWERED))[0][0] < posts:  # noqa: ASYNC110 - the bot is another process
        await asyncio.sleep(_POLL_SECONDS * 20)


def photo(colour: str, size: tuple[int, int] = (240, 240)) -> bytes:
    """Draw a thing of one colour on a pale background."""
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
    for thread, message in replies:
        wrong += int(message) < newest.get(thread, 0)
        newest[thread] = max(int(message), newest.get(thread, 0))
    return wrong
