"""The adapter with the unmodified discord.py, over real sockets, against the double; the store is real."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.discord.app import running
from bot.discord.config import DiscordConfig, DiscordSetupError
from db.store import Store
from reunite import wording
from reunite.errors import TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.model import Label, MatchState, Member, Question, ReplyTarget, Report, ReportKind, ReportState
from reunite.ports import Outgoing, Platform, ScoredPair
from reunite.reply import Person, Plain, Quoted, Reply
from tests.doubles.discord import TOKEN, DiscordDouble

JPEG = b"\xff\xd8\xff the adapter does not look inside"


class NoQueue:
    """No workers take part here."""

    async def hint(self, work: UUID) -> None:
        del work


@dataclass
class Town:
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
            found = await session.report(report)
            assert found is not None
            return found.state

    async def becomes(self, report: UUID, state: ReportState) -> None:
        async def reached() -> bool:
            return await self.state(report) is state

        await eventually(reached)

    def post_of(self, message: str, channel: str = "found") -> ReplyTarget:
        return ReplyTarget("discord", self.discord.guild_id, self.discord.channel(channel), message)


def config(discord: DiscordDouble, token: str = TOKEN) -> DiscordConfig:
    return DiscordConfig(token=token, api_base=discord.api_base, gateway=discord.gateway_url, guilds_wait=0.05)


@asynccontextmanager
async def town(database_url: str) -> AsyncIterator[Town]:
    async with (
        DiscordDouble() as discord,
        Store(database_url) as store,
        running(Handlers(store, NoQueue()), config(discord)) as platform,
    ):
        yield Town(discord, store, platform)


async def eventually(look: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(10):
        while not await look():  # noqa: ASYNC110 - a test may look at anything
            await asyncio.sleep(0.02)


def reply(key: str, target: ReplyTarget, text: str = "Hello.", **more: Any) -> Outgoing:
    return Outgoing(key, target, Reply("nothing", ((Plain(text),),)), **more)


# Reports


async def test_a_photo_in_found_becomes_a_report_and_gets_eyes_once_it_is_committed(database_url: str) -> None:
    async with town(database_url) as here:
        ann = here.discord.join("Ann")
        post = await here.discord.post("found", ann, "black umbrella, library", {"umbrella.jpg": JPEG})
        await here.discord.until(lambda: here.discord.has_reaction(post, "👀"))
        report = await here.report()
        assert (report["kind"], report["source_key"], report["text"]) == ("found", post, "black umbrella, library")
        assert (report["author_id"], report["author_name"]) == (ann, "Ann")
        [(name, url)] = await here.photos()
        assert name == "umbrella.jpg"
        assert url.startswith(f"http://{here.discord.file_host}/attachments/")


async def test_a_photo_in_lost_is_a_lost_report(database_url: str) -> None:
    async with town(database_url) as here:
        await here.discord.post("lost", here.discord.join("Bob"), "my rucksack", {"a.jpg": JPEG, "b.jpg": JPEG})
        assert (await here.report())["kind"] == "lost"
        assert [name for name, _ in await here.photos()] == ["a.jpg", "b.jpg"]


async def test_a_heic_photo_that_discord_has_no_type_for_is_a_photo(database_url: str) -> None:
    async with town(database_url) as here:
        await here.discord.post("found", here.discord.join("Ann"), "", {"IMG_1.HEIC": JPEG}, content_type=None)
        await here.report()
        assert [name for name, _ in await here.photos()] == ["IMG_1.HEIC"]


async def test_the_same_post_told_three_times_is_one_report(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "scarf", {"a.jpg": JPEG}, times=3)
        await here.discord.until(lambda: len(reactions(here.discord, post)) == 3 or None)
        assert len(await here.reports()) == 1


async def test_words_other_channels_bots_and_webhooks_make_no_report(database_url: str) -> None:
    async with town(database_url) as here:
        discord = here.discord
        ann, robot = discord.join("Ann"), discord.join("Robot", bot=True)
        await discord.post("found", ann, "has anyone seen my hat?")
        await discord.post("found", ann, "a song", {"song.mp3": b"la"}, content_type="audio/mpeg")
        await discord.post("general", ann, "my lunch", {"lunch.jpg": JPEG})
        await discord.post("found", robot, "beep", {"beep.jpg": JPEG})
        await discord.post("found", ann, "news", {"news.jpg": JPEG}, webhook_id="78")
        wanted = await discord.post("found", ann, "a real one", {"real.jpg": JPEG})
        await discord.until(lambda: discord.has_reaction(wanted, "👀"))
        assert [report["text"] for report in await here.reports()] == ["a real one"]


async def test_a_post_that_cant_be_taken_is_told_so_in_its_thread(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "x" * 4001, {"a.jpg": JPEG}, times=2)
        told = await here.discord.reply(post, "longer than I can keep")
        assert not here.discord.has_reaction(post, "👀")
        assert here.discord.replies(post) == [told]
        assert await here.reports() == []


async def test_a_channel_that_is_made_later_counts_by_its_name(database_url: str) -> None:
    async with town(database_url) as here:
        await here.discord.create_channel("lost-and-found")
        await here.discord.post("lost-and-found", here.discord.join("Ann"), "gloves", {"a.jpg": JPEG})
        assert (await here.report())["kind"] == "found"


async def test_a_deleted_post_withdraws_its_report(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "a hat", {"a.jpg": JPEG})
        report = await here.report()
        await here.discord.delete(post)
        await here.becomes(report["id"], ReportState.WITHDRAWN)
        assert (await here.report())["text"] == ""


async def test_a_post_deleted_at_once_is_withdrawn_too(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "oops", {"a.jpg": JPEG})
        await here.discord.delete(post)
        await here.becomes((await here.report())["id"], ReportState.WITHDRAWN)


async def test_what_happens_while_the_connection_is_away_is_told_at_its_return(database_url: str) -> None:
    async with town(database_url) as here:
        await here.discord.gateway.ask_to_reconnect()
        await here.discord.until(lambda: here.discord.gateway.resumed or None)
        await here.discord.gateway.drop()
        post = await here.discord.post("found", here.discord.join("Ann"), "keys", {"a.jpg": JPEG})
        await here.discord.until(lambda: here.discord.has_reaction(post, "👀"), within=20)
        assert len(await here.reports()) == 1


# The one question


async def asked(here: Town, author: str) -> tuple[UUID, str]:
    """A lost report whose thread asks for the place; return the report and the question's message."""
    await here.discord.post("lost", author, "my hat", {"a.jpg": JPEG})
    row, question = await here.report(), Question("place", ("library", "*tram* @everyone"))
    async with here.store.session(await here.community()) as session:
        await session.set_state(row["id"], ReportState.OPEN)
        await session.ask(row["id"], question)
        report = await session.report(row["id"])
    assert report
    sent = await here.platform.send(Outgoing("q", report.target, wording.question(report, question)))
    return report.id, sent.message


async def test_a_pressed_button_is_taken_once_and_the_answer_stands_in_its_place(database_url: str) -> None:
    async with town(database_url) as here:
        bob = here.discord.join("Bob")
        _, question = await asked(here, bob)
        shown = here.discord.find(question)["components"]
        assert [each["label"] for row in shown for each in row["components"]] == [
            "library", "*tram* @everyone", "Not sure",
        ]  # fmt: skip
        pressed = [await here.discord.press(question, "*tram* @everyone", bob) for _ in range(2)]
        await here.discord.until(lambda: all(each.answer for each in pressed) or None)
        told = {wording.sentence("said"), wording.sentence("said_before", said="*tram* @everyone")}
        assert {each.answer for each in pressed} == told
        assert all(each.ephemeral for each in pressed)
        assert (await here.report())["said"] == "*tram* @everyone"
        message = here.discord.find(question)
        assert message["components"] == []
        assert message["embeds"][0]["description"].endswith("**\\*tram\\* @\u200beveryone**")


async def test_a_button_outlives_the_bots_process_and_is_its_authors_alone(database_url: str) -> None:
    async with DiscordDouble() as discord, Store(database_url) as store:
        handlers = Handlers(store, NoQueue())
        ann, bob = discord.join("Ann"), discord.join("Bob")
        async with running(handlers, config(discord)) as platform:
            _, question = await asked(Town(discord, store, platform), bob)
        async with running(handlers, config(discord)) as platform:
            here = Town(discord, store, platform)
            refused = await discord.press(question, "library", ann)
            await discord.until(lambda: refused.answer)
            assert (refused.answer, refused.ephemeral) == (wording.sentence("only_author"), True)
            assert (await here.report())["said"] is None
            taken = await discord.press(question, "library", bob)
            await discord.until(lambda: taken.answer)
            assert (await here.report())["said"] == "library"


# /lost


async def test_lost_with_words_photo_place_and_time_is_a_report_and_answered_privately(database_url: str) -> None:
    async with town(database_url) as here:
        bob = here.discord.join("Bob")
        used = await here.discord.slash(
            "lost",
            bob,
            "general",
            photo=("bag.jpg", JPEG),
            description="red bag",
            where="bus 5",
            when="yesterday 08:15",
        )
        answer = await here.discord.answer(used)
        assert answer == f"Got it, I'm looking. I'll answer in <#{here.discord.channel('lost')}>."
        assert used.ephemeral
        report = await here.report()
        assert (report["kind"], report["text"], report["place"]) == ("lost", "red bag", "bus 5")
        assert (report["source_key"], report["channel"], report["message"]) == (
            used.id,
            here.discord.channel("lost"),
            None,
        )
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
        assert report["happened_at"] == datetime(yesterday.year, yesterday.month, yesterday.day, 8, 15, tzinfo=UTC)
        assert [name for name, _ in await here.photos()] == ["bag.jpg"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "a few words or a photo are enough"),
        ({"description": "bag", "when": "some time ago"}, "today, yesterday 14:30"),
        ({"description": "x" * 4001}, "longer than I can keep"),
    ],
)
async def test_lost_that_cant_be_taken_is_told_kindly(database_url: str, options: dict[str, Any], told: str) -> None:
    async with town(database_url) as here:
        used = await here.discord.slash("lost", here.discord.join("Bob"), "general", **options)
        assert told in await here.discord.answer(used)
        assert await here.reports() == []


# Replies


async def test_the_first_reply_opens_the_thread_and_the_next_ones_go_there(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "black\numbrella", {"a.jpg": JPEG})
        first = await here.platform.send(reply("1", here.post_of(post), "One."))
        second = await here.platform.send(reply("2", here.post_of(post), "Two.", picture=JPEG))
        assert first.channel == second.channel == post
        assert here.discord.channels[post]["name"] == "Found: black umbrella"
        assert [here.discord.text(each) for each in here.discord.replies(post)] == ["One.", "Two."]
        assert [path for _, path in here.discord.requests].count(thread_path(here.post_of(post))) == 1
        [picture] = here.discord.find(second.message)["attachments"]
        assert here.discord.find(second.message)["embeds"][0]["thumbnail"]["url"] == picture["url"]


async def test_a_thread_that_the_cache_does_not_know_is_found(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "umbrella", {"a.jpg": JPEG})
        here.discord.add_thread(here.discord.channel("found"), post, "opened by somebody else")
        sent = await here.platform.send(reply("1", here.post_of(post)))
        assert sent.channel == post
        assert len(here.discord.replies(post)) == 1


async def test_a_report_by_command_gets_a_post_of_its_own_and_a_thread_named_after_it(database_url: str) -> None:
    async with town(database_url) as here:
        bob = Member(here.discord.join("Bob"), "Bob")
        lines = ((Person("discord", bob), Plain(" is looking for:")), (Quoted("a *red* my_bag, 1.50 €\n@everyone"),))
        root = replace(here.post_of("0", "lost"), message=None)
        sent = await here.platform.send(Outgoing("key", root, Reply("looking", lines)))
        assert sent.channel == here.discord.channel("lost")
        assert here.discord.pinged(here.discord.find(sent.message)) == set()
        await here.platform.send(reply("2", root.at(sent.message)))
        assert here.discord.channels[sent.message]["name"] == "Lost: a *red* my_bag, 1.50 € @everyone"


async def test_only_the_person_who_is_to_be_told_is_pinged(database_url: str) -> None:
    async with town(database_url) as here:
        ann, bob = Member(here.discord.join("Ann"), "Ann"), Member(here.discord.join("Bob"), "Bob")
        post = await here.discord.post("found", ann.id, "scarf", {"a.jpg": JPEG})
        words = Quoted(f"@everyone @here <@{ann.id}> <@&{here.discord.moderator_role}>")
        lines = ((Person("discord", bob, notify=True),), (words,), (Person("discord", ann), Plain(" knows.")))
        sent = await here.platform.send(Outgoing("key", here.post_of(post), Reply("match", lines)))
        message = here.discord.find(sent.message)
        assert here.discord.pinged(message) == {bob.id}
        assert message["allowed_mentions"] == {"parse": [], "users": [int(bob.id)]}


async def test_a_reply_that_may_have_been_sent_is_looked_for_first(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "umbrella", {"a.jpg": JPEG})
        await here.platform.send(reply("earlier", here.post_of(post), "The same words."))
        sent = await here.platform.send(reply("key", here.post_of(post), "The same words."))
        here.discord.nonces.clear()  # Discord remembers them for a few minutes only
        await here.platform.send(reply("later", here.post_of(post), "The same words."))
        assert await here.platform.send(reply("key", here.post_of(post), "The same words.", maybe_sent=True)) == sent
        assert len(here.discord.replies(post)) == 3
        unsent = await here.platform.send(reply("new", here.post_of(post), "The same words.", maybe_sent=True))
        assert unsent != sent
        assert len(here.discord.replies(post)) == 4


async def test_an_answer_that_was_lost_on_the_way_does_not_make_a_second_message(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "umbrella", {"a.jpg": JPEG})
        here.discord.refuse(rf"POST /channels/{post}/messages", 502, after=True)
        await here.platform.send(reply("key", here.post_of(post)))
        assert len(here.discord.replies(post)) == 1


async def test_a_long_rate_limit_is_for_later(database_url: str) -> None:
    async with town(database_url) as here:
        post = await here.discord.post("found", here.discord.join("Ann"), "umbrella", {"a.jpg": JPEG})
        here.discord.refuse(r"POST .*/messages$", 429, message="slow", retry_after=99.0, **{"global": False})
        with pytest.raises(TryAgainError) as caught:
            await here.platform.send(reply("key", here.post_of(post)))
        assert caught.value.after == 99.0


async def test_what_is_gone_or_forbidden_is_undeliverable(database_url: str) -> None:
    async with town(database_url) as here:
        ann = here.discord.join("Ann")
        gone = await here.discord.post("found", ann, "umbrella", {"a.jpg": JPEG})
        await here.discord.delete(gone)
        with pytest.raises(UndeliverableError, match="gone"):
            await here.platform.send(reply("1", here.post_of(gone)))
        with pytest.raises(UndeliverableError, match="gone"):
            await here.platform.acknowledge(here.post_of(gone))
        with pytest.raises(UndeliverableError, match="gone"):
            await here.platform.send(reply("2", replace(here.post_of(gone), channel="12345")))
        here.discord.closed_to_bot.add(here.discord.channel("lost"))
        post = await here.discord.post("lost", ann, "bag", {"a.jpg": JPEG})
        with pytest.raises(UndeliverableError, match="Missing Permissions"):
            await here.platform.send(reply("3", here.post_of(post, "lost")))


# Verdicts


async def test_a_moderators_check_mark_confirms_and_taking_it_away_reopens(database_url: str) -> None:
    async with town(database_url) as here:
        card, lost, found = await shown_match(here)
        grace = here.discord.join("Grace", moderator=True)
        await here.discord.react(card, "✅", grace)
        await here.becomes(lost.id, ReportState.RETURNED)
        await here.becomes(found.id, ReportState.RETURNED)
        await here.discord.unreact(card, "✅", grace)
        await here.becomes(lost.id, ReportState.OPEN)
        await here.becomes(found.id, ReportState.OPEN)


async def test_a_check_mark_that_comes_before_the_card_is_noted_counts(database_url: str) -> None:
    async with town(database_url) as here:
        grace = here.discord.join("Grace", moderator=True)

        async def react_at_once(card: str) -> None:
            await here.discord.react(card, "✅", grace)
            await asyncio.sleep(0.1)

        _, lost, _ = await shown_match(here, react_at_once)
        await here.becomes(lost.id, ReportState.RETURNED)


async def test_a_moderators_cross_refuses(database_url: str) -> None:
    async with town(database_url) as here:
        card, lost, _ = await shown_match(here)
        await here.discord.react(card, "❌", here.discord.join("Grace", moderator=True))

        async def refused() -> bool:
            return await match_state(here, lost) is MatchState.REFUSED

        await eventually(refused)


async def test_members_other_emoji_and_other_messages_decide_nothing(database_url: str) -> None:
    async with town(database_url) as here:
        card, lost, _ = await shown_match(here)
        grace = here.discord.join("Grace", moderator=True)
        other = (await here.platform.send(reply("other", lost.target))).message
        await here.discord.react(card, "✅", here.discord.join("Mallory"))
        await here.discord.react(card, "🎉", grace)
        await here.discord.react(other, "✅", grace)
        await here.discord.react(str(lost.target.message), "✅", grace)
        last = await here.discord.post("found", grace, "the last event", {"a.jpg": JPEG})
        await here.discord.until(lambda: here.discord.has_reaction(last, "👀"))
        assert await here.state(lost.id) is ReportState.OPEN
        assert await match_state(here, lost) is MatchState.UNJUDGED


async def test_the_owner_of_the_guild_may_confirm(database_url: str) -> None:
    async with town(database_url) as here:
        card, lost, _ = await shown_match(here)
        await here.discord.react(card, "✅", here.discord.owner_id)
        await here.becomes(lost.id, ReportState.RETURNED)


# Setting up


async def test_a_wrong_token_is_said_in_one_sentence(database_url: str) -> None:
    async with DiscordDouble() as discord, Store(database_url) as store:
        with pytest.raises(DiscordSetupError, match="REUNITE_DISCORD_TOKEN"):
            async with running(Handlers(store, NoQueue()), config(discord, token="wrong")):
                pass


async def test_a_discord_that_is_away_is_said_in_one_sentence(database_url: str) -> None:
    async with DiscordDouble() as discord, Store(database_url) as store:
        away = replace(config(discord), api_base="http://127.0.0.1:1")
        with pytest.raises(DiscordSetupError, match="can't be reached"):
            async with running(Handlers(store, NoQueue()), away):
                pass


async def test_a_missing_intent_is_said_in_one_sentence(database_url: str) -> None:
    async with DiscordDouble() as discord, Store(database_url) as store:
        discord.gateway.allows_message_content = False
        with pytest.raises(DiscordSetupError, match="Message Content Intent"):
            async with running(Handlers(store, NoQueue()), config(discord)):
                pass


async def test_discord_is_asked_for_no_more_than_is_needed(database_url: str) -> None:
    async with town(database_url) as here:
        assert here.discord.gateway.intents == 1 | 1 << 9 | 1 << 10 | 1 << 15
        assert [command["name"] for command in here.discord.commands] == ["lost"]


# Helpers


def reactions(discord: DiscordDouble, post: str) -> list[str]:
    return [path for method, path in discord.requests if method == "PUT" and f"/messages/{post}/reactions" in path]


def thread_path(post: ReplyTarget) -> str:
    return f"/channels/{post.channel}/messages/{post.message}/threads"


async def nothing(card: str) -> None:
    del card


async def shown_match(here: Town, meanwhile: Callable[[str], Awaitable[None]] = nothing) -> tuple[str, Report, Report]:
    """Write a lost and a found report and a match of them as the workers would; return its card's message id.

    `meanwhile` is what happens to the card before the delivery has noted it.
    """
    ann, bob = here.discord.join("Ann"), here.discord.join("Bob")
    posts = [
        await here.discord.post("lost", bob, "a red bag", {"a.jpg": JPEG}),
        await here.discord.post("found", ann, "a bag", {"b.jpg": JPEG}),
    ]
    for post in posts:
        await here.discord.until(lambda: here.discord.has_reaction(post, "👀"))  # noqa: B023 - looked at at once
    await here.store.register_model("concept", "a model", {"space": 2})
    community = await here.community()
    async with here.store.session(community) as session:
        lost = await session.report_at(here.post_of(posts[0], "lost"))
        found = await session.report_at(here.post_of(posts[1]))
        assert lost is not None
        assert found is not None
        for report in (lost, found):
            await session.set_state(report.id, ReportState.OPEN)
        pair = ScoredPair(lost.id, found.id, 0.9, Label.HIGH, (), {})
        match = await session.save_match(pair)
        card = Reply("match", ((Plain("This may be yours."),),), match=match.id)
        await session.post(lost.id, str(uuid4()), card)
    [item] = await here.store.lease_outbox("discord", limit=10, seconds=60)
    sent = await here.platform.send(Outgoing(item.key, item.target, item.reply))
    await meanwhile(sent.message)
    async with here.store.session(community) as session:
        await session.mark_sent(item.seq, item.fence, sent.channel, sent.message)
    return sent.message, lost, found


async def match_state(here: Town, lost: Report) -> MatchState:
    assert lost.kind is ReportKind.LOST
    async with here.store.session(await here.community()) as session:
        [match] = await session.matches_of(lost.id)
        return match.state
