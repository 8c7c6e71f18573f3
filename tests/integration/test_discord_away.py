"""What happens on Discord while the bot is away is taken at its next start; one message doesn't stop the others."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock

import discord as discord_library
import pytest
from structlog.testing import capture_logs

from bot.discord import missed as missed_module
from bot.discord.destinations import Destinations
from bot.discord.workspaces import Workspaces
from db.heard import heard_at
from db.store import Store
from reunite.absence import GRACE
from reunite.commands import ChangeSettings, JoinWorkspace, Withdraw
from reunite.entities import ReportState, Settings
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.discord import DiscordDouble
from tests.doubles.discord_shapes import BOT_ID, FORUM, MANAGE_THREADS, MAX_REACTIONS, PRIVATE_THREAD
from tests.support.discord_adapter import JPEG, World, match_state, reply, shown_match
from tests.support.discord_away import caught_up, guild, online
from tests.support.queues import NoQueue
from tests.support.waiting import PATIENCE, eventually

_UNNOTICED = timedelta(seconds=1)


@pytest.fixture(name="often_recorded")
def record_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the bot record often that it has heard of everything."""
    monkeypatch.setattr(missed_module, "_RECORD_EVERY_SECONDS", 0.05)
    monkeypatch.setattr(missed_module, "_UNNOTICED", _UNNOTICED)


async def test_a_bot_that_is_in_no_server_says_how_to_invite_it(database_url: str) -> None:
    async with guild(database_url) as (discord, store):
        discord.has_bot = False
        with capture_logs() as logs:
            async with online(discord, store):
                pass
    [log] = [log for log in logs if log["event"] == "discord_in_no_server"]
    assert log["invitation"].startswith("https://discord.com/oauth2/authorize?client_id=")


async def test_a_threads_name_loses_a_deleted_posts_words_though_the_bot_goes_first(
    discord: DiscordDouble, store: Store
) -> None:
    async with caught_up(discord, store) as world:
        posts = [
            await discord.people.post("found", discord.admin.join("Ann"), f"a {word}", {"a.jpg": JPEG})
            for word in ("hat", "cup")
        ]
        for post in posts:
            await eventually(lambda: discord.people.has_reaction(post, "👀"))  # noqa: B023 - looked at at once
            await world.platform.send(reply("1", world.post_of(post)))
        discord.refuse(f"PATCH /channels/{posts[0]}", 429, message="slow", retry_after=600)
        await discord.people.delete(posts[0])
        await eventually(lambda: ("PATCH", f"/channels/{posts[0]}") in discord.requests)
    assert discord.channels[posts[0]]["name"] == "Found: a hat"
    async with caught_up(discord, store):
        assert [discord.channels[post]["name"].split()[-1] == "cup" for post in posts] == [False, True]
        assert "hat" not in discord.channels[posts[0]]["name"]


@pytest.mark.parametrize("may_delete", [True, False])
async def test_a_private_thread_that_was_left_without_its_report_keeps_no_words(
    discord: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch, *, may_delete: bool
) -> None:
    ann = discord.admin.join("Ann")
    discord.locales[ann] = "de"  # and so are the threads' names, though not the server's language
    if may_delete:
        await discord.admin.allow_here("lost", MANAGE_THREADS, BOT_ID)
    async with caught_up(discord, store):
        await _lose_privately(discord, ann, "a hat")
        with monkeypatch.context() as killed:  # between the thread and its report
            killed.setattr(Handlers, "report", AsyncMock(side_effect=RuntimeError))
            killed.setattr(Destinations, "_clean_up", AsyncMock())
            await _lose_privately(discord, ann, "a diary")
    async with caught_up(discord, store):  # another process may be about to store that report
        names = [sentence("thread_lost", "de", what=words) for words in ("a hat", "a diary")]
        assert _private_threads(discord) == names
    monkeypatch.setattr("bot.discord.destinations._STILL_USED", timedelta())
    async with caught_up(discord, store):
        kept, *left = _private_threads(discord)
        assert kept == names[0]
        assert ["diary" in name for name in left] == ([] if may_delete else [False])


async def test_a_post_that_takes_no_eyes_does_not_stop_the_others(discord: DiscordDouble, store: Store) -> None:
    ann = discord.admin.join("Ann")
    crowded = await discord.people.post("found", ann, "a crowded one", {"a.jpg": JPEG})
    for number in range(MAX_REACTIONS):
        await discord.people.react(crowded, chr(0x1F600 + number), ann)
    later = await discord.people.post("found", ann, "a later one", {"b.jpg": JPEG})
    async with online(discord, store) as world:
        await eventually(lambda: discord.people.has_reaction(later, "👀"))
        assert [report["text"] for report in await world.reports()] == ["a crowded one", "a later one"]
        assert not discord.people.has_reaction(crowded, "👀")


@pytest.mark.usefixtures("brief_retries")
@pytest.mark.parametrize("status", [400, 403, 404, 500])
async def test_a_post_whose_every_request_is_refused_does_not_stop_the_others(
    discord: DiscordDouble, store: Store, status: int
) -> None:
    ann = discord.admin.join("Ann")
    refused = await discord.people.post("found", ann, "x" * 4001, {"a.jpg": JPEG})
    later = await discord.people.post("lost", ann, "a later one", {"b.jpg": JPEG})
    for _ in range(10):
        discord.refuse(f"POST /channels/.*/messages/{refused}/threads", status, code=0, message="no")
    async with online(discord, store):
        await eventually(lambda: discord.people.has_reaction(later, "👀"))


async def test_a_refused_post_is_explained_once_even_after_restarts(discord: DiscordDouble, store: Store) -> None:
    post = await discord.people.post("found", discord.admin.join("Ann"), "x" * 4001, {"a.jpg": JPEG})
    for _ in range(2):
        async with online(discord, store):
            await discord.reply(post, "too long")
            discord.nonces.clear()  # Discord remembers them for a few minutes only
            last = await discord.people.post("found", discord.admin.join("Ann"), "the last", {"a.jpg": JPEG})
            await eventually(lambda: discord.people.has_reaction(last, "👀"))  # noqa: B023 - looked at at once
    assert len(discord.replies(post)) == 1


async def test_a_verdict_counts_on_the_oldest_open_card(
    database_url: str,
) -> None:
    async with guild(database_url) as (discord, store):
        async with online(discord, store) as world:
            card, lost, _ = await shown_match(world)
            community = await world.community()
        async with store.transaction(community) as connection:
            await connection.execute("UPDATE outbox SET created_at = now() - interval '30 days'")
            await connection.execute(
                """INSERT INTO outbox (community_id, report_id, platform, key, reply, match_id, state, sent_channel,
                                       sent_message)
                   SELECT community_id, report_id, platform, key || n, reply, match_id, state, sent_channel, n::text
                   FROM outbox, generate_series(1, 250) AS n WHERE sent_message = %s""",
                [card],
            )
        await discord.people.react(card, "✅", discord.admin.join("Grace", moderator=True), tell=False)
        async with online(discord, store) as world:
            await world.becomes(lost.id, ReportState.RETURNED)


@pytest.mark.parametrize("tell", [True, False])
async def test_a_check_mark_as_a_super_reaction_counts_and_stays(database_url: str, *, tell: bool) -> None:
    async with guild(database_url) as (discord, store):
        grace = discord.admin.join("Grace", moderator=True)
        async with online(discord, store) as world:
            card, lost, _ = await shown_match(world)
            await discord.people.react(card, "✅", grace, is_super=True, tell=tell)
            if tell:
                await world.becomes(lost.id, ReportState.RETURNED)
        async with caught_up(discord, store) as world:  # where it looks at the reactions again
            assert await world.state(lost.id) is ReportState.RETURNED


async def test_a_verdict_on_a_card_that_was_sent_but_never_noted_is_taken_once_it_is(
    discord: DiscordDouble, store: Store
) -> None:
    grace = discord.admin.join("Grace", moderator=True)
    async with online(discord, store) as world:
        _, lost, found = await shown_match(world)
        community = await world.community()
        async with store.session(community) as session:
            [match] = await session.matches.of(lost.id)
            card = Reply("match", ((Plain("This could be yours too."),),), match=match.id)
            await session.outbox.post(lost.id, ReplyKey("unnoted"), card)
        [item] = await store.delivery.lease("discord", limit=10, seconds=0)
        sent = await world.platform.send(Outgoing(item.key, item.target, item.reply))
    await discord.people.react(sent.message, "✅", grace, tell=False)  # the bot was killed before it noted the card
    async with online(discord, store) as world:
        [item] = await store.delivery.lease("discord", limit=10, seconds=60)
        again = await world.platform.send(Outgoing(item.key, item.target, item.reply, maybe_sent=True))
        assert again == sent
        async with store.session(community) as session:
            await session.outbox.mark_sent(item.seq, item.fence, item.version, again)
        await world.becomes(lost.id, ReportState.RETURNED)
        await world.becomes(found.id, ReportState.RETURNED)


async def test_a_check_mark_given_long_before_the_card_is_noted_counts(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reunite.verdicts._MATCH_LOOKUP_PAUSES", (0.01,))
    async with guild(database_url) as (discord, store), online(discord, store) as world:
        grace = discord.admin.join("Grace", moderator=True)

        async def react_long_before(card: str) -> None:
            await discord.people.react(card, "✅", grace)
            last = await discord.people.post("found", grace, "a later event", {"a.jpg": JPEG})
            await eventually(lambda: discord.people.has_reaction(last, "👀"))

        _, lost, _ = await shown_match(world, react_long_before)
        await world.becomes(lost.id, ReportState.RETURNED)
        assert (await match_state(world, lost)).value == "confirmed"


async def test_an_old_post_that_was_deleted_while_the_bot_was_away_is_withdrawn(
    discord: DiscordDouble, store: Store
) -> None:
    ann = discord.admin.join("Ann")
    async with online(discord, store) as world:
        _, gone = [
            await discord.people.post("found", ann, words, {"a.jpg": JPEG}) for words in ("a kept hat", "a deleted hat")
        ]
        await eventually(lambda: _number_is(world, 2))
        community = await world.community()
    async with store.transaction(community) as connection:
        await connection.execute("UPDATE report SET created_at = created_at - interval '30 days'")
    await discord.people.delete(gone, tell=False)
    async with online(discord, store, look_back=timedelta(0)) as world:
        await eventually(lambda: _texts_are(world, ["", "a kept hat"]))


async def test_a_post_that_is_not_in_the_backup_that_was_restored_is_taken_up_again(
    discord: DiscordDouble, store: Store
) -> None:
    ann = discord.admin.join("Ann")
    async with online(discord, store) as world:
        ended = await discord.people.post("found", ann, "a scarf", {"a.jpg": JPEG})
        await discord.people.post("found", ann, "a hat", {"a.jpg": JPEG})
        await eventually(lambda: _texts_are(world, ["a hat", "a scarf"]))
        await Handlers(store, NoQueue()).withdraw(Withdraw(target=world.post_of(ended)))
        community = await world.community()
    async with store.transaction(community) as connection:  # as the backup would have it
        await connection.execute("DELETE FROM report WHERE text = 'a hat'")
    async with online(discord, store) as world:
        await eventually(lambda: _texts_are(world, ["", "a hat"]))


async def test_older_posts_of_a_channel_that_is_for_reports_from_now_on_stay_unanswered(
    discord: DiscordDouble, store: Store
) -> None:
    ann, handlers = discord.admin.join("Ann"), Handlers(store, NoQueue())
    general = discord.channel("general")
    async with caught_up(discord, store) as world:
        old = await discord.people.post("general", ann, "settled long ago", {"a.jpg": JPEG})
        chosen = Settings(found_channels=(general,))
        await handlers.set_up(ChangeSettings(platform="discord", workspace=discord.guild_id, settings=chosen))
        await eventually(lambda: _channels(world), holds=lambda channels: ("general", "found") in channels)
        await discord.people.edit(old, "settled, really")
        last = await discord.people.post("general", ann, "a hat", {"a.jpg": JPEG})
        await eventually(lambda: discord.people.has_reaction(last, "👀"))
    missed = await discord.people.post("general", ann, "a cup", {"a.jpg": JPEG})
    for _ in range(2):
        async with caught_up(discord, store) as world:
            assert discord.people.has_reaction(missed, "👀")
            assert await _texts_are(world, ["a cup", "a hat"])


@pytest.mark.usefixtures("often_recorded")
async def test_older_posts_stay_unanswered_though_it_cannot_be_saved_yet_that_their_channel_is_for_reports(
    discord: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, handlers, general = discord.admin.join("Ann"), Handlers(store, NoQueue()), discord.channel("general")
    async with caught_up(discord, store):
        old = await discord.people.post("general", ann, "settled long ago", {"a.jpg": JPEG})
        await _heard(discord, store)
    chosen = Settings(found_channels=(general,), lost_channels=(discord.channel("lost"),))
    await handlers.set_up(ChangeSettings(platform="discord", workspace=discord.guild_id, settings=chosen))
    missed = await discord.people.post("general", ann, "a hat", {"a.jpg": JPEG})
    join, may_save = Handlers.join, asyncio.Event()

    async def join_or_fail(self: Handlers, command: JoinWorkspace) -> Any:
        if command.channels and not may_save.is_set():
            raise RuntimeError
        return await join(self, command)

    monkeypatch.setattr(Handlers, "join", join_or_fail)
    monkeypatch.setattr("bot.discord.workspaces._SAVE_EVERY_SECONDS", 0.05)
    discord.requests.clear()
    async with online(discord, store, pause_after_trouble=600) as world:  # the late save ends the pause
        read = ("GET", f"/channels/{discord.channel('lost')}/messages")
        await eventually(lambda: read in discord.requests)
        await discord.people.edit(old, "settled, really")
        may_save.set()
        await eventually(lambda: discord.people.has_reaction(missed, "👀"))
        assert await _texts_are(world, ["a hat"])
        assert not discord.people.has_reaction(old, "👀")


@pytest.mark.usefixtures("often_recorded")
async def test_a_channel_that_was_renamed_meanwhile_has_what_was_posted_since_the_bot_went(
    discord: DiscordDouble, store: Store
) -> None:
    ann, general = discord.admin.join("Ann"), discord.channel("general")
    async with caught_up(discord, store):
        seen = await discord.people.post("general", ann, "seen, and not for reports", {"a.jpg": JPEG})
        await _heard(discord, store)
    before = await discord.people.post("general", ann, "a hat", {"a.jpg": JPEG})
    discord.channels[general]["name"] = "found-items"
    after = await discord.people.post("found-items", ann, "a cup", {"a.jpg": JPEG})
    async with caught_up(discord, store) as world:
        assert await _texts_are(world, ["a cup", "a hat"])
        assert [discord.people.has_reaction(post, "👀") for post in (seen, before, after)] == [False, True, True]


@pytest.mark.usefixtures("often_recorded")
async def test_what_a_dead_connection_kept_back_is_taken_though_the_bot_seemed_to_be_there(
    discord: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missed_module, "_UNNOTICED", timedelta(minutes=2))
    ann, general = discord.admin.join("Ann"), discord.channel("general")
    async with caught_up(discord, store):
        await discord.people.post("general", ann, "a hat", {"a.jpg": JPEG}, times=0)
        await _heard(discord, store)
    discord.channels[general]["name"] = "found-items"
    async with caught_up(discord, store) as world:
        assert await _texts_are(world, ["a hat"])


@pytest.mark.usefixtures("often_recorded")
async def test_a_channel_that_was_renamed_before_a_new_session_has_what_was_posted_meanwhile(
    discord: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, general = discord.admin.join("Ann"), discord.channel("general")
    async with caught_up(discord, store) as world:
        await _heard(discord, store)
        with monkeypatch.context() as slow:
            join = Workspaces.join

            async def join_slowly(workspaces: Workspaces, guild: Any) -> None:
                await asyncio.sleep(0.3)  # long enough for several records
                await join(workspaces, guild)

            slow.setattr(Workspaces, "join", join_slowly)
            discord.gateway.refused_connections = 1
            await discord.gateway.forget_session()
            post = await discord.people.post("general", ann, "a hat", {"a.jpg": JPEG}, times=0)
            discord.channels[general]["name"] = "found-items"
            await eventually(lambda: discord.people.has_reaction(post, "👀"))
        assert await _texts_are(world, ["a hat"])


async def test_an_edit_that_was_missed_is_taken_though_its_post_has_just_come(
    discord: DiscordDouble, store: Store
) -> None:
    async with caught_up(discord, store) as world:
        post = await discord.people.post("found", discord.admin.join("Ann"), "a hat", {"a.jpg": JPEG})
        await eventually(lambda: discord.people.has_reaction(post, "👀"))
        await discord.gateway.forget_session()
        await discord.people.edit(post, "a scarf")
        await eventually(lambda: _texts_are(world, ["a scarf"]))


@pytest.mark.usefixtures("often_recorded")
async def test_one_shard_of_several_that_begins_a_new_session_catches_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discord_library.AutoShardedClient, "before_identify_hook", AsyncMock())  # it waits for seconds
    async with DiscordDouble(shards=2) as discord, caught_up(discord, store):
        ann = discord.admin.join("Ann")
        await discord.gateway.forget_session()
        post = await discord.people.post("found", ann, "a hat", {"a.jpg": JPEG}, times=0)
        await eventually(lambda: discord.people.has_reaction(post, "👀"))
        await _heard(discord, store)


@pytest.mark.usefixtures("often_recorded")
async def test_a_channel_that_is_chosen_while_another_cant_be_read_stays_without_older_posts(
    discord: DiscordDouble, store: Store
) -> None:
    ann, general = discord.admin.join("Ann"), discord.channel("general")
    async with caught_up(discord, store):
        await _heard(discord, store)
    for _ in range(100):
        discord.refuse(f"GET /channels/{discord.channel('found')}/messages$", 403, code=0, message="none")
    async with online(discord, store) as world:
        await eventually(lambda: any(path.endswith("/messages") for _, path in discord.requests))
        old = await discord.people.post("general", ann, "settled long ago", {"a.jpg": JPEG}, times=0)
        chosen = Settings(found_channels=(general, discord.channel("found")))  # so #found is read again each time
        handlers = Handlers(store, NoQueue())
        await handlers.set_up(ChangeSettings(platform="discord", workspace=discord.guild_id, settings=chosen))
        read = ("GET", f"/channels/{general}/messages")
        await eventually(lambda: discord.requests.count(read) > 1)  # the second time, what was read first is answered
        assert await world.reports() == []
        assert not discord.people.has_reaction(old, "👀")


@pytest.mark.usefixtures("often_recorded")
async def test_a_refused_post_of_a_renamed_channel_is_taken_once_it_is_edited(
    discord: DiscordDouble, store: Store
) -> None:
    ann, general = discord.admin.join("Ann"), discord.channel("general")
    async with caught_up(discord, store):
        await _heard(discord, store)
    post = await discord.people.post("general", ann, "keys", {"a.mp4": JPEG}, content_type="video/mp4")
    discord.channels[general]["name"] = "found-items"
    async with caught_up(discord, store) as world:
        await eventually(lambda: discord.replies(post))
        message = discord.message(post)
        photos = [{**file, "filename": "a.jpg", "content_type": "image/jpeg"} for file in message["attachments"]]
        message["attachments"] = photos
        await discord.people.edit(post, "keys, now as a photo")
        await eventually(lambda: _texts_are(world, ["keys, now as a photo"]))


async def test_what_was_posted_during_an_outage_of_the_guild_is_taken_once_it_is_over(database_url: str) -> None:
    async with guild(database_url) as (discord, store), caught_up(discord, store):
        ann = discord.admin.join("Ann")
        await discord.admin.go_out()
        post = await discord.people.post("found", ann, "a hat", {"a.jpg": JPEG}, times=0)
        await discord.admin.come_back()
        await eventually(lambda: discord.people.has_reaction(post, "👀"))


async def test_a_guild_that_has_an_outage_when_the_bot_starts_keeps_its_channels_and_posts(database_url: str) -> None:
    async with guild(database_url) as (discord, store):
        ann = discord.admin.join("Ann")
        async with online(discord, store) as world:
            await discord.people.post("found", ann, "a hat", {"a.jpg": JPEG})
            await eventually(lambda: _texts_are(world, ["a hat"]))
            channels = await _channels(world)
        await discord.admin.go_out()
        async with online(discord, store) as world:
            await discord.ui.answer(await discord.ui.slash("mine", ann, "found"))
            assert await _channels(world) == channels
            assert await _texts_are(world, ["a hat"])
    assert {name for name, _ in channels} >= {"found", "lost"}


async def test_an_archived_post_of_a_forum_that_is_deleted_is_withdrawn(discord: DiscordDouble, store: Store) -> None:
    ann = discord.admin.join("Ann")
    await discord.admin.delete_channel("found")
    await discord.admin.create_channel("found-items", FORUM)
    async with online(discord, store) as world:
        kept = await discord.people.post("lost", ann, "a hat", {"a.jpg": JPEG})
        post = await discord.people.post_in_forum("found-items", ann, "a scarf", photos={"a.jpg": JPEG})
        await eventually(lambda: discord.people.has_reaction(post, "👀"))
        await eventually(lambda: discord.people.has_reaction(kept, "👀"))
        await discord.admin.archive(post)
        await discord.admin.delete_channel("found-items")
        await eventually(lambda: _texts_are(world, ["", "a hat"]))


async def test_the_deletion_of_a_channel_that_is_not_for_reports_looks_nothing_up(
    discord: DiscordDouble, store: Store
) -> None:
    ann = discord.admin.join("Ann")
    await discord.admin.delete_channel("found")
    await discord.admin.create_channel("found-items", FORUM)
    await discord.admin.create_channel("chat")
    async with caught_up(discord, store):
        post = await discord.people.post_in_forum("found-items", ann, "a scarf", photos={"a.jpg": JPEG})
        await eventually(lambda: discord.people.has_reaction(post, "👀"))
        await discord.admin.archive(post)
        discord.requests.clear()
        await discord.admin.delete_channel("chat")
        later = await discord.people.post("lost", ann, "a hat", {"a.jpg": JPEG})
        await eventually(lambda: discord.people.has_reaction(later, "👀"))
        assert ("GET", f"/channels/{post}") not in discord.requests


async def test_a_post_that_an_outage_only_hides_is_kept(discord: DiscordDouble, store: Store) -> None:
    ann = discord.admin.join("Ann")
    async with online(discord, store) as world:
        post = await discord.people.post("found", ann, "a hat", {"a.jpg": JPEG})
        await eventually(lambda: _texts_are(world, ["a hat"]))
    discord.refuse(f"GET /channels/.*/messages/{post}$", 404, code=0, message="404: Not Found")
    async with caught_up(discord, store, look_back=timedelta(0)) as world:
        assert await _texts_are(world, ["a hat"])


async def test_a_guild_that_removed_the_bot_while_it_was_away_is_deleted_after_a_week(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.absence._CHECK_EVERY_SECONDS", 0.05)
    async with guild(database_url) as (discord, store):
        gone = await store.join(JoinWorkspace("discord", "999", "gone"))
        async with online(discord, store) as world:
            await eventually(lambda: store.known_workspaces("discord"), holds=lambda known: (gone, None) not in known)
            await store.note_absence(gone, datetime.now(UTC) - GRACE)
            await eventually(lambda: store.workspace("discord", "999"), holds=lambda known: known is None)
            assert await world.community()


async def test_a_guild_that_invites_the_bot_again_during_the_check_is_kept(
    discord: DiscordDouble, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def long_gone(*_: object) -> list[str]:
        asked.set()
        return [discord.guild_id]

    async with online(discord, store) as world:
        assert await world.community()
    monkeypatch.setattr("bot.absence.absent_for_long", long_gone)
    with capture_logs() as logged:
        async with online(discord, store) as world:
            await asyncio.wait_for(asked.wait(), PATIENCE)
            await eventually(lambda: any(line["event"] == "absent_workspace_left" for line in logged))
            assert await store.workspace("discord", discord.guild_id)


async def _lose_privately(discord: DiscordDouble, member: str, words: str) -> None:
    opened = await discord.ui.slash("lost", member, "general")
    await discord.ui.opened(opened)
    await discord.ui.answer(await discord.ui.submit(opened, words=words, seen="private"))


def _private_threads(discord: DiscordDouble) -> list[str]:
    return [channel["name"] for channel in discord.channels.values() if channel["type"] == PRIVATE_THREAD]


async def _heard(discord: DiscordDouble, store: Store) -> None:
    """Wait until the bot is sure to have heard of everything up to now."""
    then = datetime.now(UTC) + _UNNOTICED
    await eventually(lambda: heard_at(store, "discord", discord.guild_id), holds=lambda at: at and at > then)


async def _number_is(world: World, number: int) -> bool:
    return len(await world.reports()) == number


async def _texts_are(world: World, texts: list[str]) -> bool:
    return sorted(report["text"] for report in await world.reports()) == texts


async def _channels(world: World) -> set[tuple[str, str | None]]:
    async with world.store.transaction(await world.community()) as connection:
        rows = await (await connection.execute("SELECT name, role::text FROM channel")).fetchall()
    return {(row["name"], row["role"]) for row in rows}
