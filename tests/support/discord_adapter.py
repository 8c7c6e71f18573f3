"""A guild with the bot in it, for tests of the adapter: the store is real, no workers take part."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from bot.discord.app import running
from bot.discord.config import DiscordConfig
from db.store import Store
from reunite.entities import Label, MatchState, ReplyTarget, Report, ReportKind, ReportState
from reunite.handlers import Handlers
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing, Platform, ScoredPair
from tests.doubles.discord import BOT_ID, TOKEN, DiscordDouble
from tests.doubles.discord_shapes import VIEW_AUDIT_LOG
from tests.support.board import BOARD
from tests.support.keys import KEYS
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

_ANSWER_SECONDS = 15.0  # Discord's 3 would also count the stalls of a machine that is busy with tests
JPEG = b"\xff\xd8\xff the adapter does not look inside"


@dataclass
class World:
    """A guild, the bot in it, and what the bot has written down."""

    discord: DiscordDouble
    store: Store
    platform: Platform

    async def community(self) -> UUID:
        workspace = await self.store.workspace("discord", self.discord.guild_id)
        assert workspace is not None
        return workspace.community

    async def reports(self) -> list[dict[str, Any]]:
        async with self.store.transaction(await self.community()) as connection:
            return await (await connection.execute("SELECT * FROM report ORDER BY created_at")).fetchall()

    async def report(self) -> dict[str, Any]:
        """Return the only report, as soon as there is one."""
        await eventually(self.reports)
        [report] = await self.reports()
        return report

    async def photos(self) -> list[tuple[str, str]]:
        async with self.store.transaction(await self.community()) as connection:
            rows = await (await connection.execute("SELECT name, url FROM photo ORDER BY position")).fetchall()
            return [(row["name"], row["url"]) for row in rows]

    async def state(self, report: UUID) -> ReportState:
        async with self.store.session(await self.community()) as session:
            found = await session.reports.get(report)
            assert found is not None
            return found.state

    async def becomes(self, report: UUID, state: ReportState) -> None:
        async def reached() -> bool:
            return await self.state(report) is state

        await eventually(reached)

    def post_of(self, message: str, channel: str = "found") -> ReplyTarget:
        return ReplyTarget("discord", self.discord.guild_id, self.discord.channel(channel), message)


def config(discord: DiscordDouble, token: str = TOKEN, **more: Any) -> DiscordConfig:
    return DiscordConfig(token=token, api_base=discord.api_base, gateway=discord.gateway_url, guilds_wait=0.05, **more)


@asynccontextmanager
async def open_world(database_url: str, **more: Any) -> AsyncIterator[World]:
    async with (
        DiscordDouble(answer_within=_ANSWER_SECONDS) as discord,
        Store(database_url, keys=KEYS) as store,
        running(Handlers(store, NoQueue(), board_url=BOARD), store, config(discord, **more)) as platform,
    ):
        yield World(discord, store, platform)


async def opened_world(database_url: str) -> AsyncIterator[World]:
    """Open a world as a fixture."""
    async with open_world(database_url) as world:
        yield world


def reply(key: str, target: ReplyTarget, text: str = "Hello.", **more: Any) -> Outgoing:
    return Outgoing(key, target, Reply("nothing", ((Plain(text),),)), **more)


def reactions(discord: DiscordDouble, post: str) -> list[str]:
    return [path for method, path in discord.requests if method == "PUT" and f"/messages/{post}/reactions" in path]


def thread_path(post: ReplyTarget) -> str:
    return f"/channels/{post.channel}/messages/{post.message}/threads"


async def nothing(card: str) -> None:
    del card


async def shown_match(
    world: World, meanwhile: Callable[[str], Awaitable[None]] = nothing
) -> tuple[str, Report, Report]:
    """Write a lost and a found report and a match of them as the workers would; return its card's message id.

    `meanwhile` is what happens to the card before the delivery has noted it.
    """
    ann, bob = world.discord.admin.join("Ann"), world.discord.admin.join("Bob")
    posts = [
        await world.discord.people.post("lost", bob, "a red bag", {"a.jpg": JPEG}),
        await world.discord.people.post("found", ann, "a bag", {"b.jpg": JPEG}),
    ]
    for post in posts:
        await eventually(lambda: world.discord.people.has_reaction(post, "👀"))  # noqa: B023 - looked at at once
    await world.store.embedding_models.register("concept", "a model", {"space": 2})
    community = await world.community()
    async with world.store.session(community) as session:
        lost = await session.reports.at(world.post_of(posts[0], "lost"))
        found = await session.reports.at(world.post_of(posts[1]))
        assert lost is not None
        assert found is not None
        for report in (lost, found):
            await session.reports.set_state(report.id, ReportState.OPEN)
        pair = ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), {})
        [match] = await session.matches.save([pair])
        card = Reply("match", ((Plain("This could be yours."),),), match=match.id)
        await session.outbox.post(lost.id, ReplyKey(str(uuid4())), card)
    [item] = await world.store.delivery.lease("discord", limit=10, seconds=60)
    sent = await world.platform.send(Outgoing(item.key, item.target, item.reply))
    await meanwhile(sent.message)
    async with world.store.session(community) as session:
        await session.outbox.mark_sent(item.seq, item.fence, item.version, sent)
    return sent.message, lost, found


async def match_state(world: World, lost: Report) -> MatchState:
    assert lost.kind is ReportKind.LOST
    async with world.store.session(await world.community()) as session:
        [match] = await session.matches.of(lost.id)
        return match.state


async def invited(world: World, by: str, *, is_told: bool = True) -> None:
    """Let somebody add the bot (and somebody else another one), and perhaps let it read the audit log."""
    discord = world.discord
    await discord.admin.remove_bot()
    discord.admin.invite(BOT_ID, by)
    discord.admin.invite(discord.admin.join("Robo", bot=True), discord.admin.join("Ann"))
    discord.roles[discord.bot_role]["permissions"] = str(discord.may_anywhere(BOT_ID) | VIEW_AUDIT_LOG * is_told)
    await discord.admin.add_bot()
