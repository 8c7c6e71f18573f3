"""A reply that can't be read delays no other."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from bot.delivery import Delivery
from db import delivery
from db.delivery import MAX_ATTEMPTS
from db.session import CommunitySession
from db.store import Store
from reunite.commands import JoinWorkspace, ReportFound
from reunite.entities import ReplyTarget, Report
from reunite.handlers import Handlers
from reunite.messages import keys, wording
from tests.doubles.recording_platform import RecordingPlatform
from tests.support.queues import NoQueue
from tests.support.services import background
from tests.support.waiting import eventually
from tests.support.world import BEN

_NEWER = (
    """UPDATE outbox SET reply = jsonb_set(reply, '{lines}', '[[{"is": "newer", "text": "x"}]]') WHERE report_id = %s"""
)


async def answered(store: Store, workspace: str) -> Report:
    """Return a report in a community of its own, whose first answer is in the outbox."""
    handlers = Handlers(store, NoQueue())
    joined = await handlers.join(JoinWorkspace("web", workspace, workspace))
    target = ReplyTarget("web", workspace, "found", f"root-{workspace}")
    post = ReportFound(source_key=workspace, target=target, author=BEN, text="a hat")
    report = (await handlers.report(post)).report
    async with store.session(joined.community) as session:
        await session.outbox.post(report.id, keys.first_reply(report.id), wording.nothing(report, 3))
    return report


@pytest.mark.parametrize(("attempts", "state"), [(0, "queued"), (MAX_ATTEMPTS - 1, "failed")])
async def test_a_reply_that_cannot_be_read_delays_no_other(
    database_url: str, owner_database_url: str, attempts: int, state: str
) -> None:
    platform = RecordingPlatform()
    async with Store(database_url) as store:
        unreadable = await answered(store, "a")
        await answered(store, "b")
        with psycopg.connect(owner_database_url, autocommit=True) as owner:
            owner.execute(_NEWER, [unreadable.id])
            owner.execute("UPDATE outbox SET attempts = %s WHERE report_id = %s", [attempts, unreadable.id])
            async with background(Delivery(store, platform).run()):
                await eventually(lambda: len(platform.messages) == 1)
            assert platform.messages[0][0].workspace == "b"
            row = owner.execute(
                "SELECT state, attempts, problem FROM outbox WHERE report_id = %s", [unreadable.id]
            ).fetchone()
    assert row == (state, attempts + 1, "unreadable: KeyError")


class BrokenError(Exception):
    """Stands for a defect in the reading of one community's rows."""


@pytest.mark.parametrize("step", ["_target", "_read"])
async def test_what_breaks_on_one_communitys_reply_delays_no_other(
    database_url: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    working: Callable[..., Any] = getattr(delivery, step)

    def broken_in_a(subject: ReplyTarget | CommunitySession, *rest: object, **options: object) -> object:
        if "a" in (getattr(subject, "workspace", ""), names.get(getattr(subject, "community", None))):
            raise BrokenError
        return working(subject, *rest, **options)

    platform = RecordingPlatform()
    async with Store(database_url) as store:
        names: dict[UUID | None, str] = {(await answered(store, name)).community: name for name in "ab"}
        monkeypatch.setattr(delivery, step, broken_in_a)
        async with background(Delivery(store, platform).run()):
            await eventually(lambda: len(platform.messages) == 1)
    assert platform.messages[0][0].workspace == "b"
