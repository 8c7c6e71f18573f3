"""Buttons below replies, which work after a restart too: what they are about stands in their id."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, cast, get_args
from uuid import UUID

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.slack.background import Background
from bot.slack.files import photos_filled_in
from bot.slack.private import Private, submitted
from bot.slack.render import PRESS, answer_of, answered, escaped
from bot.slack.views import View, context_of, filled_in, form_view, reply_view
from bot.slack.workspace import Person, SlackWorkspace
from reunite.commands import AnswerQuestion, Press
from reunite.errors import TellUserError
from reunite.handlers import Handlers
from reunite.messages.forms import form_of
from reunite.messages.reply import Action, Reply

Body = Mapping[str, Any]
_ACTIONS: Final[frozenset[str]] = frozenset(get_args(Action))
_OWN: Final[frozenset[Action]] = frozenset({"withdraw", "extend", "add_photo", "add_detail", "forget"})
"""What changes one's own reports, and so one's home tab."""
_FAILED: Final = "answer_not_taken"
Refresh = Callable[[SlackWorkspace, str], Coroutine[Any, Any, None]]
_log = structlog.get_logger(__name__)


class Presses:
    """Takes presses, and the modals that some of them open first."""

    def __init__(self, handlers: Handlers, refresh: Refresh, background: Background) -> None:
        """`refresh` brings someone's home tab up to date."""
        self._handlers = handlers
        self._refresh = refresh
        self._background = background

    async def pressed(self, workspace: SlackWorkspace, ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        """Take a press: acknowledge at once, then open its modal, or do it and say to that person what came of it."""
        await ack()
        private = Private(workspace, body, respond)
        self._background.start(private.attempt(lambda person: self._pressed(workspace, body, person, private), _FAILED))

    async def submit(self, workspace: SlackWorkspace, ack: AsyncAck, body: Body) -> None:
        """Take the modal of a press."""
        await submitted(ack, workspace, body["view"], self._submit(workspace, body), self._background)

    async def answer(self, workspace: SlackWorkspace, ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        """Take a press of a question's button: acknowledge at once, say to whoever pressed it what came of it."""
        await ack()
        private = Private(workspace, body, respond)
        self._background.start(
            private.attempt(lambda person: self._answered(workspace, body, respond, person, private), _FAILED)
        )

    async def _pressed(self, workspace: SlackWorkspace, body: Body, person: Person, private: Private) -> None:
        action, subject = _meant(body["actions"][0]["action_id"].removeprefix(PRESS))
        language = person.language
        if form := form_of(action, language):
            place = {"channel": private.channel, "message": private.message or ""}
            context = {"language": language, "press": f"{action}:{subject}", **place}
            await private.show(form_view(form, PRESS, language, context))
            return
        target = workspace.target(private.channel, private.message)
        press = _press(person, action, subject, target=target, key=body["trigger_id"])
        await private.say([await self._do(workspace, press)], language)

    async def _do(self, workspace: SlackWorkspace, press: Press) -> Reply:
        reply = await self._handlers.press(press)
        if press.action in _OWN:
            self._background.start(self._refresh(workspace, press.member.id))
        return reply

    async def _submit(self, workspace: SlackWorkspace, body: Body) -> View:
        view, given = body["view"], filled_in(body["view"])
        context = context_of(view)
        action, subject = _meant(context["press"])
        person = await workspace.person(body["user"]["id"])
        target = workspace.target(context["channel"], context["message"] or None)
        photos = await photos_filled_in(workspace, given.get("photos", ()))
        words = given.get("words", "")
        key = f"view:{view['id']}"
        press = _press(person, action, subject, target=target, key=key, words=words, photos=photos)
        return reply_view([await self._do(workspace, press)], workspace.link_to, person.language)

    async def _answered(
        self, workspace: SlackWorkspace, body: Body, respond: AsyncRespond, person: Person, private: Private
    ) -> None:
        [pressed], message = body["actions"], body["message"]
        report, choice = answer_of(pressed["value"])
        target = workspace.target(private.channel, private.message)
        answer = AnswerQuestion(target=target, member=person.member, report=report, choice=choice)
        said = await self._handlers.answer_question(answer)
        await private.tell(escaped(said.words), person.language)
        if said.changed:
            shown = answered(message["blocks"], pressed["text"]["text"])
            await respond(text=escaped(pressed["text"]["text"]), blocks=shown, replace_original=True)


def _meant(pressed: str) -> tuple[Action, UUID]:
    """Read what a button does and what it is about. Raises TellUserError for one that we don't know any more."""
    action, _, subject = pressed.partition(":")
    if action not in _ACTIONS:
        raise TellUserError("nothing_here")
    return cast("Action", action), UUID(subject)


def _press(person: Person, action: Action, subject: UUID, **more: Any) -> Press:
    return Press(
        member=person.member,
        is_moderator=person.is_moderator,
        action=action,
        subject=subject,
        language=person.language,
        **more,
    )
