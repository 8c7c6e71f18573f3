"""Channels' past posts on Slack, page by page: 15 a minute for an app outside the Marketplace, else up to 200."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import structlog

from bot.latest import Latest
from bot.past_posts import Page, PastMessage
from bot.slack.errors import is_of_one, slack_errors
from bot.slack.messages import history_page
from bot.slack.posts import (
    Body,
    files_of,
    is_post,
    key_of,
    moment_of,
    photos_of,
    report_of,
    ts_of,
)
from bot.slack.workspace import SlackWorkspace
from bot.slack.workspaces import Workspaces
from db.backfills import Backfill
from reunite.commands import NewReport
from reunite.entities import Member
from reunite.errors import ChannelTroubleError, MissingScopeError, TryAgainError, UndeliverableError
from reunite.past_posts import PastPost

_DONE: Final = frozenset({"white_check_mark", "heavy_check_mark", "ballot_box_with_check"})
"""The reactions by which people mark a post as done."""
_REMEMBERED: Final = 1000
"""Authors whose names are cached, so that Slack is asked once for each."""
_SCOPE_SECONDS: Final = 300.0
"""Until reading is tried again after the app lacked a permission."""
_log = structlog.get_logger(__name__)
IsCaughtUp = Callable[[str], Awaitable[bool]]


@contextmanager
def _channel_waits(team: str) -> Iterator[None]:
    """Let a channel wait for its own trouble or a missing permission, without ending it or refusing a post."""
    try:
        with slack_errors():
            yield
    except MissingScopeError as error:
        _log.warning("slack_scopes_missing", team=team, during="past posts")
        raise MissingScopeError(str(error), after=_SCOPE_SECONDS) from error
    except TryAgainError as error:
        if not is_of_one(error):
            raise
        raise ChannelTroubleError(str(error), error.after) from error


class ChannelHistory:
    """`bot.past_posts.History` on Slack."""

    def __init__(self, workspaces: Workspaces, is_caught_up: IsCaughtUp, is_deleted: Callable[[str], bool]) -> None:
        """`is_caught_up` tells whether the bot has caught up on what it missed in a workspace.

        `is_deleted` tells whether a post was deleted recently.
        """
        self._workspaces = workspaces
        self._is_caught_up = is_caught_up
        self.is_deleted = is_deleted
        self._members = Latest[tuple[str, str], Member](_REMEMBERED)

    async def is_ready(self, workspace: str) -> bool:
        connected = await self._workspaces.get(workspace)
        return connected is not None and await self._is_caught_up(workspace)

    async def page(self, backfill: Backfill) -> Page:
        workspace = await self._workspaces.get(backfill.workspace)
        if workspace is None or not workspace.role(backfill.channel):
            raise UndeliverableError("the bot isn't in the channel, or it's no longer for reports")
        oldest, latest = ts_of(backfill.span.since), backfill.cursor or ts_of(backfill.span.until)
        with _channel_waits(workspace.team):
            messages, has_more, _ = await history_page(workspace, backfill.channel, oldest, latest)
        is_last = not (messages and has_more)
        cursor = latest if is_last else str(messages[-1]["ts"])
        reached: datetime = backfill.span.since if is_last else moment_of(cursor)
        return Page(
            [self._past_message(workspace, backfill.channel, message) for message in messages], cursor, reached, is_last
        )

    def _past_message(self, workspace: SlackWorkspace, channel: str, message: Body) -> PastMessage:
        ts = str(message["ts"])
        reactions = {reaction["name"] for reaction in message.get("reactions", ())}
        post = PastPost(
            key=key_of(channel, ts),
            posted_at=moment_of(ts),
            cursor=ts,
            by_member=is_post(workspace, message) and message.get("thread_ts", ts) == ts,
            has_files=bool(files_of(message)),
            settled=not reactions.isdisjoint(_DONE),
        )
        return PastMessage(post, lambda: self._report(workspace, channel, message))

    async def _report(self, workspace: SlackWorkspace, channel: str, message: Body) -> NewReport | None:
        role = workspace.role(channel)
        with _channel_waits(workspace.team):
            found = await photos_of(workspace, message)
            if not found.photos and found.problems:
                raise found.problems[0]
            if not found.photos or not role:
                return None
            author = await self._member(workspace, message["user"])
            return await report_of(workspace, channel, message, role, author=author, photos=found.photos)

    async def _member(self, workspace: SlackWorkspace, user: str) -> Member:
        key = workspace.team, user
        if key not in self._members:
            person = await workspace.person(user)
            if not person.refusal:
                person.check_known()  # past posts can wait for the scope
            self._members[key] = person.member
        return self._members[key]
