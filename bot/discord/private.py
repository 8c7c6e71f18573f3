"""Answers that one person sees: first a sign within Discord's three seconds, then what there is to say."""

import io
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

import discord
import structlog

from bot.discord.render import Rendered, render_private
from reunite.errors import TellUserError
from reunite.language import language_of
from reunite.messages import wording
from reunite.messages.reply import Reply

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person is shown: words, embeds with their buttons, and perhaps a file (its name and content)."""

    words: str = ""
    shown: tuple[Rendered, ...] = ()
    file: tuple[str, bytes] | None = None

    @classmethod
    def of(cls, *replies: Reply) -> Self:
        """Return replies as an answer."""
        return cls(shown=tuple(render_private(reply) for reply in replies))


Work = Callable[[], Awaitable[Answer]]


def language(interaction: discord.Interaction) -> str:
    """Return the language in which a person uses Discord, or English."""
    return language_of(str(interaction.locale))


async def is_ours(sign: Awaitable[object]) -> bool:
    """Give Discord its sign; false where it has one already, as when an event comes twice, or it comes too late."""
    try:
        await sign
    except discord.HTTPException as error:
        _log.info("discord_interaction_passed", code=error.code)
        return False
    return True


async def privately(interaction: discord.Interaction, work: Work) -> None:
    """Answer by what `work` comes to; a person's mistake and our own are told in words."""
    if not await is_ours(interaction.response.defer(ephemeral=True, thinking=True)):
        return
    answer = await outcome(interaction, work)
    with suppress(discord.NotFound):  # the channel is gone, or it took longer than Discord waits
        await edit_answer(interaction, answer)
        for each in answer.shown[1:]:
            view = each.view() if each.buttons else discord.utils.MISSING
            await interaction.followup.send(embed=each.embed, view=view, allowed_mentions=each.mentions, ephemeral=True)


async def edit_answer(interaction: discord.Interaction, answer: Answer) -> None:
    """Put an answer, the first of its embeds, in the place of the sign that was given, or of the message pressed."""
    first = answer.shown[0] if answer.shown else None
    await interaction.edit_original_response(
        content=answer.words or None,
        embeds=[first.embed] if first else [],
        view=first.view() if first and first.buttons else None,
        attachments=[discord.File(io.BytesIO(answer.file[1]), answer.file[0])] if answer.file else [],
        allowed_mentions=discord.AllowedMentions.none(),
    )


async def outcome(interaction: discord.Interaction, work: Work) -> Answer:
    """Return what `work` comes to, or what a person is told instead."""
    try:
        return await work()
    except TellUserError as error:
        return Answer(wording.explain(error, language(interaction)))
    except Exception:  # noqa: BLE001 - the person is told, whatever it was
        _log.exception("discord_interaction_defect", interaction=interaction.id)
        return Answer(wording.sentence("went_wrong", language(interaction)))
