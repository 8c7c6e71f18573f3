"""A modal's submission: its work, and what the modal shows next."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.saved import SAVED, WENT_WRONG, AnswerFailedError, unsaved
from bot.slack.background import Background, with_retries
from bot.slack.errors import is_missing_scope, slack_errors
from bot.slack.forms import LOOK, REPORT, View, context_of, words_modal
from bot.slack.manifest import command_names
from bot.slack.markup import escape
from bot.slack.posts import Body
from bot.slack.private_replies import REPORT_FAILED, with_pictures_or_without
from bot.slack.render import Element
from bot.slack.workspace import SlackWorkspace
from db.trouble import log_failure
from reunite.errors import TellUserError
from reunite.language import sentence
from reunite.messages import wording

_FAILED: Final = {REPORT.partition(":")[0]: REPORT_FAILED, LOOK: WENT_WRONG}
"""The error shown if a modal's work fails, by the beginning of its callback."""
_MODAL_SECONDS: Final = 2.0
"""Seconds that a modal waits for its result; Slack gives up after three."""
_FIELDS: Final = {"photo": "photos", "too_many_photos": "photos", "claim_": "words", "log_channel_": "log_channel"}
"""The field that an error is about, by the beginning of its key; otherwise it is the first field."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a modal shows next, and what to do once it's shown."""

    view: View
    then: Callable[[], Awaitable[None]]


ModalWork = Coroutine[Any, Any, View | Shown]


class FieldsError(Exception):
    """A modal's submission can't be taken: a sentence says at each of these fields why."""

    def __init__(self, key: str, fields: Sequence[str]) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields


async def process_submission(
    ack: AsyncAck, workspace: SlackWorkspace, view: Body, work: ModalWork, background: Background
) -> None:
    """Process a modal's submission, and show the result in its place.

    If the person can correct something, the modal stays open and says so. A late result replaces the notice to wait.
    """
    language = context_of(view).get("language", "en")
    task = asyncio.create_task(_attempt(work, view, language))
    done, _ = await asyncio.wait({task}, timeout=_MODAL_SECONDS)
    if done:
        answer, then = task.result()
        await ack(**answer)
        if then:
            await then()
        return
    try:
        await ack(response_action="update", view=words_modal(sentence("one_moment", language), language))
    finally:
        background.start(_show_late(workspace, view["id"], task, language))


_Answer = tuple[dict[str, Any], Callable[[], Awaitable[None]] | None]
"""The acknowledgement of a modal, and what to do once it's shown."""


async def _attempt(work: ModalWork, view: Body, language: str) -> _Answer:
    then = None
    try:
        result = await work
        shown, then = (result.view, result.then) if isinstance(result, Shown) else (result, None)
    except TellUserError as error:
        errors = {_field(error, view): wording.explain(error, language, command_names(language))}
        return {"response_action": "errors", "errors": errors}, None
    except FieldsError as error:
        return {"response_action": "errors", "errors": dict.fromkeys(error.fields, sentence(error.key, language))}, None
    except AnswerFailedError as error:
        log_failure(_log, "slack_answer", error.cause)
        shown = words_modal(sentence(SAVED, language), language)
    except Exception as error:  # noqa: BLE001 - the person is waiting for a reply
        log_failure(_log, "slack_form", error)
        failed = _FAILED.get(view["callback_id"].partition(":")[0], "answer_not_taken")
        failure = "app_lacks_scope" if is_missing_scope(error) else unsaved(error, failed)
        shown = words_modal(sentence(failure, language), language)
    return {"response_action": "update", "view": shown}, then


def _field(error: TellUserError, view: Body) -> str:
    names: list[str] = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    about = next((field for start, field in _FIELDS.items() if error.key.startswith(start)), names[0])
    return about if about in names else names[0]


async def _show_late(workspace: SlackWorkspace, view_id: str, task: "asyncio.Task[_Answer]", language: str) -> None:
    result, then = await task
    view = result.get("view") or words_modal(escape(" ".join(result["errors"].values())), language)

    async def update(shown: Sequence[Element]) -> None:
        with slack_errors():
            await workspace.client.views_update(view_id=view_id, view={**view, "blocks": shown})

    async def show(shown: Sequence[Element]) -> None:
        await with_retries(partial(update, shown))

    await with_pictures_or_without(view["blocks"], show)
    if then:
        await then()
