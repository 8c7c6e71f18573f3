"""Reports, questions, photos and work in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from reunite import rules
from reunite.commands import NewReport
from reunite.entities import IncomingPhoto, Photo, PhotoState, Question, ReplyTarget, Report, ReportState
from reunite.errors import TryAgainError
from reunite.ports import Backlog
from tests.doubles.memory.reminders import MemoryReminders
from tests.doubles.memory.tables import Part, PhotoRow, ReportRow, now


class MemoryReports(Part):
    """`reunite.ports.reports.Reports`."""

    async def add(self, command: NewReport, expires_at: datetime) -> tuple[Report, UUID | None]:
        where = (command.target.platform, command.target.workspace)
        workspace = next(
            (
                row.workspace
                for row in self._tables.workspaces.values()
                if (row.workspace.platform, row.workspace.external_id) == where and self._workspace(row.workspace.id)
            ),
            None,
        )
        if workspace is None:
            raise TryAgainError("the workspace has moved to another community")
        for row in self._rows():
            if (row.workspace, row.source_key) == (workspace.id, command.source_key):
                return self._read(row), None
            if not command.answered and self._is_same(row, workspace.id, command):
                return self._read(row), None
        report = Report(
            uuid4(),
            self._community,
            command.kind,
            command.state,
            command.author,
            command.text,
            command.place,
            command.happened_at,
            command.target,
            created_at=now(),
            expires_at=expires_at,
            sealed=command.sealed,
            private=command.private,
            category=command.category,
            posted_at=command.posted_at,
            sample=command.sample,
            quiet=command.quiet,
        )
        row = ReportRow(report, workspace.id, command.source_key, command.proof_question, is_answered=command.answered)
        self._tables.reports[report.id] = row
        await MemoryPhotos(self._tables, self._community).add(report.id, command.photos)
        return self._read(row), await MemoryWork(self._tables, self._community).add(report.id)

    def _is_same(self, row: ReportRow, workspace: UUID, command: NewReport) -> bool:
        """Return whether a command asks again for a report in progress whose author wasn't told of it."""
        names = ("kind", "text", "place", "sealed", "private", "category")
        photos = [photo.photo.name for photo in self._tables.photos.values() if photo.photo.report == row.report.id]
        return (
            not row.is_answered
            and row.workspace == workspace
            and row.report.state in rules.IN_PROGRESS
            and bool(command.text)
            and row.report.author.id == command.author.id
            and row.report.created_at > now() - rules.REPEAT_WITHIN
            and row.proof_question == command.proof_question
            and _is_same_time(row.report.happened_at, command.happened_at)
            and [getattr(row.report, name) for name in names] == [getattr(command, name) for name in names]
            and photos == [photo.name for photo in command.photos]
        )

    async def get(self, report: UUID) -> Report | None:
        row = self._row(report)
        return self._read(row) if row else None

    async def by_ids(self, reports: Collection[UUID]) -> Mapping[UUID, Report]:
        return {report: self._read(row) for report in reports if (row := self._row(report))}

    async def at(self, target: ReplyTarget) -> Report | None:
        return next((self._read(row) for row in self._rows() if target.message and row.report.target == target), None)

    async def by_author(self, workspace: UUID, member: str) -> Sequence[Report]:
        found = [
            self._read(row)
            for row in self._rows()
            if row.workspace == workspace and row.report.author.id == member and not row.report.purged
        ]
        return sorted(found, key=lambda report: report.reported_at)

    async def samples(self, target: ReplyTarget) -> Sequence[Report]:
        where = (target.platform, target.workspace)
        return [
            self._read(row)
            for row in self._rows()
            if row.report.sample and (row.report.target.platform, row.report.target.workspace) == where
        ]

    async def lock(self, reports: Collection[UUID]) -> Mapping[UUID, Report]:
        return await self.by_ids(reports)

    async def set_state(self, report: UUID, state: ReportState) -> None:
        self._change(report, state=state)
        if row := self._row(report):
            returned_at = now() if state is ReportState.RETURNED else None
            self._tables.reports[report] = replace(row, returned_at=returned_at)

    async def mark_first_reply(self, report: UUID) -> None:
        self._change(report, has_first_reply=True)

    async def set_text(self, report: UUID, text: str, details: str) -> None:
        self._change(report, text=text, details=details)

    async def end_quiet(self, report: UUID) -> None:
        self._change(report, quiet=False)

    async def set_expiry(self, report: UUID, expires_at: datetime) -> None:
        self._change(report, expires_at=expires_at)


class MemoryPrompts(MemoryReminders):
    """`reunite.ports.prompts.Prompts`."""

    async def ask(self, report: UUID, question: Question) -> None:
        row = self._row(report)
        if row and row.report.question is None:
            self._change(report, question=question)

    async def answer(self, report: UUID, answer: str) -> None:
        self._change(report, question_answer=answer)


class MemoryPhotos(Part):
    """`reunite.ports.photos.Photos`; `keep` plays the worker."""

    async def of(self, report: UUID) -> Sequence[Photo]:
        return [row.photo for row in self._of(report)]

    async def of_post(self, report: UUID) -> Sequence[Photo]:
        return [row.photo for row in self._of(report) if not row.added_by]

    async def remove(self, photos: Collection[UUID]) -> None:
        for photo in photos:
            del self._tables.photos[photo]
        for match in self._matches():
            if match.photo in photos:
                self._tables.matches[match.id] = replace(match, photo=None)

    def _of(self, report: UUID) -> list[PhotoRow]:
        return [row for row in self._tables.photos.values() if row.photo.report == report and self._row(report)]

    async def add(self, report: UUID, photos: Sequence[IncomingPhoto], key: str = "") -> None:
        known = self._of(report)
        if key and any(row.added_by == key for row in known):
            return
        next_position = max((row.photo.position + 1 for row in known), default=0)
        for position, photo in enumerate(photos, start=next_position):
            added = Photo(uuid4(), report, position, photo.name, PhotoState.PENDING, photo.url, hidden=photo.hidden)
            self._tables.photos[added.id] = PhotoRow(added, added_by=key)

    async def stored_copy(self, photo: UUID) -> bytes | None:
        row = self._tables.photos.get(photo)
        return row.copy if row and self._row(row.photo.report) else None

    def keep(self, photo: UUID, copy: bytes) -> None:
        row = self._tables.photos[photo]
        self._tables.photos[photo] = replace(row, photo=replace(row.photo, state=PhotoState.STORED), copy=copy)


class MemoryWork(Part):
    """`reunite.ports.work.Work`."""

    async def add(self, report: UUID, *, hinted: bool = True) -> UUID:  # noqa: ARG002 - nobody sweeps in memory
        work = uuid4()
        self._tables.work[work] = self._require(report).report.id
        return work

    async def backlog(self, since: datetime) -> Backlog:
        del since
        return Backlog(sum(self._row(report) is not None for report in self._tables.work.values()), None)

    async def count_by_same_author(self, report: UUID, since: datetime) -> int:
        given = self._require(report)
        return sum(
            row.workspace == given.workspace
            and row.report.author.id == given.report.author.id
            and (row.report.posted_at or row.report.created_at) >= since
            and not row.report.sample
            and (row.report.state is not ReportState.LOOK or row is given)
            for row in self._rows()
        )

    async def interrupt(self, workspace: UUID) -> None:
        """Do nothing: transactions run one after the other."""

    async def stop(self, report: UUID) -> None:
        for work in [work for work, of in self._tables.work.items() if of == report and self._row(report)]:
            del self._tables.work[work]


def _is_same_time(before: datetime | None, now_said: datetime | None) -> bool:
    if before is None or now_said is None:
        return before is now_said
    return abs(before - now_said) <= rules.REPEAT_WITHIN
