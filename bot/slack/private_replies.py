"""Replies that one person sees: an ephemeral message, or a modal."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

import aiohttp
import structlog
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.saved import SAVED, WENT_WRONG, AnswerFailedError, unsaved
from bot.slack.background import with_retries
from bot.slack.errors import (
    FAILURES,
    OK,
    code_of,
    is_missing_scope,
    is_server_error,
    may_be_done,
    slack_answers,
    slack_errors,
)
from bot.slack.forms import View, context_of, reply_modal, words_modal
from bot.slack.manifest import command_names
from bot.slack.markup import escape
from bot.slack.people import Person
from bot.slack.posts import Body
from bot.slack.render import Element, messages
from bot.slack.workspace import SlackWorkspace
from db.trouble import log_failure
from reunite.errors import TellUserError, TryAgainError, UndeliverableError
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.reply import Reply

REPORT_FAILED: Final = "report_not_taken"
_TRIGGER_SECONDS: Final = 1.0
"""Seconds that work may take before a modal is opened; Slack allows three, counted from the press."""
_LOGGED_CHARACTERS: Final = 100
"""Characters of a refusal that are logged: it may be a page."""
_log = structlog.get_logger(__name__)


class PrivateReplies:
    """The way back to someone who used a command, a shortcut or a button.

    They get an ephemeral message, or see the reply in the modal that they are in, or else in a new one.
    """

    def __init__(self, workspace: SlackWorkspace, body: Body, respond: AsyncRespond) -> None:
        """`body` is Slack's request; `respond` posts to its response_url."""
        self.workspace = workspace
        self.body = body
        self.respond = respond
        self._user: str = body.get("user_id") or body["user"]["id"]
        view = body.get("view") or {}
        self._modal: str | None = view.get("id") if view.get("type") == "modal" else None
        self._showing = asyncio.Lock()
        self._is_answering = False
        """Whether an answer was begun; what it reports has been done by then."""
        self.is_confidential = False
        """Whether the answer must not be left in a message that stays."""

    @property
    def has_response_url(self) -> bool:
        """Whether Slack takes messages in answer to the request; it doesn't from the App Home and modals."""
        return bool(self.body.get("response_url"))

    @property
    def remembered_language(self) -> str:
        """The person's language, or else the workspace's, as last heard."""
        return self.workspace.remembered_language(self._user)

    @property
    def channel(self) -> str:
        """The channel that the person is in, or empty."""
        body = self.body
        channel = body.get("channel_id") or (body.get("channel") or {}).get("id")
        return str(channel or context_of(body.get("view") or {}).get("channel", ""))

    @property
    def message(self) -> str | None:
        """The root of the thread that the person is in."""
        root = self._thread or (self.body.get("message") or {}).get("ts")
        return str(root) if root else context_of(self.body.get("view") or {}).get("message") or None

    @property
    def _thread(self) -> str | None:
        """The thread of the message whose button was pressed; of an ephemeral one Slack sends only its container."""
        message, container = self.body.get("message") or {}, self.body.get("container") or {}
        thread = message.get("thread_ts") or container.get("thread_ts")
        return str(thread) if thread else None

    async def send(
        self, replies: Sequence[Reply], language: str, file: str | None = None, *, in_place: bool = False
    ) -> None:
        """Show replies with their buttons, perhaps in place of the message whose button was pressed.

        `file` is the id of their uploaded picture.
        """
        link_to = self.workspace.link_to
        if self._modal or not self.has_response_url:
            view = reply_modal(replies, link_to, language, file)
            await with_pictures_or_without(view["blocks"], lambda shown: self.show({**view, "blocks": shown}))
            return
        for number, (text, content) in enumerate(messages(replies, link_to, file, language)):
            send = partial(self._send_blocks, text, in_place=in_place and not number)
            await with_pictures_or_without(content, send)

    async def _send_blocks(self, text: str, shown: Sequence[Element], *, in_place: bool) -> None:
        await self._send_ephemeral(text=text, blocks=shown, in_place=in_place)

    async def send_words(self, words: str, language: str) -> bool:
        """Show a sentence; `words` are escaped, and may name channels. Return whether it's known to have arrived."""
        if self._modal or not self.has_response_url:
            try:
                await self.show(words_modal(words, language))
            except (TryAgainError, UndeliverableError) as error:  # such as one that the person has closed
                _log.warning("slack_modal_refused", team=self.workspace.team, reason=str(error))
                await with_retries(lambda: self._send_otherwise(None, {"text": words}))
            return True
        return await self._send_ephemeral(text=words)

    async def show(self, view: View) -> None:
        """Show a modal, in place of the one in which a button was pressed.

        Temporary trouble is waited for: what it says has happened, so no other answer would be right.
        """
        self._is_answering = True
        await with_retries(lambda: self._show(view))

    async def _show(self, view: View) -> None:
        with slack_errors():
            async with self._showing:
                if self._modal:
                    await self.workspace.client.views_update(view_id=self._modal, view=view)
                else:
                    await self._open(view)

    async def attempt(
        self,
        work: Callable[[Person], Coroutine[Any, Any, None]],
        failed: str = REPORT_FAILED,
        *,
        opens_modal: bool = False,
    ) -> None:
        """Do something for the person, and show in their language what went wrong.

        `failed` is the sentence for errors that they can't correct. Work that `opens_modal` may take longer than Slack
        allows for that: then a modal is opened at once, and its content follows.
        """
        task = asyncio.create_task(self._attempt(work, failed))
        if opens_modal and not self._modal:
            await asyncio.wait({task}, timeout=_TRIGGER_SECONDS)
            with suppress(*FAILURES):  # the task reports the error
                async with self._showing:
                    if not (task.done() or self._modal):
                        language = self.remembered_language
                        await self._open(words_modal(sentence("one_moment", language), language))
        await task

    async def _open(self, view: View) -> None:
        opened = await self.workspace.client.views_open(trigger_id=self.body["trigger_id"], view=view)
        self._modal = opened["view"]["id"]

    async def _attempt(self, work: Callable[[Person], Coroutine[Any, Any, None]], failed: str) -> None:
        language = self.remembered_language
        try:
            person = await self.workspace.person(self._user)
            language = person.language
            await work(person)
        except TellUserError as error:
            await self.send_words(escape(wording.explain(error, language, command_names(language))), language)
        except AnswerFailedError as error:
            log_failure(_log, "slack_answer", error.cause)
            await self.send_words(sentence(SAVED, language), language)
        except Exception as error:  # noqa: BLE001 - the person is waiting for a reply
            log_failure(_log, "slack_request", error)
            failure = WENT_WRONG if self._is_answering else unsaved(error, failed)
            if is_missing_scope(error) and not self._is_answering:
                failure = "app_lacks_scope"
            await self.send_words(sentence(failure, language), language)

    async def _send_ephemeral(self, *, in_place: bool = False, **message: Any) -> bool:
        """Send a message to the person alone; return whether it's known to have arrived."""
        self._is_answering = True
        shown = {"response_type": "ephemeral", "replace_original": in_place, "thread_ts": self._thread, **message}
        try:
            if reason := await _refusal(self.respond, shown):
                _log.warning("slack_answer_refused", team=self.workspace.team, reason=reason)
                await with_retries(lambda: self._send_otherwise(self._thread, message))
        except FAILURES as error:
            # Not sent again: Slack may have taken it, and nothing can look it up.
            _log.warning("slack_answer_lost", team=self.workspace.team, reason=type(error).__name__)
            return False
        return True

    async def _send_otherwise(self, thread: str | None, message: Mapping[str, Any]) -> None:
        """Answer without the response_url if Slack refuses it: it works only 5 times, within 30 minutes."""
        client = self.workspace.client
        with slack_answers():
            if self.channel in self.workspace.channels:
                try:
                    await client.chat_postEphemeral(channel=self.channel, user=self._user, thread_ts=thread, **message)
                except SlackApiError as error:
                    if may_be_done(error):
                        raise
                    _log.warning("slack_ephemeral_refused", team=self.workspace.team, error=code_of(error))
                else:
                    return
            with slack_errors():  # opening it says nothing, so it may be repeated
                direct = await self.workspace.direct(self._user)
            if self.is_confidential:
                message = {"text": sentence(WENT_WRONG, self.remembered_language)}
            await client.chat_postMessage(channel=direct, unfurl_links=False, unfurl_media=False, **message)


async def _refusal(respond: AsyncRespond, message: Mapping[str, Any]) -> str:
    """Post to a response_url; return why it isn't taken, or nothing. Raises UNANSWERED if it may have been."""
    try:
        answer = await respond_once(respond, message)
    except aiohttp.ClientConnectorError as error:
        return type(error).__name__
    if is_server_error(answer.status_code):
        raise SlackRequestError(f"Slack answers {answer.status_code}")
    is_taken = answer.status_code == OK and _says_ok(answer.body)
    return "" if is_taken else f"{answer.status_code} {answer.body[:_LOGGED_CHARACTERS]}"


def _says_ok(body: str) -> bool:
    """Return whether an answer of status 200 is Slack's, and no refusal: a proxy's page hasn't reached Slack."""
    try:
        said = json.loads(body)
    except ValueError:
        return not body.lstrip().startswith("<")
    return not isinstance(said, dict) or said.get("ok") is not False


async def respond_once(respond: AsyncRespond, message: Mapping[str, Any]) -> WebhookResponse:
    """Post to a response_url. `respond` itself posts again what has broken off, though Slack may have taken it."""
    url = str(respond.response_url)
    client = AsyncWebhookClient(url, proxy=respond.proxy, ssl=respond.ssl, retry_handlers=[])
    return await client.send_dict({name: value for name, value in message.items() if value is not None})


async def with_pictures_or_without(
    content: Sequence[Element], show: Callable[[Sequence[Element]], Awaitable[None]]
) -> None:
    """Show blocks, without their pictures if Slack refuses them: the words matter more."""
    try:
        await show(content)
    except UndeliverableError as error:
        words = [block for block in content if block["type"] != "image"]
        if len(words) == len(content):
            raise
        _log.warning("slack_picture_refused", reason=str(error))
        await show(words)
