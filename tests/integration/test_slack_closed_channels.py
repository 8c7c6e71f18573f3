"""Archived and restricted channels: the bot notices, and the reporter is answered elsewhere."""

from dataclasses import replace
from datetime import timedelta

import pytest

from db import refused_changes
from reunite.commands import Press
from reunite.entities import ReplyTarget
from reunite.errors import UndeliverableError
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Plain, Reply
from reunite.ports import Outgoing
from tests.doubles.slack import TEAM, shown
from tests.support.slack_adapter import JPEG, World, connected_world, world_in
from tests.support.waiting import eventually

world_fixture = pytest.fixture(connected_world, name="world")


async def test_an_archived_channel_takes_no_reports_until_it_is_back(world: World) -> None:
    await world.slack.admin.archive(world.lost).acked.wait()
    used = await world.slack.slash("lost", "a red hat", world.ada, "C0ELSEWHERE")
    await eventually(lambda: used.answers)
    assert "invite me" in used.answers[0]["text"]
    assert await world.reports() == []
    await world.slack.admin.archive(world.lost, archived=False).acked.wait()
    await world.slack.slash("lost", "a red hat", world.ada, world.general)
    await world.slack.wait_for_post(world.lost, "a red hat")


@pytest.mark.parametrize(
    "refusal",
    [
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    ],
)
async def test_a_report_whose_post_is_refused_goes_to_its_author(world: World, refusal: str) -> None:
    slack = world.slack
    slack.restrictions[world.lost] = refusal
    await slack.slash("lost", "a red hat", world.ada, world.lost)
    direct = slack.direct(world.ada)
    post = await slack.wait_for_post(direct, "a red hat")
    assert "I'll reply to you here" in shown(post)
    report = await eventually(world.report, holds=lambda report: report.target.message)
    assert (report.target.channel, report.target.message) == (direct, post["ts"])
    assert slack.messages[world.lost] == []
    detail = Press(
        target=report.target,
        member=report.author,
        is_moderator=False,
        action="add_detail",
        subject=report.id,
        key="1",
        words="with a white band",
    )
    await world.handlers.press(detail)
    changed = await eventually(lambda: slack.messages[direct][0], holds=lambda post: "white band" in shown(post))
    assert "I'll reply to you here" in shown(changed)
    await world.handlers.press(replace(detail, action="withdraw", key="2", words=""))
    ended = await eventually(lambda: shown(slack.messages[direct][0]), holds=lambda words: sentence("ended") in words)
    assert "I'll reply to you here" not in ended


@pytest.mark.parametrize(
    "closed", ["is_archived", "is_left", "no_permission", "access_denied", "channel_is_limited_access"]
)
async def test_a_reply_in_a_closed_channel_goes_to_the_author_and_the_next_ones_arrive_once_it_is_open(
    world: World, closed: str
) -> None:
    slack = world.slack
    post = slack.post_photo(world.found, world.ada, JPEG, "a hat")
    await world.wait_until_acknowledged(world.found, post)
    report, direct = await world.report(), slack.direct(world.ada)

    async def say(words: str) -> None:
        async with world.store.session(report.community) as session:
            await session.outbox.post(report.id, ReplyKey(words), Reply("note", ((Plain(words),),)))

    async def revise(words: str, now: str) -> None:
        async with world.store.session(report.community) as session:
            await session.outbox.revise(ReplyKey(words), Reply("note", ((Plain(now),),)))

    if closed in {"is_archived", "is_left"}:
        slack.channels[world.found] |= {"is_archived": True} if closed == "is_archived" else {"is_member": False}
    else:
        slack.restrictions[world.found] = closed
    await say("first")
    first = await slack.wait_for_post(direct, "first")
    assert "I'll reply to you here" in shown(first)
    await revise("first", "changed")
    await eventually(lambda: "changed" in shown(slack.messages[direct][0]))
    assert "I'll reply to you here" in shown(slack.messages[direct][0])
    slack.channels[world.found] |= {"is_archived": False, "is_member": True}
    slack.restrictions.clear()
    await say("second")
    await slack.wait_for_reply(world.found, post, "second")
    assert len(slack.thread(world.found, post)) == 1
    assert len(slack.messages[direct]) == 1


async def test_a_reply_to_the_moderators_in_an_archived_channel_goes_to_nobody_else(world: World) -> None:
    target = ReplyTarget("slack", TEAM, world.found)
    outgoing = Outgoing("key", target, Reply("note", ((Plain("sealed"),),)), author=world.ada)
    world.slack.channels[world.found]["is_archived"] = True
    with pytest.raises(UndeliverableError, match="is_archived"):
        await world.platform.send(outgoing)
    assert world.slack.messages.get(world.slack.direct(world.ada), []) == []


@pytest.mark.parametrize("refusal", ["not_in_channel", "channel_not_found"])
async def test_quotes_go_from_a_channel_that_the_bot_was_removed_from_once_it_is_invited_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    """docs.slack.dev/reference/methods/chat.delete: a private channel without the bot isn't found (read 2026-11-29)."""
    monkeypatch.setattr("bot.slack.reconcile._RECORD_EVERY_SECONDS", 0.1)
    async with world_in(database_url) as world:
        slack = world.slack
        lost, found, _, card = await world.card()
        assert "a hat" in shown(slack.message(card.channel, card.message) or {})
        slack.api.not_inside = refusal
        slack.channels[world.lost]["is_member"] = False
        listed = len(slack.calls_of("users.conversations"))
        slack.tell({"type": "channel_left", "channel": world.lost})
        await eventually(lambda: len(slack.calls_of("users.conversations")) > listed)
        slack.delete(world.found, str(found.target.message))
        await eventually(world.reports, holds=lambda reports: "a hat" not in [report.text for report in reports])

        async def has_failed() -> bool:
            async with world.store.session(lost.community) as session:
                row = await session._one("SELECT 1 FROM outbox WHERE state = 'failed' AND task = 'remove'")
            return row is not None

        await eventually(has_failed)
        slack.admin.invite_bot(world.lost)
        await eventually(lambda: slack.message(card.channel, card.message) is None)


async def test_what_is_for_all_is_not_sent_to_one_person(world: World) -> None:
    direct = world.slack.direct(world.ada)
    outgoing = Outgoing("key", ReplyTarget("slack", TEAM, direct), Reply("note", ((Plain("news"),),)), for_all=True)
    with pytest.raises(UndeliverableError, match="one person"):
        await world.platform.send(outgoing)
    assert world.slack.messages.get(direct, []) == []


async def test_replies_in_a_deleted_channel_are_gone_and_none_counts_as_undeliverable(world: World) -> None:
    lost, _, _, _ = await world.card()
    del world.slack.channels[world.lost]
    await world.slack.tell({"type": "channel_deleted", "channel": world.lost}).acked.wait()

    async def replies() -> list[tuple[str, str]]:
        async with world.store.transaction(lost.community) as connection:
            rows = await (await connection.execute("SELECT task, state FROM outbox ORDER BY seq")).fetchall()
            return [(row["task"], row["state"]) for row in rows]

    assert await eventually(replies, holds=lambda rows: all(state != "queued" for _, state in rows)) == [
        ("remove", "sent")
    ]


async def test_a_refused_change_is_tried_again_without_a_sign_that_the_channel_takes_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_changes, "_FIRST_PAUSE", timedelta(milliseconds=10))
    async with world_in(database_url) as world:
        lost, _, _, card = await world.card()
        async with world.store.session(lost.community) as session:
            await session._do(
                "UPDATE outbox SET task = 'remove', state = 'failed', due_at = now() - interval '1 hour',"
                " tried_again = 9, problem = 'Slack answers is_inactive'"
            )
        await eventually(lambda: world.slack.message(card.channel, card.message) is None)


async def test_nobody_is_asked_to_react_in_direct_messages_which_no_moderator_reads(world: World) -> None:
    direct, asked = world.slack.direct(world.ada), sentence("moderators_react")
    reply = Reply("first_reply", ((Plain("One match."),), wording.moderators_react("en")))
    for channel, is_asked in ((world.lost, True), (direct, False)):
        outgoing = Outgoing("key", ReplyTarget("slack", TEAM, channel, None), reply)
        sent = await world.platform.send(outgoing)
        message = world.slack.message(channel, sent.message)
        assert ("One match." in str(message), asked in str(message)) == (True, is_asked)
        await world.platform.edit(outgoing, sent)
        assert (asked in str(world.slack.message(channel, sent.message))) is is_asked
