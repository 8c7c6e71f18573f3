"""A bot that is asked to end finishes sending, and records where the replies are."""

import asyncio
from typing import Final

import pytest

from bot.delivery import Delivery
from db.delivery import OutboxItem
from db.store import Store
from reunite.commands import JoinWorkspace, ReportFound
from reunite.entities import ReplyTarget
from reunite.errors import PostGoneError
from reunite.handlers import Handlers
from reunite.messages import keys
from reunite.messages.keys import ReplyKey
from reunite.messages.wording import problem
from reunite.ports import Audience, Outgoing, Sent
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.queues import NoQueue
from tests.support.waiting import PATIENCE, eventually
from tests.support.world import BEN, open_world

AUDIENCES: Final[tuple[Audience, ...]] = ("moderators", "thread")


class SlowPlatform(RecordingPlatform):
    """Says that a message has begun its way, and lets it arrive a while later."""

    begun = asyncio.Event()

    async def send(self, outgoing: Outgoing) -> Sent:
        self.begun.set()
        await asyncio.sleep(0.3)
        return await super().send(outgoing)


async def test_what_is_being_sent_is_noted_before_the_bot_ends(database_url: str) -> None:
    async with Store(database_url) as store:
        handlers = Handlers(store, NoQueue())
        workspace = await handlers.join(JoinWorkspace("web", "world", "world"))
        target = ReplyTarget("web", "world", "found", "f1")
        report = (await handlers.report(ReportFound(source_key="f1", target=target, author=BEN, text="a cup"))).report
        async with store.session(workspace.community) as session:
            await session.outbox.post(report.id, keys.work_failed(report.id), problem("our_fault", "en", report.id))
        platform = SlowPlatform()
        delivering = asyncio.create_task(Delivery(store, platform).run())
        await asyncio.wait_for(platform.begun.wait(), PATIENCE)
        while not delivering.done():
            delivering.cancel()  # as those do who are in a hurry
            await asyncio.wait([delivering], timeout=0.1)
        async with store.session(workspace.community) as session:
            [row] = await session._all("SELECT state, sent_message FROM outbox")
    assert (row["state"], row["sent_message"]) == ("sent", "m0")


async def test_a_message_that_is_gone_withdraws_a_report_only_in_its_thread(
    database_url: str, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_: Outgoing) -> Sent:
        raise PostGoneError("gone")

    async with open_world(database_url, redis_url) as world:
        await world.set_up(log_channel="log")
        monkeypatch.setattr(world.platform, "send", gone)
        report = await world.found("f1", text="a cup")

        withdrawn: list[Audience] = []

        async def note(_: Delivery, item: OutboxItem) -> None:
            withdrawn.append(item.audience)

        monkeypatch.setattr(Delivery, "_withdraw", note)
        for audience in AUDIENCES:
            async with world.store.session(world.workspace.community) as session:
                reply = problem("our_fault", "en", report.id)
                await session.outbox.post(report.id, ReplyKey(audience), reply, audience)

            async def is_failed(key: str = audience) -> bool:
                async with world.store.session(world.workspace.community) as session:
                    failed = "SELECT FROM outbox WHERE state = 'failed' AND key = %(key)s"
                    return bool(await session._all(failed, key=key))

            await eventually(is_failed)
        await eventually(lambda: withdrawn)
    assert withdrawn == ["thread"]
