"""How one person is answered, and nobody else: by words that only they see, or in a modal."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.slack.background import Background
from bot.slack.errors import slack_errors
from bot.slack.render import blocks, escaped, notification, shortened
from bot.slack.views import REPORT, View, context_of, reply_view, words_view
from bot.slack.workspace import Person, SlackWorkspace
from reunite.errors import TellUserError
from reunite.language import sentence
from reunite.messages import wording
from reunite.messages.reply import Reply

Body = Mapping[str, Any]
_PATIENCE: Final = 2.0
"""Seconds for which a modal waits for its answer; Slack gives it up after three."""
_MOST_BLOCKS: Final = 50
_FIELDS: Final = {"when_": "when", "photo": "photos", "too_many_photos": "photos", "claim_": "words"}
"""Which field an error is about, by what its key begins with; the first one else."""
_log = structlog.get_logger(__name__)


class Private:
    """The way back to whoever used a command, a shortcut or a button.

    Below a message it is a message that only they see, in a modal that modal, and a new modal else.
    """

    def __init__(self, workspace: SlackWorkspace, body: Body, respond: AsyncRespond) -> None:
        """`body` is what Slack sent."""
        self._workspace = workspace
        self._user: str = body.get("user_id") or body["user"]["id"]
        self._body = body
        self._respond = respond
        view = body.get("view") or {}
        self._modal: str | None = view.get("id") if view.get("type") == "modal" else None

    @property
    def channel(self) -> str:
        """Where the person is; empty where that is no channel."""
        body = self._body
        place = body.get("channel_id") or (body.get("channel") or {}).get("id")
        return str(place or context_of(body.get("view") or {}).get("channel", ""))

    @property
    def message(self) -> str | None:
        """The thread in which the person is, by its root; None outside of threads."""
        message = self._body.get("message") or {}
        root = message.get("thread_ts") or message.get("ts")
        return str(root) if root else context_of(self._body.get("view") or {}).get("message") or None

    async def say(self, replies: Sequence[Reply], language: str) -> None:
        """Show replies, with their buttons."""
        if not self._body.get("response_url"):
            await self.show(reply_view(replies, self._workspace.link_to, language))
            return
        shown = [block for reply in replies for block in blocks(reply, self._workspace.link_to)][:_MOST_BLOCKS]
        text = shortened("\n".join(notification(reply) for reply in replies))
        await self._whisper(text=text, blocks=shown)

    async def tell(self, words: str, language: str) -> None:
        """Say something; `words` are escaped, and may name channels."""
        if self._body.get("response_url"):
            await self._whisper(text=words)
        else:
            await self.show(words_view(words, language))

    async def show(self, view: View) -> None:
        """Show a modal, in the place of the one in which a button was pressed."""
        with slack_errors():
            if self._modal:
                await self._workspace.client.views_update(view_id=self._modal, view=view)
            else:
                await self._workspace.client.views_open(trigger_id=self._body["trigger_id"], view=view)

    async def attempt(
        self, work: Callable[[Person], Coroutine[Any, Any, None]], failed: str = "report_not_taken"
    ) -> None:
        """Do something for whoever asked, and tell them in their language what went wrong where something does.

        `failed` is the sentence for what they can't mend.
        """
        language = "en"
        try:
            person = await self._workspace.person(self._user)
            language = person.language
            await work(person)
        except TellUserError as error:
            await self.tell(escaped(wording.explain(error, language)), language)
        except Exception:  # noqa: BLE001 - whoever asked is waiting for an answer
            _log.exception("slack_request_failed")
            await self.tell(sentence(failed, language), language)

    async def _whisper(self, **said: Any) -> None:
        thread = self._body.get("message", {}).get("thread_ts")
        await self._respond(response_type="ephemeral", replace_original=False, thread_ts=thread, **said)


async def submitted(
    ack: AsyncAck,
    workspace: SlackWorkspace,
    view: Body,
    work: Coroutine[Any, Any, View],
    background: Background,
) -> None:
    """Do what a modal asks for, and show in its place what came of it.

    Where the person can mend something the modal stays as it is and says so. What takes long is shown when it is done.
    """
    language = context_of(view).get("language", "en")
    doing = asyncio.create_task(_attempt(work, view, language))
    done, _ = await asyncio.wait({doing}, timeout=_PATIENCE)
    if done:
        await ack(**doing.result())
        return
    await ack(response_action="update", view=words_view(sentence("one_moment", language), language))
    background.start(_show_late(workspace, view["id"], doing, language))


async def _attempt(work: Coroutine[Any, Any, View], view: Body, language: str) -> dict[str, Any]:
    """Return how a modal is to be acknowledged."""
    try:
        return {"response_action": "update", "view": await work}
    except TellUserError as error:
        return {"response_action": "errors", "errors": {_field(error, view): wording.explain(error, language)}}
    except Exception:  # noqa: BLE001 - whoever filled it in is waiting for an answer
        _log.exception("slack_modal_failed")
        failed = "report_not_taken" if view["callback_id"].startswith(REPORT) else "answer_not_taken"
        return {"response_action": "update", "view": words_view(sentence(failed, language), language)}


def _field(error: TellUserError, view: Body) -> str:
    names: list[str] = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    about = next((field for start, field in _FIELDS.items() if error.key.startswith(start)), names[0])
    return about if about in names else names[0]


async def _show_late(
    workspace: SlackWorkspace, view_id: str, doing: "asyncio.Task[dict[str, Any]]", language: str
) -> None:
    answer = await doing
    view = answer.get("view") or words_view(escaped(" ".join(answer["errors"].values())), language)
    with slack_errors():
        await workspace.client.views_update(view_id=view_id, view=view)
