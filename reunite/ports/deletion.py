"""Deletion of personal data, wherever it's quoted."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from reunite.entities import Account, ReportKind
from reunite.messages.keys import ReplyKey
from reunite.messages.reply import Reply


class Deletion(Protocol):
    """Deletes the data of reports, links between workspaces, and moderators."""

    async def purge(self, report: UUID, ended: Reply | None) -> None:
        """Delete everything known about a report; an empty row stays, so that a redelivered event can't bring it back.

        Every reply that quotes the report is removed; the post that the bot wrote for it becomes `ended`,
        or is removed with its whole thread where that is None.
        """

    async def undo_return(self, report: UUID) -> None:
        """No longer count an ended report's item as returned."""

    async def clear_remains(self, report: UUID) -> None:
        """Delete what remains of a purged report once nothing needs it, and its empty row a year later.

        Does nothing before that's due.
        """

    async def let_end(self, reports: Collection[UUID], now: datetime) -> None:
        """Withdraw those reports that are in progress, and let the time of all be up, so that workers purge them."""

    async def forget_author(self, workspace: UUID, member: str) -> None:
        """Delete a member's id from their purged reports, apart from lost ones matched with finds that are kept."""

    async def may_turn(self, report: UUID) -> bool:
        """Return whether a report may get the other kind: it never did, and nobody has said anything about a match."""

    async def turn(self, report: UUID, kind: ReportKind, kept: ReplyKey) -> None:
        """Give a report the other kind: delete its matches, remove its thread's replies and what shows it elsewhere.

        The `kept` reply and the post that the bot has written for it stay.
        """

    async def separate(self, report: UUID) -> None:
        """Delete a report's matches with other workspaces, and remove the replies that quote across them."""

    async def remove_news_of_returns(self, report: UUID, match: UUID | None = None) -> None:
        """Remove from a report's thread that its item is back: by any match, or by one that was confirmed."""

    async def forget_moderator(self, account: Account) -> None:
        """Delete someone's name from the logs, have it removed from the replies that name them, and sign them out.

        What may be theirs, because its workspace isn't known, counts as theirs.
        """
