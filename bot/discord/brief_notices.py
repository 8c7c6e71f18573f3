"""Notices to one person that are deleted after a minute: Discord has no private reply to a reaction."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Final

import discord
import structlog

from bot.discord.errors import FAILURES
from bot.discord.render import mentions_of
from reunite.entities import ReplyTarget

_SECONDS: Final = 60
"""How long a notice stays."""
_ENDING_SECONDS: Final = 5
"""Seconds that a stopping bot waits for all notices to be deleted."""
_MAX_REMEMBERED: Final = 1000
_log = structlog.get_logger(__name__)


class BriefNotices:
    """Sends a notice once for each message and person, and deletes it after a minute, or when the bot stops.

    While a message has a notice, nobody else gets one there: many may react at once.
    """

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._sent: deque[tuple[str | None, int]] = deque(maxlen=_MAX_REMEMBERED)
        self._shown: dict[str | None, asyncio.Task[None]] = {}
        """Notices that aren't deleted yet, by message."""
        self._is_ending = asyncio.Event()

    def send(self, target: ReplyTarget, member: discord.Member, text: str, *, daily: bool = False) -> None:
        """Start to send a notice to a member, in the channel of a message; a `daily` one only once a day."""
        notice = (discord.utils.utcnow().date().isoformat() if daily else target.message, member.id)
        if notice in self._sent or target.message in self._shown:
            return
        self._sent.append(notice)
        task = self._shown[target.message] = asyncio.create_task(self._show(target, member, text))
        task.add_done_callback(lambda _: self._shown.pop(target.message, None))

    async def stop(self) -> None:
        """Delete right away what is still shown."""
        self._is_ending.set()
        if self._shown:
            await asyncio.wait(self._shown.values(), timeout=_ENDING_SECONDS)

    async def _show(self, target: ReplyTarget, member: discord.Member, text: str) -> None:
        channel = self._client.get_partial_messageable(int(target.channel), guild_id=member.guild.id)
        try:
            notice = await channel.send(f"{member.mention} {text}", allowed_mentions=mentions_of([member]))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_ending.wait(), _SECONDS)
            await notice.delete()
        except FAILURES as error:  # the bot may not write there, or someone deleted the notice
            _log.debug("discord_notice_interrupted", message=target.message, error=type(error).__name__)
        except Exception:  # noqa: BLE001 - nobody awaits this
            _log.exception("discord_notice_defect", message=target.message)
