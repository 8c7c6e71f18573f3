"""Replies that one person sees: first an acknowledgement within Discord's three seconds, then the reply."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Self

import aiohttp
import discord
import structlog

from bot.discord.errors import EXPIRED_TOKEN, FAILURES, is_refusal
from bot.discord.render import PICTURE_NAME, Rendered, mentions_of, pictured, render_private
from bot.saved import SAVED, AnswerFailedError, unsaved
from db.trouble import log_failure
from reunite.errors import TellUserError
from reunite.language import command_names, language_of, sentence, spoken_language_of
from reunite.messages import wording
from reunite.messages.reply import Reply
from reunite.posts import Receipt

CHECK_SECONDS: Final = 1.5
"""Seconds that a check may take before a modal is opened; Discord allows three, counted from the press."""
_PAUSES_IN_SECONDS: Final = (1.0, 3.0, 10.0)
"""Seconds before each further attempt to show a reply."""
_TEMPORARY: Final = (discord.DiscordServerError, aiohttp.ClientError, OSError)
_NOT_SENT: Final = (aiohttp.ClientConnectorError,)
"""After other trouble, a message may have arrived, which can't be looked up: it would be shown twice."""
_ACKNOWLEDGE_SECONDS: Final = 2.5
"""Seconds in which an acknowledgement is tried; Discord allows three."""
_ACKNOWLEDGE_PAUSE_SECONDS: Final = 0.25
_ACKNOWLEDGED: Final = 40060
"""The code of an interaction that was acknowledged before."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PrivateReply:
    """Words, embeds with their buttons, and perhaps a file (its name and content)."""

    words: str = ""
    embeds: tuple[Rendered, ...] = ()
    file: tuple[str, bytes] | None = None
    receipt: Receipt | None = None
    """The report whose author reads it."""
    is_confidential: bool = False
    """It's shown for a moment only, never as a direct message, which stays."""

    def files(self) -> list[discord.File]:
        return [discord.File(io.BytesIO(self.file[1]), self.file[0])] if self.file else []

    @classmethod
    def of(cls, *replies: Reply) -> Self:
        return cls(embeds=tuple(render_private(reply) for reply in replies))

    @classmethod
    def with_picture(cls, reply: Reply, picture: bytes | None, language: str) -> Self:
        rendered = render_private(reply)
        if picture is None:
            return cls(embeds=(rendered,))
        shown = replace(rendered, embed=pictured(rendered.embed, reply, language))
        return cls(embeds=(shown,), file=(PICTURE_NAME, picture))


Work = Callable[[], Awaitable[PrivateReply]]


def language_of_user(interaction: discord.Interaction) -> str:
    """Return the language in which a person uses Discord, or English."""
    return language_of(str(interaction.locale))


def spoken_by_user(interaction: discord.Interaction) -> str | None:
    """Return that language, or None if we don't speak it."""
    return spoken_language_of(str(interaction.locale))


async def try_acknowledge(interaction: discord.Interaction, acknowledge: Callable[[], Awaitable[object]]) -> bool:
    """Acknowledge an interaction, and retry after temporary errors for as long as Discord waits.

    Return False if it was acknowledged before (an event can come twice) or if it is too late. If all attempts fail, the
    person reads so elsewhere.
    """
    loop, is_repeated = asyncio.get_running_loop(), False
    end = loop.time() + _ACKNOWLEDGE_SECONDS
    while True:
        try:
            await acknowledge()
        except _TEMPORARY as error:
            _log.warning("discord_acknowledgement_delayed", interaction=interaction.id, error=type(error).__name__)
            if loop.time() + _ACKNOWLEDGE_PAUSE_SECONDS > end:
                await _say_unacknowledged(interaction)
                return False
            is_repeated = True
            await asyncio.sleep(_ACKNOWLEDGE_PAUSE_SECONDS)
        except discord.HTTPException as error:
            if is_repeated and error.code == _ACKNOWLEDGED:  # an earlier attempt arrived
                return True
            _log.info("discord_interaction_skipped", code=error.code)
            if is_repeated:
                await _say_unacknowledged(interaction)
            return False
        else:
            return True


async def _say_unacknowledged(interaction: discord.Interaction) -> None:
    """Say that nothing was done: Discord only says that the bot doesn't respond."""
    await _send_directly(interaction, PrivateReply(sentence("went_wrong", language_of_user(interaction))))


async def reply_privately(interaction: discord.Interaction, work: Work) -> PrivateReply | None:
    """Acknowledge an interaction, then reply with the result of `work`, or else a problem. Return what they can see."""
    if not await try_acknowledge(interaction, partial(interaction.response.defer, ephemeral=True, thinking=True)):
        return None
    reply = await result_or_problem(interaction, work)
    return reply if await show(interaction, reply) else None


async def reply_with_problem(interaction: discord.Interaction, error: TellUserError) -> None:
    """Acknowledge an interaction, then say why it's refused."""
    if await try_acknowledge(interaction, partial(interaction.response.defer, ephemeral=True, thinking=True)):
        await show(interaction, _problem(interaction, error))


async def reply_in_place(interaction: discord.Interaction, work: Work) -> None:
    """Acknowledge a press, then show the result of `work` in place of the message with the button."""
    if await try_acknowledge(interaction, interaction.response.defer):
        await show(interaction, await result_or_problem(interaction, work))


async def show(interaction: discord.Interaction, reply: PrivateReply) -> bool:
    """Show a reply in place of the acknowledgement; if it's too late for that, send it directly.

    Return whether the person can see it.
    """
    try:
        await with_retries(interaction, partial(_edit_reply, interaction, reply))
        for rendered in reply.embeds[1:]:
            send = partial(
                interaction.followup.send,
                embed=rendered.embed,
                view=rendered.view() if rendered.buttons else discord.utils.MISSING,
                allowed_mentions=rendered.mentions,
                ephemeral=True,
            )
            await with_retries(interaction, send, _NOT_SENT)
    except FAILURES as error:
        return await _show_otherwise(interaction, reply, error)
    return True


async def follow_up(interaction: discord.Interaction, words: str) -> None:
    """Send a person a private message, and leave the message whose button they pressed as it is."""
    try:
        await with_retries(interaction, partial(interaction.followup.send, words, ephemeral=True), _NOT_SENT)
    except FAILURES as error:
        await _show_otherwise(interaction, PrivateReply(words), error)


async def with_retries(
    interaction: discord.Interaction,
    answer: Callable[[], Awaitable[object]],
    temporary: tuple[type[Exception], ...] = _TEMPORARY,
) -> None:
    """Answer, or do what the answer says, and retry after temporary errors: a person is waiting for it."""
    for pause in _PAUSES_IN_SECONDS:
        try:
            await answer()
        except temporary as error:
            _log.warning("discord_answer_delayed", interaction=interaction.id, error=type(error).__name__)
            await asyncio.sleep(pause)
        else:
            return
    await answer()


async def _show_otherwise(interaction: discord.Interaction, reply: PrivateReply, error: Exception) -> bool:
    """Send a reply directly, or else say in the channel that it's too late; nothing private is said there.

    It has no buttons: those of a private reply don't name their guild, and an interaction in direct messages has none.
    After trouble on the way it isn't sent: it may be shown already.
    """
    if not isinstance(error, discord.HTTPException) or (not is_refusal(error) and error.code not in EXPIRED_TOKEN):
        _log.warning("discord_answer_lost", interaction=interaction.id, error=type(error).__name__)
        return False
    if error.code in EXPIRED_TOKEN or isinstance(error, discord.NotFound):
        _log.info("discord_interaction_expired", code=error.code)
    else:  # what we show may be wrong
        _log.error("discord_answer_refused", interaction=interaction.id, code=error.code, exc_info=error)
    if reply.is_confidential:
        await _send_directly(interaction, PrivateReply(sentence("went_wrong", language_of_user(interaction))))
        return False
    return await _send_directly(interaction, reply)


async def _send_directly(interaction: discord.Interaction, reply: PrivateReply) -> bool:
    """Send a reply in direct messages, or ask in the channel to try again; return whether the reply was sent."""
    embeds = [rendered.embed for rendered in reply.embeds]
    try:
        await interaction.user.send(reply.words or None, embeds=embeds[:1], files=reply.files())
        for embed in embeds[1:]:  # a message takes at most 10, with 6,000 characters in all
            await interaction.user.send(embed=embed)
    except FAILURES as error:  # mostly, they don't accept messages from the bot
        _log.info("discord_direct_answer_refused", code=getattr(error, "code", type(error).__name__))
        person = interaction.user.mention
        words = sentence("answer_too_late", language_of_user(interaction), person=person)
        if isinstance(interaction.channel, discord.abc.Messageable):
            with suppress(*FAILURES):  # the channel is gone, or the bot may not write in it
                await interaction.channel.send(words, allowed_mentions=mentions_of([interaction.user]))
        return False
    return True


async def _edit_reply(interaction: discord.Interaction, reply: PrivateReply) -> None:
    """Replace the acknowledgement, or the message with the pressed button, by a reply and its first embed."""
    first = reply.embeds[0] if reply.embeds else None
    await interaction.edit_original_response(
        content=reply.words or None,
        embeds=[first.embed] if first else [],
        view=first.view() if first and first.buttons else None,
        attachments=reply.files(),
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def result_or_problem(interaction: discord.Interaction, work: Work) -> PrivateReply:
    """Return the result of `work`, or a sentence about what went wrong."""
    try:
        return await work()
    except TellUserError as error:
        return _problem(interaction, error)
    except AnswerFailedError as error:
        log_failure(_log, "discord_answer", error.cause, interaction=interaction.id)
        return _problem(interaction, TellUserError(SAVED))
    except Exception as error:  # noqa: BLE001 - the person gets an answer whatever happens
        log_failure(_log, "discord_interaction", error, interaction=interaction.id)
        return _problem(interaction, TellUserError(unsaved(error)))


def _problem(interaction: discord.Interaction, error: TellUserError) -> PrivateReply:
    language = language_of_user(interaction)
    return PrivateReply(wording.explain(error, language, command_names(language)))
