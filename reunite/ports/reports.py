"""Reports: stored, locked, changed."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from reunite.commands import NewReport
from reunite.entities import ReplyTarget, Report, ReportState


class Reports(Protocol):
    """The reports of a community."""

    async def add(self, command: NewReport, expires_at: datetime) -> tuple[Report, UUID | None]:
        """Store a report with its photos and its work; return the work's id.

        It's None if the `source_key` is known, or for a report by command (not `answered`) that its author has sent
        before, at most `rules.REPEAT_WITHIN` ago, without an answer; that one must still be in progress.
        """

    async def get(self, report: UUID) -> Report | None: ...

    async def by_ids(self, reports: Collection[UUID]) -> Mapping[UUID, Report]:
        """Return several reports in the order in which they are named."""

    async def at(self, target: ReplyTarget) -> Report | None:
        """Return the report whose post is `target.message`; without one, a report that has been in the channel."""

    async def by_author(self, workspace: UUID, member: str) -> Sequence[Report]:
        """Return a member's reports that are not purged, oldest post first."""

    async def samples(self, target: ReplyTarget) -> Sequence[Report]:
        """Return all samples that the workspace of `target` has ever had, including purged ones."""

    async def lock(self, reports: Collection[UUID], *, labelled_with: UUID | None = None) -> Mapping[UUID, Report]:
        """Return reports, locked until the transaction ends; the order of locking rules out deadlocks.

        `labelled_with` adds all those that a report has labelled matches with.
        """

    async def set_state(self, report: UUID, state: ReportState) -> None: ...

    async def mark_first_reply(self, report: UUID) -> None:
        """Record that the report's thread has its first reply."""

    async def set_text(self, report: UUID, text: str, details: str) -> None:
        """Change a report's text, which ends with `details`; the embeddings of the old text are deleted."""

    async def note_change(self, report: UUID, *, settles_kind: bool = False) -> None:
        """Note that its author has changed a report, or said more; its thread is then no longer quiet.

        With `settles_kind`, they said that it's of the kind that it has.
        """

    async def set_expiry(self, report: UUID, expires_at: datetime) -> None: ...
