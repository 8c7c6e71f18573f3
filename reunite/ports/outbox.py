"""The outbox: replies to send, edit or remove."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from reunite.entities import ReplyTarget
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply
from reunite.ports.records import Audience, Ping


class Outbox(Protocol):
    """The replies of a community."""

    async def post(
        self, report: UUID, key: ReplyKey, reply: Reply, audience: Audience = "thread", ping: Ping = "always"
    ) -> bool:
        """Queue a reply for a report's thread, or for the moderators of its workspace.

        False where `key` is known, or the moderators have no channel. A reply that is queued silently stays so when it
        is revised.
        """

    async def revise(self, key: ReplyKey, reply: Reply) -> None:
        """Replace a reply, sent or queued; does nothing if there is no such reply."""

    async def note_answered(self, report: UUID) -> None:
        """Record that a report by command has been answered."""

    async def refresh(self, report: UUID) -> None:
        """Edit what a report's thread and its conversation ask for: the report was returned, or is open again."""

    async def get(self, key: ReplyKey) -> Reply | None:
        """Return the latest version of a reply, sent or queued; None if there's none, or it's removed or never came."""

    async def is_sent(self, key: ReplyKey) -> bool:
        """Return whether a reply has arrived."""

    async def came_silently(self, key: ReplyKey) -> bool:
        """Return whether a reply was queued without a ping; False if there's none."""

    async def is_shown(self, match: UUID, report: UUID) -> bool:
        """Return whether a report's thread shows a match, or is about to."""

    async def is_of_open_report(self, target: ReplyTarget) -> bool:
        """Return whether a message that shows no match was sent in an open report's thread or for its moderators."""

    async def quoting(self, *reports: UUID) -> Mapping[ReplyKey, Reply]:
        """Return the latest version of every reply that quotes a report or is about it, sent or queued; all locked.

        Those of several reports are locked in one order, so that two who lock some of them can't deadlock.
        """
