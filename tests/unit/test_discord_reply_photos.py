"""Photos that reply to a report's post on Discord never become a report by themselves."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import discord
import pytest

from bot.discord import inbound
from bot.discord.errors import MissingPermissionError
from bot.discord.inbound import Inbound
from reunite.commands import ReportFound
from reunite.entities import IncomingPhoto, Member, ReplyTarget, ReportKind, ReportState
from reunite.errors import TryAgainError
from reunite.language import sentence
from tests.support.marked_reports import marked

ANN, BOB = Member("1", "Ann"), Member("2", "Bob")
TARGET = ReplyTarget("discord", "5", "6", "7")


class Replied:
    """A photo in reply to Ann's report, and the adapter that hears of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, state: ReportState, minutes: int, by: Member = BOB) -> None:
        photos = (IncomingPhoto("a.jpg"),)
        report = ReportFound(
            source_key="7", target=TARGET, author=by, text="mine!", posted_at=datetime.now(UTC), photos=photos
        )
        replied = replace(marked(ReportKind.FOUND, 1), author=ANN, state=state)
        self.handlers: Any = AsyncMock(
            report_at=AsyncMock(side_effect=lambda target: None if target == TARGET else replied),
            edit=AsyncMock(return_value=None),
        )
        self.platform: Any = AsyncMock()
        workspaces: Any = MagicMock(lock=lambda _: asyncio.Lock(), ensure_joined=AsyncMock())
        self.inbound = Inbound(MagicMock(discord.Client), self.handlers, workspaces, self.platform, AsyncMock())
        monkeypatch.setattr(self.inbound, "_report_channel", lambda *_, **__: (MagicMock(), ReportKind.FOUND))
        monkeypatch.setattr(inbound, "report_of", lambda *_: report)
        monkeypatch.setattr(inbound, "photos_of", lambda _: photos)
        now = discord.utils.utcnow()
        self.message: Any = MagicMock(
            discord.Message, id=7, type=discord.MessageType.reply, edited_at=now, webhook_id=None
        )
        self.message.created_at, self.message.reference.message_id = now - timedelta(minutes=minutes), 8
        self.message.author.bot, self.message.attachments, self.message.message_snapshots = False, [], []
        self.message.flags.voice, self.message.content = False, ""


@pytest.mark.parametrize(
    ("state", "minutes", "by", "said"),
    [
        (ReportState.OPEN, 3, BOB, "offer_reply"),
        (ReportState.OPEN, 3000, BOB, "offer_reply"),  # the bot was down meanwhile
        (ReportState.OPEN, 3000, ANN, "thread_photo_other"),
        (ReportState.RETURNED, 3, BOB, "offer_reply"),
        (ReportState.RETURNED, 3, ANN, "offer_reply"),
        (ReportState.RETURNED, 3000, BOB, ""),
        (ReportState.EXPIRED, 3000, BOB, ""),
    ],
)
async def test_it_is_answered_or_stays_as_it_is(
    state: ReportState, minutes: int, by: Member, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for way in ("posted", "edited"):
        replied = Replied(monkeypatch, state, minutes, by)
        await getattr(replied.inbound, way)(replied.message)
        sent = [call.args[0] for call in replied.platform.send.await_args_list]
        assert [(each.key, each.target, each.maybe_sent) for each in sent] == [("7:offer", TARGET, True)] * bool(said)
        assert all(sentence(said) in each.reply.text() for each in sent)
        replied.handlers.report.assert_not_awaited()


async def test_a_question_that_met_trouble_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    replied = Replied(monkeypatch, ReportState.OPEN, 3)
    replied.platform.send.side_effect = TryAgainError("502")
    with pytest.raises(TryAgainError):
        await replied.inbound.posted(replied.message)
    replied.platform.send.side_effect = MissingPermissionError("50013")
    await replied.inbound.posted(replied.message)
    assert not replied.inbound.recent, "it's asked once the permission is granted"
    replied.platform.send.side_effect = None
    await replied.inbound.posted(replied.message)
    assert [*replied.inbound.recent] == [7]
