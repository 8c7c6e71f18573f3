"""Answers what failed before any part of the adapter could answer: the workspace may not be known, nor its token."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.response import BoltResponse

from bot.saved import unsaved
from bot.slack.background import Background
from bot.slack.errors import FAILURES
from bot.slack.forms import context_of, words_modal
from bot.slack.private_replies import respond_once
from db.trouble import is_temporary, words_of
from reunite.errors import UndeliverableError
from reunite.language import sentence

Handler = Callable[..., Awaitable[BoltResponse | None]]
RememberedLanguage = Callable[[str | None, str | None], str]
"""Returns the language of a user of a workspace, by their ids."""
_log = structlog.get_logger(__name__)


def logged_and_answered(background: Background, remembered_language: RememberedLanguage) -> Handler:
    """Return bolt's handler of errors. It logs them and gives someone who waits a sentence.

    It's in the language of the form, or else the one remembered of them or of their workspace. Where nothing is
    remembered, that's English: Slack's requests name no language. Where there is no way to the person, Slack shows an
    error of its own; an event comes again.
    """

    async def failed(
        error: Exception, body: Mapping[str, Any], respond: AsyncRespond, context: AsyncBoltContext
    ) -> BoltResponse | None:
        kind = body.get("event", {}).get("type") or body.get("type") or body.get("command")
        if isinstance(error, UndeliverableError) or is_temporary(error):
            _log.warning("slack_event_failed", type=kind, error=type(error).__name__, **words_of(error))
        else:
            _log.error("slack_event_failed", type=kind, exc_info=error)
        language, key = remembered_language(context.team_id, context.user_id), unsaved(error)
        if "command" in body:
            return _shown({"response_type": "ephemeral", "text": sentence(key, language)})
        if kind == "view_submission":
            return _shown(_on_form(body["view"], key, language))
        if body.get("response_url"):
            background.start(_respond(respond, sentence(key, language)))
            return BoltResponse(status=200, body="")
        return None

    return failed


def _on_form(view: Mapping[str, Any], key: str, remembered: str) -> dict[str, Any]:
    """Keep a form open with what was written, and say on its first field that it wasn't taken."""
    language = context_of(view).get("language", remembered)
    words = sentence(key, language)
    fields = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    if fields:
        return {"response_action": "errors", "errors": {fields[0]: words}}
    return {"response_action": "update", "view": words_modal(words, language)}


async def _respond(respond: AsyncRespond, words: str) -> None:
    try:
        await respond_once(respond, {"response_type": "ephemeral", "replace_original": False, "text": words})
    except FAILURES as error:
        _log.warning("slack_answer_lost", reason=type(error).__name__)


def _shown(body: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=body)
