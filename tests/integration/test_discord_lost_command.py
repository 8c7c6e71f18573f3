"""/lost on Discord, over real sockets, against the double."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from discord.utils import snowflake_time
from psycopg import OperationalError

from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.language import command_names, sentence
from reunite.messages import keys
from reunite.messages.reply import Picture
from reunite.ports import Outgoing
from reunite.posts import PostHandlers
from tests.doubles.discord_shapes import BOT_ID, FORUM, MANAGE_GUILD, MANAGE_THREADS, PRIVATE_THREAD, inputs
from tests.support.discord_adapter import JPEG, World, open_world, opened_world
from tests.support.queues import NoQueue
from tests.support.waiting import eventually

world_fixture = pytest.fixture(opened_world, name="world")


ANNOUNCEMENTS = 5
"""The type of a channel whose messages others can follow."""


def morning_before(report: Mapping[str, Any], zone: str) -> datetime:
    """Return 08:15 of the day before a report, which may have come just before midnight."""
    yesterday = report["posted_at"].astimezone(ZoneInfo(zone)) - timedelta(days=1)
    return yesterday.replace(hour=8, minute=15, second=0, microsecond=0)  # type: ignore[no-any-return]


async def test_lost_with_words_photo_place_and_time_is_a_report_and_answered_privately(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    used = await world.discord.ui.slash(
        "lost",
        bob,
        "general",
        photo=("bag.jpg", JPEG),
        description="red bag",
        where="bus 5",
        when="yesterday 08:15",
    )
    answer = await world.discord.ui.answer(used)
    first, about_zone = answer.splitlines()
    assert first == f"Got it, I'm searching. I'll reply in <#{world.discord.channel('lost')}>."
    assert about_zone == sentence("when_without_zone", when="yesterday 08:15", zone="UTC")
    assert used.ephemeral
    report = await world.report()
    assert (report["kind"], report["text"], report["place"]) == ("lost", "red bag", "bus 5")
    assert (report["source_key"], report["channel"], report["message"]) == (
        used.id,
        world.discord.channel("lost"),
        None,
    )
    assert report["happened_at"] == morning_before(report, "UTC")
    assert report["posted_at"] == snowflake_time(int(used.id))
    assert [name for name, _ in await world.photos()] == ["bag.jpg"]


async def test_where_a_language_suggests_a_zone_times_are_read_in_it(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    world.discord.locales[bob] = "ja"
    when = "yesterday 08:15"
    used = await world.discord.ui.slash("lost", bob, "general", None, description="red bag", when=when)
    _, about_zone = (await world.discord.ui.answer(used)).splitlines()
    names = command_names("ja")
    assert about_zone == sentence("when_without_zone", "ja", command=names, when=when, zone="Asia/Tokyo")
    report = await world.report()
    assert report["happened_at"] == morning_before(report, "Asia/Tokyo")


async def test_of_several_channels_for_lost_reports_the_one_where_the_command_is_used_takes_it(world: World) -> None:
    second = await world.discord.admin.create_channel("lost-items")
    used = await world.discord.ui.slash("lost", world.discord.admin.join("Bob"), "lost-items", description="red bag")
    assert f"<#{second}>" in await world.discord.ui.answer(used)
    assert (await world.report())["channel"] == second


@pytest.mark.parametrize("kind", [FORUM, ANNOUNCEMENTS])
async def test_a_private_report_goes_where_private_threads_are(world: World, kind: int) -> None:
    await world.discord.admin.create_channel("lost-items", kind)
    bob = world.discord.admin.join("Bob")
    for used_in, opened_in in (("lost-items", "lost"), ("general", "general")):
        opening = await world.discord.ui.slash("lost", bob, used_in)
        await world.discord.ui.opened(opening)
        submitted = await world.discord.ui.submit(opening, words=f"my diary, not the {used_in} one", seen="private")
        assert "I'll reply in" in await world.discord.ui.answer(submitted)
        threads = [place for place in world.discord.channels.values() if place["type"] == PRIVATE_THREAD]
        assert threads[-1]["parent_id"] == world.discord.channel(opened_in)
        if used_in != "general":  # from now on, no channel for lost items has private threads
            await world.discord.admin.delete_channel("lost")


async def test_a_private_report_is_answered_in_its_authors_language(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    world.discord.locales[bob] = "de"
    opening = await world.discord.ui.slash("lost", bob, "general")
    await world.discord.ui.opened(opening)
    await world.discord.ui.answer(await world.discord.ui.submit(opening, words="my diary", seen="private"))
    report = await world.report()
    assert world.discord.channels[report["channel"]]["name"] == sentence("thread_lost", "de", what="my diary")
    async with world.store.session(await world.community()) as session:
        [post] = await session.outbox.thread(report["id"])
    assert sentence("looking_yourself", "de") in post.text()
    [item] = await world.store.delivery.lease("discord", limit=10, seconds=60)
    picture = Picture(uuid4(), uuid4())
    shown = Outgoing("any", item.target, replace(item.reply, picture=picture), JPEG, language=item.language)
    sent = await world.platform.send(shown)
    assert sentence("picture_of_post", "de") in str(world.discord.message(sent.message))


async def test_who_posts_a_photo_in_their_private_reports_thread_learns_how_to_search_with_it(world: World) -> None:
    bob = world.discord.admin.join("Bob")
    opening = await world.discord.ui.slash("lost", bob, "general")
    await world.discord.ui.opened(opening)
    await world.discord.ui.answer(await world.discord.ui.submit(opening, words="my diary", seen="private"))
    report = await world.report()
    await world.discord.people.post_in_thread(report["channel"], bob, {"diary.jpg": JPEG})

    async def told() -> bool:
        async with world.store.session(await world.community()) as session:
            return await session.outbox.get(keys.thread_photo(report["id"])) is not None

    await eventually(told)


@pytest.mark.parametrize("may_delete", [True, False])
async def test_a_refused_private_report_leaves_no_thread_to_its_author(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, may_delete: bool
) -> None:
    async def check(*_: object) -> None:
        raise TellUserError("too_many_reports", number=60)

    monkeypatch.setattr("reunite.limits.HourlyLimit.check", check)
    async with open_world(database_url) as world:
        bob = world.discord.admin.join("Bob")
        if may_delete:
            await world.discord.admin.allow_here("lost", MANAGE_THREADS, BOT_ID)
        opening = await world.discord.ui.slash("lost", bob, "general")
        await world.discord.ui.opened(opening)
        answer = await world.discord.ui.answer(await world.discord.ui.submit(opening, words="my diary", seen="private"))
        assert answer == sentence("too_many_reports", number=60)
        threads = [channel["id"] for channel in world.discord.channels.values() if channel["type"] == PRIVATE_THREAD]
        assert len(threads) == (0 if may_delete else 1)
        assert all(bob not in world.discord.thread_members[thread] for thread in threads)


@pytest.mark.parametrize("is_saved", [True, False])
async def test_the_thread_of_a_private_lost_report_stays_if_an_error_comes_after_saving_or_who_knows(
    database_url: str, monkeypatch: pytest.MonkeyPatch, *, is_saved: bool
) -> None:
    async def refuse(*_: object) -> None:
        raise TellUserError("too_many_reports", number=60)

    async def fail(*_: object) -> None:
        raise OperationalError("the database is away")

    async def break_off(*_: object) -> None:
        raise RuntimeError

    if is_saved:  # the hint comes after the commit
        monkeypatch.setattr(NoQueue, "hint", break_off)
    else:
        monkeypatch.setattr(PostHandlers, "report", refuse)
        monkeypatch.setattr(Handlers, "report_at", fail)
    async with open_world(database_url) as world:
        bob = world.discord.admin.join("Bob")
        await world.discord.admin.allow_here("lost", MANAGE_THREADS, BOT_ID)
        opening = await world.discord.ui.slash("lost", bob, "general")
        await world.discord.ui.opened(opening)
        answer = await world.discord.ui.answer(await world.discord.ui.submit(opening, words="my diary", seen="private"))
        assert answer == (sentence("went_wrong") if is_saved else sentence("too_many_reports", number=60))
        [thread] = [channel["id"] for channel in world.discord.channels.values() if channel["type"] == PRIVATE_THREAD]
        assert [report["channel"] for report in await world.reports()] == [thread] * is_saved
        assert bob in world.discord.thread_members[thread]


async def test_an_answer_that_comes_later_than_discord_waits_is_no_defect(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_world(database_url) as world:
        opening = await world.discord.ui.slash("lost", world.discord.admin.join("Bob"), "general")
        await world.discord.ui.opened(opening)
        world.discord.refuse("PATCH /webhooks/", 404, code=10015, message="Unknown Webhook")
        await world.discord.ui.submit(opening, words="red bag")
        assert (await world.report())["text"] == "red bag"
        await eventually(lambda: not world.discord.refusals or None)
        await world.discord.ui.answer(await world.discord.ui.slash("stats", world.discord.admin.join("Eve"), "general"))
    assert "defect" not in capsys.readouterr().out


@pytest.mark.parametrize("status", [0, 503], ids=["broken connection", "unavailable"])
async def test_an_answer_that_fails_on_the_way_to_discord_is_given_again(world: World, status: int) -> None:
    world.discord.refuse("PATCH /webhooks/", status)
    used = await world.discord.ui.slash("lost", world.discord.admin.join("Bob"), "general", description="red bag")
    assert f"<#{world.discord.channel('lost')}>" in await world.discord.ui.answer(used)
    assert not world.discord.refusals


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ({"description": "x" * 4001}, "too long"),
    ],
)
async def test_a_refused_lost_command_is_explained_politely(world: World, options: dict[str, Any], answer: str) -> None:
    used = await world.discord.ui.slash("lost", world.discord.admin.join("Bob"), "general", **options)
    assert answer in await world.discord.ui.answer(used)
    assert await world.reports() == []


@pytest.mark.parametrize("when", ["some day soon", "2095-07-14"])
async def test_a_report_with_an_unreadable_time_is_kept(world: World, when: str) -> None:
    used = await world.discord.ui.slash(
        "lost", world.discord.admin.join("Bob"), "general", description="bag", when=when
    )
    text = await world.discord.ui.answer(used)
    assert sentence("when_kept", when=when) in text
    report = await world.report()
    assert (report["text"], report["happened_at"]) == (f"bag\n{when}", None)


async def test_times_are_read_in_the_members_zone_or_the_guilds(world: World) -> None:
    bob, manager = world.discord.admin.join("Bob"), world.discord.admin.join("Max")
    world.discord.members[manager]["roles"].append(world.discord.add_role("managers", MANAGE_GUILD))

    async def answer_to(name: str, **options: str) -> str:
        return await world.discord.ui.answer(await world.discord.ui.slash(name, bob, "general", None, **options))

    async def is_read_in(zone: str) -> bool:
        await answer_to("lost", description="red bag", when="yesterday 08:15")
        report = (await world.reports())[-1]
        return bool(report["happened_at"] == morning_before(report, zone))

    assert await answer_to("timezone") == sentence("zone_not_known")
    panel = await world.discord.ui.slash("setup", manager, "general")
    await world.discord.ui.answer(panel)
    pressed = await world.discord.ui.press(panel.responses[-1]["id"], sentence("setup_places"), manager)
    modal = await world.discord.ui.opened(pressed)
    assert [field.get("value", "") for field in inputs(modal) if field["custom_id"] == "timezone"] == [""]
    await world.discord.ui.submit(pressed, None, timezone="New York")
    await eventually(lambda: "America/New_York" in world.discord.text(world.discord.message(panel.responses[-1]["id"])))
    assert await is_read_in("America/New_York")
    assert "Asia/Tokyo" in await answer_to("timezone", zone="tokyo")
    assert await is_read_in("Asia/Tokyo")
    assert await answer_to("timezone", zone="Atlantis") == sentence("zone_unknown", zone="Atlantis")
    assert (await answer_to("timezone")).startswith("I read your times as Asia/Tokyo")
