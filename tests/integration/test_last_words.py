"""A bot that is asked to end finishes sending, and records where the replies are."""

import asyncio

from bot.delivery import Delivery
from db.store import Store
from reunite.commands import JoinWorkspace, ReportFound
from reunite.entities import ReplyTarget
from reunite.handlers import Handlers
from reunite.messages import keys
from reunite.messages.wording import problem
from reunite.ports import Outgoing, Sent
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.queues import NoQueue
from tests.support.waiting import PATIENCE
from tests.support.world import BEN


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
