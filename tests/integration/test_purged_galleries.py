"""A report that is withdrawn while galleries with it are brought up to date doesn't come back in them."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import pytest

from db.outbox import SqlOutbox
from reunite.commands import Withdraw
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply
from tests.contract.stages import ADA, staged

_SECONDS_TO_PURGE = 0.3


async def test_what_is_withdrawn_meanwhile_stays_out_of_galleries(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(database_url) as stage:
        await stage.join()
        found, withdrawn = await stage.found("an umbrella"), await stage.found("words to forget")
        lost = await stage.lost()
        await stage.search(lost, found, withdrawn, label=None)
        match = next(match for match in await stage.matches(lost) if match.found == found.id)
        await stage.press("pick", match.id, ADA)
        assert withdrawn.text in (await stage.thread(lost))[0].text()
        real, withdrawing = SqlOutbox.quoting, list[asyncio.Task[bool]]()

        async def quoting(self: SqlOutbox, report: UUID) -> Mapping[ReplyKey, Reply]:
            replies = await real(self, report)
            if any(reply.gallery for reply in replies.values()) and not withdrawing:
                withdrawing.append(
                    asyncio.create_task(stage.handlers.withdraw(Withdraw(target=withdrawn.target, member=None)))
                )
                await asyncio.wait(withdrawing, timeout=_SECONDS_TO_PURGE)
            return replies

        monkeypatch.setattr(SqlOutbox, "quoting", quoting)
        await stage.press("not_mine", match.id, ADA)
        assert await withdrawing[0]
        assert withdrawn.text not in await stage.words(lost)
