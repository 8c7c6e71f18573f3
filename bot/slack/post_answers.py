"""Answers posts that are no reports: an offer to look for what their words name, or what is wrong with them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from bot.slack.background import Background, with_retries
from bot.slack.outbound import SlackPlatform
from bot.slack.posts import Body, after, before, has_link, key_of, moment_of, not_a_photo, words_of
from bot.slack.workspace import SlackWorkspace
from db.slack_windows import SlackWindows
from reunite import rules
from reunite.entities import ReplyTarget, ReportKind
from reunite.errors import TellUserError, TryAgainError, UnknownArrivalError
from reunite.handlers import Handlers
from reunite.messages import offers, wording
from reunite.ports import Outgoing

_BROADCAST: Final = "thread_broadcast"
"""The subtype of a reply in a thread that its author has also sent to the channel."""


class PostAnswers:
    """Answers in the posts' threads, in the background: an event's acknowledgement doesn't wait for it."""

    def __init__(
        self, handlers: Handlers, platform: SlackPlatform, windows: SlackWindows, background: Background
    ) -> None:
        self._handlers = handlers
        self._platform = platform
        self._windows = windows
        self._background = background

    async def offer(
        self,
        workspace: SlackWorkspace,
        channel: str,
        message: Body,
        kind: ReportKind,
        problem: TellUserError | None = None,
    ) -> bool:
        """Ask the author of a post without photos whether it is to be a report, and return whether it reads as one."""
        words, target = await words_of(workspace, message), workspace.target(channel, message["ts"])
        age = datetime.now(UTC) - moment_of(message["ts"])
        offered = offers.offered_kind(words, age, kind, is_reply="thread_ts" in message)
        if offered is None:
            return False
        key = key_of(channel, message["ts"])
        if len(words) > rules.MAX_TEXT:
            too_long = TellUserError("text_too_long", length=len(words), number=rules.MAX_TEXT)
            self.explain(target, {key: too_long})
            return True
        settings = await self._handlers.settings("slack", workspace.team)
        # An edit may make it another kind, and then it's another offer.
        asked = f"{key}:offer" if offered is kind else f"{key}:offer:{offered}"
        reply = offers.offer(asked, offered, settings.language, problem)
        self._background.start(self._say(Outgoing(asked, target, reply, maybe_sent=True)))
        return True

    async def problem_of(
        self, workspace: SlackWorkspace, channel: str, message: Body, role: ReportKind
    ) -> TellUserError | None:
        """Return why a post without photos can't be a report; None if no word is needed, or if it's offered as one."""
        problem = not_a_photo(message)
        if not message.get("edited") and await self.offer(workspace, channel, message, role, problem):
            return None
        return problem or (TellUserError("photo_only_linked") if has_link(message) else None)

    async def photo_in_thread(self, workspace: SlackWorkspace, thread: ReplyTarget, message: Body) -> None:
        """Answer who posts a photo in the thread of their own report, or sends one from another thread to the channel.

        Where the report has ended, such a photo mostly shows that the thing is back.
        """
        member = (await workspace.person(message["user"])).member
        if await self._handlers.thread_photos.answer(thread, member) or message.get("subtype") != _BROADCAST:
            return
        report, ts = await self._handlers.report_at(thread), message["ts"]
        if report is None or report.state in rules.IN_PROGRESS:
            self.explain(thread, {key_of(thread.channel, ts): TellUserError("photo_in_thread")}, ts=ts)

    def explain(self, target: ReplyTarget, problems: Mapping[str, TellUserError], *, ts: str | None = None) -> None:
        """Send what is wrong with a post, by idempotency key; if Slack refuses it, the post is read again later.

        The post is the target's own, or the one with this `ts` in its thread.
        """
        self._background.start(self._explain(target, problems, ts or str(target.message)))

    async def _explain(self, target: ReplyTarget, problems: Mapping[str, TellUserError], ts: str) -> None:
        settings = await self._handlers.settings("slack", target.workspace)
        try:
            for key, error in problems.items():
                reply = wording.problem(error.key, settings.language, None, **error.params)
                # The event may come again, so this may have been sent.
                outgoing = Outgoing(f"{key}:{error.key}", target, reply, maybe_sent=True)
                await self._say(outgoing)
        except TryAgainError:
            await self.note_missed(target.workspace, target.channel, ts)
            raise

    async def note_missed(self, team: str, channel: str, ts: str) -> None:
        """Note that a message has to be read again."""
        await self._windows.open(team, channel, oldest=before(ts), since=before(ts), latest=after(ts))

    async def _say(self, outgoing: Outgoing) -> None:
        """Send an answer that may have been sent already; if Slack refuses to say, twice is better than never.

        Only that second sending isn't tried again: it could become more.
        """
        try:
            await with_retries(lambda: self._platform.send(outgoing))
        except UnknownArrivalError:
            await self._platform.send(replace(outgoing, maybe_sent=False))
