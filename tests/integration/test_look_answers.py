"""A bot that waits for the answer to a look is woken once a worker has written it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from bot import looks
from db.store import Store
from reunite.commands import JoinWorkspace, Look, ReportLost
from reunite.entities import Member, ReplyTarget
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.reply import Reply
from reunite.ports import Queue
from tests.support.keys import KEYS
from tests.support.queues import NoQueue
from tests.support.waiting import PATIENCE

ADA = Member("ada", "Ada")
TARGET = ReplyTarget("web", "here", "lost")


class _WatchedHandlers(Handlers):
    """Tell when the answer was asked for, in vain."""

    def __init__(self, store: Store, queue: Queue) -> None:
        super().__init__(store, queue)
        self.asked = asyncio.Event()

    async def look_answer(self, *look: Any) -> Reply | None:
        reply = await super().look_answer(*look)
        self.asked.set()
        return reply


async def test_an_answer_is_shown_without_another_poll(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "_POLL_SECONDS", 10 * PATIENCE)
    told: list[UUID] = []
    async with Store(database_url, keys=KEYS) as store:
        handlers = _WatchedHandlers(store, NoQueue())
        community = (await handlers.join(JoinWorkspace("web", "here", "here"))).community
        report = (await handlers.report(ReportLost(source_key="a", target=TARGET, author=ADA, text="a cup"))).report
        command = Look(source_key="b", target=TARGET, author=ADA, text="badge XK-7731")

        def tell(look: UUID) -> None:
            told.append(look)
            handlers.look_answers.notify(look)

        async with store.notifying_of_looks(tell):
            waiting = asyncio.create_task(looks.answer_of(handlers, command, "en"))
            await asyncio.wait_for(handlers.asked.wait(), PATIENCE)
            look = await handlers.look(command)  # the same, because its key is
            for answered in (report.id, look):
                async with store.session(community) as session:
                    await session.reports.mark_first_reply(answered)
            reply = await asyncio.wait_for(waiting, PATIENCE)
    assert reply.text() == sentence("look_nothing_found")
    assert told == [look]
