"""Presses of reply buttons and the modals they open; their ids say what they mean, even after a restart."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final
from uuid import UUID

from bot.saved import WENT_WRONG, answering
from bot.slack.background import Background
from bot.slack.errors import FAILURES
from bot.slack.forms import View, context_of, form_input, form_modal, reply_modal
from bot.slack.looks import Looks
from bot.slack.markup import escape
from bot.slack.people import Person
from bot.slack.posts import Body, form_photos
from bot.slack.private_replies import PrivateReplies
from bot.slack.render import PRESS, parse_answer_id, with_answer
from bot.slack.reports import Reports
from bot.slack.workspace import SlackWorkspace
from reunite.commands import AnswerQuestion, Press
from reunite.errors import OnlyModeratorsError, TellUserError
from reunite.handlers import Handlers
from reunite.messages.forms import form_of
from reunite.messages.offers import kind_of_offer
from reunite.messages.reply import CONFIDENTIAL, FILES_LOOK, Action, Reply, action_of

_REFRESHES_HOME: Final[frozenset[Action]] = frozenset({"withdraw", "extend", "add_photo", "add_detail", "forget"})
"""The actions that change someone's own reports."""
_FAILED: Final = "answer_not_taken"
Refresh = Callable[[SlackWorkspace, str], Coroutine[Any, Any, None]]


class Buttons:
    """Handles presses and modals."""

    def __init__(
        self, handlers: Handlers, reports: Reports, looks: Looks, refresh: Refresh, *, background: Background
    ) -> None:
        """`refresh` updates someone's home tab."""
        self._handlers = handlers
        self._reports = reports
        self._looks = looks
        self._refresh = refresh
        self._background = background

    async def pressed(self, private: PrivateReplies) -> None:
        """Open the modal of a button, or do what it says and show that person the result."""
        press_id = private.body["actions"][0]["action_id"].removeprefix(PRESS)
        action = action_of(press_id.partition(":")[0])
        opens_modal = not private.has_response_url or (action is not None and form_of(action, "en") is not None)
        failed = WENT_WRONG if action == "look_page" else _FAILED
        await private.attempt(lambda person: self._pressed(press_id, person, private), failed, opens_modal=opens_modal)

    async def answered(self, private: PrivateReplies) -> None:
        """Take the answer to a question, and show it in place of the buttons."""
        await private.attempt(lambda person: self._answered(person, private), _FAILED)

    async def _pressed(self, press_id: str, person: Person, private: PrivateReplies) -> None:
        workspace, language = private.workspace, person.language
        action, subject = _parse_press_id(press_id)
        target = workspace.target(private.channel, private.message)
        press = _press(person, action, subject, target=target, key=private.body["trigger_id"])
        if kind := kind_of_offer(action):
            await self._reports.from_offer(person, private, kind)
            return
        if form := form_of(action, language):
            with _as_far_as_known(person):
                await self._handlers.forms.check(press)
            location = {"channel": private.channel, "message": private.message or ""}
            context = {"language": language, "press": f"{action}:{subject}", **location}
            await private.show(form_modal(form, PRESS, language, context))
            return
        if action == "look_page":
            await self._looks.turn(press, private)
        else:
            reply = await self._press(workspace, person, press)
            with answering(action):
                private.is_confidential = action in CONFIDENTIAL
                await private.send([reply], language)
        if action == "forget" and (
            rest := await self._handlers.forgetting.rest("slack", workspace.team, person.member, language)
        ):
            await private.send([rest], language)

    async def _press(self, workspace: SlackWorkspace, person: Person, press: Press) -> Reply:
        if press.action in FILES_LOOK:
            return await self._looks.claim(workspace, person, press)
        with _as_far_as_known(person):
            reply = await self._handlers.press(press)
        if press.action in _REFRESHES_HOME:
            self._background.start(self._refresh(workspace, press.member.id))
        return reply

    async def submit(self, workspace: SlackWorkspace, body: Body) -> View:
        """Do what the modal of a button says, and return the result."""
        view, given = body["view"], form_input(body["view"])
        context = context_of(view)
        action, subject = _parse_press_id(context["press"])
        person = await workspace.person(body["user"]["id"])
        target = workspace.target(context["channel"], context["message"] or None)
        photos = await form_photos(workspace, given.get("photos", ()))
        words = given.get("words", "")
        key = f"view:{view['id']}"
        press = _press(
            person, action, subject, target=target, key=key, words=words, code=given.get("code", ""), photos=photos
        )
        reply = await self._press(workspace, person, press)
        with answering(action):
            return reply_modal([reply], workspace.link_to, person.language)

    async def _answered(self, person: Person, private: PrivateReplies) -> None:
        [pressed], message = private.body["actions"], private.body["message"]
        report, choice = parse_answer_id(pressed["value"])
        target = private.workspace.target(private.channel, private.message)
        command = AnswerQuestion(target=target, member=person.member, report=report, choice=choice)
        answered = await self._handlers.answer_question(command)
        with answering():
            await private.send_words(escape(answered.words), person.language)
        if answered.changed:
            label = pressed["text"]["text"]
            shown = with_answer(message["blocks"], label)
            with suppress(*FAILURES):  # the person has read the answer
                await private.respond(text=escape(label), blocks=shown, replace_original=True)


@contextmanager
def _as_far_as_known(person: Person) -> Iterator[None]:
    """Turn nobody away for not being a moderator, if it's unknown whether they are. Raises TryAgainError then."""
    try:
        yield
    except OnlyModeratorsError:
        person.check_known()
        raise


def _parse_press_id(press_id: str) -> tuple[Action, UUID]:
    """Read a button's action and its subject. Raises TellUserError for an action that no longer exists."""
    name, _, subject = press_id.partition(":")
    if (action := action_of(name)) is None:
        raise TellUserError("nothing_here")
    return action, UUID(subject)


def _press(person: Person, action: Action, subject: UUID, **more: Any) -> Press:
    return Press(
        member=person.member,
        is_moderator=bool(person.moderates),
        action=action,
        subject=subject,
        language=person.language,
        spoken=person.spoken,
        **more,
    )
