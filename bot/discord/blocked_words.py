"""What is sent where a guild's AutoMod blocks a member's words."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

import discord
import structlog

from bot.discord.errors import WORDS_REFUSED
from reunite.messages.reply import Plain, Quoted, Span
from reunite.ports import Outgoing

_LEFT_OUT: Final = Plain("…")
T = TypeVar("T")

_log = structlog.get_logger(__name__)


async def quoting_if_allowed(send: Callable[[Outgoing], Awaitable[T]], outgoing: Outgoing) -> T:
    """Send or edit a reply; if its words are blocked, leave out what members wrote."""
    try:
        return await send(outgoing)
    except discord.HTTPException as error:
        if error.code not in WORDS_REFUSED:
            raise
        _log.warning("discord_quotes_refused", channel=outgoing.target.channel, code=error.code)
    return await send(without_quotes(outgoing))


def without_quotes(outgoing: Outgoing) -> Outgoing:
    """Return a reply that leaves out what members wrote."""

    def shown(span: Span) -> Span:
        return _LEFT_OUT if isinstance(span, Quoted) else span

    lines = tuple(tuple(map(shown, line)) for line in outgoing.reply.lines)
    return replace(outgoing, reply=replace(outgoing.reply, lines=lines))
