"""The way in: Slack's events and commands become the domain's commands. Slack is answered after the commit."""

import asyncio
import html
import re
from collections.abc import Coroutine, Mapping
from typing import Any, Final

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.slack.config import COMMAND
from bot.slack.outbound import SlackPlatform
from bot.slack.render import answer_of, answered, escaped
from bot.slack.workspace import SlackWorkspace
from reunite import wording
from reunite.commands import AnswerQuestion, Judge, ReportFound, ReportLost, Withdraw
from reunite.errors import TellUserError, TryAgainError, UndeliverableError
from reunite.handlers import Handlers
from reunite.model import IncomingPhoto, ReplyTarget, ReportKind, VerdictKind
from reunite.ports import Outgoing

Body = Mapping[str, Any]
VERDICTS: Final = {"white_check_mark": VerdictKind.CONFIRM, "x": VerdictKind.REFUSE}
_ACKNOWLEDGE_TRIES: Final = 3
_MARKUP: Final = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_log = structlog.get_logger(__name__)


class Inbound:
    """What Slack tells us. An event whose handling fails is not acknowledged, and Slack sends it again."""

    def __init__(self, handlers: Handlers, workspace: SlackWorkspace, platform: SlackPlatform) -> None:
        """`platform` is for reactions and for what a poster has to be told."""
        self._handlers = handlers
        self._workspace = workspace
        self._platform = platform
        self._tasks: set[asyncio.Task[None]] = set()

    async def message(self, event: Body) -> None:
        """Take a posted or a deleted message."""
        match event:
            case {"subtype": "message_deleted", "channel": channel, "deleted_ts": ts}:
                await self._withdraw(channel, ts)
            # A deleted post with answers stays as the headstone of its thread.
            case {"subtype": "message_changed", "channel": channel, "message": {"subtype": "tombstone", "ts": ts}}:
                await self._withdraw(channel, ts)
            case {"subtype": "file_share", "channel": channel, "user": user} if "bot_id" not in event:
                role = self._workspace.role(channel)
                in_thread = event.get("thread_ts", event["ts"]) != event["ts"]
                if role and user != self._workspace.bot_user and not in_thread:
                    await self._report(event, role)

    async def reaction(self, event: Body) -> None:
        """Take a verdict that was given or taken back on a message of ours."""
        item, kind, user = event["item"], VERDICTS.get(event["reaction"]), event["user"]
        ours = event.get("item_user") == self._workspace.bot_user and item.get("type") == "message"
        if kind is None or not ours or user == self._workspace.bot_user:
            return
        member, moderates = await self._workspace.person(user)
        target = self._workspace.target(item["channel"], item["ts"])
        given = event["type"] == "reaction_added"
        try:
            await self._handlers.judge(
                Judge(target=target, member=member, kind=kind, given=given, is_moderator=moderates)
            )
        except TellUserError as error:
            _log.debug("slack_verdict_ignored", reason=error.key)

    async def channels_changed(self) -> None:
        """Look again where to listen."""
        await self._workspace.refresh(self._handlers)

    async def lost(self, ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        """Take a `/lost`: acknowledge at once, confirm when it is written down."""
        words = plain_text(body.get("text", ""))
        if words.lower() in {"", "help"}:
            await ack(wording.sentence("lost_usage", command=COMMAND))
            return
        await ack()
        self._in_background(self._report_lost(words, body, respond))

    async def answer(self, ack: AsyncAck, body: Body, respond: AsyncRespond) -> None:
        """Take a press of a question's button: acknowledge at once, say to whoever pressed it what came of it."""
        await ack()
        self._in_background(self._answer(body, respond))

    async def finish(self) -> None:
        """Wait for what is still under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _report(self, event: Body, role: ReportKind) -> None:
        files = [file for file in event.get("files", ()) if str(file.get("mimetype", "")).startswith("image/")]
        photos = [IncomingPhoto(file["name"], _download_url(file)) for file in files if _download_url(file)]
        if not photos:
            return
        author, _ = await self._workspace.person(event["user"])
        target = self._workspace.target(event["channel"], event["ts"])
        command = ReportFound if role is ReportKind.FOUND else ReportLost
        key = f"{event['channel']}:{event['ts']}"  # a ts is unique within its channel only
        try:
            await self._handlers.report(
                command(
                    source_key=key,
                    target=target,
                    author=author,
                    text=plain_text(event.get("text", "")),
                    photos=tuple(photos),
                )
            )
        except TellUserError as error:
            self._in_background(self._tell(key, target, error))
        else:
            self._in_background(self._acknowledge(target))

    async def _report_lost(self, words: str, body: Body, respond: AsyncRespond) -> None:
        try:
            text = await self._write_down(words, body)
        except TellUserError as error:
            text = wording.tell(error)
        except Exception:  # noqa: BLE001 - whoever asked is waiting for an answer
            _log.exception("slack_lost_failed")
            text = wording.sentence("report_not_taken")
        await respond(text=text, response_type="ephemeral")

    async def _write_down(self, words: str, body: Body) -> str:
        channel = self._workspace.lost_channel(body["channel_id"])
        if channel is None:
            raise TellUserError("invite_me", channel="#lost")
        author, _ = await self._workspace.person(body["user_id"])
        target = self._workspace.target(channel, None)
        await self._handlers.report(ReportLost(source_key=body["trigger_id"], target=target, author=author, text=words))
        return wording.sentence("looking_in", channel=f"<#{channel}>")

    async def _answer(self, body: Body, respond: AsyncRespond) -> None:
        [pressed], message = body["actions"], body["message"]
        try:
            report, choice = answer_of(pressed["value"])
            member, _ = await self._workspace.person(body["user"]["id"])
            target = self._workspace.target(body["channel"]["id"], message.get("thread_ts", message["ts"]))
            said = await self._handlers.answer(
                AnswerQuestion(target=target, member=member, report=report, choice=choice)
            )
        except TellUserError as error:
            await self._whisper(respond, message, wording.tell(error))
        except Exception:  # noqa: BLE001 - whoever pressed it is waiting for an answer
            _log.exception("slack_answer_failed")
            await self._whisper(respond, message, wording.sentence("answer_not_taken"))
        else:
            await self._whisper(respond, message, said.words)
            if said.changed:
                shown = answered(message["blocks"], pressed["text"]["text"])
                await respond(text=escaped(pressed["text"]["text"]), blocks=shown, replace_original=True)

    async def _whisper(self, respond: AsyncRespond, message: Body, words: str) -> None:
        """Say something that only whoever pressed a button sees, in the thread."""
        thread = message.get("thread_ts")
        await respond(text=escaped(words), response_type="ephemeral", replace_original=False, thread_ts=thread)

    async def _withdraw(self, channel: str, ts: str) -> None:
        await self._handlers.withdraw(Withdraw(target=self._workspace.target(channel, ts)))

    async def _tell(self, key: str, target: ReplyTarget, error: TellUserError) -> None:
        reply = wording.problem(error.key, **error.params)
        # The event may come again, so we look first whether this was said.
        await self._platform.send(Outgoing(f"{key}:{error.key}", target, reply, maybe_sent=True))

    async def _acknowledge(self, target: ReplyTarget) -> None:
        for _ in range(_ACKNOWLEDGE_TRIES):
            try:
                await self._platform.acknowledge(target)
            except TryAgainError as error:
                await asyncio.sleep(error.after or 1)
            else:
                return

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (TryAgainError, UndeliverableError) as error:
        _log.warning("slack_unanswered", reason=str(error))
    except Exception:  # noqa: BLE001 - told in the log, the one place left
        _log.exception("slack_defect")


def _download_url(file: Body) -> str | None:
    url: str | None = file.get("url_private_download") or file.get("url_private")
    return url


def plain_text(text: str) -> str:
    """Return a message's text as people read it: mentions and links as words, nothing escaped."""
    return html.unescape(_MARKUP.sub(_words, text)).strip()


def _words(found: re.Match[str]) -> str:
    sigil, subject, label = found.groups()
    match sigil:
        case "#":
            return f"#{label or subject}"
        case "@":
            return f"@{label or subject}"
        case "!":
            return str(label or f"@{subject.partition('^')[0]}")
        case _:
            return str(label or subject)
