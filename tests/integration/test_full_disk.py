"""A full disk of the database: replies wait, however often they're tried. One of our own is a defect."""

import errno

import psycopg
import pytest

from bot import delivery
from bot.delivery import Delivery
from reunite.ports import Outgoing, Sent
from tests.contract.handover_cases import accepted
from tests.contract.stages import staged
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.services import background
from tests.support.waiting import eventually

pytestmark = pytest.mark.untraced


class FullAtFirst(RecordingPlatform):
    """A platform whose first message can't be noted, because the disk of the database is full."""

    is_full = True

    async def send(self, outgoing: Outgoing) -> Sent:
        if self.is_full:
            self.is_full = False
            raise psycopg.errors.DiskFull("could not extend file")
        return await super().send(outgoing)


async def test_no_reply_is_given_up_while_the_database_is_in_trouble(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MAX_ATTEMPTS", 1)
    async with staged(database_url) as stage:
        await stage.join()
        await accepted(stage)
        before = await stage.store.delivery.lease("web", limit=100, seconds=0)
        platform = FullAtFirst()
        async with background(Delivery(stage.store, platform, lease_seconds=5).run()):
            await eventually(lambda: len(platform.messages) >= len(before), "a reply was given up")


class FullItself(RecordingPlatform):
    """A platform that can't send, because the bot's own disk is full."""

    async def send(self, outgoing: Outgoing) -> Sent:
        raise OSError(errno.ENOSPC, f"no space left for {outgoing.key}")


async def test_a_full_disk_of_our_own_is_not_tried_for_ever(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MAX_ATTEMPTS", 1)
    async with staged(database_url) as stage:
        workspace = await stage.join()
        await accepted(stage)

        async def are_given_up() -> bool:
            async with stage.store.session(workspace.community) as session:
                return not await session._all("SELECT seq FROM outbox WHERE state = 'queued'")

        async with background(Delivery(stage.store, FullItself(), lease_seconds=5).run()):
            await eventually(are_given_up, "a reply is tried again")
