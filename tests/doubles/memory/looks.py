"""Looks in memory."""

from datetime import datetime
from uuid import UUID

from reunite.entities import ReplyTarget, ReportState
from tests.doubles.memory.tables import Part, now


class MemoryLooks(Part):
    """`reunite.ports.looks.Looks`."""

    async def count(self, workspace: UUID, member: str) -> int:
        looks = [row for row in self._rows() if row.report.state is ReportState.LOOK]
        return sum((row.workspace, row.report.author.id) == (workspace, member) for row in looks)

    async def file(self, look: UUID, target: ReplyTarget, expires_at: datetime, *, private: bool) -> None:
        row = self._row(look)
        if row and row.report.state is ReportState.LOOK:
            changed = {"target": target, "expires_at": expires_at, "private": private, "created_at": now()}
            self._change(look, state=ReportState.OPEN, has_first_reply=False, **changed)

    async def remove(self, look: UUID) -> None:
        row, tables = self._row(look), self._tables
        if row and row.report.state is ReportState.LOOK:
            del tables.reports[look]
            tables.photos = {photo_id: photo for photo_id, photo in tables.photos.items() if photo.photo.report != look}
            tables.matches = {match_id: match for match_id, match in tables.matches.items() if match.lost != look}
            tables.work = {work_id: of for work_id, of in tables.work.items() if of != look}
