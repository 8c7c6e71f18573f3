"""Presses of buttons and submissions of modals; their ids say what they mean, even after a restart."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final, get_args

import discord
import structlog

from bot.discord.button_ids import KEEP, AnswerId, PressId, parse_answer_id, parse_press_id
from bot.discord.errors import FAILURES
from bot.discord.forms import FormInput, confirmation_reply, form_input, form_modal
from bot.discord.linking import Linking
from bot.discord.looks import Looks
from bot.discord.markup import without_spoilers
from bot.discord.permissions import may_set_up
from bot.discord.posts import check_photos
from bot.discord.private_replies import (
    CHECK_SECONDS,
    PrivateReply,
    follow_up,
    language_of_user,
    reply_in_place,
    reply_privately,
    reply_with_problem,
    result_or_problem,
    spoken_by_user,
    try_acknowledge,
)
from bot.discord.render import with_answer
from bot.discord.reports import REPORT, Reports
from bot.discord.settings_form import SettingsForm
from bot.discord.verdicts import fetch_member
from bot.discord.workspaces import Workspaces, guild_of, member_of
from bot.saved import answering
from reunite.commands import AnswerQuestion, Press
from reunite.entities import ReplyTarget
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.language import sentence
from reunite.messages.forms import Confirmation, Form, ReportForm, confirmation_of, form_of
from reunite.messages.offers import KIND_TOLD, kind_of_offer
from reunite.messages.reply import CONFIDENTIAL, FILES_LOOK, Action

_log = structlog.get_logger(__name__)

_REPORTS: Final[tuple[ReportForm, ...]] = get_args(ReportForm)
_SURE: Final = "sure:"
"""The prefix of the id of a button that confirms another one."""
_OWN_DATA: Final[frozenset[Action]] = frozenset({"withdraw", "forget"})
"""Actions that people who have left the guild can still take, in direct messages."""


_NOTHING: Final = FormInput({})


class Buttons:
    """Handles the buttons and modals that the bot has shown, at any time."""

    def __init__(  # noqa: PLR0913 - the parts that reply
        self,
        handlers: Handlers,
        workspaces: Workspaces,
        reports: Reports,
        looks: Looks,
        *,
        settings_form: SettingsForm,
        linking: Linking,
    ) -> None:
        self._linking = linking
        self._looks = looks
        self._handlers = handlers
        self._workspaces = workspaces
        self._reports = reports
        self._settings_form = settings_form

    async def interaction(self, interaction: discord.Interaction) -> None:
        """Handle a press or a modal; discord.py handles commands."""
        data: Mapping[str, Any] = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        if interaction.type is discord.InteractionType.component:
            await self._pressed(interaction, custom_id)
        elif interaction.type is discord.InteractionType.modal_submit:
            await self._submitted(interaction, custom_id)

    async def _pressed(self, interaction: discord.Interaction, custom_id: str) -> None:
        if answer := parse_answer_id(custom_id):
            await self._answered(interaction, answer)
        elif custom_id.startswith(SettingsForm.PREFIX):
            await self._settings_form.open(interaction, custom_id)
        elif custom_id == KEEP:
            await reply_in_place(interaction, lambda: _kept(interaction))
        elif custom_id == Linking.BUTTON:
            await reply_in_place(interaction, lambda: self._linking.unlink(interaction))
        elif press := parse_press_id(custom_id.removeprefix(_SURE)):
            await self._act(interaction, press, is_sure=custom_id.startswith(_SURE))
        else:
            await reply_with_problem(interaction, _unknown())

    async def _act(self, interaction: discord.Interaction, press: PressId, *, is_sure: bool) -> None:
        form = form_of(press.action, language_of_user(interaction))
        question = confirmation_of(press.action, language_of_user(interaction))
        if is_sure:
            await reply_in_place(interaction, lambda: self._press(interaction, press))
            if press.action == "forget":
                await self._forget_rest(interaction, press)
        elif question:
            await reply_privately(interaction, lambda: self._ask(interaction, press, question))
        elif press.action == "look_page":
            await self._looks.turn(interaction, lambda: self._read(interaction, press))
        elif form:
            await self._open(interaction, press, form)
        else:
            await reply_privately(interaction, lambda: self._press(interaction, press))

    async def _forget_rest(self, interaction: discord.Interaction, pressed: PressId) -> None:
        """Finish deleting a member's data, and tell them; the reply to their press has said that it takes a while."""
        guild, language = _guild(interaction, pressed.guild), language_of_user(interaction)
        member = member_of(interaction.user)
        if reply := await self._handlers.forgetting.rest("discord", str(guild.id), member, language):
            await follow_up(interaction, reply.text())

    async def _open(self, interaction: discord.Interaction, press: PressId, form: Form) -> None:
        """Open a button's modal, or say right away why filling it in would be pointless."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._handlers.forms.check(await self._read(interaction, press))
        except TellUserError as error:
            await reply_with_problem(interaction, error)
            return
        except TimeoutError:
            _log.info("discord_form_check_timed_out", interaction=interaction.id)
        except Exception:  # noqa: BLE001 - the form is checked again once it's filled in
            _log.exception("discord_form_check_failed", interaction=interaction.id)
        await try_acknowledge(interaction, partial(interaction.response.send_modal, form_modal(form, press.custom_id)))

    async def _ask(self, interaction: discord.Interaction, press: PressId, asked: Confirmation) -> PrivateReply:
        await self._handlers.forms.check(await self._read(interaction, press))
        words = sentence(f"button_{press.action}", language_of_user(interaction))
        return confirmation_reply(asked, words, f"{_SURE}{press.custom_id}")

    async def _submitted(self, interaction: discord.Interaction, custom_id: str) -> None:
        given = form_input(interaction)
        prefix, _, rest = custom_id.partition(":")
        which, _, opened = rest.partition(":")
        if prefix == REPORT and which in _REPORTS:
            await self._reports.submit(interaction, which, opened, given)
        elif custom_id == Looks.FORM:
            await self._looks.submit(interaction, given)
        elif custom_id.startswith(SettingsForm.PREFIX):
            await self._settings_form.submit(interaction, custom_id, given)
        elif press := parse_press_id(custom_id):
            await reply_privately(interaction, lambda: self._press(interaction, press, given))
        else:
            await reply_with_problem(interaction, _unknown())

    async def _press(
        self, interaction: discord.Interaction, pressed: PressId, given: FormInput = _NOTHING
    ) -> PrivateReply:
        press, action = await self._read(interaction, pressed, given), pressed.action
        if kind := kind_of_offer(action):
            return await self._reports.from_offer(interaction, kind)
        if action in FILES_LOOK:
            return PrivateReply.of(await self._looks.claim(interaction, press))
        reply = await self._handlers.press(press)
        if kind := KIND_TOLD.get(action):
            await self._reports.show_kind(interaction, kind)
        with answering(action):
            return replace(PrivateReply.of(reply), is_confidential=action in CONFIDENTIAL)

    async def _read(self, interaction: discord.Interaction, press: PressId, given: FormInput = _NOTHING) -> Press:
        user, guild, rights = interaction.user, _guild(interaction, press.guild), interaction.permissions
        action = press.action
        if action not in _OWN_DATA:
            await _check_member(interaction, guild)
        check_photos(given.not_photos)
        await self._workspaces.ensure_joined(guild)
        written = self._workspaces.readable_in_any_report(guild, given["words"])
        moderates = self._workspaces.is_moderator(user, rights, interaction.channel)
        # Who may post samples may remove them.
        moderates = moderates or (action == "remove_samples" and may_set_up(interaction))
        return Press(
            target=_target(interaction, guild),
            member=member_of(user),
            is_moderator=moderates,
            action=action,
            subject=press.subject,
            key=str(interaction.id),
            words=without_spoilers(written) if action == "add_detail" else written,
            code=given["code"],
            photos=given.photos,
            language=language_of_user(interaction),
            spoken=spoken_by_user(interaction),
        )

    async def _answered(self, interaction: discord.Interaction, pressed: AnswerId) -> None:
        """Take the answer to a question, and show it in place of the buttons."""
        message = interaction.message
        if message is None or not await try_acknowledge(interaction, interaction.response.defer):
            return

        async def answer() -> PrivateReply:
            guild = _guild(interaction, pressed.guild)
            await _check_member(interaction, guild)
            await self._workspaces.ensure_joined(guild)
            target, member = _target(interaction, guild), member_of(interaction.user)
            answered = await self._handlers.answer_question(
                AnswerQuestion(target=target, member=member, report=pressed.report, choice=pressed.choice)
            )
            if answered.changed:
                with answering():
                    await _show_answer(interaction, with_answer(message, pressed.custom_id))
            return PrivateReply(answered.words)

        reply = await result_or_problem(interaction, answer)
        await follow_up(interaction, reply.words)


def _guild(interaction: discord.Interaction, named: int | None) -> discord.Guild:
    """Return the guild of a press: the one it's in, or the one that a direct message's button names."""
    if interaction.guild is None and named and (guild := interaction.client.get_guild(named)):
        return guild
    return guild_of(interaction)


async def _kept(interaction: discord.Interaction) -> PrivateReply:
    return PrivateReply(sentence("nothing_deleted", language_of_user(interaction)))


def _unknown() -> TellUserError:
    """Return what is wrong with a button or a form of another version."""
    return TellUserError("nothing_here")


async def _check_member(interaction: discord.Interaction, guild: discord.Guild) -> None:
    """Raise TellUserError if the person behind a press in direct messages has left the guild."""
    if interaction.guild is None and await fetch_member(guild, interaction.user.id) is None:
        raise TellUserError("left_server")


async def _show_answer(interaction: discord.Interaction, question: discord.Embed) -> None:
    try:
        await interaction.edit_original_response(embeds=[question], view=None)
    except FAILURES as error:  # such as too late; the answer is stored, and a press says so
        _log.info("discord_answer_not_shown", reason=str(error))


def _target(interaction: discord.Interaction, guild: discord.Guild) -> ReplyTarget:
    message = str(interaction.message.id) if interaction.message else None
    return ReplyTarget("discord", str(guild.id), str(interaction.channel_id), message)
